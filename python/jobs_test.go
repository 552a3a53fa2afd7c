package python_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
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

// store is the key-value store of a cluster.
type store struct {
	mu   sync.Mutex
	data map[string][]byte
}

func (s *store) Call(_ context.Context, method abi.Method, request []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch method {
	case abi.KVGet:
		var r pb.KVGetRequest
		return answer(proto.Unmarshal(request, &r), &pb.KVGetResponse{Value: s.data[r.Key]})
	case abi.KVSet:
		var r pb.KVSetRequest
		err := proto.Unmarshal(request, &r)
		s.data[r.Key] = r.Value
		return answer(err, &pb.KVSetResponse{})
	case abi.KVDelete:
		var r pb.KVDeleteRequest
		err := proto.Unmarshal(request, &r)
		delete(s.data, r.Key)
		return answer(err, &pb.KVDeleteResponse{})
	case abi.KVSetWithOptions:
		var r pb.KVSetWithOptionsRequest
		err := proto.Unmarshal(request, &r)
		free := s.data[r.Key] == nil
		if free {
			s.data[r.Key] = r.Value
		}
		return answer(err, &pb.KVSetWithOptionsResponse{Success: free})
	}
	return nil, abi.StatusUnimplemented
}

func answer(err error, message proto.Message) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return proto.Marshal(message)
}

// Two servers: each interval's work is done by one of them.
func TestAJobOfTheClusterIsDoneOnceInEachInterval(t *testing.T) {
	for kind, work := range map[string]string{"sync": "def", "async": "async def"} {
		t.Run(kind, func(t *testing.T) {
			cluster := &store{data: map[string][]byte{}}
			var plugins []*plugin
			for range 2 {
				p := load(t, wasmhost.InstanceConfig{Caller: cluster}, 30*time.Second, `
class Sweeps(Plugin):
    @hook
    def OnActivate(self):
        self.schedule_cluster("sweep", 0.2, self.sweep)
    `+work+` sweep(self):
        print(time.time())
`)
				p.activate(t)
				plugins = append(plugins, p)
			}
			var times []float64
			require.Eventually(t, func() bool {
				times = nil
				for _, p := range plugins {
					for line := range strings.Lines(p.log.String()) {
						var at float64
						if _, err := fmt.Sscanf(line, "INFO %g", &at); err == nil {
							times = append(times, at)
						}
					}
				}
				return len(times) >= 6
			}, 30*time.Second, 10*time.Millisecond)

			for n, a := range times {
				for _, b := range times[:n] {
					require.GreaterOrEqual(t, max(a-b, b-a), 0.19, "%v", times)
				}
			}
			for _, p := range plugins {
				require.NoError(t, p.Close(within(t, 10*time.Second)))
			}
			var metadata struct{ LastFinished time.Time }
			require.NoError(t, json.Unmarshal(cluster.data["cron_sweep"], &metadata))
			require.WithinDuration(t, time.Now(), metadata.LastFinished, 30*time.Second)
			require.NotContains(t, cluster.data, "mutex_cron_sweep")
		})
	}
}

// Jobs and hooks do not keep each other: a job that calls the API lets hooks in.
func TestJobsRunBetweenHooks(t *testing.T) {
	var calls atomic.Int32
	p := load(t, wasmhost.InstanceConfig{Caller: users(20*time.Millisecond, func(int32) { calls.Add(1) })}, 30*time.Second, `
class Plans(Plugin):
    done, names = 0, []
    @hook
    def OnActivate(self):
        self.schedule(0.01, self.work)
        self.schedule(0.01, self.work_async)
        self.schedule(0.01, self.fail)
        self.schedule("* * * * *", self.work)
        assert "asyncio" in __import__("sys").modules
    def work(self):
        self.done += 1
        self.api.get_user("a")
        asyncio.run(asyncio.sleep(0.001))
    async def work_async(self):
        self.done += 1
        await api.get_user("b")
    def fail(self): raise LookupError("from a job")
    @hook
    def ExecuteCommand(self, context, args): return str(self.done)
`)
	p.activate(t)
	var done int
	require.Eventually(t, func() bool {
		began := time.Now()
		_, err := fmt.Sscan(p.mustAsk(t, ""), &done)
		require.NoError(t, err)
		require.Less(t, time.Since(began), 5*time.Second)
		return done > 20
	}, 30*time.Second, time.Millisecond)
	require.Greater(t, calls.Load(), int32(20))
	require.Contains(t, p.log.String(), `raise LookupError("from a job")`)
	require.Contains(t, p.log.String(), "job Plans.fail failed")
	require.NoError(t, p.Close(within(t, 10*time.Second)))
}

func TestAJobThatSpinsIsInterruptedAndOneThatDoesNotStopEndsThePlugin(t *testing.T) {
	const source = `
class Spins(Plugin):
    @hook
    def ExecuteCommand(self, context, args):
        if args.command: self.schedule(0.01, getattr(self, args.command))
        return "ok"
    def spin(self):
        while True: pass
    def spin_on(self):
        while True:
            try: self.spin()
            except BaseException: pass
`
	config := wasmhost.InstanceConfig{Grace: 300 * time.Millisecond}
	p := load(t, config, 200*time.Millisecond, source)
	p.mustAsk(t, "spin")
	require.Eventually(t, func() bool { return strings.Contains(p.log.String(), "job Spins.spin ran for more than 0.2 s") }, 10*time.Second, time.Millisecond)
	require.NoError(t, p.Err())
	p = load(t, config, 200*time.Millisecond, source)
	p.mustAsk(t, "spin_on")
	select {
	case <-p.Retired():
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on")
	}
	require.ErrorIs(t, p.Err(), wasmhost.Killed)
	_, err := p.ask(t.Context(), "")
	require.ErrorIs(t, err, wasmhost.Killed)
}

func TestAPluginThatIsBeingLoadedCannotBeginAnything(t *testing.T) {
	for _, begin := range []string{"self.schedule(1, print)", "self.schedule_cluster('x', 1, print)", "self.create_task(print)"} {
		p := load(t, wasmhost.InstanceConfig{}, 30*time.Second, `
class Hurries(Plugin):
    def __init__(self):
        try: `+begin+`
        except RuntimeError as error: self.error = str(error)
    @hook
    def ExecuteCommand(self, context, args): return self.error
`)
		require.Contains(t, p.mustAsk(t, ""), "is for hooks, such as OnActivate")
	}
}

func TestAPluginWithoutAsyncHooksDoesNotImportAsyncio(t *testing.T) {
	p := load(t, wasmhost.InstanceConfig{}, 30*time.Second, `
import sys
for name in [name for name in sys.modules if name.startswith("asyncio")]: del sys.modules[name]
class Plain(Plugin):
    n = 0
    @hook
    def OnActivate(self): self.schedule(0.001, self.work)
    def work(self): self.n += 1
    @hook
    def ExecuteCommand(self, context, args): return f"{self.n > 3} {'asyncio' in sys.modules}"
`)
	p.activate(t)
	require.Eventually(t, func() bool { return p.mustAsk(t, "") == "True False" }, 10*time.Second, time.Millisecond)
}

// Sync and async hooks, tasks and jobs, that call the API in both ways and cause each other: every answer is the right one.
func TestHammerOfSyncAndAsyncHooks(t *testing.T) {
	var p *plugin
	var inside, most atomic.Int32
	p = load(t, wasmhost.InstanceConfig{Caller: wasmhost.CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
		n := inside.Add(1)
		defer inside.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		var r pb.GetUserRequest
		if err := proto.Unmarshal(request, &r); err != nil {
			return nil, err
		}
		if rand.IntN(3) == 0 {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		}
		id := r.UserId
		if depth, rest, ok := strings.Cut(id, ">"); ok {
			kind := []string{"sync", "async", "mixed"}[rand.IntN(3)]
			var err error
			if id, err = p.ask(ctx, fmt.Sprintf("%s %s %s", kind, depth, rest)); err != nil {
				return nil, err
			}
		}
		return proto.Marshal(&pb.GetUserResponse{User: &pb.User{Id: id}})
	})}, 60*time.Second, `
class Mixes(Plugin):
    ticks = 0
    @hook
    async def OnActivate(self):
        self.lock = asyncio.Lock()
        self.task = asyncio.create_task(self.tick())
        self.schedule(0.002, self.job)
        self.schedule(0.003, self.tick_once)
    async def tick(self):
        while True:
            await asyncio.sleep(0.001)
            await self.tick_once()
    async def tick_once(self):
        await api.get_user("t")
        self.ticks += 1
    def job(self): self.api.get_user("j")
    @hook
    def ExecuteCommand(self, context, args):
        kind, depth, text = args.command.split()
        below = f"{int(depth) - 1}>{text}" if int(depth) else text
        match kind:
            case "sync": return self.api.get_user(below).id
            case "run": return asyncio.run(self.get(below))
            case "async": return self.get(below)
            case "mixed": return self.mixed(below)
            case "locked": return self.locked(text)
            case "late": return asyncio.sleep(60)
    async def get(self, below): return (await api.get_user(below)).id
    async def mixed(self, below):
        await asyncio.sleep(0)
        return self.api.get_user(below).id
    async def locked(self, text):
        async with self.lock:
            return (await api.get_user(text)).id
`)
	p.activate(t)
	duration := 4 * time.Second
	if testing.Short() {
		duration = time.Second
	}
	finish := time.Now().Add(duration)
	var count, late atomic.Int64
	var all sync.WaitGroup
	for worker := range 16 {
		all.Go(func() {
			for n := 0; time.Now().Before(finish); n++ {
				kind := []string{"sync", "async", "async", "mixed", "run", "locked", "late"}[rand.IntN(7)]
				text := fmt.Sprintf("%d/%d", worker, n)
				ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
				if kind == "late" {
					cancel()
					ctx, cancel = context.WithTimeout(context.Background(), 5*time.Millisecond)
				}
				got, err := p.ask(ctx, fmt.Sprintf("%s %d %s", kind, rand.IntN(3), text))
				cancel()
				if kind == "late" && (errors.Is(err, wasmhost.Timeout) || errors.Is(err, wasmhost.Busy)) {
					late.Add(1)
					continue
				}
				if err != nil || got != text {
					var failure *wasmhost.Error
					errors.As(err, &failure)
					t.Errorf("%s: got %q, want %q: %v\n%v", kind, got, text, err, failure)
					return
				}
				count.Add(1)
			}
		})
	}
	all.Wait()
	t.Logf("%d hooks answered and %d given up, at most %d API calls at once", count.Load(), late.Load(), most.Load())
	require.NoError(t, p.Close(within(t, 20*time.Second)))
	require.NotContains(t, p.log.String(), "failed")
	require.NotContains(t, p.log.String(), "ERROR")
}
