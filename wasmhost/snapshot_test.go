package wasmhost

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// snapshots is a folder with the interpreter's code, so that it need not be compiled, and no snapshot.
func snapshots(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, sharedRuntime(t).codeName()))
	require.NoError(t, err)
	require.NoError(t, sharedRuntime(t).WriteCode(file))
	require.NoError(t, file.Close())
	return dir
}

// freezing makes a runtime whose snapshots lie in dir, and gives what it logs.
func freezing(t *testing.T, dir string) (*Runtime, *strings.Builder) {
	t.Helper()
	log := &strings.Builder{}
	runtime, err := NewRuntime(t.Context(), NewRuntimeConfig().WithCacheDir(dir).
		WithLogger(slog.New(slog.NewTextHandler(log, nil))))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, runtime.Close(context.Background())) })
	return runtime, log
}

func snapshotsIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.snapshot"))
	require.NoError(t, err)
	return files
}

const unlike = `
import logging, os, random, secrets, time, uuid
import _mmpy
def draw(request):
    return " ".join(map(str, (random.random(), uuid.uuid4(), secrets.token_hex(8), os.urandom(8).hex(),
        random.Random().random(), random.sample(range(10**9), 2), hash("a text")))).encode()
def now(request):
    return f"{time.time()} {logging._startTime}".encode()
print("loaded")
`

func TestInstancesOfASnapshotDiffer(t *testing.T) {
	runtime, log := freezing(t, snapshots(t))
	program := newProgram(t, runtime, unlike)
	seen := map[string]bool{}
	hashes := map[string]bool{}
	for range 4 {
		var said []string
		i, err := program.Instantiate(t.Context(), InstanceConfig{Log: func(_ slog.Level, line string) { said = append(said, line) }})
		require.NoError(t, err)
		require.Equal(t, []string{"loaded"}, said, "each instance says what it has said when it was loaded")
		words := strings.Fields(hook(t, i, 0, ""))
		for _, word := range words[:len(words)-1] {
			require.False(t, seen[word], "%s twice", word)
			seen[word] = true
		}
		hashes[words[len(words)-1]] = true
	}
	require.Len(t, hashes, 1, "the hash seed belongs to the snapshot")
	i, err := newProgram(t, runtime, unlike+"\n").Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	words := strings.Fields(hook(t, i, 0, ""))
	require.False(t, hashes[words[len(words)-1]], "another program has another hash seed")
	require.Empty(t, log.String())
}

// helper is what the tests below run as another process.
const helper = "MMPY_TEST_SNAPSHOTS"

func TestRestoreInAnotherProcess(t *testing.T) {
	if dir := os.Getenv(helper); dir != "" {
		runtime, _ := freezing(t, dir)
		i, err := newProgram(t, runtime, unlike).Instantiate(t.Context(), InstanceConfig{})
		require.NoError(t, err)
		_, _ = os.Stdout.WriteString("drawn: " + hook(t, i, 0, "") + "\n")
		return
	}
	dir := snapshots(t)
	run := func() string {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRestoreInAnotherProcess$")
		command.Env = append(os.Environ(), helper+"="+dir)
		output, err := command.CombinedOutput()
		require.NoError(t, err, string(output))
		_, after, found := strings.Cut(string(output), "drawn: ")
		require.True(t, found, string(output))
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	first := run()
	files := snapshotsIn(t, dir)
	require.Len(t, files, 1)
	before, err := os.ReadFile(files[0])
	require.NoError(t, err)
	second := run()
	require.NotEqual(t, first, second)
	last := func(line string) string { return line[strings.LastIndex(line, " ")+1:] }
	require.Equal(t, last(first), last(second), "of the same snapshot")
	after, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
}

func TestASnapshotHoldsNothingOfTheMachine(t *testing.T) {
	var kept [2][]byte
	for n := range kept {
		dir := snapshots(t)
		t.Setenv("MMPY_SECRET", "a-secret-of-this-machine")
		runtime, _ := freezing(t, dir)
		require.NoError(t, newProgram(t, runtime, unlike).Snapshot(t.Context()))
		files := snapshotsIn(t, dir)
		require.Len(t, files, 1)
		var err error
		kept[n], err = os.ReadFile(files[0])
		require.NoError(t, err)
	}
	require.True(t, bytes.Equal(kept[0], kept[1]), "the same program makes the same snapshot")
	traces := map[string]string{"folder": must(os.Getwd()), "temporary folder": t.TempDir(), "program": os.Args[0]}
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); len(value) > 5 && !strings.HasPrefix(value, "/usr") && value != "C.UTF-8" {
			traces["variable "+name] = value
		}
	}
	if name := must(os.Hostname()); len(name) > 4 {
		traces["host name"] = name
	}
	if home := must(os.UserHomeDir()); home != "/root" {
		traces["home folder"] = home
	}
	require.Contains(t, traces, "variable MMPY_SECRET")
	for what, trace := range traces {
		require.False(t, bytes.Contains(kept[0], []byte(trace)), "the snapshot holds the %s: %s", what, trace)
	}
	require.True(t, bytes.Contains(kept[0], []byte("/plugin/main.py")), "but it does hold something")
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestASnapshotIsMadeAnew(t *testing.T) {
	dir := snapshots(t)
	runtime, _ := freezing(t, dir)
	file := filepath.Join(t.TempDir(), "bundled")
	write := func(source string) {
		t.Helper()
		out := must(os.Create(file))
		require.NoError(t, newProgram(t, runtime, source).WriteSnapshot(t.Context(), out))
		require.NoError(t, out.Close())
	}
	const source = "def f(request): return b'answer'"
	flip := func(at int64) func() {
		return func() {
			write(source)
			content := must(os.ReadFile(file))
			content[(at+int64(len(content)))%int64(len(content))] ^= 16
			require.NoError(t, os.WriteFile(file, content, 0o600))
		}
	}
	for name, test := range map[string]struct {
		prepare func()
		says    string
	}{
		"sound":   {func() { write(source) }, ""},
		"missing": {func() { _ = os.Remove(file) }, ""},
		"stale":   {func() { write(source + "\n") }, "of something else"},
		"another kind": {func() {
			require.NoError(t, os.WriteFile(file, must(os.ReadFile(filepath.Join(dir, runtime.codeName()))), 0o600))
		}, "damaged"},
		"a bit flipped":     {flip(10 << 20), "damaged"},
		"the last byte":     {flip(-1), "damaged"},
		"in the header":     {flip(200), "damaged"},
		"cut off":           {func() { write(source); require.NoError(t, os.Truncate(file, 1<<20)) }, "damaged"},
		"empty":             {func() { require.NoError(t, os.WriteFile(file, nil, 0o600)) }, "damaged"},
		"a folder, somehow": {func() { _ = os.Remove(file); require.NoError(t, os.Mkdir(file, 0o700)) }, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			test.prepare()
			defer os.RemoveAll(file)
			runtime, log := freezing(t, snapshots(t))
			program, err := runtime.NewProgram(ProgramConfig{
				Files: fstest.MapFS{"entry.py": {Data: []byte(entry)}, "main.py": {Data: []byte(source)}},
				Entry: "entry", Snapshot: file,
			})
			require.NoError(t, err)
			i, err := program.Instantiate(t.Context(), InstanceConfig{})
			require.NoError(t, err)
			require.Equal(t, "answer", hook(t, i, 0, ""))
			if test.says == "" {
				require.Empty(t, log.String())
			} else {
				require.Contains(t, log.String(), test.says)
				require.Contains(t, log.String(), file)
			}
		})
	}
}

func TestWhatCannotBeFrozenIsLoadedByEachInstance(t *testing.T) {
	runtime, log := freezing(t, snapshots(t))
	for name, test := range map[string]struct{ source, reason string }{
		"a clock":        {"import time\nbegan = time.time()", "/plugin/main.py:2 reads the clock"},
		"a local time":   {"import datetime\nbegan = datetime.datetime.now()", "/plugin/main.py:2 reads the clock"},
		"in a function":  {"import time\ndef now():\n    return time.monotonic()\nbegan = now()", "/plugin/main.py:3 reads the clock"},
		"random bytes":   {"import os\nkey = os.urandom(16)", "/plugin/main.py:2 takes random bytes"},
		"a uuid":         {"import uuid\nmine = uuid.uuid4()", "/plugin/main.py:2 takes random bytes"},
		"a generator":    {"import random\nmine = random.Random()", "/plugin/main.py:2 takes random bytes"},
		"a number":       {"import random\nmine = random.random()", "it draws from the module random"},
		"an open file":   {"file = open('/plugin/entry.py')", "it leaves 1 files open"},
		"a written file": {"with open('/tmp/x', 'w') as f: f.write('x')", "it leaves files in /tmp"},
		"an API call":    {"import _mmpy\ntry: _mmpy.call('GetUser', b'')\nexcept _mmpy.StatusError: pass", "it calls GetUser"},
		"a request":      {"import _mmpy\ntry: _mmpy.call('http_request', b'')\nexcept _mmpy.StatusError: pass", "it makes an HTTP request"},
	} {
		t.Run(name, func(t *testing.T) {
			log.Reset()
			program := newProgram(t, runtime, test.source+"\ndef f(request): return b'answer'")
			err := program.Snapshot(t.Context())
			var refused *SnapshotError
			require.ErrorAs(t, err, &refused)
			require.Contains(t, refused.Reasons, test.reason)
			require.Contains(t, log.String(), test.reason)
			i, err := program.Instantiate(t.Context(), InstanceConfig{})
			require.NoError(t, err)
			require.Equal(t, "answer", strings.TrimPrefix(hook(t, i, uint32(strings.Count(test.source, "def ")), ""), "x"))
		})
	}
}

func TestWhatTheStandardLibraryDoesOnImportCanBeFrozen(t *testing.T) {
	runtime, log := freezing(t, snapshots(t))
	program := newProgram(t, runtime, `
import asyncio, dataclasses, datetime, decimal, email.message, hashlib, http.client, json, logging, random, re, secrets
import sqlite3, string, tempfile, threading, time, typing, unittest, urllib.request, uuid, xml.etree.ElementTree, zoneinfo
def work(request):
    with sqlite3.connect(":memory:") as connection, tempfile.TemporaryFile() as file:
        file.write(json.dumps(connection.execute("select 1 + 1").fetchall()).encode())
        file.seek(0)
        return file.read() + asyncio.run(asyncio.sleep(0, b"!"))
def imports(request):
    import csv, fractions, statistics
    return statistics.mean([fractions.Fraction(1, 2), 1]).__repr__().encode()
`)
	require.NoError(t, program.Snapshot(t.Context()))
	i, err := program.Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	require.Equal(t, "Fraction(3, 4)", hook(t, i, 1, ""))
	require.Empty(t, log.String())
}

func TestNoSnapshotIsWanted(t *testing.T) {
	dir := snapshots(t)
	runtime, _ := freezing(t, dir)
	program, err := runtime.NewProgram(ProgramConfig{
		Files: fstest.MapFS{"entry.py": {Data: []byte(entry)}, "main.py": {Data: []byte("def f(request): return b'answer'")}},
		Entry: "entry", NoSnapshot: true,
	})
	require.NoError(t, err)
	i, err := program.Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	require.Equal(t, "answer", hook(t, i, 0, ""))
	require.Empty(t, snapshotsIn(t, dir))
	require.Error(t, program.Snapshot(t.Context()))
	require.Error(t, program.WriteSnapshot(t.Context(), io.Discard))
}

func TestASnapshotWithoutACache(t *testing.T) {
	require.NoError(t, os.MkdirAll(filepath.Join(t.TempDir(), "x"), 0o700))
	log := &strings.Builder{}
	file := filepath.Join(snapshots(t), sharedRuntime(t).codeName())
	t.Setenv("TMPDIR", t.TempDir())
	runtime, err := NewRuntime(t.Context(), NewRuntimeConfig().WithoutCache().WithCode(file).
		WithLogger(slog.New(slog.NewTextHandler(log, nil))))
	require.NoError(t, err)
	for range 2 {
		i, err := newProgram(t, runtime, "def f(request): return b'answer'").Instantiate(t.Context(), InstanceConfig{})
		require.NoError(t, err)
		require.Equal(t, "answer", hook(t, i, 0, ""))
	}
	require.Empty(t, log.String())
	require.NoError(t, runtime.Close(t.Context()))
	entries, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, entries, "nothing is left")
}

// The key of a snapshot changes with each thing that it depends on.
func TestWhatASnapshotIsOf(t *testing.T) {
	files := func() fstest.MapFS { return fstest.MapFS{"a/b.py": {Data: []byte("1")}, "c": {Data: []byte("2")}} }
	base := ProgramConfig{Files: files(), Entry: "entry", Argument: "x", Libraries: map[string]fs.FS{"lib": files()}}
	keys := map[string]string{}
	add := func(what string, config ProgramConfig) {
		t.Helper()
		program, err := sharedRuntime(t).NewProgram(config)
		require.NoError(t, err)
		key, err := program.key()
		require.NoError(t, err)
		for other, existing := range keys {
			require.NotEqual(t, existing, key, "%s and %s", what, other)
		}
		keys[what] = key
	}
	add("base", base)
	changed := base
	changed.Entry = "other"
	add("entry", changed)
	changed = base
	changed.Argument = "y"
	add("argument", changed)
	changed = base
	changed.Libraries = map[string]fs.FS{"lib2": files()}
	add("library's name", changed)
	for what, change := range map[string]func(fstest.MapFS){
		"content": func(f fstest.MapFS) { f["c"].Data = []byte("3") },
		"name":    func(f fstest.MapFS) { f["d"] = f["c"]; delete(f, "c") },
		"moved":   func(f fstest.MapFS) { f["a/b.py"].Data, f["c"].Data = f["c"].Data, f["a/b.py"].Data },
		"more":    func(f fstest.MapFS) { f["e"] = &fstest.MapFile{} },
	} {
		changed = base
		other := files()
		change(other)
		changed.Files = other
		add("file's "+what, changed)
		changed = base
		changed.Libraries = map[string]fs.FS{"lib": other}
		add("library's "+what, changed)
	}
	again, err := sharedRuntime(t).NewProgram(base)
	require.NoError(t, err)
	key, err := again.key()
	require.NoError(t, err)
	require.Equal(t, keys["base"], key)
}

func TestTheEntryModuleMayPrepareForASnapshot(t *testing.T) {
	runtime, _ := freezing(t, snapshots(t))
	program := func(freeze string) *Program {
		program, err := runtime.NewProgram(ProgramConfig{Files: fstest.MapFS{
			"entry.py": {Data: []byte(entry + "ready = 'not'\ndef freeze():\n    global ready\n" + freeze)},
			"main.py":  {Data: []byte("def f(request):\n    import entry\n    return entry.ready.encode()")},
		}, Entry: "entry"})
		require.NoError(t, err)
		return program
	}
	i, err := program("    ready = 'ready'").Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	require.Equal(t, "ready", hook(t, i, 0, ""))

	failing := program("    raise LookupError('no')")
	var refused *SnapshotError
	require.ErrorAs(t, failing.Snapshot(t.Context()), &refused)
	require.Equal(t, []string{"freeze: LookupError: no"}, refused.Reasons)
	i, err = failing.Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	require.Equal(t, "not", hook(t, i, 0, ""))
}
