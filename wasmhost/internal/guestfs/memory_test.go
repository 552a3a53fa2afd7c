package guestfs

import (
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero/experimental/sys"
	"github.com/tetratelabs/wazero/experimental/sysfs"
	"pgregory.net/rapid"
)

const create = sys.O_RDWR | sys.O_CREAT

func open(t require.TestingT, files sys.FS, name string, flag sys.Oflag) sys.File {
	file, errno := files.OpenFile(name, flag, 0o600)
	require.Zero(t, errno, "open %s: %v", name, errno)
	return file
}

func put(t require.TestingT, files sys.FS, name, content string) {
	file := open(t, files, name, create|sys.O_TRUNC)
	_, errno := file.Write([]byte(content))
	require.Zero(t, errno)
	require.Zero(t, file.Close())
}

func get(t require.TestingT, files sys.FS, name string) string {
	file := open(t, files, name, sys.O_RDONLY)
	content, errno := readAll(file)
	require.Zero(t, errno)
	require.Zero(t, file.Close())
	return content
}

func readAll(file sys.File) (string, sys.Errno) {
	var content []byte
	for buffer := make([]byte, 7); ; {
		n, errno := file.Read(buffer)
		if errno != 0 || n == 0 {
			return string(content), errno
		}
		content = append(content, buffer[:n]...)
	}
}

func names(t require.TestingT, files sys.FS, name string) []string {
	file := open(t, files, name, sys.O_RDONLY|sys.O_DIRECTORY)
	var list []string
	for {
		entries, errno := file.Readdir(2)
		require.Zero(t, errno)
		for _, entry := range entries {
			require.NotZero(t, entry.Ino)
			list = append(list, entry.Name)
		}
		if len(entries) < 2 {
			require.Zero(t, file.Close())
			return list
		}
	}
}

// Random operations on a Memory and on wazero's own view of a real directory have the same results and the same errors.
func TestMemoryBehavesAsARealDirectory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		memory := NewMemory(Quota{Bytes: 1 << 20, Entries: 1000})
		real := sysfs.DirFS(t.TempDir())
		type pair struct{ memory, real sys.File }
		var files []pair

		path := rapid.SampledFrom([]string{"a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "a/a", "d/", "none/a"})
		pick := func() (pair, bool) {
			if len(files) == 0 {
				return pair{}, false
			}
			return files[rapid.IntRange(0, len(files)-1).Draw(rt, "file")], true
		}
		same := func(what string, a, b any) {
			if a != b {
				rt.Fatalf("%s: memory %v, real %v", what, a, b)
			}
		}
		check := func() {
			for _, name := range []string{".", "d", "d/e"} {
				stat, errno := real.Stat(name)
				if errno != 0 || !stat.Mode.IsDir() {
					continue
				}
				want := names(rt, real, name)
				slices.Sort(want)
				require.Equal(rt, want, names(rt, memory, name))
			}
			for _, name := range []string{"a", "b", "d/a", "d/b", "d/e/a"} {
				stat, errno := real.Stat(name)
				if errno == 0 && stat.Mode.IsRegular() {
					require.Equal(rt, get(rt, real, name), get(rt, memory, name), name)
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"open": func(rt *rapid.T) {
				name := path.Draw(rt, "path")
				flag := rapid.SampledFrom([]sys.Oflag{
					sys.O_RDONLY, sys.O_RDWR, sys.O_WRONLY, create, create | sys.O_EXCL, create | sys.O_TRUNC,
					sys.O_WRONLY | sys.O_CREAT | sys.O_APPEND, sys.O_RDONLY | sys.O_DIRECTORY,
				}).Draw(rt, "flag")
				a, errnoA := memory.OpenFile(name, flag, 0o600)
				b, errnoB := real.OpenFile(name, flag, 0o600)
				same("open", errnoA, errnoB)
				if errnoA == 0 {
					files = append(files, pair{a, b})
				}
			},
			"close": func(rt *rapid.T) {
				if p, ok := pick(); ok {
					p.memory.Close()
					p.real.Close()
					files = slices.DeleteFunc(files, func(q pair) bool { return q == p })
				}
			},
			"read": func(rt *rapid.T) {
				if p, ok := pick(); ok {
					a, errnoA := readAll(p.memory)
					b, errnoB := readAll(p.real)
					same("read", a, b)
					same("read errno", errnoA, errnoB)
				}
			},
			"write": func(rt *rapid.T) {
				if p, ok := pick(); ok {
					data := []byte(rapid.StringN(1, 20, 20).Draw(rt, "data"))
					a, errnoA := p.memory.Write(data)
					b, errnoB := p.real.Write(data)
					same("write", a, b)
					same("write errno", errnoA, errnoB)
				}
			},
			"pwrite": func(rt *rapid.T) {
				if p, ok := pick(); ok && !p.real.IsAppend() {
					at := int64(rapid.IntRange(0, 50).Draw(rt, "at"))
					a, errnoA := p.memory.Pwrite([]byte("xyz"), at)
					b, errnoB := p.real.Pwrite([]byte("xyz"), at)
					same("pwrite", a, b)
					same("pwrite errno", errnoA, errnoB)
				}
			},
			"seek": func(rt *rapid.T) {
				if p, ok := pick(); ok {
					if directory, _ := p.real.IsDir(); directory {
						return
					}
					by := int64(rapid.IntRange(-5, 30).Draw(rt, "by"))
					whence := rapid.SampledFrom([]int{io.SeekStart, io.SeekCurrent, io.SeekEnd}).Draw(rt, "whence")
					a, errnoA := p.memory.Seek(by, whence)
					b, errnoB := p.real.Seek(by, whence)
					same("seek errno", errnoA, errnoB)
					if errnoA == 0 {
						same("seek", a, b)
					}
				}
			},
			"truncate": func(rt *rapid.T) {
				if p, ok := pick(); ok {
					if directory, _ := p.real.IsDir(); directory {
						return
					}
					if m := p.memory.(*memoryFile); !writing(m.flag) {
						return // the kernel says EINVAL, POSIX EBADF or EINVAL
					}
					size := int64(rapid.IntRange(0, 40).Draw(rt, "size"))
					same("truncate", p.memory.Truncate(size), p.real.Truncate(size))
				}
			},
			"mkdir": func(rt *rapid.T) {
				name := path.Draw(rt, "path")
				got, want := memory.Mkdir(name, 0o700), real.Mkdir(name, 0o700)
				if got == sys.ENOTDIR && want == sys.ENOENT {
					return // wazero turns the one into the other
				}
				same("mkdir", got, want)
			},
			"rmdir": func(rt *rapid.T) {
				name := path.Draw(rt, "path")
				same("rmdir", memory.Rmdir(name), real.Rmdir(name))
			},
			"unlink": func(rt *rapid.T) {
				name := strings.TrimSuffix(path.Draw(rt, "path"), "/")
				same("unlink", memory.Unlink(name), real.Unlink(name))
			},
			"rename": func(rt *rapid.T) {
				from, to := path.Draw(rt, "from"), path.Draw(rt, "to")
				if from == to {
					return // wazero does not look whether it is there
				}
				same("rename", memory.Rename(from, to), real.Rename(from, to))
			},
			"": func(*rapid.T) { check() },
		})
		for _, p := range files {
			p.memory.Close()
			p.real.Close()
		}
	})
}

func TestWhatIsDeletedCanBeReadUntilItIsClosed(t *testing.T) {
	m := NewMemory(Quota{Bytes: 10, Entries: 3})
	file := open(t, m, "f", create)
	_, errno := file.Write([]byte("0123456789"))
	require.Zero(t, errno)
	require.Zero(t, m.Unlink("f"))
	_, errno = file.Seek(0, io.SeekStart)
	require.Zero(t, errno)
	content, errno := readAll(file)
	require.Zero(t, errno)
	require.Equal(t, "0123456789", content)

	put(t, m, "g", "")
	other := open(t, m, "g", sys.O_RDWR)
	_, errno = other.Write([]byte("x"))
	require.Equal(t, errNoSpace, errno, "deleted, but still there")
	require.Zero(t, file.Close())
	_, errno = other.Write([]byte("x"))
	require.Zero(t, errno)
}

func TestQuota(t *testing.T) {
	m := NewMemory(Quota{Bytes: 100, Entries: 2})
	put(t, m, "a", strings.Repeat("x", 90))
	file := open(t, m, "b", create)

	for name, grow := range map[string]func() sys.Errno{
		"write":    func() sys.Errno { _, errno := file.Write(make([]byte, 11)); return errno },
		"pwrite":   func() sys.Errno { _, errno := file.Pwrite([]byte{1}, 1<<62); return errno },
		"truncate": func() sys.Errno { return file.Truncate(11) },
		"create":   func() sys.Errno { _, errno := m.OpenFile("c", create, 0); return errno },
		"mkdir":    func() sys.Errno { return m.Mkdir("c", 0o700) },
	} {
		require.Equal(t, errNoSpace, grow(), name)
	}
	require.Zero(t, file.Truncate(10))
	put(t, m, "a", "")
	require.Zero(t, file.Truncate(100))
	require.Zero(t, m.Unlink("a"))
	put(t, m, "c", "")
	require.Equal(t, Quota{Bytes: 100, Entries: 2}, m.used)
}

// A file that becomes shorter by and by holds no more than one that became so at once.
func TestWhatAFileGivesUpIsGivenBack(t *testing.T) {
	m := NewMemory(Quota{Bytes: 1 << 20, Entries: 10})
	file := open(t, m, "f", create)
	for _, size := range []int64{1 << 20, 600_000, 310_000, 160_000, 81_000, 41_000, 21_000, 11_000, 5_600, 2_900, 1_500, 800, 1} {
		require.Zero(t, file.Truncate(size))
		require.LessOrEqual(t, int64(cap(m.top.children["f"].data)), 2*size+64, "of %d", size)
	}
	require.Zero(t, file.Close())
}

func TestNamesThatAreRefused(t *testing.T) {
	m := NewMemory(Quota{Bytes: 100, Entries: 10})
	for name, want := range map[string]sys.Errno{
		strings.Repeat("x", 256): sys.ENAMETOOLONG,
		"a\x00b":                 sys.EINVAL,
		strings.Repeat("d/", maxDepth-1) + "none": sys.ENOENT,
	} {
		_, errno := m.OpenFile(name, create, 0o600)
		require.Equal(t, want, errno)
		require.Equal(t, want, m.Mkdir(name, 0o700))
	}
	require.Equal(t, sys.EPERM, m.Rmdir("."))
	require.Equal(t, sys.EEXIST, m.Mkdir("/", 0o700))
}

func TestDirectoriesCannotBeMovedIntoThemselves(t *testing.T) {
	m := NewMemory(Quota{Bytes: 100, Entries: 10})
	require.Zero(t, m.Mkdir("d", 0o700))
	require.Zero(t, m.Mkdir("d/e", 0o700))
	require.Equal(t, sys.EINVAL, m.Rename("d", "d/e/f"))
	require.Zero(t, m.Rename("d", "dd"))
	require.Equal(t, []string{"e"}, names(t, m, "dd"))
}

func TestModesAndTimesAreKept(t *testing.T) {
	m := NewMemory(Quota{Bytes: 100, Entries: 10})
	put(t, m, "f", "x")
	require.Zero(t, m.Chmod("f", 0o640))
	require.Zero(t, m.Utimens("f", 5, sys.UTIME_OMIT))
	stat, errno := m.Stat("f")
	require.Zero(t, errno)
	require.Equal(t, fs.FileMode(0o640), stat.Mode)
	require.EqualValues(t, 5, stat.Atim)
	require.Greater(t, stat.Mtim, int64(5))
}
