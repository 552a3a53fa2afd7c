package metrics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// everything is a recorder in which each metric has a value.
func everything() []*dto.MetricFamily {
	r := &Recorder{}
	r.Hook(abi.HookMessageWillBePosted, 70*time.Microsecond, OK)
	r.Hook(abi.HookMessageWillBePosted, time.Minute, Killed)
	r.Method(abi.GetUser, 20*time.Millisecond, OK)
	r.Method(abi.GetUser, time.Millisecond, AppError)
	r.Method(abi.CreatePost, time.Millisecond, Denied)
	r.Restart(Killed)
	r.Limit(grant.LimitKVKeys)
	r.Limit(grant.LimitKVKeys)
	r.HTTP(time.Second, OK, 10, 2000)
	r.HTTP(time.Millisecond, Denied, 0, 0)
	s := State{MaxInstances: 4}
	s.AddPast(wasmhost.Stats{Memory: 1 << 30, Ticks: 100, Waiting: 9, Depth: 9, Deepest: 9, Overloaded: 1})
	s.Add(wasmhost.Stats{Memory: 20 << 20, Ticks: 10, Waiting: 2, Depth: 1, Deepest: 3, Overloaded: 2})
	s.Add(wasmhost.Stats{Memory: 30 << 20, Ticks: 1, Waiting: 1, Depth: 5, Deepest: 5, Overloaded: 3})
	return r.Gather(s)
}

// flat gives the values of counters and gauges by name and labels, and the families by name.
func flat(families []*dto.MetricFamily) (map[string]float64, map[string]*dto.MetricFamily) {
	values, byName := map[string]float64{}, map[string]*dto.MetricFamily{}
	for _, family := range families {
		byName[family.GetName()] = family
		for _, metric := range family.Metric {
			key := family.GetName()
			for _, label := range metric.Label {
				key += " " + label.GetName() + "=" + label.GetValue()
			}
			if metric.Histogram == nil {
				values[key] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
			}
		}
	}
	return values, byName
}

func TestWhatIsCountedIsTold(t *testing.T) {
	values, families := flat(everything())
	require.Equal(t, map[string]float64{
		"mmpy_hook_calls_total hook=MessageWillBePosted":              2,
		"mmpy_hook_errors_total hook=MessageWillBePosted kind=killed": 1,
		"mmpy_api_calls_total method=GetUser":                         2,
		"mmpy_api_calls_total method=CreatePost":                      1,
		"mmpy_api_errors_total method=GetUser kind=app_error":         1,
		"mmpy_api_errors_total method=CreatePost kind=denied":         1,
		"mmpy_api_denied_total":                                       1,
		"mmpy_instances":                                              2,
		"mmpy_instances_max":                                          4,
		"mmpy_restarts_total cause=killed":                            1,
		"mmpy_restarts_total cause=exited":                            0,
		"mmpy_restarts_total cause=crashed":                           0,
		"mmpy_restarts_total cause=out_of_memory":                     0,
		"mmpy_restarts_total cause=internal":                          0,
		"mmpy_limit_total limit=kv_keys_per_minute":                   2,
		"mmpy_queue_length":                                           3,
		"mmpy_queue_refused_total":                                    6,
		"mmpy_nesting_depth":                                          5,
		"mmpy_nesting_depth_max":                                      9,
		"mmpy_memory_bytes":                                           50 << 20,
		"mmpy_ticks_total":                                            111,
		"mmpy_http_requests_total":                                    2,
		"mmpy_http_errors_total kind=denied":                          1,
		"mmpy_http_sent_bytes_total":                                  10,
		"mmpy_http_received_bytes_total":                              2000,
	}, values)

	histogram := families["mmpy_hook_duration_seconds"].Metric[0].Histogram
	require.EqualValues(t, 2, histogram.GetSampleCount())
	require.InDelta(t, 60.00007, histogram.GetSampleSum(), 1e-9)
	for _, bucket := range histogram.Bucket {
		want := uint64(0)
		if bucket.GetUpperBound() >= 100e-6 {
			want = 1
		}
		require.Equal(t, want, bucket.GetCumulativeCount(), bucket.GetUpperBound())
	}
}

func TestNothingIsToldOfWhatWasNeverCalled(t *testing.T) {
	values, _ := flat(new(Recorder).Gather(State{MaxInstances: 1}))
	require.Contains(t, values, "mmpy_api_denied_total")
	require.Contains(t, values, "mmpy_restarts_total cause=killed")
	for name := range values {
		require.NotRegexp(t, "hook=|method=", name)
	}
}

func TestTheDocumentationListsAllMetrics(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "metrics.md"))
	require.NoError(t, err)
	var rows []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "| `mmpy_") {
			rows = append(rows, line)
		}
	}
	var want []string
	for _, family := range everything() {
		var labels []string
		for _, label := range family.Metric[0].Label {
			labels = append(labels, "`"+label.GetName()+"`")
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s | %s |", family.GetName(), strings.ToLower(family.GetType().String()),
			strings.Join(labels, ", "), strings.TrimSuffix(family.GetHelp(), ".")))
	}
	require.Equal(t, want, rows, "docs/metrics.md")
	for kind := OK + 1; kind < kinds; kind++ {
		require.Contains(t, string(text), "| `"+kindNames[kind]+"` |", "docs/metrics.md")
	}
}

func TestEveryErrorHasAKind(t *testing.T) {
	for code := wasmhost.Exception; !strings.HasPrefix(code.Error(), "Code("); code++ {
		kind := OfHook(fmt.Errorf("wrapped: %w", &wasmhost.Error{Code: code}))
		require.NotEmpty(t, kindNames[kind])
		require.NotEqual(t, Internal, kind, code)
	}
	require.Equal(t, OK, OfHook(nil))
	require.Equal(t, Internal, OfHook(errors.New("what?")))
	for status := abi.Status(-1); !strings.HasPrefix(status.Error(), "status "); status-- {
		require.NotEqual(t, OK, OfCall(nil, fmt.Errorf("wrapped: %w", status)), status)
		require.Contains(t, ofStatus, status)
	}
	require.Equal(t, Cancelled, OfCall(nil, context.Canceled))
	require.Equal(t, Internal, OfCall(nil, errors.New("what?")))
	require.Equal(t, Killed, OfEnd(&wasmhost.Error{Code: wasmhost.Killed}))
	require.Equal(t, Internal, OfEnd(&wasmhost.Error{Code: wasmhost.Exception}))
}

// That the first byte of a response tells whether it has an error depends on this.
func TestTheErrorOfEveryResponseIsItsFirstField(t *testing.T) {
	for _, info := range abi.Methods {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(info.Response))
		require.NoError(t, err)
		field := kind.Descriptor().Fields().ByName("error")
		require.NotNil(t, field, info.Response)
		require.EqualValues(t, 1, field.Number(), info.Response)
		require.Equal(t, field, kind.Descriptor().Fields().ByNumber(1))
	}
	failed, err := proto.Marshal(&pb.GetUserResponse{Error: &pb.AppError{}, User: &pb.User{Id: "u"}})
	require.NoError(t, err)
	require.Equal(t, AppError, OfCall(failed, nil))
	for id, want := range map[string]Kind{grant.DeniedID: Denied, grant.QuotaID: Quota, "app.user.missing": AppError} {
		refused, err := proto.Marshal(&pb.GetUserResponse{Error: &pb.AppError{Id: id, Message: "no"}})
		require.NoError(t, err)
		require.Equal(t, want, OfCall(refused, nil), id)
	}
	require.Equal(t, AppError, OfCall([]byte{0x0a, 0xff}, nil), "cut off")
	fine, err := proto.Marshal(&pb.GetUserResponse{User: &pb.User{Id: "u"}})
	require.NoError(t, err)
	require.Equal(t, OK, OfCall(fine, nil))
	require.Equal(t, OK, OfCall(nil, nil))
}

func TestCountingAllocatesNothing(t *testing.T) {
	r := &Recorder{}
	r.Hook(abi.HookMessageWillBePosted, time.Millisecond, OK)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		begin := Now()
		r.Hook(abi.HookMessageWillBePosted, Since(begin), OK)
	}))
}

func BenchmarkHook(b *testing.B) {
	r := &Recorder{}
	b.ReportAllocs()
	for b.Loop() {
		begin := Now()
		r.Hook(abi.HookMessageWillBePosted, Since(begin), OK)
	}
}
