package wasmhost

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

// What runs on top of a call has no more time than that: it is interrupted too, through all levels.
func TestTimeIsInheritedByWhatRunsOnTop(t *testing.T) {
	for _, code := range []string{"while True: pass", "_mmpy.wait([], None)", "time.sleep(60)"} {
		var i *Instance
		i = start(t, `
import _mmpy, time
def outer(request): return _mmpy.call("GetUser", b"")
def middle(request): return _mmpy.call("GetTeam", b"")
def inner(request):
    try:
        `+code+`
    except TimeoutError: return b"interrupted %d" % _mmpy.over(0)
`, InstanceConfig{Caller: CallerFunc(func(_ context.Context, method abi.Method, _ []byte) ([]byte, error) {
			id := uint32(1)
			if method == abi.GetTeam {
				id = 2
			}
			return i.Hook(context.Background(), id, nil) // each has all the time in the world
		})})
		began := time.Now()
		answer, err := i.Hook(within(t, 100*time.Millisecond), 0, nil)
		took := time.Since(began)
		require.GreaterOrEqual(t, took, 100*time.Millisecond, code)
		require.Less(t, took, DefaultGrace, code)
		if err == nil {
			require.Equal(t, "interrupted 2", string(answer), code)
		} else { // the outer one has its own exception then
			require.ErrorIs(t, err, Timeout, code)
		}
		require.NoError(t, i.Err())
	}
}

func TestCancellationIsInheritedByWhatRunsOnTop(t *testing.T) {
	for _, code := range []string{"while True: pass", "_mmpy.wait([], None)", "time.sleep(60)"} {
		var i *Instance
		ctx, cancel := context.WithCancel(t.Context())
		i = start(t, `
import _mmpy, time
def outer(request): return _mmpy.call("GetUser", b"")
def inner(request):
    try:
        `+code+`
    except TimeoutError: return b"interrupted %d" % _mmpy.over(0)
`, InstanceConfig{Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
			time.AfterFunc(50*time.Millisecond, cancel)
			answer, err := i.Hook(context.Background(), 1, nil)
			if string(answer) != "interrupted 2" {
				t.Error(string(answer), err)
			}
			return answer, err
		})})
		_, _ = i.Hook(ctx, 0, nil)
		require.NoError(t, i.Err())
	}
}

func TestWhatRunsOnTopAndDoesNotEndIsKilledInTheTimeOfTheCallBelow(t *testing.T) {
	var i *Instance
	i = start(t, runaways+`
def outer(request): return _mmpy.call("GetUser", b"")
`, InstanceConfig{Grace: 100 * time.Millisecond, Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		return i.Hook(context.Background(), swallow, nil)
	})})
	began := time.Now()
	_, err := i.Hook(within(t, 100*time.Millisecond), answer+1, nil)
	require.ErrorIs(t, err, Closed)
	require.ErrorIs(t, err, Killed)
	require.Less(t, time.Since(began), 10*time.Second)
}

// Hooks that wait and hooks that do not, calls, alarms, deadlines, and hooks that cause others: every answer is the right
// one, and nothing is left over.
