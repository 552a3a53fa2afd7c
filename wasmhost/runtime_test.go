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
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
	"github.com/mmpy/mmpy/wasmhost/internal/sealed"
)

// cached makes a runtime with the cache in dir, and gives what it logged.
func cached(t *testing.T, dir string) string {
	t.Helper()
	var log strings.Builder
	config := configOf(handmade.Guest{}).WithCacheDir(dir).WithLogger(slog.New(slog.NewTextHandler(&log, nil)))
	runtime, err := NewRuntime(t.Context(), config)
	require.NoError(t, err)
	program := newProgram(t, runtime, "")
	i, err := program.Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	hook(t, i, handmade.Log, string(handmade.Words(1, 0, 0)))
	require.NoError(t, runtime.Close(t.Context()))
	return log.String()
}

// codeIn is the file with the compiled code.
func codeIn(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, ".code", filepath.Ext(files[0]))
	return files[0]
}

func TestCompiledCodeIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cache")
	require.Contains(t, cached(t, dir), "compiling")
	require.Empty(t, cached(t, dir))
	for path := codeIn(t, dir); path != filepath.Dir(filepath.Dir(dir)); path = filepath.Dir(path) {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
	}
}

func TestDamagedCodeIsMadeAnew(t *testing.T) {
	change := func(where func(size int) int) func(*testing.T, string) {
		return func(t *testing.T, file string) {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			content[where(len(content))] ^= 1
			require.NoError(t, os.WriteFile(file, content, 0o600))
		}
	}
	for name, damage := range map[string]func(t *testing.T, file string){
		"a bit of the code":   change(func(int) int { return sealed.PageSize }),
		"a bit of the end":    change(func(size int) int { return size - 1 }),
		"a bit of the header": change(func(int) int { return 150 }),
		"a bit of the kind":   change(func(int) int { return 6 }),
		"a bit of the digest": change(func(int) int { return 20 }),
		"truncated":           func(t *testing.T, file string) { require.NoError(t, os.Truncate(file, 20)) },
		"without its end":     func(t *testing.T, file string) { require.NoError(t, os.Truncate(file, sealed.PageSize+10)) },
		"empty":               func(t *testing.T, file string) { require.NoError(t, os.Truncate(file, 0)) },
		"something else":      func(t *testing.T, file string) { require.NoError(t, os.WriteFile(file, []byte("what"), 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			cached(t, dir)
			damage(t, codeIn(t, dir))
			log := cached(t, dir)
			require.Regexp(t, "damaged|cannot be used here", log)
			require.Contains(t, log, "compiling")
			require.Empty(t, cached(t, dir))
		})
	}
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
	runtime, err := NewRuntime(t.Context(), configOf(handmade.Guest{}))
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
		e := hookError(t, t.Context(), i, handmade.Log, "")
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
	i := startHandmade(t, handmade.Guest{}, InstanceConfig{Caller: caller})
	ended := make(chan error)
	go func() {
		_, err := i.Hook(context.Background(), handmade.API, handmade.Words(0, 0, 0, 0))
		ended <- err
	}()
	<-arrived
	closing := make(chan error)
	go func() { closing <- i.Close(context.Background()) }()
	<-i.Retired()
	require.ErrorIs(t, hookError(t, t.Context(), i, handmade.Log, ""), Closed)
	close(release)
	require.NoError(t, <-ended, "a call that runs may end")
	require.NoError(t, <-closing)

	i = startHandmade(t, handmade.Guest{}, InstanceConfig{})
	go func() {
		_, err := i.Hook(context.Background(), handmade.Spin, handmade.Words())
		ended <- err
	}()
	require.Eventually(t, func() bool { return i.gate.Depth() == 1 }, time.Second, time.Millisecond)
	err := i.Close(within(t, 20*time.Millisecond))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, <-ended, Closed)
	<-i.released
}

func TestManyMayInstantiateAndCloseAtATime(t *testing.T) {
	runtime, err := runtimeOf(t, handmade.Guest{})
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
				if _, err := i.Hook(context.Background(), handmade.Log, handmade.Words(1, 0, 0)); err != nil {
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
	runtime, err := runtimeOf(t, handmade.Guest{})
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
	config := NewRuntimeConfig().WithoutCache().WithInterpreter(handmade.Guest{}.Wasm(), nil)
	runtime, err := NewRuntime(t.Context(), config)
	require.NoError(t, err)
	defer func() { require.NoError(t, runtime.Close(t.Context())) }()
	i, err := newProgram(t, runtime, "").Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	hook(t, i, handmade.Log, string(handmade.Words(1, 0, 0)))

	_, err = NewRuntime(t.Context(), config.WithInterpreter([]byte("no module"), nil))
	require.ErrorContains(t, err, "compile the Python interpreter")
}

func TestCodeThatCannotBeKeptIsUsedAllTheSame(t *testing.T) {
	dir := t.TempDir()
	cached(t, dir)
	file := codeIn(t, dir)
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.Mkdir(file, 0o700)) // no file can take its place
	t.Setenv("TMPDIR", t.TempDir())
	log := cached(t, dir)
	require.Contains(t, log, "cannot be kept")
	require.NotContains(t, log, "level=ERROR")
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}
