// Package python holds the SDK that plugins import: the package mattermost_plugin and the part of Google's protobuf
// package that comes with it. It runs inside the guest; see pyodide-build for the interpreter.
package python

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sync"
)

//go:generate go run ./internal/bytecode

// Patterns of files, not folders, so that no bytecode that lies about is taken along.
//
//go:embed sitecustomize.py google/*.py google/protobuf/*.py google/protobuf/internal/*.py
//go:embed mattermost_plugin/*.py mattermost_plugin/py.typed mattermost_plugin/grpc/*.py mattermost_plugin/servicers/*.py
//go:embed mattermost_plugin/_internal/*.py mattermost_plugin/_internal/*/*.py
var sources embed.FS

//go:embed bytecode.zip
var bytecodeZip []byte

// Sources returns the SDK's source files: mattermost_plugin/…, google/… and sitecustomize.py, which gives the
// interpreter's command line an asyncio event loop that works without sockets.
func Sources() fs.FS { return sources }

// Files returns the folder to put on the guest's module search path: the sources, and their bytecode in the __pycache__
// folders where Python looks for it, so that the guest need not compile them. The folders are not listed.
func Files() fs.FS { return library{sources, bytecode()} }

var bytecode = sync.OnceValue(func() fs.FS {
	archive, err := zip.NewReader(bytes.NewReader(bytecodeZip), int64(len(bytecodeZip)))
	if err != nil {
		return embed.FS{} // then Python compiles the sources
	}
	return archive
})

// library is source files, with bytecode where Python looks for it.
type library struct{ sources, bytecode fs.FS }

func (l library) Open(name string) (fs.File, error) {
	if path.Base(path.Dir(name)) == "__pycache__" {
		return l.bytecode.Open(name)
	}
	return l.sources.Open(name)
}

// ReadDir lists a folder of sources.
func (l library) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(l.sources, name) }

// Digest is a digest of all the files.
func (library) Digest() ([]byte, error) { return sum() }

var sum = sync.OnceValues(func() ([]byte, error) {
	hash := sha256.New()
	hash.Write(bytecodeZip)
	err := fs.WalkDir(sources, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := sources.ReadFile(name)
		fmt.Fprintf(hash, "%q %d\n%s", name, len(content), content)
		return err
	})
	return hash.Sum(nil), err
})
