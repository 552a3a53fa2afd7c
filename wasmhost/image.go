package wasmhost

import (
	"context"
	"os"
)

// An Image is what a snapshot holds: a program that has been loaded.
type Image struct {
	Key     string   // names all that it depends on: the program's files, the interpreter, the version of this module
	Loaded  []byte   // what loading the program has returned
	Said    []Line   // and logged
	Size    uint64   // of the memory, in bytes; 0 when there is none
	Refused []string // why there is none, a reason each
}

func (h *snapshotHeader) image() *Image {
	return &Image{Key: h.Key, Loaded: h.Loaded, Said: h.Said, Size: h.Size, Refused: h.Refused}
}

// ReadImage reads what a snapshot says of itself, whatever program it is of. Nothing runs. An error says that it is no
// snapshot, or damaged; that it is none says nothing of who has written it.
func ReadImage(file string) (*Image, error) {
	s, err := openSnapshot(file, "")
	if err != nil {
		return nil, err
	}
	return s.header.image(), s.file.Close()
}

// MakeSnapshot makes the program's snapshot, wherever one may lie already, and writes it into file. The same program makes the
// same bytes, so this tells a snapshot of it from any other. An error is what loading the program has failed with.
func (p *Program) MakeSnapshot(ctx context.Context, file *os.File) (*Image, error) {
	if functions := p.runtime.shell.ExportedFunctions(); functions[exportFreeze] == nil || functions[exportThaw] == nil {
		return nil, &SnapshotError{[]string{"the interpreter knows of none"}}
	}
	key, err := p.key()
	if err != nil {
		return nil, err
	}
	m, err := p.load(ctx, key)
	if err != nil {
		return nil, err
	}
	defer m.instance.fail(&Error{Code: Closed, Op: "instance"})
	header, err := m.write(file, key)
	return header.image(), err
}
