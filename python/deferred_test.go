package python_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

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
