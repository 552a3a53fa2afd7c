// Command licenses writes THIRD_PARTY_LICENSES: what is inside the interpreter and what Go links into the mmpy binary,
// each with its licence's text as its authors ship it.
//
//	licenses WORK > THIRD_PARTY_LICENSES
//
// WORK is the folder that build.sh worked in. It runs in the repository's root.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: licenses WORK > THIRD_PARTY_LICENSES")
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, work string) error {
	interpreter, err := interpreterParts(work)
	if err != nil {
		return err
	}
	modules, err := linkedModules("./cmd/mmpy")
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	fmt.Fprint(out, `mmpy is under the Apache License 2.0, see LICENSE. This file names the work of others that mmpy's
binary contains, and gives their licences. It is written by pyodide-build/cmd/licenses.

Inside the interpreter (pyodide-build/cpython):

`)
	for _, p := range interpreter {
		fmt.Fprintf(out, "  %-28s %s\n", p.name, p.license)
	}
	fmt.Fprint(out, "\nGo modules linked into the binary (`go mod download MODULE@VERSION` gets the source of each):\n\n")
	for _, p := range modules {
		fmt.Fprintf(out, "  %-58s %s\n", p.name, p.license)
	}
	for _, group := range byText(append(interpreter, modules...)) {
		fmt.Fprintf(out, "\n%s\n", strings.Repeat("=", 100))
		for _, name := range group.names {
			fmt.Fprintln(out, name)
		}
		fmt.Fprintf(out, "%s\n\n%s\n", strings.Repeat("=", 100), group.text)
	}
	return out.Flush()
}

// A part is somebody's work inside the binary.
type part struct {
	name    string // with its version
	license string // its name
	text    string
}

// A group is the parts whose licences have the same text.
type group struct {
	names []string
	text  string
}

// byText groups the parts, in the order in which each text comes first.
func byText(parts []part) []*group {
	var groups []*group
	known := map[string]*group{}
	for _, p := range parts {
		g := known[p.text]
		if g == nil {
			g = &group{text: p.text}
			known[p.text] = g
			groups = append(groups, g)
		}
		g.names = append(g.names, p.name)
	}
	return groups
}

// interpreterParts are what python.wasm and stdlib.zip contain, with the texts from the sources.
func interpreterParts(work string) ([]part, error) {
	parts := []struct {
		name, license, file string
		comment             bool // the text is the file's first comment
	}{
		{"CPython", "PSF License 2 and others", "source/python/Doc/license.rst", false},
		{"zlib", "zlib License", "source/zlib/LICENSE", false},
		{"SQLite", "public domain", "source/sqlite3/LICENSE.md", false},
		{"expat", "MIT", "source/python/Modules/expat/COPYING", false},
		{"HACL*", "MIT", "source/python/Modules/_hacl/Hacl_Hash_SHA2.c", true},
		{"libmpdec", "BSD-2-Clause", "source/python/Modules/_decimal/libmpdec/mpdecimal.c", true},
		{"BLAKE2", "CC0-1.0", "source/python/Modules/_blake2/impl/blake2b-ref.c", true},
		{"wasi-libc, with musl", "Apache-2.0 with LLVM exceptions, MIT, BSD", "tools/usr/share/doc/wasi-libc/copyright", false},
		{"compiler-rt (LLVM)", "Apache-2.0 with LLVM exceptions", "tools/usr/share/doc/libclang-rt-19-dev-wasm32/copyright", false},
	}
	var found []part
	for _, p := range parts {
		content, err := os.ReadFile(filepath.Join(work, filepath.FromSlash(p.file)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		text := tidy(string(content))
		if p.comment {
			text = firstComment(text)
		}
		found = append(found, part{p.name, p.license, text})
	}
	return found, nil
}

// firstComment returns the words of the first C comment.
func firstComment(source string) string {
	_, rest, _ := strings.Cut(source, "/*")
	comment, _, _ := strings.Cut(rest, "*/")
	var words strings.Builder
	for line := range strings.Lines(comment) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "*")
		words.WriteString(strings.TrimPrefix(line, " "))
		words.WriteByte('\n')
	}
	return strings.TrimSpace(words.String())
}

// tidy removes what only differs by the editor that wrote it: line ends, spaces at the ends of lines, empty lines around.
func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
