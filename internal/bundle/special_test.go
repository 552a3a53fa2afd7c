//go:build unix

package bundle_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
)

func TestHostileSpecialFilesAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		make func(path string) error
		want string
	}{
		"a link to a file":      {func(path string) error { return os.Symlink("plugin.py", path) }, "odd: a link cannot be in a bundle: only files and folders can"},
		"a link out":            {func(path string) error { return os.Symlink("/etc/passwd", path) }, "odd: a link cannot be in a bundle"},
		"a link to a folder":    {func(path string) error { return os.Symlink("lib", path) }, "odd: a link cannot be in a bundle"},
		"a pipe":                {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "odd: a pipe cannot be in a bundle"},
		"a socket":              {listen, "odd: a socket cannot be in a bundle"},
		"a name of two folders": {func(path string) error { return os.WriteFile(path+`\name`, nil, 0o600) }, "a name with a backslash cannot be in a bundle"},
	} {
		hostile.Attack(t, "Bundle", "a folder with "+name, "kinds of files", func(t *testing.T) string {
			dir, err := os.MkdirTemp("", "b") // a socket's path is short
			require.NoError(t, err)
			t.Cleanup(func() { os.RemoveAll(dir) })
			require.NoError(t, os.CopyFS(dir, files()))
			require.NoError(t, test.make(filepath.Join(dir, "odd")))
			root, err := os.OpenRoot(dir)
			require.NoError(t, err)
			defer root.Close()
			_, err = plugin(t, dir, root.FS()).Write(io.Discard)
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, dir)
			return "refused"
		})
	}
}

func listen(path string) error {
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	listener.SetUnlinkOnClose(false)
	return listener.Close()
}
