package hostile

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
)

// tries has attack try functions, and say which of them came through, or what they raised.
const tries = `
import errno, os
def outcome(*attempts):
    raised = []
    for attempt in attempts:
        try: return "CAME THROUGH: " + repr(attempt())[:200]
        except Exception as e: raised.append(type(e).__name__)
    return " ".join(sorted(set(raised)))
`

// refusals are what Python raises for a file that there is not, or that may not be written to.
var refusals = []string{"FileNotFoundError", "FileExistsError", "IsADirectoryError", "OSError", "PermissionError"}

func TestHostileFiles(t *testing.T) {
	run(t, "Files", []attack{
		{
			name: "paths that climb out", limit: "root", want: refusals,
			source: tries + `
def attack(request):
    up = "../" * 40
    return outcome(*[lambda p=p: open(p).read() for p in (
        up + "etc/passwd", "/" + up + "etc/passwd", "/lib/" + up + "etc/passwd", "/tmp/" + up + "etc/passwd", "/plugin/" + up + "etc/hostname",
        "/tmp/./.././../etc/passwd", "//etc/passwd", "/plugin//..//..//etc/passwd", "\\..\\..\\etc\\passwd")])`,
		},
		{
			name: "absolute paths, /proc and /dev", limit: "root", want: refusals,
			source: tries + `
def attack(request):
    return outcome(*[lambda p=p: open(p, "rb").read(10) for p in (
        "/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/self/mem", "/proc/self/maps", "/proc/1/root/etc/passwd", "/dev/mem",
        "/dev/zero", "/dev/random", "/dev/fd/3", "/sys/kernel", "/root/.ssh/id_rsa")])`,
		},
		{
			name: "descriptors that it was not given", limit: "root", want: refusals,
			source: tries + `
def attack(request):
    return outcome(*[lambda n=n: os.fdopen(n, "rb").read(1) for n in range(4, 200)] +
        [lambda n=n: os.fstat(n) for n in (100, 2**31 - 1, -2)] + [lambda: os.open("etc/passwd", os.O_RDONLY, dir_fd=3)])`,
		},
		{
			name: "symbolic links that it makes", limit: "no links in /tmp", want: refusals,
			source: tries + `
def attack(request):
    return outcome(lambda: os.symlink("/etc/passwd", "/tmp/link"), lambda: open("/tmp/link").read(),
        lambda: os.symlink("../../../etc", "/tmp/etc"), lambda: open("/tmp/etc/passwd").read(), lambda: os.symlink("x", "/plugin/x"))`,
		},
		{
			name: "hard links", limit: "no links in /tmp", want: refusals,
			source: tries + `
def attack(request):
    open("/tmp/f", "w").close()
    return outcome(lambda: os.link("/tmp/f", "/tmp/g"), lambda: os.link("/lib/python313.zip", "/tmp/zip"), lambda: os.link("/tmp/f", "/plugin/f"))`,
		},
		{
			name: "renames onto what it runs", limit: "read-only", want: refusals,
			source: tries + `
def attack(request):
    open("/tmp/f", "w").write("evil = True")
    return outcome(lambda: os.rename("/tmp/f", "/plugin/entry.py"), lambda: os.replace("/tmp/f", "/lib/python313.zip"),
        lambda: os.rename("/plugin", "/tmp/plugin"), lambda: os.rename("/tmp", "/plugin"), lambda: os.rename("/plugin/entry.py", "/plugin/x.py"),
        lambda: os.rename("/tmp/f", "/tmp/../plugin/main.py"), lambda: os.rename("/tmp/f", "/f"), lambda: os.rmdir("/tmp") if os.listdir("/") else 0)`,
		},
		{
			name: "writes to what is read-only", limit: "read-only", want: refusals,
			source: tries + `
def attack(request):
    return outcome(*[lambda p=p, m=m: open(p, m) for p in ("/plugin/main.py", "/lib/python313.zip", "/plugin/new", "/new") for m in ("w", "a", "r+", "x")],
        lambda: os.truncate("/plugin/main.py", 0), lambda: os.remove("/plugin/main.py"), lambda: os.mkdir("/plugin/d"), lambda: os.utime("/plugin/main.py"),
        lambda: os.write(os.open("/plugin/main.py", os.O_RDONLY), b"x"))`,
		},
		{
			name: "names with NUL, of 1 MiB, of no UTF-8", limit: "names", want: refusals,
			source: tries + `
def attack(request):
    return outcome(lambda: open("/tmp/a\0b", "w"), lambda: open("/tmp/" + "a" * (1 << 20), "w"), lambda: open("/tmp/" + "a/" * (1 << 19), "w"),
        lambda: os.mkdir("/tmp/" + "x" * 256), lambda: open(b"/tmp/\xff\xfe/x", "w"), lambda: open("/tmp/\udcff\ud800", "w"),
        lambda: open("../" * (1 << 18) + "etc/passwd"), lambda: open(b"/plugin/\xff"))`,
		},
		{
			name: "200,000 opens", limit: "open files", want: []string{"OSError at 5"},
			source: `
def attack(request):
    kept = []
    try:
        for n in range(200000): kept.append(open("/plugin/main.py"))
    except OSError as e: return f"OSError at {len(kept)}"`,
		},
		{
			name: "200,000 opens that are closed", limit: "open files", want: []string{"200000"},
			source: `
import os
def attack(request):
    for n in range(200000): os.close(os.open("/plugin/main.py", os.O_RDONLY))
    return n + 1`,
		},
		{
			name: "a folder with 200,000 files", limit: "entries of /tmp", want: []string{"OSError at 40"},
			source: `
def attack(request):
    try:
        for n in range(200000): open(f"/tmp/{n:0200}", "w").close()
    except OSError as e: return f"OSError at {n}"`,
		},
		{
			name: "folders in folders without end", limit: "depth of /tmp", want: []string{"OSError at 6"},
			source: `
import os
def attack(request):
    path = "/tmp"
    try:
        for n in range(100000):
            path += "/d"
            os.mkdir(path)
    except OSError as e: return f"OSError at {n}"`,
		},
		{
			name: "sparse files", limit: "bytes of /tmp", want: refusals,
			source: tries + `
def attack(request):
    f = open("/tmp/f", "wb", buffering=0)
    def at(place):
        f.seek(place)
        return f.write(b"x")
    return outcome(lambda: f.truncate(200 << 20), lambda: f.truncate(1 << 40), lambda: at(1 << 40), lambda: at((1 << 63) - 2), lambda: f.truncate((1 << 63) - 1),
        lambda: os.truncate("/tmp/f", 1 << 31), lambda: at(1 << 32))`,
		},
		{
			name: "files that shrink and keep their memory", limit: "bytes of /tmp", want: []string{"12 files"},
			// Each goes through the whole quota and then holds a byte: unless all of it is given back, that is 12 times the quota.
			source: `
import os
def attack(request):
    for n in range(12):
        f = os.open(f"/tmp/{n}", os.O_RDWR | os.O_CREAT)
        size = 60 << 20
        os.ftruncate(f, size)
        while size > 1:
            size = size // 2 + 1 if size > 3 else 1
            os.ftruncate(f, size)
    grown()
    return f"{n + 1} files"
import _mmpy
def grown(): _mmpy.call("GetServerVersion", b"")`,
			config: wasmhost.InstanceConfig{Caller: heapBelow(t, 256<<20)},
		},
		{
			name: "reads that are larger than the file", limit: "memory", want: refusals,
			source: tries + `
def attack(request):
    f = os.open("/plugin/main.py", os.O_RDONLY)
    assert os.pread(f, 1 << 20, 0) and not os.pread(f, 1 << 20, 1 << 40)
    return outcome(lambda: os.pread(f, 10, -1), lambda: os.lseek(f, -1, 0), lambda: os.lseek(f, 1 << 62, 9))`,
		},
	})
	linksInTheBundle(t)
}

// linksInTheBundle is a plugin's folder whose files are links to the host's.
func linksInTheBundle(t *testing.T) {
	hostile.Attack(t, "Files", "symbolic links in the plugin's folder", "os.Root", func(t *testing.T) string {
		return watched(t, func() string {
			outside, inside := t.TempDir(), t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600))
			for name, content := range map[string]string{"entry.py": entry, "main.py": tries + `
def attack(request):
    seen = " ".join(sorted(os.listdir("/plugin")))
    assert seen == "entry.py main.py", seen
    return outcome(*[lambda p=p: open(p).read() for p in ("/plugin/file", "/plugin/folder/secret", "/plugin/up", "/plugin/folder/../secret")])`} {
				require.NoError(t, os.WriteFile(filepath.Join(inside, name), []byte(content), 0o600))
			}
			for name, target := range map[string]string{
				"file": filepath.Join(outside, "secret"), "folder": outside, "up": "../" + filepath.Base(outside) + "/secret",
			} {
				require.NoError(t, os.Symlink(target, filepath.Join(inside, name)))
			}
			root, err := os.OpenRoot(inside)
			require.NoError(t, err)
			defer root.Close()
			return mounted(t, root.FS())
		})
	})
}

func mounted(t *testing.T, files fs.FS) string {
	p, err := of(t, attackers).NewProgram(wasmhost.ProgramConfig{Files: files, Entry: "entry"})
	require.NoError(t, err)
	i, err := p.Instantiate(t.Context(), wasmhost.InstanceConfig{})
	require.NoError(t, err)
	defer func() { require.NoError(t, i.Close(t.Context())) }()
	answer, err := i.Hook(t.Context(), 0, nil)
	return attack{want: refusals}.judge(t, outcomeOf(answer, err)+after(t, i, err))
}
