package guestfs

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero/experimental/sys"
)

func newRoot(t *testing.T, plugin fs.FS) *Root {
	t.Helper()
	r := NewRoot()
	require.NoError(t, r.File("/lib/python.zip", 6, func() (io.ReaderAt, error) { return bytes.NewReader([]byte("zipped")), nil }))
	require.NoError(t, r.Mount("/lib/sdk", ReadOnly(fstest.MapFS{"sdk.py": {Data: []byte("sdk")}})))
	require.NoError(t, r.Mount("/plugin", ReadOnly(plugin)))
	require.NoError(t, r.Mount("/tmp", NewMemory(Quota{Bytes: 1 << 20, Entries: 2000})))
	return r
}

func TestTheRootHoldsWhatIsMountedAndNothingElse(t *testing.T) {
	r := newRoot(t, fstest.MapFS{"plugin.py": {Data: []byte("print()")}, "web/index.html": {}})
	require.Equal(t, []string{"lib", "plugin", "tmp"}, names(t, r, "."))
	require.Equal(t, []string{"lib", "plugin", "tmp"}, names(t, r, "/"))
	require.Equal(t, []string{"python.zip", "sdk"}, names(t, r, "lib"))
	require.Equal(t, []string{"plugin.py", "web"}, names(t, r, "plugin"))
	require.Equal(t, "zipped", get(t, r, "lib/python.zip"))
	require.Equal(t, "sdk", get(t, r, "lib/sdk/sdk.py"))
	put(t, r, "tmp/f", "written")
	require.Equal(t, "written", get(t, r, "/tmp/f"))

	for _, name := range []string{"etc/passwd", "proc", "lib/none", "plugin/none", "lib/python.zip/x"} {
		_, errno := r.Stat(name)
		require.Contains(t, []sys.Errno{sys.ENOENT, sys.ENOTDIR}, errno, name)
		_, errno = r.OpenFile(name, sys.O_RDONLY, 0)
		require.Contains(t, []sys.Errno{sys.ENOENT, sys.ENOTDIR}, errno, name)
	}
}

func TestEverythingButTmpIsReadOnly(t *testing.T) {
	r := newRoot(t, fstest.MapFS{"f": {}})
	for name, change := range map[string]func() sys.Errno{
		"write":               func() sys.Errno { _, errno := r.OpenFile("plugin/f", sys.O_RDWR, 0); return errno },
		"truncate":            func() sys.Errno { _, errno := r.OpenFile("plugin/f", sys.O_RDONLY|sys.O_TRUNC, 0); return errno },
		"create":              func() sys.Errno { _, errno := r.OpenFile("plugin/g", create, 0); return errno },
		"create in the root":  func() sys.Errno { _, errno := r.OpenFile("g", create, 0); return errno },
		"write the zip":       func() sys.Errno { _, errno := r.OpenFile("lib/python.zip", sys.O_WRONLY, 0); return errno },
		"mkdir":               func() sys.Errno { return r.Mkdir("plugin/d", 0o700) },
		"mkdir in the root":   func() sys.Errno { return r.Mkdir("d", 0o700) },
		"unlink":              func() sys.Errno { return r.Unlink("plugin/f") },
		"unlink the zip":      func() sys.Errno { return r.Unlink("lib/python.zip") },
		"rmdir a mount's way": func() sys.Errno { return r.Rmdir("lib") },
		"rename":              func() sys.Errno { return r.Rename("plugin/f", "plugin/g") },
		"chmod":               func() sys.Errno { return r.Chmod("plugin/f", 0o777) },
		"utimens":             func() sys.Errno { return r.Utimens("plugin/f", 1, 1) },
		"symlink":             func() sys.Errno { return r.Symlink("/etc", "plugin/etc") },
		"link":                func() sys.Errno { return r.Link("plugin/f", "plugin/g") },
	} {
		require.Equal(t, sys.EROFS, change(), name)
	}
	require.Equal(t, sys.ENOTSUP, r.Rename("tmp", "plugin"))
	put(t, r, "tmp/f", "")
	require.Equal(t, sys.ENOTSUP, r.Rename("tmp/f", "plugin/f"), "across mounts")
}

func TestALinkThatLeadsOutIsNotFollowed(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	dir := t.TempDir()
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "out")))
	require.NoError(t, os.Symlink("inner", filepath.Join(dir, "in")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "inner"), []byte("mine"), 0o600))
	inside, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer inside.Close()

	r := newRoot(t, inside.FS())
	require.Equal(t, "mine", get(t, r, "plugin/in"))
	_, errno := r.OpenFile("plugin/out", sys.O_RDONLY, 0)
	require.NotZero(t, errno)
	_, errno = r.Stat("plugin/out")
	require.NotZero(t, errno)
	require.Equal(t, []string{"in", "inner"}, names(t, r, "plugin"))
}

func TestACompressedArchiveCanBeReadAtAnyPlace(t *testing.T) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("dir/data")
	require.NoError(t, err)
	_, err = f.Write(bytes.Repeat([]byte("0123456789"), 1000))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	archived, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	require.NoError(t, err)

	r := newRoot(t, archived)
	require.Equal(t, []string{"data"}, names(t, r, "plugin/dir"))
	file := open(t, r, "plugin/dir/data", sys.O_RDONLY)
	position, errno := file.Seek(-3, io.SeekEnd)
	require.Zero(t, errno)
	require.EqualValues(t, 9997, position)
	content, errno := readAll(file)
	require.Zero(t, errno)
	require.Equal(t, "789", content)
}

func TestOnlySoManyFilesAreOpenAtATime(t *testing.T) {
	r := newRoot(t, fstest.MapFS{"f": {}})
	var files []sys.File
	for range MaxOpen {
		files = append(files, open(t, r, "plugin/f", sys.O_RDONLY))
	}
	_, errno := r.OpenFile("tmp/g", create, 0)
	require.Equal(t, errNoSpace, errno)
	for range 2 {
		require.Zero(t, files[0].Close()) // closing twice counts once
	}
	files = append(files, open(t, r, "tmp/g", create))
	_, errno = r.OpenFile("tmp/h", create, 0)
	require.Equal(t, errNoSpace, errno)
	for _, file := range files {
		file.Close()
	}
	require.Zero(t, r.open.Load())
}

func TestAFileHasTheSameNumberEachTimeAndAnotherThanOthers(t *testing.T) {
	r := newRoot(t, fstest.MapFS{"f": {}, "g": {}})
	type id struct{ dev, ino uint64 }
	seen := map[id]string{}
	for _, name := range []string{".", "lib", "lib/python.zip", "lib/sdk", "lib/sdk/sdk.py", "plugin", "plugin/f", "plugin/g", "tmp"} {
		stat, errno := r.Stat(name)
		require.Zero(t, errno)
		this := id{stat.Dev, stat.Ino}
		require.NotContains(t, seen, this, name)
		seen[this] = name

		file := open(t, r, name, sys.O_RDONLY)
		again, errno := file.Stat()
		require.Zero(t, errno)
		require.Equal(t, stat, again)
		file.Close()
	}
}

func TestPlacesThatCannotBeMounted(t *testing.T) {
	for _, at := range []string{"", "x", "/", "/x/", "/a/../b", "/lib", "/lib/python.zip/x", "/plugin", "/plugin/x"} {
		require.Error(t, newRoot(t, fstest.MapFS{}).Mount(at, ReadOnly(fstest.MapFS{})), at)
	}
}
