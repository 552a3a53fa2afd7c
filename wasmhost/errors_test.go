package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

const failures = `
import os, sys, _mmpy
class OddError(Exception):
    def __str__(self): raise ValueError("no text")
def value(request): raise ValueError("wrong value")
def nul(request): raise ValueError("a\0b\0c")
def odd(request): raise OddError()
def no_bytes(request): return "text"
def sys_exit(request): sys.exit(int(request))
def os_exit(request): os._exit(int(request))
def abort(request): os.abort()
def call(request):
    try: _mmpy.call("GetUser", request)
    except _mmpy.StatusError as e: return b"%d" % e.status
def unknown(request): _mmpy.call("NoSuchMethod", b"")
`

const (
	raiseValue = iota + 1
	raiseNul
	raiseOdd
	noBytes
	sysExit
	osExit
	abort
	callAPI
	unknownMethod
)

func TestAnExceptionIsAnErrorWithItsTraceback(t *testing.T) {
	i := start(t, failures, InstanceConfig{})
	e := hookError(t, t.Context(), i, raiseValue, "")
	require.Equal(t, Exception, e.Code)
	require.Equal(t, "ValueError", e.Type)
	require.Equal(t, "wrong value", e.Message)
	require.Contains(t, e.Traceback, "Traceback (most recent call last)")
	require.Contains(t, e.Traceback, `File "/plugin/main.py", line 5, in value`)
	require.EqualError(t, e, "hook 1: ValueError: wrong value")
	require.True(t, e.Temporary())

	e = hookError(t, t.Context(), i, raiseNul, "")
	require.Equal(t, "ValueError", e.Type)
	e = hookError(t, t.Context(), i, raiseOdd, "")
	require.Contains(t, e.Type, "OddError")
	e = hookError(t, t.Context(), i, noBytes, "")
	require.EqualError(t, e, "hook 4: TypeError: dispatch must return bytes or None, not str")
	e = hookError(t, t.Context(), i, unknownMethod, "")
	require.Equal(t, "AttributeError", e.Type)
}

func TestExitingRetiresTheInstance(t *testing.T) {
	for _, id := range []uint32{sysExit, osExit} {
		for _, code := range []int{0, 5} {
			i := start(t, failures, InstanceConfig{})
			e := hookError(t, t.Context(), i, id, fmt.Sprint(code))
			require.Equal(t, Exited, e.Code)
			require.Equal(t, code, e.ExitCode)
			require.False(t, e.Temporary())
			require.ErrorIs(t, hookError(t, t.Context(), i, raiseValue, ""), Closed)
			require.ErrorIs(t, i.Err(), Exited)
		}
	}
}

func TestACrashRetiresTheInstance(t *testing.T) {
	i := start(t, failures, InstanceConfig{})
	e := hookError(t, t.Context(), i, abort, "")
	require.Equal(t, Trap, e.Code)
	require.EqualError(t, e, "hook 7: crashed: wasm error: unreachable")
	e = hookError(t, t.Context(), i, raiseValue, "")
	require.ErrorIs(t, e, Closed)
	require.ErrorIs(t, e, Trap, "the reason")
	<-i.released
}

func TestTheGuestGetsAStatusForAnErrorOfTheCaller(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want abi.Status
	}{
		"a status":               {abi.StatusDenied, abi.StatusDenied},
		"a wrapped status":       {fmt.Errorf("policy: %w", abi.StatusQuota), abi.StatusQuota},
		"an error":               {io.ErrUnexpectedEOF, abi.StatusInternal},
		"a status that is none":  {abi.Status(7), abi.StatusInternal},
		"the end of the context": {fmt.Errorf("get user: %w", context.Canceled), abi.StatusCancelled},
	} {
		var log logged
		i := start(t, failures, InstanceConfig{Log: log.log, Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
			return []byte("ignored"), test.err
		})})
		require.Equal(t, fmt.Sprint(int64(test.want)), hook(t, i, callAPI, ""), name)
		require.Equal(t, test.want == abi.StatusInternal, log.all() != "", name)
	}
	require.Equal(t, fmt.Sprint(int64(abi.StatusUnimplemented)), hook(t, start(t, failures, InstanceConfig{}), callAPI, ""))
}

func TestAPanicOfTheCallerIsNotTheGuests(t *testing.T) {
	var log logged
	i := start(t, failures, InstanceConfig{Log: log.log, Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		var none *Instance
		return none.loaded, nil
	})})
	require.Equal(t, "-7", hook(t, i, callAPI, ""))
	require.Contains(t, log.all(), "API call GetUser: panic: runtime error: invalid memory address")
	require.Contains(t, log.all(), "errors_test.go")
	require.ErrorIs(t, hookError(t, t.Context(), i, raiseValue, ""), Exception)
}

// A Caller whose goroutine ends, as a failed test's does, leaves the guest's stack as it was: nothing can run on it.
func TestAGoroutineThatEndsInACallRetiresTheInstance(t *testing.T) {
	i := start(t, failures, InstanceConfig{Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		runtime.Goexit()
		return nil, nil
	})})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = i.Hook(context.Background(), callAPI, nil)
	}()
	<-ended
	require.ErrorIs(t, hookError(t, t.Context(), i, raiseValue, ""), Closed)
	require.ErrorIs(t, i.Err(), Trap)
	<-i.released
}

func TestWhatFailsToLoadSaysWhy(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		code   Code
		want   string
	}{
		"a syntax error": {"def f(:", Exception, "load: SyntaxError: invalid syntax (main.py, line 1)"},
		"an exception":   {"raise KeyError('x')", Exception, "load: KeyError: 'x'"},
		"an import":      {"import nothing", Exception, "load: ModuleNotFoundError: No module named 'nothing'"},
		"an exit":        {"import sys; sys.exit(2)", Exited, "load: exited with code 2: SystemExit: 2"},
	} {
		_, err := newProgram(t, sharedRuntime(t), test.source).Instantiate(t.Context(), InstanceConfig{})
		require.EqualError(t, err, test.want, name)
		require.ErrorIs(t, err, test.code)
	}
	program, err := sharedRuntime(t).NewProgram(ProgramConfig{Entry: "nowhere"})
	require.NoError(t, err)
	_, err = program.Instantiate(t.Context(), InstanceConfig{})
	require.EqualError(t, err, "load: ModuleNotFoundError: No module named 'nowhere'")
}

func TestErrorsCanBeAskedForTheirCode(t *testing.T) {
	err := fmt.Errorf("plugin x: %w", &Error{Code: Killed, Op: "hook 1", Err: context.DeadlineExceeded})
	require.ErrorIs(t, err, Killed)
	require.NotErrorIs(t, err, Timeout)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	var code Code
	require.True(t, errors.As(err, &code))
	require.Equal(t, Killed, code)
	require.Equal(t, "Code(0)", Code(0).Error())
	require.Equal(t, "Code(99)", Code(99).Error())
}
