package quota

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/metrics"
)

func oneGroup(abi.Method) int { return 0 }

// counted makes a quota, and counts the limits that are reached.
func counted(set map[string]any, group func(abi.Method) int) (*Quota, map[grant.Limit]int) {
	limits, err := grant.EffectiveLimits(set, nil)
	if err != nil {
		panic(err)
	}
	fired := map[grant.Limit]int{}
	return New(limits, group, func(_ context.Context, limit grant.Limit, _ string) { fired[limit]++ }), fired
}

func TestABucketLetsABurstThroughAndThenItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBucket(10, time.Second, 20)
		passed := func() (n int) {
			for b.Take(metrics.Now(), 1) {
				n++
			}
			return n
		}
		require.Equal(t, 20, passed())
		time.Sleep(50 * time.Millisecond)
		require.Zero(t, passed())
		time.Sleep(50 * time.Millisecond)
		require.Equal(t, 1, passed())
		time.Sleep(time.Second)
		require.Equal(t, 10, passed())
		time.Sleep(time.Hour)
		require.Equal(t, 20, passed(), "no more than the burst, however long it was idle")
		require.False(t, b.Take(metrics.Now(), 1<<62), "nor what no number can hold")
	})
}

func TestManyTakeNoMoreThanThereIs(t *testing.T) {
	b := NewBucket(1, time.Hour, 1000)
	var passed atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				if b.Take(0, 1) {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1000, passed.Load())
}

func TestCallsOfOneGroupAreCountedTogether(t *testing.T) {
	q, fired := counted(map[string]any{"api_calls_at_once": 2, "api_calls_per_second": 1}, func(m abi.Method) int {
		if m == abi.GetUser || m == abi.GetUserByEmail {
			return 1
		}
		return 2
	})
	require.Nil(t, q.Call(context.Background(), abi.GetUser, metrics.Now()))
	require.Nil(t, q.Call(context.Background(), abi.GetUserByEmail, metrics.Now()))
	refused := q.Call(context.Background(), abi.GetUser, metrics.Now())
	require.Equal(t, "mmpy.quota", refused.Id)
	require.EqualValues(t, 429, refused.StatusCode)
	require.Equal(t, "the limit api_calls_per_second was reached: GetUser: more than 1 calls a second of its kind, after 2 at once", refused.Message)
	require.Nil(t, q.Call(context.Background(), abi.CreatePost, metrics.Now()))
	require.Equal(t, map[grant.Limit]int{grant.LimitCallRate: 1}, fired)
}

func TestAMinuteLaterThereIsRoomAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, fired := counted(map[string]any{"kv_keys_per_minute": 3, "kv_mib_per_minute": 1, "log_lines_per_minute": 2}, oneGroup)
		write := func(size int) bool {
			refused, quietly := q.Request(context.Background(), abi.KVSet, &pb.KVSetRequest{Key: "k", Value: make([]byte, size)}, size)
			require.False(t, quietly)
			return refused == nil
		}
		require.True(t, write(1<<20-1))
		require.False(t, write(1), "bytes")
		require.True(t, write(-1+1) == false, "of the key, too")
		require.False(t, write(0), "keys")
		require.Equal(t, 1, fired[grant.LimitKVKeys])
		require.Equal(t, 2, fired[grant.LimitKVBytes])
		require.True(t, q.MaySay(1, 10))
		require.True(t, q.MaySay(1, 10))
		require.False(t, q.MaySay(1, 10))
		require.EqualValues(t, 1, q.LeftOut())
		require.Zero(t, q.LeftOut())
		time.Sleep(time.Minute)
		require.True(t, write(1<<20-1))
		require.True(t, q.MaySay(1, 10))
	})
}

func TestEachMethodThatWritesOrPostsOrLogsIsLookedAt(t *testing.T) {
	for n := range abi.Methods {
		method, name := abi.Method(n), abi.Method(n).String()
		want := use(0)
		switch {
		case strings.HasPrefix(name, "KV") && strings.Contains(name, "Set"):
			want = writesKey
		case strings.HasPrefix(name, "LogAudit"):
			want = audits
		case strings.HasPrefix(name, "Log"):
			want = logs
		case strings.HasSuffix(name, "Post") && (strings.HasPrefix(name, "Create") || strings.HasPrefix(name, "Update") || strings.HasPrefix(name, "Send")):
			want = sendsPost
		}
		require.Equal(t, want, uses[method], name)
	}
}

func TestTheShareOfCPUTimeIsThatOfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, _ := counted(map[string]any{"cpu_percent": 50}, oneGroup)
		may := func() bool { return q.Hook(metrics.Now()) == "" }
		q.ChargeCPU(30 * time.Second)
		require.True(t, may(), "half a minute of a minute")
		q.ChargeCPU(2 * time.Second)
		require.Equal(t, "the plugin has used its share of CPU time, 50 % of one processor over a minute: it takes hooks again in 4 s",
			q.Hook(metrics.Now()))
		require.Equal(t, 4*time.Second, q.CPUWait())
		time.Sleep(4 * time.Second)
		require.True(t, may())

		q, _ = counted(nil, oneGroup)
		for range 1000 { // one interpreter that never rests
			time.Sleep(time.Second)
			q.ChargeCPU(time.Second)
			require.Zero(t, q.CPUWait())
		}
	})
}

func TestPropsAreMeasuredAsJSON(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) any { return drawValue(t, 3) })
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.MapOfN(rapid.String(), value, 0, 5).Draw(t, "props")
		props, err := structpb.NewStruct(fields)
		if err != nil {
			t.Skip(err)
		}
		encoded, err := protojson.Marshal(props)
		require.NoError(t, err)
		size := structSize(props, 1<<40)
		require.InDelta(t, len(encoded), size, float64(len(encoded))*0.6+40)
		require.True(t, propsFit(props, size))
		require.False(t, propsFit(props, size-1))
	})
	deep := structpb.NewNullValue()
	for range 2 * deepest {
		deep = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{deep}})
	}
	require.False(t, propsFit(&structpb.Struct{Fields: map[string]*structpb.Value{"k": deep}}, 1<<30))
}

func drawValue(t *rapid.T, depth int) any {
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
	case kind == 0:
		return nil
	case kind == 1:
		return rapid.Bool().Draw(t, "bool")
	case kind == 2:
		return float64(rapid.IntRange(-1e6, 1e6).Draw(t, "number"))
	case kind == 3 && depth > 0:
		return []any{drawValue(t, depth-1), drawValue(t, depth-1)}
	case kind == 4 && depth > 0:
		return map[string]any{rapid.String().Draw(t, "key"): drawValue(t, depth-1)}
	}
	return rapid.String().Draw(t, "text")
}

func BenchmarkTake(b *testing.B) {
	bucket := NewBucket(1e12, time.Second, 1e12)
	for b.Loop() {
		if !bucket.Take(metrics.Now(), 1) {
			b.Fatal("refused")
		}
	}
}
