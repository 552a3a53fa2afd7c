package recipe_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/pyodide-build/recipe"
)

func repository() fstest.MapFS {
	file := func(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content)} }
	return fstest.MapFS{
		"pyodide-build/sources.lock":               file("lock"),
		"pyodide-build/build.sh":                   file("build"),
		"pyodide-build/interpreter.sh":             file("stages"),
		"pyodide-build/profile/cpython.profile.gz": file("profile"),
		"pyodide-build/unpack.sh":                  file("unpack"),
		"pyodide-build/stdlib.py":                  file("stdlib"),
		"pyodide-build/guest/a.c":                  file("a"),
		"pyodide-build/guest/a.h":                  file("a"),
		"pyodide-build/looptick/x.go":              file("x"),
		"pyodide-build/looptick/x_test.go":         file("test"),
		"pyodide-build/cpython/README.md":          file("text"),
		"abi/mm_abi_gen.h":                         file("abi"),
		"pyodide-build/guest/testdata/foo.c":       file("not built"),
	}
}

func TestInputsChangeWithWhatTheBuildReads(t *testing.T) {
	was, err := recipe.Inputs(repository())
	require.NoError(t, err)
	require.Len(t, was, 64)
	for name, change := range map[string]struct {
		do      func(fstest.MapFS)
		changes bool
	}{
		"a changed source": {func(r fstest.MapFS) { r["pyodide-build/guest/a.c"].Data = []byte("b") }, true},
		"an added source":  {func(r fstest.MapFS) { r["pyodide-build/guest/b.c"] = &fstest.MapFile{} }, true},
		"a renamed source": {func(r fstest.MapFS) {
			r["abi/mm_abi_gen.h"], r["pyodide-build/guest/a.h"] = r["pyodide-build/guest/a.h"], r["abi/mm_abi_gen.h"]
		}, true},
		"another profile":     {func(r fstest.MapFS) { r["pyodide-build/profile/cpython.profile.gz"].Data = []byte("other") }, true},
		"a moved pin":         {func(r fstest.MapFS) { r["pyodide-build/sources.lock"].Data = []byte("other") }, true},
		"a changed test":      {func(r fstest.MapFS) { r["pyodide-build/looptick/x_test.go"].Data = []byte("other") }, false},
		"documentation":       {func(r fstest.MapFS) { r["pyodide-build/cpython/README.md"].Data = []byte("other") }, false},
		"a file further down": {func(r fstest.MapFS) { delete(r, "pyodide-build/guest/testdata/foo.c") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			changed := repository()
			change.do(changed)
			now, err := recipe.Inputs(changed)
			require.NoError(t, err)
			require.Equal(t, change.changes, was != now)
		})
	}
}

func TestInputsMustExist(t *testing.T) {
	r := repository()
	delete(r, "abi/mm_abi_gen.h")
	_, err := recipe.Inputs(r)
	require.ErrorContains(t, err, "no file abi/mm_abi_gen.h")
}

func TestTheLockFileNamesSourcesAndTools(t *testing.T) {
	lock, err := os.ReadFile("../sources.lock")
	require.NoError(t, err)
	archives, err := recipe.ParseLock(lock)
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	require.Equal(t, "python3.13_3.13.5.orig.tar.xz", archives[0].File())
	_, err = recipe.ParseLock([]byte("# comment\n\nsource zlib 1.3.1 pool/zlib.tar.gz abc\n"))
	require.ErrorContains(t, err, "sources.lock:3: want kind")
}

func TestBuildInfoIsTheSameTextEachTime(t *testing.T) {
	info := recipe.BuildInfo{
		Inputs: "in", Wasm: recipe.OutputOf([]byte("wasm")), Stdlib: recipe.OutputOf(nil),
		Archives: []recipe.Archive{{Kind: "source", Name: "zlib", Version: "1", Path: "a/b", SHA256: "sum"}},
		Module:   recipe.Module{Imports: map[string][]string{"b": {"x", "y"}, "a": make([]string, 100)}, Exports: []string{"e", "f"}},
	}
	require.Equal(t, `# What python.wasm and stdlib.zip are, and what they were built from. Written by the build; see sources.lock.
inputs in
python.wasm 336154bf67f765f8f75d16a0accee61b5ee5f6a75b2a2905703df913bd550f3e 4
stdlib.zip e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0
imports a 100
imports b 2 x y
exports e f
source zlib 1 sum
`, info.String())
}

func TestCompareSaysWhatDiffers(t *testing.T) {
	artefact := func(info, wasm string, members ...string) string {
		dir := t.TempDir()
		encoder, err := zstd.NewWriter(nil)
		require.NoError(t, err)
		var stdlib bytes.Buffer
		z := zip.NewWriter(&stdlib)
		for i := 0; i < len(members); i += 2 {
			w, err := z.CreateHeader(&zip.FileHeader{Name: members[i], Method: zip.Store})
			require.NoError(t, err)
			_, err = w.Write([]byte(members[i+1]))
			require.NoError(t, err)
		}
		require.NoError(t, z.Close())
		for name, content := range map[string][]byte{
			"BUILDINFO": []byte(info), "python.wasm.zst": encoder.EncodeAll([]byte(wasm), nil), "stdlib.zip.zst": encoder.EncodeAll(stdlib.Bytes(), nil),
		} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
		}
		return dir
	}
	committed := artefact("inputs a\nzlib 1\n", "module one", "a.pyc", "same", "b.pyc", "before", "c.pyc", "gone")

	lines, err := recipe.Compare(committed, committed)
	require.NoError(t, err)
	require.Empty(t, lines)

	lines, err = recipe.Compare(committed, artefact("inputs b\nzlib 1\n", "module two!", "a.pyc", "same", "b.pyc", "behind", "d.pyc", "new"))
	require.NoError(t, err)
	require.Equal(t, []string{
		"BUILDINFO committed: inputs a",
		"BUILDINFO built:     inputs b",
		"python.wasm: 10 bytes committed, 11 built; first difference at offset 0x7",
		"stdlib.zip: b.pyc differs from offset 0x2",
		"stdlib.zip: c.pyc is committed but not built",
		"stdlib.zip: d.pyc is built but not committed",
	}, lines)
}
