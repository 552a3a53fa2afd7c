// Command artefact turns the files that the interpreter's build made into those that are committed.
//
//	artefact WORK OUT
//
// It compresses WORK/python.wasm and WORK/stdlib.zip to OUT/….zst, the same bytes each time, and writes OUT/BUILDINFO.
// It runs in the repository's root.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/mmpy/mmpy/pyodide-build/recipe"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: artefact WORK OUT")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "artefact:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, work, out string) error {
	var info recipe.BuildInfo
	lock, err := os.ReadFile("pyodide-build/sources.lock")
	if err != nil {
		return err
	}
	if info.Archives, err = recipe.ParseLock(lock); err != nil {
		return err
	}
	if info.Inputs, err = recipe.Inputs(os.DirFS(".")); err != nil {
		return err
	}
	wasm, err := compress(filepath.Join(work, "python.wasm"), out)
	if err != nil {
		return err
	}
	stdlib, err := compress(filepath.Join(work, "stdlib.zip"), out)
	if err != nil {
		return err
	}
	info.Wasm, info.Stdlib = recipe.OutputOf(wasm), recipe.OutputOf(stdlib)
	if info.Module, err = recipe.Inspect(ctx, wasm); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "BUILDINFO"), []byte(info.String()), 0o644)
}

// compress writes the file's compressed form to the folder out and returns the file.
func compress(file, out string) ([]byte, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	// One goroutine: how a frame is cut must not depend on the number of processors.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	compressed := encoder.EncodeAll(content, nil)
	name := filepath.Base(file) + ".zst"
	fmt.Printf("artefact: %s %d bytes, from %d\n", name, len(compressed), len(content))
	return content, os.WriteFile(filepath.Join(out, name), compressed, 0o644)
}
