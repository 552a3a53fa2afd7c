package wasmhost

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const reading = `
import os
def read(request):
    try:
        return open("/own/note.txt", "rb").read()
    except OSError as error:
        return type(error).__name__.encode()
def change(request):
    found = []
    for attempt in (lambda: open("/own/note.txt", "wb"), lambda: os.remove("/own/note.txt"), lambda: open("/own/other", "wb")):
        try:
            attempt()
        except OSError as error:
            found.append(type(error).__name__)
    return repr(found).encode()
try:
    BEFORE = open("/own/note.txt").read()
except OSError as error:
    BEFORE = type(error).__name__
def before(request): return BEFORE.encode()
`

// A snapshot has nothing of them, and serves whatever they are.
func TestAnInstanceHasFilesOfItsOwn(t *testing.T) {
	dir := snapshots(t)
	runtime, log := freezing(t, dir)
	program := newProgram(t, runtime, reading)
	for _, test := range []struct {
		files map[string][]byte
		want  string
	}{
		{map[string][]byte{"/own/note.txt": []byte("one")}, "one"},
		{map[string][]byte{"/own/note.txt": []byte("two, which is longer")}, "two, which is longer"},
		{map[string][]byte{"/own/note.txt": nil}, ""},
		{nil, "FileNotFoundError"},
	} {
		i, err := program.Instantiate(t.Context(), InstanceConfig{Files: test.files})
		require.NoError(t, err)
		require.Equal(t, test.want, hook(t, i, 0, ""))
		require.Equal(t, "FileNotFoundError", hook(t, i, 2, ""), "it was not there yet")
		if test.files != nil {
			require.Equal(t, 3, strings.Count(hook(t, i, 1, ""), "Error"))
			require.Equal(t, test.want, hook(t, i, 0, ""), "nobody can change it")
		}
	}
	require.Len(t, snapshotsIn(t, dir), 1)
	require.Empty(t, log.String())
}

func TestAFileWhereSomethingElseIs(t *testing.T) {
	for _, at := range []string{"/tmp/x", "/plugin", "relative", "/a/../b"} {
		_, err := newProgram(t, sharedRuntime(t), reading).Instantiate(t.Context(), InstanceConfig{Files: map[string][]byte{at: nil}})
		require.ErrorContains(t, err, "show a file to the guest", at)
	}
}
