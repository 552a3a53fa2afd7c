package python_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

// plugin is one instance of a plugin that the host has loaded, as the server does.
type plugin struct {
	*wasmhost.Instance
	hooks map[string]uint32
	log   *lines
}

// lines are what a plugin has logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(level slog.Level, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(&l.text, level, message)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var sharedRuntime = sync.OnceValues(func() (*wasmhost.Runtime, error) {
	return wasmhost.NewRuntime(context.Background(), wasmhost.NewRuntimeConfig())
})

// load loads a plugin whose file begins with what most need; its own part follows.
func load(t testing.TB, config wasmhost.InstanceConfig, timeout time.Duration, source string) *plugin {
	t.Helper()
	runtime, err := sharedRuntime()
	require.NoError(t, err)
	settings, err := json.Marshal(map[string]any{"path": "/plugin/plugin.py", "hook_timeout": timeout.Seconds()})
	require.NoError(t, err)
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{
		Files: fstest.MapFS{"plugin.py": {Data: []byte(`
import asyncio, threading, time
from mattermost_plugin import AsyncPluginAPIClient, Plugin, hook
api = AsyncPluginAPIClient()
` + source)}},
		Libraries: map[string]fs.FS{"mmpy": python.Files()},
		Entry:     "mattermost_plugin._internal.guest",
		Argument:  string(settings),
	})
	require.NoError(t, err)
	log := &lines{}
	config.Log, config.WakeTimeout = log.add, timeout
	instance, err := program.Instantiate(t.Context(), config)
	var failure *wasmhost.Error
	if errors.As(err, &failure) {
		t.Log(failure.Traceback)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = instance.Close(context.Background())
		if t.Failed() {
			t.Log(log)
		}
	})
	var implemented pb.ImplementedResponse
	require.NoError(t, proto.Unmarshal(instance.Loaded(), &implemented))
	p := &plugin{Instance: instance, hooks: map[string]uint32{}, log: log}
	for id, name := range implemented.Hooks {
		p.hooks[name] = uint32(id)
	}
	return p
}

// ask runs a hook that is asked with a text: ExecuteCommand.
func (p *plugin) ask(ctx context.Context, text string) (string, error) {
	var response pb.ExecuteCommandResponse
	err := p.fire(ctx, "ExecuteCommand", &pb.ExecuteCommandRequest{Args: &pb.CommandArgs{Command: text}}, &response)
	return response.GetResponse().GetText(), err
}

func (p *plugin) fire(ctx context.Context, hook string, request, response proto.Message) error {
	encoded, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	answer, err := p.Hook(ctx, p.hooks[hook], encoded)
	if err != nil {
		return err
	}
	return proto.Unmarshal(answer, response)
}

func (p *plugin) activate(t testing.TB) {
	t.Helper()
	var response pb.OnActivateResponse
	require.NoError(t, p.fire(t.Context(), "OnActivate", &pb.OnActivateRequest{}, &response))
	require.Nil(t, response.Error)
}

func (p *plugin) mustAsk(t testing.TB, text string) string {
	t.Helper()
	answer, err := p.ask(t.Context(), text)
	var failure *wasmhost.Error
	if errors.As(err, &failure) {
		t.Log(failure.Traceback)
	}
	require.NoError(t, err)
	return answer
}

func within(t testing.TB, timeout time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	return ctx
}

// users answers GetUser with the id that was asked for, in that time.
func users(after time.Duration, during func(change int32)) wasmhost.Caller {
	return wasmhost.CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		var r pb.GetUserRequest
		if err := proto.Unmarshal(request, &r); err != nil {
			return nil, err
		}
		during(1)
		time.Sleep(after)
		during(-1)
		return proto.Marshal(&pb.GetUserResponse{User: &pb.User{Id: r.GetUserId()}})
	})
}

const askUser = `
class Asks(Plugin):
    @hook
    async def ExecuteCommand(self, context, args):
        return (await api.get_user(args.command)).id
`

// Sixteen callers, each of whose hooks makes an API call of 5 ms: all of them are under way in one instance.
func TestAsyncHooksOfOneInstanceOverlap(t *testing.T) {
	var now, most atomic.Int32
	p := load(t, wasmhost.InstanceConfig{Caller: users(5*time.Millisecond, func(change int32) {
		n := now.Add(change)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
	})}, 30*time.Second, askUser)
	p.mustAsk(t, "warm")
	began := time.Now()
	var all sync.WaitGroup
	const callers, each = 16, 20
	for caller := range callers {
		all.Go(func() {
			for n := range each {
				text := fmt.Sprintf("%d/%d", caller, n)
				if answer, err := p.ask(t.Context(), text); err != nil || answer != text {
					t.Error(answer, err)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d in flight, %d hooks in %v", most.Load(), callers*each, time.Since(began))
	require.GreaterOrEqual(t, most.Load(), int32(15))
}

func TestAHookIsAnsweredWhenItIsDoneAndNotInTheOrderOfArrival(t *testing.T) {
	p := load(t, wasmhost.InstanceConfig{}, 30*time.Second, `
class Sleeps(Plugin):
    @hook
    async def ExecuteCommand(self, context, args):
        await asyncio.sleep(float(args.command))
        return args.command
`)
	p.mustAsk(t, "0")
	var mu sync.Mutex
	var order []string
	var all sync.WaitGroup
	for _, text := range []string{"0.4", "0.1", "0.3", "0.2", "0"} {
		all.Go(func() {
			answer, err := p.ask(t.Context(), text)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			order = append(order, answer)
		})
	}
	all.Wait()
	require.Equal(t, []string{"0", "0.1", "0.2", "0.3", "0.4"}, order)
}

// A hook of each kind, sync hooks too, in any order: what they wait for comes from the others.
func TestLocksQueuesAndEventsWorkBetweenHooks(t *testing.T) {
	p := load(t, wasmhost.InstanceConfig{}, 30*time.Second, `
class Meets(Plugin):
    def __init__(self):
        self.queue, self.event, self.lock, self.inside = asyncio.Queue(1), asyncio.Event(), asyncio.Lock(), 0
    @hook
    async def ExecuteCommand(self, context, args):
        match args.command.split():
            case ["get"]: return await self.queue.get()
            case ["put", text]: await self.queue.put(text)
            case ["wait"]: await self.event.wait()
            case ["lock"]:
                async with self.lock:
                    self.inside += 1
                    assert self.inside == 1
                    await asyncio.sleep(0.002)
                    self.inside -= 1
            case ["timeout"]:
                try:
                    async with asyncio.timeout(0.01): await asyncio.sleep(60)
                except TimeoutError: return "timeout"
            case ["group"]:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(asyncio.sleep(0.01, n)) for n in range(10)]
                return str(sum(task.result() for task in tasks))
            case ["thread"]: return str(await asyncio.to_thread(sum, [1, 2]))
        return "ok"
    @hook
    def MessageHasBeenPosted(self, context, post):
        self.event.set()
    @hook
    def OnInstall(self, context, event):
        return asyncio.run(asyncio.sleep(0.01)) or (asyncio.run(asyncio.sleep(0, "run")) if 0 else None)
`)
	var all sync.WaitGroup
	expect := func(text, want string) {
		all.Go(func() {
			if answer, err := p.ask(within(t, 20*time.Second), text); err != nil || answer != want {
				t.Error(text, answer, err)
			}
		})
		time.Sleep(10 * time.Millisecond)
	}
	expect("get", "a")
	expect("get", "b")
	expect("wait", "ok")
	expect("wait", "ok")
	for range 10 {
		expect("lock", "ok")
	}
	expect("put a", "ok")
	expect("put b", "ok")
	expect("put c", "ok")
	expect("get", "c")
	expect("timeout", "timeout")
	expect("group", "45")
	expect("thread", "3")
	var response pb.OnInstallResponse
	require.NoError(t, p.fire(t.Context(), "OnInstall", &pb.OnInstallRequest{}, &response))
	require.Nil(t, response.Error)
	require.NoError(t, p.fire(t.Context(), "MessageHasBeenPosted", &pb.MessageHasBeenPostedRequest{}, &pb.MessageHasBeenPostedResponse{}))
	all.Wait()
}

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

const background = `
class Works(Plugin):
    beats, notes = 0, []
    @hook
    async def OnActivate(self):
        self.task = asyncio.create_task(self.beat())
        self.broken = asyncio.create_task(self.fail())
    async def beat(self):
        try:
            while True:
                await asyncio.sleep(0.005)
                self.beats += 1
        finally:
            print("the task ends")
            await asyncio.sleep(0.01)
            print("the task has ended")
    async def fail(self):
        await asyncio.sleep(0.01)
        raise LookupError("from the background")
    @hook
    def ExecuteCommand(self, context, args):
        if args.command == "spin": self.create_task(self.spin())
        if args.command == "sync": self.create_task(self.beat())
        return str(self.beats)
    async def spin(self):
        while True: pass
`

func TestABackgroundTaskGoesOnBetweenHooksAndEndsWithThePlugin(t *testing.T) {
	p := load(t, wasmhost.InstanceConfig{}, 30*time.Second, background)
	p.activate(t)
	time.Sleep(300 * time.Millisecond)
	var beats int
	_, err := fmt.Sscan(p.mustAsk(t, ""), &beats)
	require.NoError(t, err)
	require.Greater(t, beats, 20)
	require.Eventually(t, func() bool { return strings.Contains(p.log.String(), "LookupError") }, 10*time.Second, 10*time.Millisecond)
	require.Contains(t, p.log.String(), "failed, and nobody waits for it")
	require.Contains(t, p.log.String(), `raise LookupError("from the background")`)
	p.mustAsk(t, "sync")
	time.Sleep(100 * time.Millisecond) // for it to begin
	require.NoError(t, p.Close(within(t, 10*time.Second)))
	require.Equal(t, 2, strings.Count(p.log.String(), "the task has ended"), p.log)
}

func TestABackgroundTaskThatSpinsIsInterrupted(t *testing.T) {
	p := load(t, wasmhost.InstanceConfig{}, 300*time.Millisecond, background)
	p.mustAsk(t, "spin")
	time.Sleep(50 * time.Millisecond)
	p.mustAsk(t, "") // which has to wait for it
	require.Eventually(t, func() bool { return strings.Contains(p.log.String(), "ran for more than 0.3 s") }, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, p.Err())
}

// The hook that a call leads to, twenty deep, one within the other: async ones wait, and sync ones are on top of each other.
func TestHooksThatCauseEachOther(t *testing.T) {
	var p *plugin
	p = load(t, wasmhost.InstanceConfig{Caller: wasmhost.CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
		var r pb.GetUserRequest
		if err := proto.Unmarshal(request, &r); err != nil {
			return nil, err
		}
		answer, err := p.ask(ctx, r.UserId)
		return must(proto.Marshal(&pb.GetUserResponse{User: &pb.User{Id: answer}})), err
	})}, 30*time.Second, `
class Causes(Plugin):
    @hook
    async def ExecuteCommand(self, context, args):
        kind, n = args.command.split()
        n = int(n)
        if n == 0: return "."
        if kind == "async" or kind == "both" and n % 3:
            return f"{n} " + (await api.get_user(f"{kind} {n - 1}")).id
        return f"{n} " + self.api.get_user(f"{kind} {n - 1}").id
`)
	for _, kind := range []string{"async", "sync", "both"} {
		var want strings.Builder
		for n := 20; n > 0; n-- {
			fmt.Fprint(&want, n, " ")
		}
		require.Equal(t, want.String()+".", p.mustAsk(t, kind+" 20"), kind)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
