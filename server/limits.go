package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/server/internal/handlers"
	"github.com/mmpy/mmpy/server/internal/metrics"
	"github.com/mmpy/mmpy/server/internal/quota"
	"github.com/mmpy/mmpy/wasmhost"
)

// limitFired counts and records that the plugin has reached a limit. detail says how, without anything of a request's; ctx is
// that of what has reached it, as far as it is known.
func (p *Plugin) limitFired(ctx context.Context, limit grant.Limit, detail string) {
	p.counts.Limit(limit)
	p.audit.Record(ctx, audit.Entry{Event: audit.Limit, What: limit.String(), Failed: true, Reason: detail})
}

// ofEngine are the engine's limits, as the plugin's.
var ofEngine = map[wasmhost.Limit]grant.Limit{
	wasmhost.MemoryLimit: grant.LimitMemory, wasmhost.CPULimit: grant.LimitHookCPU, wasmhost.InFlightLimit: grant.LimitInFlight,
	wasmhost.QueueLimit: grant.LimitQueue, wasmhost.DepthLimit: grant.LimitNesting, wasmhost.RequestLimit: grant.LimitRequest,
	wasmhost.LineLimit: grant.LimitLogLine, wasmhost.OpenFilesLimit: grant.LimitFiles, wasmhost.TmpBytesLimit: grant.LimitTmpBytes,
	wasmhost.TmpEntriesLimit: grant.LimitTmpEntries, wasmhost.StackLimit: grant.LimitNativeStack,
}

// limitInstance has an instance keep to the plugin's limits.
func (p *Plugin) limitInstance(config *wasmhost.InstanceConfig) {
	l := &p.grant.Limits
	config.WakeTimeout = p.timeOf(abi.HookOnActivate) // what goes on between hooks has no more time than one
	config.Nesting, config.Queue = min(wasmhost.DefaultNesting, l.Nesting), l.Queue
	config.Limits = wasmhost.Limits{
		Memory: p.memoryLimit(), CPU: l.HookCPU, InFlight: l.InFlight, Depth: l.Nesting, Request: int(l.Request), Line: int(l.LogLine),
		OpenFiles: l.Files, TmpBytes: orNone(l.TmpBytes), TmpEntries: orNone(l.TmpEntries),
	}
	config.Limited = func(ctx context.Context, limit wasmhost.Limit, detail string) {
		p.limitFired(ctx, ofEngine[limit], detail)
	}
	config.Refuse = func(method abi.Method, why string) []byte {
		return handlers.Refused(method, quota.Error(grant.LimitRequest, why))
	}
	config.MaySay = p.quota.MaySay
	config.Charge = p.quota.ChargeCPU
	config.Delay = p.quota.CPUWait
	if config.Files == nil {
		config.Files = map[string][]byte{}
	}
	config.Files[limitsFile] = p.limitsForGuest()
}

// memoryLimit is how much memory an instance may have; 0, where nobody says anything else than the default: what the runtime says.
func (p *Plugin) memoryLimit() uint64 {
	limit, usual := p.grant.Limits.Memory, grant.DefaultLimits().Memory
	if limit == usual {
		return 0
	}
	return uint64(limit)
}

// orNone is a limit for the engine, which takes 0 for its default.
func orNone[N int | int64](limit N) N {
	if limit == 0 {
		return -1
	}
	return limit
}

// limitsFile is where the guest reads what it has to know of its limits. They are no part of what it is loaded with, of
// which there may be a snapshot that was made elsewhere.
const limitsFile = "/limits.json"

func (p *Plugin) limitsForGuest() []byte {
	var userHooks []string
	for n := range abi.Hooks {
		if hook := abi.Hook(n); grant.HoldsUpUser(hook) {
			userHooks = append(userHooks, hook.String())
		}
	}
	encoded, err := json.Marshal(map[string]any{
		"hook_seconds": p.timeOf(abi.HookOnActivate).Seconds(), "user_hook_seconds": p.timeOf(abi.HookExecuteCommand).Seconds(),
		"user_hooks": userHooks, "hook_cpu_seconds": p.grant.Limits.HookCPU.Seconds(), "jobs": p.grant.Limits.Jobs,
	})
	if err != nil {
		panic(err) // numbers and names
	}
	return encoded
}

// timeOf is how long a hook may take.
func (p *Plugin) timeOf(hook abi.Hook) time.Duration {
	if p.timeout > 0 {
		return p.timeout
	}
	_, limit := p.grant.Limits.TimeOf(hook)
	return limit
}

// say logs what the plugin says, and once there is room again, that something was left out.
func (p *Plugin) say(level slog.Level, message string) {
	if n := p.quota.LeftOut(); n > 0 {
		p.log.Warn("the plugin has logged or printed more than it may in a minute, and some of it was left out",
			"plugin_name", p.bundle.Name(), "left_out", n)
	}
	p.log.Log(context.Background(), level, notOurs(message, audit.MessagePrefix))
}

// mayBegin says whether the plugin may be given a hook now.
func (p *Plugin) mayBegin(ctx context.Context, hook abi.Hook, request proto.Message, begin time.Time) error {
	if why := p.quota.Hook(metrics.At(begin)); why != "" {
		p.limitFired(withHook(ctx, hook, request), grant.LimitCPUShare, "hook "+hook.String()+": "+why)
		return &wasmhost.Error{Code: wasmhost.Overloaded, Op: "hook " + hook.String(), Message: why}
	}
	return nil
}

// timeIsOver tells of a hook that has failed because its time was over.
func (p *Plugin) timeIsOver(ctx context.Context, hook abi.Hook, err error) {
	failure, ok := errors.AsType[*wasmhost.Error](err)
	if !ok || errors.Is(err, wasmhost.ErrCPU) || !errors.Is(err, context.DeadlineExceeded) {
		return
	}
	switch failure.Code {
	case wasmhost.Timeout, wasmhost.Killed, wasmhost.Busy:
		limit, _ := p.grant.Limits.TimeOf(hook)
		p.limitFired(ctx, limit, fmt.Sprintf("hook %s has taken more than %v", hook, p.timeOf(hook)))
	}
}

// limitError is a hook that was not carried out, or whose answer does not count, because of a limit.
type limitError struct {
	limit  grant.Limit
	detail string
}

func (e *limitError) Error() string {
	return "the limit " + e.limit.String() + " was reached: " + e.detail
}

// checkRequest looks at what a hook is given.
func (p *Plugin) checkRequest(ctx context.Context, hook abi.Hook, length int) error {
	if most := p.grant.Limits.Response; int64(length) > most {
		e := &limitError{grant.LimitResponse, fmt.Sprintf("what hook %s is given has %d bytes, and may have %d", hook, length, most)}
		p.limitFired(ctx, e.limit, e.detail)
		return e
	}
	return nil
}

// checkAnswer looks at the props of the posts that a hook gives back.
func (p *Plugin) checkAnswer(ctx context.Context, response proto.Message) error {
	switch r := response.(type) {
	case *pb.MessageWillBePostedResponse:
		return p.checkPost(ctx, r.ModifiedPost)
	case *pb.MessageWillBeUpdatedResponse:
		return p.checkPost(ctx, r.ModifiedPost)
	case *pb.MessagesWillBeConsumedResponse:
		return p.checkPosts(ctx, r.Posts)
	case *pb.MessagesWillBeConsumedWithContextResponse:
		return p.checkPosts(ctx, r.Posts)
	}
	return nil
}

func (p *Plugin) checkPosts(ctx context.Context, posts []*pb.Post) error {
	for _, post := range posts {
		if err := p.checkPost(ctx, post); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plugin) checkPost(ctx context.Context, post *pb.Post) error {
	if post == nil || post.Props == nil {
		return nil
	}
	if refused := p.quota.Post(ctx, post); refused != nil {
		return &limitError{grant.LimitProps, refused.Message}
	}
	return nil
}

// bodyLimit bounds one body of a request or a response. It counts on one goroutine at a time.
type bodyLimit struct {
	plugin *Plugin
	what   string
	left   int64
}

func (p *Plugin) limitBody(what string) *bodyLimit {
	return &bodyLimit{p, what, p.grant.Limits.BodyBytes}
}

// take says whether so many more bytes may pass.
func (l *bodyLimit) take(n int) error {
	if l == nil {
		return nil
	}
	if int64(n) > l.left {
		return l.exceeded()
	}
	l.left -= int64(n)
	return nil
}

func (l *bodyLimit) exceeded() error {
	l.plugin.limitFired(context.Background(), grant.LimitBodyBytes, "the body of "+l.what)
	return fmt.Errorf("%w: the body of %s is larger than %d bytes", abi.StatusQuota, l.what, l.plugin.grant.Limits.BodyBytes)
}

// refuseBody answers a request whose body is announced to be too large.
func (p *Plugin) refuseBody(w http.ResponseWriter, r *http.Request) bool {
	length := contentLength(r)
	if length <= p.grant.Limits.BodyBytes {
		return false
	}
	_ = p.limitBody("a request").exceeded()
	http.Error(w, "Request Entity Too Large", http.StatusRequestEntityTooLarge)
	return true
}

// jobLimit is the exception of the SDK that says that there are too many jobs. Only the guest knows of these, so this is how
// one hears of it.
const jobLimit = "mattermost_plugin._internal.jobs.JobLimitError"

// jobsAreFull tells of a hook that has failed because there are too many jobs.
func (p *Plugin) jobsAreFull(ctx context.Context, hook abi.Hook, request proto.Message, err error, refusal *pb.AppError) {
	failure, _ := errors.AsType[*wasmhost.Error](err)
	if failure != nil && failure.Type == jobLimit || refusal.GetDetailedError() == jobLimit {
		p.limitFired(withHook(ctx, hook, request), grant.LimitJobs, "hook "+hook.String())
	}
}
