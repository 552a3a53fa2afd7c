package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pluginProcess is the id of the process in which the plugin runs: the server's child whose program lies in the plugin's
// folder. Linux may list a child twice, or not at all, when threads of its parent end meanwhile, so it is asked again.
func pluginProcess(t *testing.T, plugin string) int {
	t.Helper()
	var found []int
	eventually(t, func() bool {
		found = slices.DeleteFunc(children(t, server.PID()), func(pid int) bool {
			program, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // its link is closed to its own user
			return err != nil || !strings.Contains(string(program), "/"+plugin+"/")
		})
		return len(found) == 1
	}, "the process of %s", plugin)
	return found[0]
}

// children are the ids of a process' children, in order.
func children(t *testing.T, parent int) (pids []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	require.NoError(t, err)
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil { // a thread may have ended meanwhile
			continue
		}
		for _, child := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(child)
			require.NoError(t, err)
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids)
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
