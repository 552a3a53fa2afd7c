package bundle

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// MaxRatio is how many times as large as its archive a bundle may be, unless it is small all the same.
const (
	MaxRatio  = 100
	smallSize = 64 << 20
)

// bomb says whether a bundle becomes too much of what little is.
func bomb(size, compressed int64) bool { return size > smallSize && size/MaxRatio > compressed }

// maxHeaders is what an archive may have beside its files, in bytes.
const maxHeaders = 64 << 20

// Unpack unpacks an archive, which errors call name, into a folder, and gives the name of the one folder in it that has all its
// files. What must not be in a bundle is not written but refused, with a *Refusal. Nothing is believed of the archive: it takes
// little memory, no more of the disk than MaxSize, and the time to read that much.
func Unpack(ctx context.Context, archive io.Reader, name string, into *os.Root) (folder string, err error) {
	in := &meter{ctx: ctx, in: archive}
	compressed, err := gzip.NewReader(bufio.NewReader(in))
	if err != nil {
		return "", fmt.Errorf("%s: it is no bundle, which is a .tar.gz: %w", name, err)
	}
	u := &unpacking{names: newNames(func(file string) string { return name + ": " + file }), into: into}
	u.known = map[string]entry{} // the folders of mmpy's are in another one here
	out := &gauge{compressed, in, 0}
	files := tar.NewReader(out)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil || errors.Is(err, tar.ErrInsecurePath) {
			err = u.take(header, files)
		}
		if bad, ok := errors.AsType[*Refusal](err); ok {
			u.reasons = append(u.reasons, name+": "+bad.Error())
			break
		}
		if err != nil {
			return "", fmt.Errorf("%s: it cannot be unpacked: %w", name, err)
		}
		if u.full() {
			break
		}
	}
	if len(u.reasons) == 0 {
		if err := atEnd(out); err != nil {
			return "", fmt.Errorf("%s: it cannot be unpacked: %w", name, err)
		}
	}
	if u.folder == "" && len(u.reasons) == 0 {
		u.reasons = append(u.reasons, name+": there is nothing in it")
	}
	return u.folder, u.err()
}

type unpacking struct {
	*names
	into   *os.Root
	folder string
}

// take checks an entry of the archive, and writes it.
func (u *unpacking) take(header *tar.Header, content io.Reader) error {
	name := header.Name
	mode := fs.FileMode(0)
	switch header.Typeflag {
	case tar.TypeReg:
		if sparse(header) {
			mode = fs.ModeIrregular
		}
	case tar.TypeDir:
		name, mode = strings.TrimSuffix(name, "/"), fs.ModeDir
	case tar.TypeSymlink, tar.TypeLink:
		mode = fs.ModeSymlink
	case tar.TypeChar, tar.TypeBlock:
		mode = fs.ModeDevice
	case tar.TypeFifo:
		mode = fs.ModeNamedPipe
	default: // sparse files, headers for all that follows, and whatever else there is
		mode = fs.ModeIrregular
	}
	fine := u.add(name, mode, header.Size)
	if header.Mode&^0o777 != 0 {
		u.refuse(name, "mode %#o cannot be in a bundle: only ordinary permissions, such as 0644, can", header.Mode)
		fine = false
	}
	if !fine {
		return nil
	}
	first, _, below := strings.Cut(name, "/")
	if u.folder == "" {
		u.folder = first
	}
	switch {
	case first != u.folder:
		u.refuse(name, "it is not in %s: all files of a bundle are in one folder", Shown(u.folder))
		return nil
	case !below && !mode.IsDir():
		u.refuse(name, "it is in no folder: all files of a bundle are in one folder")
		return nil
	case mode.IsDir():
		return u.into.MkdirAll(name, 0o700)
	}
	if err := u.into.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	file, err := u.into.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

// atEnd sees to it that nothing but zeroes follows, and that the archive is whole.
func atEnd(rest io.Reader) error {
	piece := make([]byte, 32<<10)
	for {
		n, err := rest.Read(piece)
		switch {
		case len(bytes.TrimLeft(piece[:n], "\x00")) > 0:
			return errors.New("something follows behind its end")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// sparse says whether more comes out of a file than is in the archive.
func sparse(header *tar.Header) bool {
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// meter counts what is read, and ends with the context.
type meter struct {
	ctx context.Context
	in  io.Reader
	n   int64
}

func (m *meter) Read(into []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, context.Cause(m.ctx)
	}
	n, err := m.in.Read(into)
	m.n += int64(n)
	return n, err
}

// gauge compares what comes out of an archive with what went in.
type gauge struct {
	out io.Reader
	in  *meter
	n   int64
}

func (g *gauge) Read(into []byte) (int, error) {
	if err := g.in.ctx.Err(); err != nil {
		return 0, context.Cause(g.in.ctx)
	}
	n, err := g.out.Read(into)
	g.n += int64(n)
	switch {
	case bomb(g.n, g.in.n):
		return 0, &Refusal{[]string{fmt.Sprintf("it is a bomb: %d KB become more than %d MB; at most %d times as much are allowed", g.in.n>>10, g.n>>20, MaxRatio)}}
	case g.n > MaxSize+maxHeaders:
		return 0, &Refusal{[]string{fmt.Sprintf("it is too large: a bundle has at most %d MB", MaxSize>>20)}}
	}
	return n, err
}
