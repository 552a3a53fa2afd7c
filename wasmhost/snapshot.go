package wasmhost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/linearmem"
	"github.com/mmpy/mmpy/wasmhost/internal/sealed"
)

// A snapshot is the memory of an instance that has loaded its program, in a file, and what else it had to say. Instances
// begin with it instead of starting Python and loading the program again.
//
// It is made in surroundings that are the same everywhere: a clock that stands still but for being read, and random bytes
// that follow from what the snapshot is of. So the same program makes the same snapshot, and nothing of the machine is
// in it. A program that keeps of these what should differ between instances gets no snapshot, and is loaded each time.
type snapshot struct {
	file   *sealed.File
	header snapshotHeader
}

type snapshotHeader struct {
	Key    string // of the program, see Program.key
	Loaded []byte // what loading it has returned
	Said   []Line // and logged
	Size   uint64 // of the memory
	// Refused says why there is no snapshot, a reason each; then there is no memory.
	Refused []string `json:",omitempty"`
}

// Line is a line of the log.
type Line struct {
	Level   slog.Level
	Message string
}

const snapshotKind = "snapshot"

// SnapshotError says why a program can have no snapshot.
type SnapshotError struct{ Reasons []string }

func (e *SnapshotError) Error() string {
	return "no snapshot can be made: " + strings.Join(e.Reasons, "; ")
}

// freezer finds, or makes, the snapshot of a program when it is first needed.
type freezer struct {
	lock  chan struct{} // holds a token while what follows is used
	done  bool
	found *snapshot // nil: the program has none
}

// Snapshot makes sure that there is a snapshot, if there can be one; a *SnapshotError says why there cannot. Instantiate
// does the same, so this is for those who want to know, or want to have it early.
func (p *Program) Snapshot(ctx context.Context) error {
	s, err := p.frozen(ctx)
	switch {
	case err != nil:
		return err
	case s == nil:
		return &SnapshotError{[]string{"it is not wanted"}}
	case len(s.header.Refused) > 0:
		return &SnapshotError{s.header.Refused}
	}
	return nil
}

// WriteSnapshot writes the snapshot, for ProgramConfig.Snapshot; or that there can be none, so that nobody tries in vain.
func (p *Program) WriteSnapshot(ctx context.Context, w io.Writer) error {
	s, err := p.frozen(ctx)
	if err != nil {
		return err
	}
	if s == nil {
		return &SnapshotError{[]string{"it is not wanted"}}
	}
	_, err = io.Copy(w, s.file.Whole())
	return err
}

// frozen gives the program's snapshot, which may be one that says why there is none; nil when none is wanted.
func (p *Program) frozen(ctx context.Context) (*snapshot, error) {
	f := &p.freezer
	select {
	case f.lock <- struct{}{}:
	case <-ctx.Done():
		return nil, &Error{Code: Busy, Op: "instantiate", Err: context.Cause(ctx)}
	}
	defer func() { <-f.lock }()
	if f.done {
		return f.found, nil
	}
	if !p.freezable() {
		f.done = true
		return nil, nil
	}
	key, err := p.key()
	if err != nil {
		p.runtime.log.Info("the program is loaded by each instance anew, which takes longer", "reasons", err)
		f.done = true
		return nil, nil
	}
	found := p.findSnapshot(key)
	if found == nil {
		if found, err = p.makeSnapshot(ctx, key); found == nil || err != nil {
			return nil, err
		}
	}
	if len(found.header.Refused) > 0 {
		p.runtime.log.Info("the program is loaded by each instance anew, which takes longer", "reasons", found.header.Refused)
	} else {
		p.runtime.dropWhole()
	}
	f.done, f.found = true, found
	return found, nil
}

// freezable says whether a snapshot is wanted, and the guest knows of them.
func (p *Program) freezable() bool {
	functions := p.runtime.shell.ExportedFunctions()
	return !p.noSnapshot && functions[exportFreeze] != nil && functions[exportThaw] != nil
}

// key names all that a snapshot depends on.
func (p *Program) key() (string, error) {
	hash := sha256.New()
	guest := p.runtime.guest
	fmt.Fprintf(hash, "%s %d\n%s %s\n%q %q %q\n", version(), abi.Version, guest.sum, guest.stdlib.sum, p.path, p.entry, p.argument)
	for _, m := range p.mounts {
		sum, err := digest(m.from)
		if err != nil {
			return "", fmt.Errorf("read the files at %s: %w", m.at, err)
		}
		fmt.Fprintf(hash, "%q %x\n", m.at, sum)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// version is that of this module.
var version = sync.OnceValue(func() string {
	const module = "github.com/mmpy/mmpy"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, dependency := range append(info.Deps, &info.Main) {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return ""
})

// A Digester is a file system that knows a digest of all that a program can see of it. Of others all files are read.
type Digester interface{ Digest() ([]byte, error) }

// digest is a digest of names and contents.
func digest(files fs.FS) ([]byte, error) {
	if known, ok := files.(Digester); ok {
		return known.Digest()
	}
	hash := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintf(hash, "%q %v\n", name, entry.Type())
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := fs.ReadFile(files, name)
		fmt.Fprintf(hash, "%d\n%s", len(content), content)
		return err
	})
	return hash.Sum(nil), err
}

// findSnapshot looks where a snapshot may lie already.
func (p *Program) findSnapshot(key string) *snapshot {
	var places []string
	if p.snapshotFile != "" {
		places = append(places, p.snapshotFile)
	}
	if p.runtime.store != nil {
		places = append(places, p.runtime.store.File(snapshotName(key)))
	}
	for _, path := range places {
		s, err := openSnapshot(path, key)
		switch {
		case err == nil:
			return s
		case errors.Is(err, errStale):
			p.runtime.log.Info("the snapshot is of something else, and will be made anew", "file", path)
		case !errors.Is(err, fs.ErrNotExist):
			p.runtime.log.Warn("the snapshot is damaged, and will be made anew", "error", err)
		}
	}
	return nil
}

func snapshotName(key string) string { return fmt.Sprintf("%.32s.snapshot", key) }

var errStale = errors.New("it is of another program, or another version")

// openSnapshot opens the snapshot of the program with that key; "" is any program.
func openSnapshot(path, key string) (*snapshot, error) {
	s := &snapshot{}
	var err error
	if s.file, err = sealed.Open(path, snapshotKind, &s.header); err != nil {
		return nil, err
	}
	switch {
	case key != "" && s.header.Key != key:
		err = errStale
	case uint64(s.file.Size) != s.header.Size || s.header.Size%pageSize != 0:
		err = fmt.Errorf("%s: %w", path, sealed.ErrDamaged)
	default:
		err = s.file.Verify()
	}
	if err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	return s, nil
}

func (s *snapshot) image() linearmem.Image {
	return linearmem.Image{File: s.file.File, Offset: s.file.Body, Size: s.header.Size}
}

// makeSnapshot loads the program once, for its snapshot. It gives none when that fails: whoever loads the program for good
// gets the error.
func (p *Program) makeSnapshot(ctx context.Context, key string) (*snapshot, error) {
	m, err := p.load(ctx, key)
	if m != nil && err != nil && ctx.Err() == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer m.instance.fail(&Error{Code: Closed, Op: "instance"})
	write := func(file *os.File) error {
		_, err := m.write(file, key)
		return err
	}
	if p.runtime.store != nil {
		name := snapshotName(key)
		err := p.runtime.store.Put(name, write)
		if err == nil {
			return openSnapshot(p.runtime.store.File(name), key)
		}
		p.runtime.log.Warn("the snapshot cannot be kept in the cache", "error", err)
	}
	path, err := temporaryFile(write)
	if err != nil {
		return nil, fmt.Errorf("write the snapshot: %w", err)
	}
	s, err := openSnapshot(path, key)
	return s, errors.Join(err, os.Remove(path))
}

// write writes the snapshot.
func (m *mold) write(file *os.File, key string) (snapshotHeader, error) {
	header := snapshotHeader{Key: key, Loaded: m.instance.loaded, Said: m.said, Refused: m.reasons}
	var memory []byte
	if len(header.Refused) == 0 {
		memory = m.instance.memory.Bytes()
		header.Size = uint64(len(memory))
	}
	return header, sealed.Write(file, snapshotKind, header, func(w io.Writer) error { return inPages(w, memory) })
}

// inPages writes page by page, so that empty ones can be left out.
func inPages(w io.Writer, memory []byte) error {
	for len(memory) > 0 {
		n := min(len(memory), sealed.PageSize)
		if _, err := w.Write(memory[:n]); err != nil {
			return err
		}
		memory = memory[n:]
	}
	return nil
}
