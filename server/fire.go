package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
	"github.com/mmpy/mmpy/server/internal/logtext"
	"github.com/mmpy/mmpy/wasmhost"
)

// ErrNotDefined says that the plugin does not define the hook.
var ErrNotDefined = errors.New("the plugin does not define this hook")

// Invoke fires a hook with its request message and gives its response message: what the methods named as the hooks do,
// without Mattermost's types. The hook's deadline is the plugin's, or ctx's where that is sooner. Its error is
// ErrNotDefined, what starting the plugin failed with, or a *wasmhost.Error with the Python exception or how the
// interpreter ended.
func (p *Plugin) Invoke(ctx context.Context, hook abi.Hook, request proto.Message) (proto.Message, error) {
	if want := hook.Info().Request; string(request.ProtoReflect().Descriptor().FullName()) != want {
		return nil, fmt.Errorf("hook %s: request is a %T, not a %s", hook, request, want)
	}
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(hook.Info().Response))
	if err != nil {
		return nil, fmt.Errorf("hook %s: %w", hook, err)
	}
	response := kind.New().Interface()
	if err := p.fire(ctx, hook, request, response); err != nil {
		return nil, err
	}
	return response, nil
}

// fire runs a hook in a guest and fills in its response. A guest that dies of it is replaced.
func (p *Plugin) fire(ctx context.Context, hook abi.Hook, request, response proto.Message) (err error) {
	begin := time.Now()
	defer func() { p.count(ctx, hook, request, time.Since(begin), err, response) }()
	defer recovered(&err)
	if !p.defines(hook) {
		return ErrNotDefined
	}
	if err := p.mayBegin(ctx, hook, request, begin); err != nil {
		return err
	}
	return p.inGuest(ctx, begin, p.timeOf(hook), func(g *guest, deadline time.Time) error {
		ctx, cancel := g.hookContext(ctx, deadline)
		defer cancel()
		return p.run(ctx, g, hook, request, response)
	})
}

// inGuest gives a guest to f, which runs a hook in it that has begun then and is to end at a deadline, when its time is over. Where the guest ends
// before the hook has reached it, f gets another. A hook that has to wait for a guest to start loses none of its time,
// unless both together were more than a hook's time is by default.
func (p *Plugin) inGuest(ctx context.Context, begin time.Time, timeout time.Duration, f func(g *guest, deadline time.Time) error) error {
	deadline := begin.Add(timeout)
	for {
		g := p.guests.pick()
		if g == nil {
			last := begin.Add(max(timeout, DefaultHookTimeout))
			var err error
			if g, err = p.guests.acquire(ctx, last); err != nil {
				return &startError{err}
			}
			if deadline = time.Now().Add(timeout); deadline.After(last) {
				deadline = last
			}
		}
		if err := giveTo(f, g, deadline); !hasNotBegun(err) {
			return err
		}
	}
}

func giveTo(f func(*guest, time.Time) error, g *guest, deadline time.Time) error {
	defer g.end()
	return f(g, deadline)
}

// hasNotBegun says that a hook failed because its guest had ended before.
func hasNotBegun(err error) bool {
	failure, ok := errors.AsType[*wasmhost.Error](err)
	return ok && failure.NotBegun && failure.Code == wasmhost.Closed
}

// hookContext gives a context that ends with the guest, at the deadline, and with ctx; and what ends it.
func (g *guest) hookContext(ctx context.Context, deadline time.Time) (context.Context, func()) {
	c := newHookContext(g, deadline)
	if ctx == context.Background() {
		return c, c.end
	}
	both, cancel := context.WithDeadline(ctx, deadline)
	stop := context.AfterFunc(c, cancel)
	return both, func() {
		stop()
		cancel()
		c.end()
	}
}

// requests has buffers for encoded requests; an instance is done with one when Hook returns.
var requests = sync.Pool{New: func() any { return new([]byte) }}

// run runs a hook in that guest.
func (p *Plugin) run(ctx context.Context, g *guest, hook abi.Hook, request, response proto.Message) error {
	id := g.ids[hook]
	if id == 0 {
		return ErrNotDefined
	}
	buffer := requests.Get().(*[]byte)
	defer requests.Put(buffer)
	encoded, err := convert.Marshal((*buffer)[:0], request)
	if err != nil {
		return fmt.Errorf("encode the hook's request: %w", err)
	}
	*buffer = encoded
	ctx = withHook(ctx, hook, request)
	if err := p.checkRequest(ctx, hook, len(encoded)); err != nil {
		return err
	}
	reply, err := g.instance.Hook(ctx, id-1, encoded)
	if err != nil {
		err = masked(err, request)
		p.timeIsOver(ctx, hook, err)
		p.failedIn(g, err)
		return err
	}
	if g.starved.Load() != 0 {
		g.starved.Store(0)
	}
	if err := convert.Unmarshal(reply, response); err != nil {
		return fmt.Errorf("decode the hook's response: %w", err)
	}
	return p.checkAnswer(ctx, response)
}

// message is the pointer type of a generated message.
type message[T any] interface {
	*T
	proto.Message
}

// call fires a hook for Mattermost and logs what fails; what comes with an error is an empty response. request is made by
// a function, so that a panic in it is an error too.
func call[R any, Response message[R]](p *Plugin, hook abi.Hook, request func() proto.Message) (Response, error) {
	response := Response(new(R))
	err := func() (err error) {
		defer recovered(&err)
		return p.fire(context.Background(), hook, request(), response)
	}()
	if err != nil && !errors.Is(err, ErrNotDefined) {
		p.logFailure("hook "+hook.String()+" failed", err)
		response = new(R)
	}
	return response, err
}

// recovered makes an error of a panic; for use with defer.
func recovered(err *error) {
	if reason := recover(); reason != nil {
		*err = &panicError{reason: reason, stack: debug.Stack()}
	}
}

// panicError is a panic of ours, with where it was.
type panicError struct {
	reason any
	stack  []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.reason) }

// startError is why there is no interpreter for a hook.
type startError struct{ err error }

func (e *startError) Error() string { return "start the plugin: " + e.err.Error() }
func (e *startError) Unwrap() error { return e.err }

// maxStarved is how many hooks in a row may run out of memory before their guest is taken to be beyond saving: what fills
// its memory is in use, or Python would have given it back.
const maxStarved = 3

// failedIn gives up a guest that a hook has shown to be of no more use.
func (p *Plugin) failedIn(g *guest, err error) {
	failure, ok := errors.AsType[*wasmhost.Error](err)
	switch {
	case !ok:
	case !failure.Temporary(), failure.Code == wasmhost.OutOfMemory && g.starved.Add(1) >= maxStarved:
		p.guests.lost(g, err)
	}
}

// logFailure logs an error with where in the plugin it came from.
func (p *Plugin) logFailure(message string, err error) {
	if _, ok := errors.AsType[*startError](err); ok && errors.Is(err, ErrDeactivated) {
		p.log.Debug(message, "error", reason(err)) // what Mattermost calls at the end, or the plugin causes, comes too late
		return
	}
	pairs := []any{"plugin_name", p.bundle.Name(), "error", reason(err)}
	if failure, ok := errors.AsType[*wasmhost.Error](err); ok && failure.Traceback != "" {
		pairs = append(pairs, tracebackKey, failure.Traceback)
	}
	if failure, ok := errors.AsType[*panicError](err); ok {
		pairs = append(pairs, stackKey, string(failure.stack))
	}
	p.log.Error(message, pairs...)
}

// reason says in a line why the plugin failed: "ValueError: no such user".
func reason(err error) string {
	failure, ok := errors.AsType[*wasmhost.Error](err)
	switch {
	case !ok || failure.Type == "":
		return err.Error()
	case failure.Message == "":
		return failure.Type
	}
	return failure.Type + ": " + failure.Message
}

// hookError makes one error of the two ways in which a hook that may give an error fails: it could not be run to its end,
// or the handler gave an error, which the response has. A hook that is not defined did not fail.
func hookError(hook abi.Hook, err error, refusal *pb.AppError) error {
	switch {
	case errors.Is(err, ErrNotDefined):
		return nil
	case err != nil:
		return oneLine(fmt.Sprintf("%s: %s", hook, reason(err)))
	case refusal == nil:
		return nil
	case refusal.DetailedError == "" || refusal.DetailedError == refusal.Message:
		return oneLine(fmt.Sprintf("%s: %s", hook, refusal.Message))
	}
	return oneLine(fmt.Sprintf("%s: %s: %s", hook, refusal.DetailedError, refusal.Message)) // the exception's type and text
}

// oneLine makes an error of a text that Mattermost will log.
func oneLine(text string) error { return errors.New(logtext.Line(text, maxError)) }

// maxError is how long such a text may be, in bytes.
const maxError = 8 << 10
