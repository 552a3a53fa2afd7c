package hostile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
)

// The interpreters: one for the attackers, one with little memory, and one for who must not notice.
var (
	attackers = newInterpreter(0)
	small     = newInterpreter(64 << 20)
	quiet     = newInterpreter(0)
)

// newInterpreter has the code from the user's cache, but a folder of its own for the many snapshots that the attacks make.
func newInterpreter(memory uint64) func() (*wasmhost.Runtime, error) {
	return sync.OnceValues(func() (*wasmhost.Runtime, error) {
		dir, err := cache()
		if err != nil {
			return nil, err
		}
		config := wasmhost.NewRuntimeConfig().WithLogger(slog.New(slog.DiscardHandler)).
			WithCode(filepath.Join(dir, "code")).WithCacheDir(filepath.Join(dir, "cache"))
		if memory > 0 {
			config = config.WithMemoryLimit(memory)
		}
		return wasmhost.NewRuntime(context.Background(), config)
	})
}

// cache is a folder with the interpreter's code.
var cache = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "mmpy-hostile-")
	if err != nil {
		return "", err
	}
	r, err := wasmhost.NewRuntime(context.Background(), wasmhost.NewRuntimeConfig().WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return dir, err
	}
	file, err := os.Create(filepath.Join(dir, "code"))
	if err != nil {
		return dir, err
	}
	return dir, errors.Join(r.WriteCode(file), file.Close(), r.Close(context.Background()))
})

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := forgotten(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	for _, made := range []func() (*wasmhost.Runtime, error){attackers, small, quiet} {
		if r, err := made(); err == nil {
			if err := r.Close(context.Background()); err != nil {
				fmt.Fprintln(os.Stderr, "close the runtime:", err)
				code = 1
			}
		}
	}
	if dir, _ := cache(); dir != "" {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
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

// entry is the module that an attacker's program begins with. Hook 0 is the attack, hook 1 asks whether it is alive.
const entry = `
import main
def load(argument): return b""
def wake(number): pass
def dispatch(id, request):
    if id == 1: return b"alive"
    answer = main.attack(request)
    return answer if isinstance(answer, bytes) else str(answer).encode("utf-8", "backslashreplace")
`

func program(t testing.TB, r *wasmhost.Runtime, source string) *wasmhost.Program {
	t.Helper()
	p, err := r.NewProgram(wasmhost.ProgramConfig{
		Files: filesOf(source), Entry: "entry",
	})
	require.NoError(t, err)
	return p
}

func filesOf(source string) fs.FS {
	return fstest.MapFS{"entry.py": {Data: []byte(entry)}, "main.py": {Data: []byte(source)}}
}

func of(t testing.TB, made func() (*wasmhost.Runtime, error)) *wasmhost.Runtime {
	t.Helper()
	r, err := made()
	require.NoError(t, err)
	return r
}

// An attack is Python code with a function attack(request), whose answer says how far it came.
type attack struct {
	name, limit string
	source      string
	request     []byte
	want        []string // outcomes that are contained: an answer, or the name of an error
	time        time.Duration
	on          func() (*wasmhost.Runtime, error)
	config      wasmhost.InstanceConfig
}

const (
	defaultTime = 60 * time.Second // of an attack that is to end by something else
	starts      = 5 * time.Second  // that a program may take to start
)

// run runs attacks one after the other, each with a neighbour and in an instance of its own.
func run(t *testing.T, group string, attacks []attack) {
	for _, a := range attacks {
		if a.time == 0 {
			a.time = defaultTime
		}
		if a.on == nil {
			a.on = attackers
		}
		hostile.Attack(t, group, a.name, a.limit, func(t *testing.T) string {
			return watched(t, func() string { return a.once(t) })
		})
	}
}

// once runs the attack, and gives its outcome.
func (a attack) once(t *testing.T) string {
	starting, cancel := context.WithTimeout(t.Context(), max(a.time, starts))
	defer cancel()
	i, err := program(t, of(t, a.on), a.source).Instantiate(starting, a.config)
	if err != nil { // some begin with the import
		return a.judge(t, outcomeOf(nil, err))
	}
	defer func() { require.NoError(t, i.Close(context.Background())) }()
	ctx, cancel := context.WithTimeout(t.Context(), a.time)
	defer cancel()
	answer, err := i.Hook(ctx, 0, a.request)
	return a.judge(t, outcomeOf(answer, err)+after(t, i, err))
}

func (a attack) judge(t *testing.T, outcome string) string {
	if !slices.ContainsFunc(a.want, func(want string) bool { return strings.HasPrefix(outcome, want) }) {
		require.Fail(t, "not contained", "want one of %q, got %q", a.want, outcome)
	}
	return outcome
}

// outcomeOf is an answer or an error in words.
func outcomeOf(answer []byte, err error) string {
	var e *wasmhost.Error
	switch {
	case err == nil:
		return string(answer)
	case !errors.As(err, &e):
		return "untyped error: " + err.Error()
	case e.Type != "":
		return e.Type
	case e.Code == wasmhost.Trap:
		return "trap: " + e.Message
	}
	return strings.SplitN(e.Code.Error(), ",", 2)[0]
}

// after asks whether the instance is what it should be: alive, or dead for good.
func after(t *testing.T, i *wasmhost.Instance, err error) string {
	var e *wasmhost.Error
	if err != nil && errors.As(err, &e) && !e.Temporary() {
		_, err := i.Hook(t.Context(), 1, nil)
		require.ErrorIs(t, err, wasmhost.Closed)
		return "; its instance has ended"
	}
	answer, err := i.Hook(t.Context(), 1, nil)
	require.NoError(t, err)
	require.Equal(t, "alive", string(answer))
	return ""
}

// neighbour is another plugin, on an interpreter of its own.
var neighbour = sync.OnceValues(func() (*wasmhost.Instance, error) {
	r, err := quiet()
	if err != nil {
		return nil, err
	}
	p, err := r.NewProgram(wasmhost.ProgramConfig{
		Files: filesOf("secret = 'of the neighbour'\n"), Entry: "entry",
	})
	if err != nil {
		return nil, err
	}
	return p.Instantiate(context.Background(), wasmhost.InstanceConfig{})
})

// What a neighbour may notice of an attack. The machine's noise is within; that a processor stands still is not.
const (
	slowest = 10 * time.Second
	usual   = 500 * time.Millisecond // the median
)

// watched runs an attack while a neighbour answers and Go collects garbage, and looks whether all that the attack has used
// is there again.
func watched(t *testing.T, attack func() string) string {
	t.Helper()
	n, err := neighbour()
	require.NoError(t, err)
	for _, made := range []func() (*wasmhost.Runtime, error){attackers, small} {
		of(t, made) // so that it is not what the attack seems to leave behind
	}
	before := used(t)
	first.CompareAndSwap(0, before.heap)
	stop, stopped := make(chan struct{}), make(chan struct{})
	var took []time.Duration
	var failure error
	go func() {
		defer close(stopped)
		for round := 0; ; round++ {
			began := time.Now()
			if round%50 == 10 {
				runtime.GC()
			}
			answer, err := n.Hook(context.Background(), 1, nil)
			if err != nil || string(answer) != "alive" {
				failure = fmt.Errorf("the neighbour answered %q: %w", answer, err)
				return
			}
			took = append(took, time.Since(began))
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	outcome := attack()
	close(stop)
	<-stopped
	require.NoError(t, failure)
	hostile.Neighbour(t, took)
	require.Less(t, took[len(took)/2], usual, "the median of the neighbour's answers")
	require.Less(t, took[len(took)-1], slowest, "the slowest of the neighbour's answers")
	givenBack(t, before)
	return outcome
}

// givenBack waits until the process has no more than before. What ends does so on goroutines of its own.
func givenBack(t *testing.T, before resources) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		now := used(t)
		if now.within(before) {
			return
		}
		if time.Now().After(end) {
			require.Fail(t, "resources are not given back", "before %+v, now %+v", before, now)
		}
	}
}

// standardLibrary is how large it is unpacked: it stays in memory for some seconds after an interpreter has read of it. Nobody
// waits for that after each attack, but in the end.
const standardLibrary = 10 << 20

// noise is what Go itself takes and gives.
const noise = 8 << 20

// first is the heap before the first attack.
var first atomic.Int64

// forgotten waits until the heap is what it was before the first attack; the error is that it stays larger.
func forgotten() error {
	if first.Load() == 0 {
		return nil
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		now := heap()
		if now <= first.Load()+noise {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("the heap had %d MB before the first attack, and has %d after all of them", first.Load()>>20, now>>20)
		}
	}
}

// heap is what Go has in memory.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// resources are what a process has.
type resources struct {
	goroutines, files, mappings int
	heap                        int64
}

func used(t *testing.T) resources {
	now := heap()
	return resources{runtime.NumGoroutine(), openFiles(t), mappings(t), now}
}

// within says whether there is no more than before, but for what Go itself takes and gives.
func (r resources) within(before resources) bool {
	return r.goroutines <= before.goroutines && r.files <= before.files && r.mappings <= before.mappings+60 &&
		r.heap <= before.heap+noise+standardLibrary
}
