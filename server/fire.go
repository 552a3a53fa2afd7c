package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
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

// fire runs a hook in the guest and fills in its response. A guest that dies of it is replaced.
func (p *Plugin) fire(ctx context.Context, hook abi.Hook, request, response proto.Message) (err error) {
	defer recovered(&err)
	g, err := p.guestFor(ctx, hook)
	if err != nil {
		return err
	}
	return p.fireIn(ctx, g, hook, request, response)
}

// guestFor gives the guest that a hook is to run in.
func (p *Plugin) guestFor(ctx context.Context, hook abi.Hook) (*guest, error) {
	if defined := p.defined.Load(); defined != nil && !slices.Contains(*defined, hook.String()) {
		return nil, ErrNotDefined
	}
	g, err := p.guests.get(ctx)
	if err != nil {
		return nil, &startError{err}
	}
	return g, nil
}

// requests has buffers for encoded requests; an instance is done with one when Hook returns.
var requests = sync.Pool{New: func() any { return new([]byte) }}

// fireIn is fire for one guest. The hook's time begins here.
func (p *Plugin) fireIn(ctx context.Context, g *guest, hook abi.Hook, request, response proto.Message) error {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	return p.run(ctx, g, hook, request, response)
}

// run is fireIn without a deadline but ctx's.
func (p *Plugin) run(ctx context.Context, g *guest, hook abi.Hook, request, response proto.Message) error {
	id, ok := g.hooks[hook.String()]
	if !ok {
		return ErrNotDefined
	}
	buffer := requests.Get().(*[]byte)
	defer requests.Put(buffer)
	encoded, err := convert.Marshal((*buffer)[:0], request)
	if err != nil {
		return fmt.Errorf("encode the hook's request: %w", err)
	}
	*buffer = encoded
	reply, err := g.instance.Hook(ctx, id, encoded)
	if err != nil {
		if dead(err) {
			p.guests.retire(g)
		}
		return err
	}
	if err := convert.Unmarshal(reply, response); err != nil {
		return fmt.Errorf("decode the hook's response: %w", err)
	}
	return nil
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

// dead says whether a guest that gave this error is gone.
func dead(err error) bool {
	failure, ok := errors.AsType[*wasmhost.Error](err)
	return ok && !failure.Temporary()
}

// logFailure logs an error with where in the plugin it came from.
func (p *Plugin) logFailure(message string, err error) {
	pairs := []any{"plugin_name", p.bundle.Name(), "error", reason(err)}
	if failure, ok := errors.AsType[*wasmhost.Error](err); ok && failure.Traceback != "" {
		pairs = append(pairs, "traceback", failure.Traceback)
	}
	if failure, ok := errors.AsType[*panicError](err); ok {
		pairs = append(pairs, "stack", string(failure.stack))
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
		return fmt.Errorf("%s: %s", hook, reason(err))
	case refusal == nil:
		return nil
	case refusal.DetailedError == "" || refusal.DetailedError == refusal.Message:
		return fmt.Errorf("%s: %s", hook, refusal.Message)
	}
	return fmt.Errorf("%s: %s: %s", hook, refusal.DetailedError, refusal.Message) // the exception's type and text
}
