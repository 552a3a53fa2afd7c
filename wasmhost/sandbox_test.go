package wasmhost

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// python runs code as the interpreter's command line does, and gives what it prints.
func python(t testing.TB, code string, mounts ...func(*ProgramConfig)) string {
	t.Helper()
	var config ProgramConfig
	for _, mount := range mounts {
		mount(&config)
	}
	program, err := sharedRuntime(t).NewProgram(config)
	require.NoError(t, err)
	var stdout, stderr bytes.Buffer
	exitCode, err := program.Main(t.Context(), InstanceConfig{Stdout: &stdout, Stderr: &stderr}, []string{"-c", code})
	require.NoError(t, err)
	require.Zero(t, exitCode, stderr.String())
	return strings.TrimSpace(stdout.String())
}

func TestNothingOfTheHostIsVisible(t *testing.T) {
	t.Setenv("MMPY_SECRET", "secret")
	require.Equal(t, "['lib', 'tmp'] {} ['-c'] /", python(t, `
import os, sys
print(sorted(os.listdir("/")), dict(os.environ), sys.argv, os.getcwd())`))

	directory := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(directory, "file"), []byte("secret"), 0o600))
	for _, path := range []string{directory + "/file", "/etc/passwd", "/proc/self/environ", "../../etc/passwd", "/dev/null", "/lib/../../etc/passwd"} {
		require.Contains(t, []string{"FileNotFoundError", "PermissionError"}, python(t, `
try: open("`+path+`").read()
except OSError as e: print(type(e).__name__)`), path)
	}
}

func TestSocketsThreadsAndProcessesFailAsPythonExceptions(t *testing.T) {
	for name, code := range map[string]string{
		"socket":     "import socket; socket.create_connection(('127.0.0.1', 80), timeout=1)",
		"thread":     "import threading; threading.Thread(target=print).start()",
		"subprocess": "import subprocess; subprocess.run(['true'])",
		"system":     "import os; os.system('true')",
		"fork":       "import os; os.fork()",
	} {
		require.Equal(t, "failed", python(t, "try:\n "+code+"\nexcept Exception: print('failed')"), name)
	}
}

func TestTheStandardLibraryWorks(t *testing.T) {
	require.Equal(t, "done", python(t, `
import dataclasses, datetime, decimal, hashlib, json, re, secrets, sqlite3, uuid, zlib, asyncio, xml.etree.ElementTree as et
assert json.loads(json.dumps({"a": [1, None]})) == {"a": [1, None]}
assert re.sub("a+", "b", "caaat") == "cbt"
assert zlib.decompress(zlib.compress(b"x" * 1000)) == b"x" * 1000
assert hashlib.sha256(b"").hexdigest().startswith("e3b0c442")
assert decimal.Decimal("0.1") * 3 == decimal.Decimal("0.3")
assert et.fromstring("<a><b/></a>")[0].tag == "b"
print("done")`))
}

func TestClocksAndEntropyAreReal(t *testing.T) {
	const code = `
import random, secrets, time, uuid
start = time.monotonic()
time.sleep(0.1)
assert 0.09 < time.monotonic() - start < 5, time.monotonic() - start
assert time.time() > 1.7e9
print(secrets.token_hex(), uuid.uuid4(), random.random(), hash("x"))`
	first, second := strings.Fields(python(t, code)), strings.Fields(python(t, code))
	for n := range first {
		require.NotEqual(t, first[n], second[n])
	}
}

func TestTmpIsAnOrdinaryFolderAndEachInstanceHasItsOwn(t *testing.T) {
	require.Equal(t, "done", python(t, `
import os, shutil, sqlite3, tempfile, zipfile, pathlib
with tempfile.TemporaryDirectory() as d:
    assert d.startswith("/tmp/"), d
    path = os.path.join(d, "file")
    with open(path, "w") as f: f.write("one\ntwo\n")
    with open(path, "a") as f: f.write("three\n")
    with open(path, "r+") as f:
        assert f.readlines() == ["one\n", "two\n", "three\n"]
        f.seek(0); f.truncate(); f.write("new")
    assert open(path).read() == "new" and os.stat(path).st_size == 3
    os.rename(path, path + "2"); os.replace(path + "2", path)
    try: open(path, "x"); assert False
    except FileExistsError: pass
    os.makedirs(d + "/a/b/c"); open(d + "/a/b/f", "w").close()
    assert sorted(os.listdir(d + "/a/b")) == ["c", "f"]
    assert [e.is_dir() for e in sorted(os.scandir(d + "/a/b"), key=lambda e: e.name)] == [True, False]
    shutil.copytree(d + "/a", d + "/copy"); shutil.rmtree(d + "/a"); shutil.move(d + "/copy", d + "/a")
    with zipfile.ZipFile(d + "/z.zip", "w", zipfile.ZIP_DEFLATED) as z: z.writestr("inner", "x" * 10000)
    assert zipfile.ZipFile(d + "/z.zip").read("inner") == b"x" * 10000
    with tempfile.NamedTemporaryFile(dir=d) as f: f.write(b"x"); f.flush(); assert pathlib.Path(f.name).read_bytes() == b"x"
    with tempfile.TemporaryFile() as f: f.write(b"anonymous"); f.seek(0); assert f.read() == b"anonymous"
    db = sqlite3.connect(d + "/db")
    db.execute("create table t (n integer primary key, s text)")
    with db: db.executemany("insert into t (s) values (?)", [(str(n),) for n in range(5000)])
    try:
        with db: db.execute("delete from t"); raise KeyError
    except KeyError: pass
    assert db.execute("select count(*), max(s) from t").fetchone() == (5000, "999")
    db.execute("vacuum"); db.close()
    assert sqlite3.connect(d + "/db").execute("select s from t where n = 42").fetchone() == ("41",)
assert os.listdir("/tmp") == [], os.listdir("/tmp")
open("/tmp/left", "w").close()
print("done")`))
	require.Equal(t, "[]", python(t, "import os; print(os.listdir('/tmp'))"))
}

func TestTmpHasAQuota(t *testing.T) {
	require.Equal(t, "64\nOSError OSError\nstill alive", python(t, `
count = 0
f = open("/tmp/big", "wb", buffering=0)
try:
    while True: f.write(bytes(1 << 20)); count += 1
except OSError as e: first = type(e).__name__
f.close()
import os
os.remove("/tmp/big")
try:
    for n in range(10000): open(f"/tmp/{n}", "w").close()
except OSError as e: second = type(e).__name__
print(count); print(first, second)
os.remove("/tmp/0"); open("/tmp/x", "w").write("x"); print("still alive")`))
}

func TestOnlySoManyFilesMayBeOpen(t *testing.T) {
	require.Equal(t, "511 OSError", python(t, `
files = []
try:
    while True: files.append(open("/lib/python313.zip"))
except OSError as e: print(len(files), type(e).__name__)`))
}

func TestWhatIsMountedCanBeReadAndNotWritten(t *testing.T) {
	require.Equal(t, "['lib', 'mounted', 'plugin', 'tmp'] sdk data readonly", python(t, `
import os, sdk
try: open("/mounted/data", "w"); result = "written"
except OSError: result = "readonly"
print(sorted(os.listdir("/")), sdk.name, open("/mounted/data").read(), result)`,
		func(c *ProgramConfig) {
			c.Files = fstest.MapFS{}
			c.Libraries = map[string]fs.FS{"sdk": fstest.MapFS{"sdk.py": {Data: []byte("name = 'sdk'")}}}
			c.Mounts = map[string]fs.FS{"/mounted": fstest.MapFS{"data": {Data: []byte("data")}}}
		}))
}

func TestAMemoryBombIsRefusedAndThePluginGoesOn(t *testing.T) {
	runtime, err := NewRuntime(t.Context(), NewRuntimeConfig().WithMemoryLimit(64<<20))
	require.NoError(t, err)
	defer func() { require.NoError(t, runtime.Close(context.Background())) }()
	i := startIn(t, runtime, `
def large(request): return bytearray(1 << 30)
def many(request):
    kept = []
    while True: kept.append(bytearray(1 << 20))
def small(request):
    kept = []
    while True: kept.append([kept])
def caught(request):
    try: large(request)
    except MemoryError: return b"caught"
`, InstanceConfig{})
	for id := range uint32(3) {
		e := hookError(t, t.Context(), i, id, "")
		require.Equal(t, OutOfMemory, e.Code)
		require.Equal(t, "MemoryError", e.Type)
		require.LessOrEqual(t, i.MemorySize(), uint64(64<<20))
		require.Equal(t, "caught", hook(t, i, 3, ""))
	}
	_, err = i.Hook(t.Context(), 3, make([]byte, 80<<20))
	require.ErrorIs(t, err, OutOfMemory)
	require.Equal(t, "caught", hook(t, i, 3, ""))
}
