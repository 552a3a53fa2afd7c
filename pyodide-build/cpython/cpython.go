// Package cpython embeds the CPython interpreter that pyodide-build makes: a WebAssembly module and its standard
// library. README.md says what is in them, BUILDINFO what they were made from; `make runtime` makes them anew.
package cpython

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Version is CPython's version.
const Version = "3.13.5"

var (
	//go:embed python.wasm.zst
	wasm []byte
	//go:embed stdlib.zip.zst
	stdlib []byte
	//go:embed BUILDINFO
	buildInfo string
)

// BuildInfo returns the facts of the build, one a line: a word, then its values separated by spaces.
func BuildInfo() string { return buildInfo }

// Wasm returns the interpreter, a WebAssembly module of about 8 MB. Each call unpacks it anew (some 30 ms): it is
// needed once, to be compiled, and would otherwise stay in memory for good.
func Wasm() ([]byte, error) { return unpack("python.wasm", wasm) }

// Stdlib returns the standard library, a zip of bytecode, stored rather than deflated, that belongs at
// /lib/python313.zip. Each call unpacks it anew (some 25 ms).
func Stdlib() ([]byte, error) { return unpack("stdlib.zip", stdlib) }

// WasmSum is what tells one build from another: the SHA-256 of what Wasm returns, in hexadecimal.
func WasmSum() (string, error) {
	sum, _, err := recorded("python.wasm")
	return sum, err
}

// StdlibSum is the SHA-256 of what Stdlib returns, in hexadecimal, and its size in bytes.
func StdlibSum() (sum string, size int, err error) { return recorded("stdlib.zip") }

// unpack decompresses what is embedded as name and compares it with what BUILDINFO says.
func unpack(name string, compressed []byte) ([]byte, error) {
	sum, size, err := recorded(name)
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(size)))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	defer decoder.Close()
	content, err := decoder.DecodeAll(compressed, make([]byte, 0, size))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != sum {
		return nil, fmt.Errorf("unpack %s: its SHA-256 is not that of BUILDINFO: run make runtime", name)
	}
	return content, nil
}

// recorded returns the SHA-256 and the size that BUILDINFO gives for a file.
func recorded(name string) (sum string, size int, err error) {
	for line := range strings.Lines(buildInfo) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name {
			size, err = strconv.Atoi(f[2])
			return f[1], size, err
		}
	}
	return "", 0, fmt.Errorf("BUILDINFO does not name %s", name)
}
