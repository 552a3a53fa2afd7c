package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/mmpy/mmpy"
	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// load makes anew what was prepared when the plugin was packed, from its files, and compares it with what is there.
func (i *inspection) load(ctx context.Context) error {
	runtime, err := i.runtime(ctx)
	if err != nil {
		return fmt.Errorf("start the interpreter: %w", err)
	}
	defer runtime.Close(context.WithoutCancel(ctx))
	if i.Packed {
		i.text(bundle.OwnLicense, mmpy.License)
		i.text(bundle.OwnLicenses, mmpy.ThirdPartyLicenses)
		if err := i.code(runtime); err != nil {
			return err
		}
	}
	made, err := os.CreateTemp("", "mmpy-inspect-")
	if err != nil {
		return err
	}
	defer os.Remove(made.Name())
	defer made.Close()
	image, err := server.MakeImage(ctx, i.files, runtime, made)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		i.problem("%s: the plugin cannot be loaded, so its snapshot cannot be compared: %s", i.Bundle, bundle.Shown(err.Error()))
		return nil
	}
	i.Hooks = image.Hooks
	i.Image = &Image{Size: image.Size, Refused: image.Refused, Python: image.Modules.Python, SDK: image.Modules.SDK, Plugin: image.Modules.Plugin}
	for _, line := range image.Said {
		i.Image.Said = append(i.Image.Said, Line{line.Level, line.Message})
	}
	if !i.Packed {
		return nil
	}
	hooks, err := bundle.EncodeHooks(image.Hooks)
	if err != nil {
		return err
	}
	i.text(bundle.HooksName, string(hooks))
	return i.snapshot(image.Image, made)
}

// text compares a short file of mmpy's own. Only what is wrong with it is worth a line.
func (i *inspection) text(file, want string) {
	content, err := bundle.ReadFile(i.dir, i.files.Files(), file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		i.problem("%s: it is missing, and mmpy puts it into every bundle", path.Join(i.Bundle, file))
	case err != nil:
		i.problem("%v", err)
	case string(content) != want:
		i.problem("%s: it is not what this mmpy puts there", path.Join(i.Bundle, file))
	default:
		return
	}
}

// code compares the interpreter's machine code, which a server would run as it is.
func (i *inspection) code(runtime *wasmhost.Runtime) error {
	part, file, err := i.part("machine code", bundle.CodeName)
	if file == nil || err != nil {
		part.Note = "compiled when the plugin starts"
		i.Parts = append(i.Parts, part)
		return err
	}
	defer file.Close()
	reader, writer := io.Pipe()
	var writing sync.WaitGroup
	writing.Go(func() { writer.CloseWithError(runtime.WriteCode(writer)) })
	same, err := equal(file, reader)
	reader.Close()
	writing.Wait()
	if err != nil {
		return err
	}
	part.Verdict = Genuine
	if !same {
		part.Verdict = NotGenuine
		i.problem("%s: it is not what this mmpy compiles here: it was made by another version, or for another kind of processor, or changed; pack the plugin anew, or inspect it on a machine like the server",
			path.Join(i.Bundle, bundle.CodeName))
	}
	i.Parts = append(i.Parts, part)
	return nil
}

// snapshot compares the memory image that the plugin begins with.
func (i *inspection) snapshot(image *wasmhost.Image, made *os.File) error {
	part, file, err := i.part("snapshot", bundle.SnapshotName)
	if file == nil || err != nil {
		part.Note = "the plugin is loaded when it starts"
		i.Parts = append(i.Parts, part)
		return err
	}
	defer file.Close()
	if _, err := made.Seek(0, io.SeekStart); err != nil {
		return err
	}
	same, err := equal(file, made)
	if err != nil {
		return err
	}
	part.Verdict = Genuine
	if !same {
		part.Verdict = NotGenuine
		theirs, err := wasmhost.ReadImage(filepath.Join(i.dir, filepath.FromSlash(bundle.SnapshotName)))
		switch {
		case err != nil:
			part.Note = "it is damaged"
		case theirs.Key != image.Key:
			part.Note = "it is of other files than those in the bundle, or of another mmpy"
		default:
			part.Note = "it says that it is of these files, but loading them gives another memory"
		}
		i.problem("%s: %s", path.Join(i.Bundle, bundle.SnapshotName), part.Note)
	}
	i.Parts = append(i.Parts, part)
	return nil
}

// part opens a part that may be missing; then there is no file.
func (i *inspection) part(name, file string) (Part, io.ReadSeekCloser, error) {
	part := Part{Name: name, Verdict: Absent}
	if info, err := fs.Lstat(i.files.Files(), file); err != nil || !info.Mode().IsRegular() {
		return part, nil, nil //nolint:nilerr // what is no file nobody uses
	}
	opened, err := i.files.Files().Open(file)
	if err != nil {
		return part, nil, err
	}
	content, ok := opened.(io.ReadSeekCloser)
	if !ok {
		return part, nil, errors.Join(fmt.Errorf("read %s: not in pieces", file), opened.Close())
	}
	part.File = file
	if part.SHA256, err = digest(content); err == nil {
		_, err = content.Seek(0, io.SeekStart)
	}
	if err != nil {
		return part, nil, errors.Join(err, content.Close())
	}
	return part, content, nil
}

// equal compares two streams.
func equal(a, b io.Reader) (bool, error) {
	const piece = 256 << 10
	one, other := make([]byte, piece), make([]byte, piece)
	for {
		n, err := io.ReadFull(a, one)
		if err != nil && !atEnd(err) {
			return false, err
		}
		m, err2 := io.ReadFull(b, other)
		if err2 != nil && !atEnd(err2) {
			return false, err2
		}
		if !bytes.Equal(one[:n], other[:m]) {
			return false, nil
		}
		if n < piece {
			return true, nil
		}
	}
}

func atEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
