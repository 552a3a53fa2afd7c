package wasmhost

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

// cached makes a runtime with the cache in dir, and gives what it logged.
func cached(t *testing.T, dir string) string {
	t.Helper()
	var log strings.Builder
	config := handmade{}.config().WithCacheDir(dir).WithLogger(slog.New(slog.NewTextHandler(&log, nil)))
	runtime, err := NewRuntime(t.Context(), config)
	require.NoError(t, err)
	program := newProgram(t, runtime, "")
	i, err := program.Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	hook(t, i, hookLog, string(words(1, 0, 0)))
	require.NoError(t, runtime.Close(t.Context()))
	return log.String()
}

func entries(t *testing.T, dir string) (entry, digest string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "wazero-*", "*"))
	require.NoError(t, err)
	require.Len(t, files, 2)
	require.Equal(t, files[0]+".sha256", files[1])
	return files[0], files[1]
}

func TestCompiledCodeIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cache")
	require.Contains(t, cached(t, dir), "compiling")
	require.Empty(t, cached(t, dir))
	entry, _ := entries(t, dir)
	for path := entry; path != filepath.Dir(filepath.Dir(dir)); path = filepath.Dir(path) {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
	}
}

func TestDamagedCodeIsMadeAnew(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, entry, digest string){
		"a flipped bit": func(t *testing.T, entry, _ string) {
			content, err := os.ReadFile(entry)
			require.NoError(t, err)
			content[len(content)/2] ^= 1
			require.NoError(t, os.WriteFile(entry, content, 0o600))
		},
		"truncated":        func(t *testing.T, entry, _ string) { require.NoError(t, os.Truncate(entry, 20)) },
		"empty":            func(t *testing.T, entry, _ string) { require.NoError(t, os.Truncate(entry, 0)) },
		"without a digest": func(t *testing.T, _, digest string) { require.NoError(t, os.Remove(digest)) },
		"with no digest at all": func(t *testing.T, _, digest string) {
			require.NoError(t, os.WriteFile(digest, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			cached(t, dir)
			entry, digest := entries(t, dir)
			damage(t, entry, digest)
			require.Contains(t, cached(t, dir), "damaged")
			require.Empty(t, cached(t, dir))
		})
	}
}

// An entry that has the right digest and that wazero refuses nonetheless, as after a change of its format.
func TestCodeThatWazeroRefusesIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	cached(t, dir)
	entry, digest := entries(t, dir)
	require.NoError(t, os.WriteFile(entry, []byte("what"), 0o600))
	require.NoError(t, os.WriteFile(digest, []byte("749ab2c0d06c42ae3b841b79e79875f02b3a042e43c92378cd28bd444c04d284"), 0o600))
	require.Contains(t, cached(t, dir), "has failed and is emptied")
	require.Contains(t, cached(t, dir), "compiling")
	require.Empty(t, cached(t, dir))
}

func TestAFolderThatIsNotSafeIsNotUsed(t *testing.T) {
	for name, make := range map[string]func(t *testing.T) string{
		"a symbolic link": func(t *testing.T) string {
			link := filepath.Join(t.TempDir(), "link")
			require.NoError(t, os.Symlink(t.TempDir(), link))
			return link
		},
		"writable by others": func(t *testing.T) string {
			dir := t.TempDir()
			require.NoError(t, os.Chmod(dir, 0o777))
			return dir
		},
		"a file": func(t *testing.T) string {
			file := filepath.Join(t.TempDir(), "file")
			require.NoError(t, os.WriteFile(file, nil, 0o600))
			return file
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := make(t)
			require.Contains(t, cached(t, dir), "cannot be used")
			files, _ := filepath.Glob(filepath.Join(dir, "*"))
			require.Empty(t, files)
		})
	}
}

func TestAFolderThatOthersMayReadIsClosedToThem(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	cached(t, dir)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestClosingTheRuntimeClosesItsInstances(t *testing.T) {
	runtime, err := NewRuntime(t.Context(), handmade{}.config())
	require.NoError(t, err)
	program := newProgram(t, runtime, "")
	var instances []*Instance
	for range 5 {
		i, err := program.Instantiate(t.Context(), InstanceConfig{})
		require.NoError(t, err)
		instances = append(instances, i)
	}
	require.NoError(t, runtime.Close(t.Context()))
	require.NoError(t, runtime.Close(t.Context()), "twice")
	for _, i := range instances {
		e := hookError(t, t.Context(), i, hookLog, "")
		require.EqualError(t, e, "hook 3: closed")
		require.NoError(t, i.Err())
		require.NoError(t, i.Close(t.Context()))
	}
	_, err = program.Instantiate(t.Context(), InstanceConfig{})
	require.ErrorIs(t, err, Closed)
}

func TestClosingWaitsForCallsAndThenStopsThem(t *testing.T) {
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	caller := CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		arrived <- struct{}{}
		<-release
		return nil, nil
	})
	i := startHandmade(t, handmade{}, InstanceConfig{Caller: caller})
	ended := make(chan error)
	go func() {
		_, err := i.Hook(context.Background(), hookAPI, words(0, 0, 0, 0))
		ended <- err
	}()
	<-arrived
	closing := make(chan error)
	go func() { closing <- i.Close(context.Background()) }()
	<-i.Retired()
	require.ErrorIs(t, hookError(t, t.Context(), i, hookLog, ""), Closed)
	close(release)
	require.NoError(t, <-ended, "a call that runs may end")
	require.NoError(t, <-closing)

	i = startHandmade(t, handmade{}, InstanceConfig{})
	go func() {
		_, err := i.Hook(context.Background(), hookSpin, words())
		ended <- err
	}()
	require.Eventually(t, func() bool { return i.gate.Depth() == 1 }, time.Second, time.Millisecond)
	err := i.Close(within(t, 20*time.Millisecond))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, <-ended, Closed)
	<-i.released
}

func TestManyMayInstantiateAndCloseAtATime(t *testing.T) {
	runtime, err := runtimeOf(t, handmade{})
	require.NoError(t, err)
	program := newProgram(t, runtime, "")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				i, err := program.Instantiate(context.Background(), InstanceConfig{})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := i.Hook(context.Background(), hookLog, words(1, 0, 0)); err != nil {
					t.Error(err)
				}
				if err := i.Close(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestMountsThatAreRefused(t *testing.T) {
	runtime, err := runtimeOf(t, handmade{})
	require.NoError(t, err)
	_, err = runtime.NewProgram(ProgramConfig{Files: os.DirFS(t.TempDir())})
	require.ErrorContains(t, err, "follows links out")
	for _, at := range []string{"relative", "/", "/lib", "/tmp", "/tmp/x", "/plugin/../x", "/x/"} {
		_, err = runtime.NewProgram(ProgramConfig{Mounts: mapOf(at)})
		require.Error(t, err, at)
	}
	for _, name := range []string{"", "..", "a/b", "python313.zip"} {
		_, err = runtime.NewProgram(ProgramConfig{Libraries: mapOf(name)})
		require.Error(t, err, name)
	}
}

func TestAnotherInterpreterTakesThePlaceOfTheEmbeddedOne(t *testing.T) {
	made, err := handmade{}.guest()()
	require.NoError(t, err)
	config := NewRuntimeConfig().WithoutCache().WithInterpreter(made.wasm, made.stdlib)
	runtime, err := NewRuntime(t.Context(), config)
	require.NoError(t, err)
	defer func() { require.NoError(t, runtime.Close(t.Context())) }()
	i, err := newProgram(t, runtime, "").Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	hook(t, i, hookLog, string(words(1, 0, 0)))

	_, err = NewRuntime(t.Context(), config.WithInterpreter([]byte("no module"), nil))
	require.ErrorContains(t, err, "compile the Python interpreter")
}
