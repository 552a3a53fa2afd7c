package python_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/wasmhost"
)

const lateSource = `
class Late(Plugin):
    notes = []
    @hook
    async def ExecuteCommand(self, context, args):
        match args.command:
            case "notes": return " ".join(self.notes)
            case "wait":
                try: await asyncio.sleep(60)  # the line in question
                except BaseException as error:
                    self.notes.append(type(error).__name__)
                    raise
                finally: self.notes.append("finally")
            case "nested":
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.child())
                    await asyncio.sleep(60)
            case "spin":
                await asyncio.sleep(0.001)
                while True: pass
            case "spin at once":
                while True: pass
            case "ignore":
                while True:
                    try: await asyncio.sleep(60)
                    except BaseException: self.notes.append("ignored")
            case "spin on":
                await asyncio.sleep(0.001)
                while True:
                    try:
                        while True: pass
                    except BaseException: pass
            case "spin deaf":
                await asyncio.sleep(0.001)
                sum(range(10**13))
            case "spin in a task":
                await asyncio.create_task(self.spin())
            case "sleep":
                await asyncio.sleep(0.001)
                time.sleep(60)
            case "exit":
                await asyncio.sleep(0.001)
                raise SystemExit(3)
            case "fail":
                await asyncio.sleep(0.001)
                raise LookupError("gone")
        return "ok"
    async def spin(self):
        while True: pass
    async def child(self):
        try: await asyncio.sleep(60)
        finally: self.notes.append("child")
`

func failure(t testing.TB, err error) *wasmhost.Error {
	t.Helper()
	var failure *wasmhost.Error
	require.ErrorAs(t, err, &failure)
	return failure
}

func TestTheTimeOfAHookThatWaitsIsOver(t *testing.T) {
	for _, test := range []struct{ text, message, traceback, notes string }{
		{"wait", "hook ExecuteCommand took longer than 30 s", "await asyncio.sleep(60)  # the line in question", "HookTimeoutError finally"},
		{"nested", "hook ExecuteCommand took longer than 30 s", "await asyncio.sleep(60)", "child"},
		{"spin", "hook ExecuteCommand took longer than 30 s", "while True: pass", ""},
		{"spin at once", "hook ExecuteCommand took longer than 30 s", "while True: pass", ""},
		{"spin in a task", "hook ExecuteCommand took longer than 30 s", "while True: pass", ""},
		{"sleep", "hook ExecuteCommand took longer than 30 s", "time.sleep(60)", ""},
	} {
		t.Run(test.text, func(t *testing.T) {
			p := load(t, wasmhost.InstanceConfig{}, 30*time.Second, lateSource)
			began := time.Now()
			other := make(chan error, 1)
			go func() { // a hook that waits, and has its time, is left alone
				answer, err := p.ask(t.Context(), "notes")
				if err == nil && answer != "" {
					err = errors.New(answer)
				}
				other <- err
			}()
			require.NoError(t, <-other)
			_, err := p.ask(within(t, 200*time.Millisecond), test.text)
			e := failure(t, err)
			require.Equal(t, wasmhost.Timeout, e.Code, "%v", e)
			require.ErrorIs(t, e, context.DeadlineExceeded)
			require.Equal(t, "mattermost_plugin._internal.hook_runner.HookTimeoutError", e.Type, e.Traceback)
			require.Equal(t, test.message, e.Message)
			require.Contains(t, e.Traceback, test.traceback)
			require.Less(t, time.Since(began), wasmhost.DefaultGrace)
			require.Equal(t, test.notes, p.mustAsk(t, "notes"))
			require.NoError(t, p.Err())
		})
	}
}

// One that swallows its exception is given up after its grace time, and one that keeps the instance busy ends it.
func TestAHookThatIgnoresItsTimeIsGivenUpOrKilled(t *testing.T) {
	for _, test := range []struct {
		text string
		code wasmhost.Code
	}{{"ignore", wasmhost.Timeout}, {"spin on", wasmhost.Killed}, {"spin deaf", wasmhost.Killed}} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			p := load(t, wasmhost.InstanceConfig{Grace: 400 * time.Millisecond}, 30*time.Second, lateSource)
			waits := make(chan error, 1)
			go func() {
				_, err := p.ask(t.Context(), "wait")
				waits <- err
			}()
			began := time.Now()
			_, err := p.ask(within(t, time.Second), test.text)
			e := failure(t, err)
			require.Equal(t, test.code, e.Code, "%v", e)
			require.ErrorIs(t, e, context.DeadlineExceeded)
			require.Less(t, time.Since(began), 5*time.Second)
			if test.code == wasmhost.Killed {
				e = failure(t, <-waits)
				require.Equal(t, wasmhost.Closed, e.Code, "the others")
				require.ErrorIs(t, e, wasmhost.Killed)
				require.ErrorIs(t, p.Err(), wasmhost.Killed)
				return
			}
			require.NotEmpty(t, p.mustAsk(t, "notes"))
			require.NoError(t, p.Err())
			require.ErrorIs(t, p.Close(within(t, 200*time.Millisecond)), context.DeadlineExceeded, "the hook that waits")
			require.ErrorIs(t, <-waits, wasmhost.Closed)
		})
	}
}

func TestAnExceptionOfAHookThatWaitedIsItsAnswer(t *testing.T) {
	p := load(t, wasmhost.InstanceConfig{}, 30*time.Second, lateSource)
	_, err := p.ask(t.Context(), "fail")
	e := failure(t, err)
	require.Equal(t, []any{wasmhost.Exception, "LookupError", "gone"}, []any{e.Code, e.Type, e.Message})
	require.Contains(t, e.Traceback, `raise LookupError("gone")`)
	_, err = p.ask(t.Context(), "exit")
	e = failure(t, err)
	require.Equal(t, wasmhost.Exited, e.Code)
	require.Equal(t, 3, e.ExitCode)
	require.ErrorIs(t, p.Err(), wasmhost.Exited)
}
