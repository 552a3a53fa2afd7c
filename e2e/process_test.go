package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pluginProcess is the id of the process in which the plugin runs: the server's child whose program lies in the plugin's
// folder.
func pluginProcess(t *testing.T, plugin string) int {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", server.PID()))
	require.NoError(t, err)
	var found []int
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil { // a thread may have ended meanwhile
			continue
		}
		for _, child := range strings.Fields(string(text)) {
			program, err := os.Readlink(filepath.Join("/proc", child, "exe"))
			if err != nil || !strings.Contains(program, "/"+plugin+"/") {
				continue
			}
			pid, err := strconv.Atoi(child)
			require.NoError(t, err)
			found = append(found, pid)
		}
	}
	require.Len(t, found, 1, "processes of %s", plugin)
	return found[0]
}

// startOf is when a process was started, to a hundredth of a second.
func startOf(t *testing.T, pid int) time.Time {
	t.Helper()
	const ticks = 100 // a second, of all that Linux tells programs
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(status), ") ") // the name of the program, which may contain spaces
	fields := strings.Fields(after)
	require.Greater(t, len(fields), 19)
	started, err := strconv.ParseFloat(fields[19], 64)
	require.NoError(t, err)
	uptime, err := os.ReadFile("/proc/uptime")
	require.NoError(t, err)
	now := time.Now()
	running, err := strconv.ParseFloat(strings.Fields(string(uptime))[0], 64)
	require.NoError(t, err)
	return now.Add(-time.Duration((running - started/ticks) * float64(time.Second)))
}

// mappedFiles are the files that are mapped into a process' memory.
func mappedFiles(t *testing.T, pid int) []string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	require.NoError(t, err)
	var files []string
	for line := range strings.Lines(string(text)) {
		if _, file, found := strings.Cut(strings.TrimSpace(line), " /"); found {
			files = append(files, "/"+file)
		}
	}
	return files
}

// kill ends a process without a word, as "kill -9" does.
func kill(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) }
