// Command artefact turns the files that the interpreter's build made into those that are committed.
//
//	artefact WORK OUT
//	artefact -compare COMMITTED BUILT
//
// It compresses WORK/python.wasm and WORK/stdlib.zip to OUT/….zst, the same bytes each time, and writes OUT/BUILDINFO.
// It runs in the repository's root. With -compare it prints how what lies in two folders differs, and fails if it does.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/mmpy/mmpy/pyodide-build/recipe"
)

func main() {
	compare := flag.Bool("compare", false, "print how the artefacts in two folders differ")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: artefact WORK OUT\n       artefact -compare COMMITTED BUILT")
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	var err error
	if *compare {
		err = report(flag.Arg(0), flag.Arg(1))
	} else {
		err = run(context.Background(), flag.Arg(0), flag.Arg(1))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "artefact:", err)
		os.Exit(1)
	}
}

// report prints how two artefacts differ; that they do is an error.
func report(committed, built string) error {
	lines, err := recipe.Compare(committed, built)
	if err != nil {
		return err
	}
	for _, line := range lines {
		fmt.Println(line)
	}
	if len(lines) > 0 {
		return fmt.Errorf("%d differences between %s and %s", len(lines), committed, built)
	}
	return nil
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
