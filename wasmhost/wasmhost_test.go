package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// One runtime serves the tests that do not need their own: to load it takes a fraction of a second.
var shared = sync.OnceValues(func() (*Runtime, error) {
	return NewRuntime(context.Background(), NewRuntimeConfig())
})

func TestMain(m *testing.M) {
	code := m.Run()
	if runtime, err := shared(); err == nil {
		if err := runtime.Close(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "close the runtime:", err)
			code = 1
		}
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// The entry module of most tests: hook n runs the Python function that is n-th in the test's source.
const entry = `
import _mmpy, traceback, main
functions = [f for f in vars(main).values() if callable(f) and getattr(f, "__module__", None) == "main"]
def load(argument):
    return argument.encode()
def dispatch(id, request):
    return functions[id](request)
def wake(number):
    if hasattr(main, "wake"): main.wake(number)
`

func sharedRuntime(t testing.TB) *Runtime {
	t.Helper()
	runtime, err := shared()
	require.NoError(t, err)
	return runtime
}

func newProgram(t testing.TB, runtime *Runtime, source string) *Program {
	t.Helper()
	program, err := runtime.NewProgram(ProgramConfig{
		Files: fstest.MapFS{"entry.py": {Data: []byte(entry)}, "main.py": {Data: []byte(source)}},
		Entry: "entry",
	})
	require.NoError(t, err)
	return program
}

// start makes an instance whose functions are those of source.
func start(t testing.TB, source string, config InstanceConfig) *Instance {
	t.Helper()
	return startIn(t, sharedRuntime(t), source, config)
}

func startIn(t testing.TB, runtime *Runtime, source string, config InstanceConfig) *Instance {
	t.Helper()
	instance, err := newProgram(t, runtime, source).Instantiate(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, instance.Close(context.Background())) })
	return instance
}

func hook(t testing.TB, i *Instance, id uint32, request string) string {
	t.Helper()
	response, err := i.Hook(t.Context(), id, []byte(request))
	if err != nil {
		t.Log(traceback(err))
	}
	require.NoError(t, err)
	return string(response)
}

func hookError(t testing.TB, ctx context.Context, i *Instance, id uint32, request string) *Error {
	t.Helper()
	_, err := i.Hook(ctx, id, []byte(request))
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}

func traceback(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Traceback
	}
	return ""
}

func within(t testing.TB, timeout time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	return ctx
}

type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) log(level slog.Level, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, level.String()+" "+message)
}

func (l *logged) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

func mapOf(name string) map[string]fs.FS { return map[string]fs.FS{name: fstest.MapFS{}} }

func files(main string) fs.FS { return fstest.MapFS{"main.py": {Data: []byte(main)}} }
