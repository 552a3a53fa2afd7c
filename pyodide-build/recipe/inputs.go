// Package recipe knows what the committed interpreter is made from: the pinned archives, the files of this repository
// that its build reads, and the BUILDINFO that ties the result to both.
package recipe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// inputs are the files that decide what the build gives, as patterns from the repository's root. Documentation and
// the programs that only carry the result about are not among them.
var inputs = []string{
	"pyodide-build/sources.lock",
	"pyodide-build/build.sh",
	"pyodide-build/interpreter.sh",
	"pyodide-build/profile/cpython.profile.gz",
	"pyodide-build/unpack.sh",
	"pyodide-build/stdlib.py",
	"pyodide-build/guest/*.c",
	"pyodide-build/guest/*.h",
	"pyodide-build/looptick/*.go",
	"abi/mm_abi_gen.h",
}

// Inputs returns a SHA-256 over the repository's files that the build reads: it changes when one of them is changed,
// added, renamed or removed. root is the repository.
func Inputs(root fs.FS) (string, error) {
	var names []string
	for _, pattern := range inputs {
		matches, err := fs.Glob(root, pattern)
		if err != nil {
			return "", err
		}
		matches = slices.DeleteFunc(matches, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
		if len(matches) == 0 {
			return "", fmt.Errorf("the repository has no file %s", pattern)
		}
		names = append(names, matches...)
	}
	slices.Sort(names)
	var list bytes.Buffer
	for _, name := range names {
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(content), name)
	}
	return Sum(list.Bytes()), nil
}

// Sum is the SHA-256 of content in hexadecimal.
func Sum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
