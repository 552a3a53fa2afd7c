package hostile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// diskFull is a cache on a disk without room.
func diskFull(t *testing.T) {
	hostile.Attack(t, "Cache", "a full disk", "made anew, or not used", func(t *testing.T) string {
		disk := t.TempDir()
		if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=16k"); err != nil {
			t.Skip("only root can mount a small disk:", err)
		}
		t.Cleanup(func() { require.NoError(t, unix.Unmount(disk, 0)) })
		require.NoError(t, os.WriteFile(filepath.Join(disk, "ballast"), make([]byte, 8<<10), 0o600))
		require.NoError(t, os.Mkdir(filepath.Join(disk, "cache"), 0o700))
		log := logOf(t, filepath.Join(disk, "cache"), handmade.Guest{})
		require.Contains(t, log, "cannot be used")
		left, err := os.ReadDir(filepath.Join(disk, "cache"))
		require.NoError(t, err)
		require.Empty(t, left, "nothing half-written stays")
		return "cannot be used"
	})
}
