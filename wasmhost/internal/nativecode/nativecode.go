// Package nativecode keeps the machine code that wazero makes of one module in a file of ours, and gives it back to
// wazero.
//
// wazero's own cache would do, but for four things. A damaged entry makes it fail. Its entries are found by the module's
// bytes, all of which have to be unpacked, decoded and validated each time, which takes longer than to load the code; a
// Shell of the module needs nothing of that. An entry cannot travel in a bundle. And it is copied into memory that is
// the process's own, 27 MB of it, where a mapping of the file costs what is used of it.
//
// So a Feed is a cache folder for wazero in which an entry lies only while wazero reads it, which it does from a pipe.
package nativecode

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tetratelabs/wazero"

	"github.com/mmpy/mmpy/wasmhost/internal/sealed"
)

const kind = "code"

// ErrOther says that the code is not for this module, or not for this wazero and this platform.
var ErrOther = errors.New("it was made for something else")

// Code is a file with machine code.
type Code struct {
	file   *sealed.File
	header header
}

type header struct {
	Module string // what it was made of
	Maker  string // wazero's version, and the platform
	Whole  string // name of wazero's cache entry for the module
	Shell  string // and for its shell
	// The parts of the body, in bytes. An entry of wazero's is Head, Code, Tail; the code comes first, to begin at a page.
	CodeSize, HeadSize, TailSize, ShellSize int64
}

// Open opens a file of code that was made of module, a name such as its digest, for feed's wazero.
func Open(path, module string, feed *Feed) (*Code, error) {
	c := &Code{}
	var err error
	if c.file, err = sealed.Open(path, kind, &c.header); err != nil {
		return nil, err
	}
	h := &c.header
	switch {
	case h.Module != module || h.Maker != feed.maker:
		err = fmt.Errorf("%s: %w", path, ErrOther)
	case min(h.CodeSize, h.HeadSize, h.TailSize, h.ShellSize) < 0,
		h.CodeSize+h.HeadSize+h.TailSize+h.ShellSize != c.file.Size:
		err = fmt.Errorf("%s: %w", path, sealed.ErrDamaged)
	}
	if err != nil {
		return nil, errors.Join(err, c.file.Close())
	}
	return c, nil
}

// Close gives the file up. Code that was loaded stays.
func (c *Code) Close() error { return c.file.Close() }

// Whole reads the file as it is.
func (c *Code) Whole() *io.SectionReader { return c.file.Whole() }

// entry reads what wazero's own cache would hold.
func (c *Code) entry() io.Reader {
	h := &c.header
	part := func(offset, size int64) io.Reader { return io.NewSectionReader(c.file, c.file.Body+offset, size) }
	return io.MultiReader(part(h.CodeSize, h.HeadSize), part(0, h.CodeSize), part(h.CodeSize+h.HeadSize, h.TailSize))
}

func (c *Code) shell() ([]byte, error) {
	shell := make([]byte, c.header.ShellSize)
	_, err := c.file.ReadAt(shell, c.file.Body+c.file.Size-c.header.ShellSize)
	return shell, err
}

// CompileShell gives the shell, with the code. The file is verified meanwhile.
func (c *Code) CompileShell(ctx context.Context, engine wazero.Runtime, feed *Feed) (wazero.CompiledModule, error) {
	verified := make(chan error, 1)
	go func() { verified <- c.file.Verify() }()
	shell, err := c.shell()
	var compiled wazero.CompiledModule
	if err == nil {
		compiled, err = c.compile(ctx, engine, feed, c.header.Shell, shell)
	}
	if err := errors.Join(err, <-verified); err != nil {
		if compiled != nil {
			err = errors.Join(err, compiled.Close(ctx))
		}
		return nil, err
	}
	return compiled, nil
}

// CompileWhole gives the module, whose bytes these are, with the code.
func (c *Code) CompileWhole(ctx context.Context, engine wazero.Runtime, feed *Feed, module []byte) (wazero.CompiledModule, error) {
	return c.compile(ctx, engine, feed, c.header.Whole, module)
}

func (c *Code) compile(ctx context.Context, engine wazero.Runtime, feed *Feed, name string, module []byte) (wazero.CompiledModule, error) {
	if err := feed.begin(); err != nil {
		return nil, err
	}
	defer feed.end()
	stop, err := feed.offer(name, c.entry(), c.header.HeadSize)
	if err != nil {
		return nil, err
	}
	compiled, err := engine.CompileModule(ctx, module)
	if err := errors.Join(err, stop()); err != nil {
		return nil, err
	}
	made, err := feed.take()
	if err == nil && made != "" {
		err = fmt.Errorf("%s: another processor: %w", c.file.Name(), ErrOther)
	}
	if err != nil {
		return nil, errors.Join(err, compiled.Close(ctx))
	}
	if err := share(c.file, c.header.CodeSize); err != nil {
		return compiled, nil //nolint:nilerr // then it takes more memory, and nothing else
	}
	return compiled, nil
}

// ErrNotKept says that wazero could not write the code where it is taken from: the disk is full, say.
var ErrNotKept = errors.New("wazero has kept no code")

// Make compiles a module, which takes seconds, and writes its code into file. The module that was compiled comes too.
func Make(ctx context.Context, engine wazero.Runtime, feed *Feed, name string, module []byte, file *os.File) (_ wazero.CompiledModule, err error) {
	if err := feed.begin(); err != nil {
		return nil, err
	}
	defer feed.end()
	whole, err := engine.CompileModule(ctx, module)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, whole.Close(ctx))
		}
	}()
	h := header{Module: name, Maker: feed.maker}
	if h.Whole, err = feed.take(); err != nil {
		return nil, err
	}
	entry, err := os.ReadFile(feed.taken())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	shell, err := Shell(module)
	if err != nil {
		return nil, err
	}
	if h.Shell, err = nameOf(ctx, engine, feed, shell); err != nil {
		return nil, err
	}
	h.HeadSize, h.CodeSize, err = parts(entry)
	if err != nil {
		return nil, err
	}
	h.TailSize, h.ShellSize = int64(len(entry))-h.HeadSize-h.CodeSize, int64(len(shell))
	return whole, sealed.Write(file, kind, h, func(w io.Writer) error {
		for _, part := range [][]byte{entry[h.HeadSize:][:h.CodeSize], entry[:h.HeadSize], entry[h.HeadSize+h.CodeSize:], shell} {
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
		return nil
	})
}

// nameOf finds out how wazero names the entry of a module, by having it compiled.
func nameOf(ctx context.Context, engine wazero.Runtime, feed *Feed, module []byte) (string, error) {
	compiled, err := engine.CompileModule(ctx, module)
	if err != nil {
		return "", err
	}
	name, err := feed.take()
	return name, errors.Join(err, compiled.Close(ctx))
}

// parts finds the machine code in an entry of wazero's: "WAZEVO", a byte and as many of the version, a u32 and as many
// u64 for the functions, and the code's size as a u64. What looks different has no head and no code, only a tail.
func parts(entry []byte) (head, code int64, err error) {
	const magic = "WAZEVO"
	at := len(magic)
	short := errors.New("wazero's cache entry has another form than it had")
	if len(entry) < at+1 || string(entry[:at]) != magic {
		return 0, 0, short
	}
	at += 1 + int(entry[at])
	if len(entry) < at+4 {
		return 0, 0, short
	}
	at += 4 + 8*int(binary.LittleEndian.Uint32(entry[at:]))
	if len(entry) < at+8 {
		return 0, 0, short
	}
	size := binary.LittleEndian.Uint64(entry[at:])
	at += 8
	if size > uint64(len(entry)-at) {
		return 0, 0, short
	}
	return int64(at), int64(size), nil
}
