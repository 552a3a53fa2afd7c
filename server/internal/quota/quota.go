// Package quota counts what a plugin uses in a time, and says when that is more than it may: API calls, what it writes to the
// key-value store and to the log, and its CPU time. It counts for all interpreters of the plugin together, and goes on when
// one ends: to crash brings nothing.
package quota

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/metrics"
)

// Quota is what is left to one plugin. It is safe for any number of goroutines, and its time is that of package metrics.
type Quota struct {
	limits grant.Limits
	fired  func(ctx context.Context, limit grant.Limit, detail string)

	calls           [len(abi.Methods)]*Bucket // by method; those of one group share theirs
	kvKeys, kvBytes *Bucket
	lines, bytes    *Bucket // of the log
	cpu             *Bucket // of nanoseconds
	left            atomic.Int64
}

// New makes a quota in which nothing has been used. group gives the number of a method's group; fired is told of each limit
// that was reached, with the context of who has reached it, where that is known.
func New(limits grant.Limits, group func(abi.Method) int, fired func(ctx context.Context, limit grant.Limit, detail string)) *Quota {
	minute := func(count float64) *Bucket { return NewBucket(count, time.Minute, count) }
	q := &Quota{
		limits: limits, fired: fired,
		kvKeys: minute(float64(limits.KVKeys)), kvBytes: minute(float64(limits.KVBytes)),
		lines: minute(float64(limits.LogLines)), bytes: minute(float64(limits.LogBytes)),
		cpu: minute(float64(limits.CPUShare) / 100 * float64(time.Minute)),
	}
	groups := map[int]*Bucket{}
	for n := range q.calls {
		number := group(abi.Method(n))
		if groups[number] == nil {
			groups[number] = NewBucket(float64(limits.CallRate), time.Second, float64(limits.CallBurst))
		}
		q.calls[n] = groups[number]
	}
	return q
}

// refuse tells of a limit that was reached, and gives the error for the plugin.
func (q *Quota) refuse(ctx context.Context, limit grant.Limit, format string, args ...any) *pb.AppError {
	detail := fmt.Sprintf(format, args...)
	q.fired(ctx, limit, detail)
	return Error(limit, detail)
}

// ErrorID is the id of the AppError that says that a limit was reached.
const ErrorID = "mmpy.quota"

// Error is what a plugin gets that has reached a limit.
func Error(limit grant.Limit, detail string) *pb.AppError {
	return &pb.AppError{Id: ErrorID, StatusCode: 429, Message: fmt.Sprintf("the limit %s was reached: %s", limit, detail)}
}

// Call counts a call of a method that begins now; the error is why it is not carried out.
func (q *Quota) Call(ctx context.Context, method abi.Method, now metrics.Moment) *pb.AppError {
	if int(method) >= len(q.calls) || q.calls[method].Take(now, 1) {
		return nil
	}
	limit := grant.LimitCallRate
	return q.refuse(ctx, limit, "%s: more than %d calls a second of its kind, after %d at once", method, q.limits.CallRate, q.limits.CallBurst)
}

// Response looks at the length of a response; the error takes its place.
func (q *Quota) Response(ctx context.Context, method abi.Method, length int) *pb.AppError {
	if int64(length) <= q.limits.Response {
		return nil
	}
	return q.refuse(ctx, grant.LimitResponse, "the response of %s has %d bytes, and may have %d", method, length, q.limits.Response)
}

// MostOfResponse is how long a response may be.
func (q *Quota) MostOfResponse() int64 { return q.limits.Response }

// Request looks at what a request is to do, and counts it. The error is why it is not done; quietly says that it is not done,
// and the plugin need not know.
func (q *Quota) Request(ctx context.Context, method abi.Method, request proto.Message, length int) (refused *pb.AppError, quietly bool) {
	if int(method) >= len(uses) {
		return nil, false
	}
	switch uses[method] {
	case writesKey:
		return q.write(ctx, method, request), false
	case sendsPost:
		return q.Post(ctx, request.(interface{ GetPost() *pb.Post }).GetPost()), false
	case logs:
		return nil, !q.log(ctx, request, length)
	case audits:
		if !q.MaySay(1, length) {
			return Error(grant.LimitLogLines, "the plugin has logged too much in the last minute"), false
		}
	}
	return nil, false
}

// use is what a method does that is counted.
type use uint8

const (
	writesKey use = iota + 1
	sendsPost
	logs
	audits
)

var uses = [len(abi.Methods)]use{
	abi.KVSet: writesKey, abi.KVSetWithExpiry: writesKey, abi.KVSetWithOptions: writesKey, abi.KVCompareAndSet: writesKey,
	abi.CreatePost: sendsPost, abi.UpdatePost: sendsPost, abi.SendEphemeralPost: sendsPost, abi.UpdateEphemeralPost: sendsPost,
	abi.LogDebug: logs, abi.LogInfo: logs, abi.LogWarn: logs, abi.LogError: logs,
	abi.LogAuditRec: audits, abi.LogAuditRecWithLevel: audits,
}

// write counts a key that is written.
func (q *Quota) write(ctx context.Context, method abi.Method, request proto.Message) *pb.AppError {
	var size int
	switch r := request.(type) {
	case *pb.KVSetRequest:
		size = len(r.Key) + len(r.Value)
	case *pb.KVSetWithExpiryRequest:
		size = len(r.Key) + len(r.Value)
	case *pb.KVSetWithOptionsRequest:
		size = len(r.Key) + len(r.Value)
	case *pb.KVCompareAndSetRequest:
		size = len(r.Key) + len(r.NewValue)
	}
	now := metrics.Now()
	switch {
	case !q.kvKeys.Take(now, 1):
		return q.refuse(ctx, grant.LimitKVKeys, "%s: more than %d keys were written in a minute", method, q.limits.KVKeys)
	case !q.kvBytes.Take(now, size):
		return q.refuse(ctx, grant.LimitKVBytes, "%s of %d bytes: more than %d bytes were written in a minute", method, size, q.limits.KVBytes)
	}
	return nil
}

// Post looks at the props of a post.
func (q *Quota) Post(ctx context.Context, post *pb.Post) *pb.AppError {
	if post.GetProps() == nil || propsFit(post.Props, q.limits.Props) {
		return nil
	}
	return q.refuse(ctx, grant.LimitProps, "the props of the post have more than %d bytes of JSON", q.limits.Props)
}

// ChargeCPU counts CPU time that was used.
func (q *Quota) ChargeCPU(used time.Duration) { q.cpu.charge(metrics.Now(), float64(used)) }

// CPUWait is how long it takes until the plugin may compute again; 0: it may now.
func (q *Quota) CPUWait() time.Duration { return q.cpu.wait(metrics.Now()) }

// Hook says whether a hook may begin; the text is why not.
func (q *Quota) Hook(now metrics.Moment) (why string) {
	wait := q.cpu.wait(now)
	if wait == 0 {
		return ""
	}
	seconds := int(math.Ceil(wait.Seconds()))
	return fmt.Sprintf("the plugin has used its share of CPU time, %d %% of one processor over a minute: it takes hooks again in %d s", q.limits.CPUShare, seconds)
}
