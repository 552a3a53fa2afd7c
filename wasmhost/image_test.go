package wasmhost

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// makeImage makes a snapshot of a module in a runtime, anew.
func makeImage(t *testing.T, runtime *Runtime, source string) (*Image, string) {
	t.Helper()
	program, err := runtime.NewProgram(ProgramConfig{Files: fstest.MapFS{"plugin.py": {Data: []byte(source)}}, Entry: "plugin"})
	require.NoError(t, err)
	file, err := os.Create(filepath.Join(t.TempDir(), "made.snapshot"))
	require.NoError(t, err)
	defer file.Close()
	image, err := program.MakeSnapshot(t.Context(), file)
	require.NoError(t, err)
	return image, file.Name()
}

func TestASnapshotIsMadeAnewWhateverLiesInTheCache(t *testing.T) {
	const source = "dispatch = []\ndef load(argument):\n    print('loaded')\n    return b'result'\ndef freeze(): pass\n"
	dir := snapshots(t)
	runtime, _ := freezing(t, dir)
	program, err := runtime.NewProgram(ProgramConfig{Files: fstest.MapFS{"plugin.py": {Data: []byte(source)}}, Entry: "plugin"})
	require.NoError(t, err)
	var whole bytes.Buffer
	require.NoError(t, program.WriteSnapshot(t.Context(), &whole))
	kept := snapshotsIn(t, dir)
	require.Len(t, kept, 1)
	require.NoError(t, os.WriteFile(kept[0], []byte("something else"), 0o600))

	image, made := makeImage(t, runtime, source)
	content, err := os.ReadFile(made)
	require.NoError(t, err)
	require.True(t, bytes.Equal(whole.Bytes(), content), "the same program makes the same bytes")
	require.Equal(t, []byte("result"), image.Loaded)
	require.Equal(t, []Line{{slog.LevelInfo, "loaded"}}, image.Said)
	require.Empty(t, image.Refused)

	read, err := ReadImage(made)
	require.NoError(t, err)
	require.Equal(t, image, read)
	require.NoError(t, os.WriteFile(made, append(content[:len(content)-1], ^content[len(content)-1]), 0o600))
	_, err = ReadImage(made)
	require.ErrorContains(t, err, "damaged")
	_, err = ReadImage(kept[0])
	require.ErrorContains(t, err, "damaged")
}

func TestAFloodOfOutputDoesNotGoIntoASnapshot(t *testing.T) {
	image, _ := makeImage(t, sharedRuntime(t), "dispatch = []\ndef load(argument):\n    for _ in range(100_000): print('x' * 100)\n    return b''\ndef freeze(): pass\n")
	require.Equal(t, []string{"it logs more than 128 KiB"}, image.Refused)
	require.Zero(t, image.Size)
	require.LessOrEqual(t, len(image.Said), maxSaid/100)
	require.NotEmpty(t, image.Said)
}

func TestAProgramThatCannotBeLoadedHasNoImage(t *testing.T) {
	program, err := sharedRuntime(t).NewProgram(ProgramConfig{Files: fstest.MapFS{"plugin.py": {Data: []byte("raise KeyError('why')")}}, Entry: "plugin"})
	require.NoError(t, err)
	file, err := os.Create(filepath.Join(t.TempDir(), "made.snapshot"))
	require.NoError(t, err)
	defer file.Close()
	_, err = program.MakeSnapshot(t.Context(), file)
	require.ErrorContains(t, err, "KeyError: 'why'")
}
