package wasmhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/gate"
)

// maxBuffer is how large a buffer may be that a call keeps for the next one, in bytes.
const maxBuffer = 64 << 10

// call is one activation of the guest: from an export that the host calls to its return. Activations nest; each level has
// a call of its own, which is used again and again. It is also the context that wazero passes on to host functions, which
// find it by that.
//
// What a call has belongs to the goroutine whose turn it is, at that level.
type call struct {
	context.Context // the caller's
	clock
	meter

	instance *Instance
	level    int
	op       operation
	hook     api.Function // each level needs its own: wazero cannot run one twice at a time
	stack    [3]uint64

	wake     api.Function  // likewise
	owed     bool          // an exception was taken back while it is outside: it is not for what runs on top
	driving  bool          // what runs is not the call's alone: any hook that was deferred, or background work
	deferred *deferredHook // what has become of the hook that it is for

	caused  uint64        // the moment of its first submitted call, for the gate; 0: there was none
	request []byte        // of the API call that is under way
	kept    []byte        // a response that the guest has not fetched yet
	answer  []byte        // what the guest has given to respond
	excess  *Error        // that was too long
	visits  chan struct{} // while it waits in wait: told when a call on top has ended
	visited bool          // one has, meanwhile
	ended   bool          // the guest has returned, unless the goroutine ends in the middle
	killed  *Error        // it has been ended by this
}

// The names of operations that some code looks at.
const (
	opHook = "hook"
	opWake = "wake"
)

// operation is what a call is for, in words.
type operation struct {
	name string
	id   uint32 // of a hook
}

func (o operation) String() string {
	if o.name == opHook {
		return fmt.Sprintf("hook %d", o.id)
	}
	return o.name
}

// callOf finds the call that a host function was called from.
func callOf(ctx context.Context) *call {
	c, ok := ctx.(*call)
	if !ok {
		panic(badGuest("it calls its host before the host has called it"))
	}
	return c
}

// enter waits for a turn. leave must be called in the end.
func (i *Instance) enter(ctx context.Context, op operation) (*call, error) {
	level, err := i.gate.Enter(ctx)
	if err != nil {
		return nil, i.notEntered(ctx, op, err)
	}
	if ctx.Err() != nil {
		i.left(level)
		return nil, i.notEntered(ctx, op, ctx.Err())
	}
	return i.entered(ctx, level, op), nil
}

// entered gives the call of a turn that was just given.
func (i *Instance) entered(ctx context.Context, level int, op operation) *call {
	if level == len(i.calls) {
		i.calls = append(i.calls, &call{instance: i, level: level})
	}
	c := i.calls[level]
	c.Context, c.op, c.clock, c.ended, c.killed = ctx, op, newClock(ctx, i.grace), true, nil
	c.driving, c.deferred, c.caused, c.owed, c.excess = false, nil, 0, false, nil
	if level > 0 {
		c.inherit(&i.calls[level-1].clock)
	}
	i.current = c
	c.startMeter()
	return c
}

// drive makes the call one that runs whatever the guest has to do, with a time limit of its own.
func (c *call) drive() {
	c.driving = true
	c.clock = clock{soft: time.Now().Add(c.instance.config.WakeTimeout), grace: c.instance.grace}
	c.spent = false
	if c.level > 0 {
		c.inheritLate(&c.instance.calls[c.level-1].clock)
	}
}

func (i *Instance) notEntered(ctx context.Context, op operation, err error) *Error {
	var reason *Error
	e := &Error{Op: op.String()}
	switch {
	case errors.As(err, &reason):
		e = i.closedBy(op, reason)
	case errors.Is(err, gate.ErrFull):
		e.Code, e.Message = Overloaded, fmt.Sprintf("%d calls wait for their turn already", i.config.Queue)
		i.limited(ctx, QueueLimit, "%s", e)
	case errors.Is(err, gate.ErrDeep):
		e.Code, e.Message = Overloaded, fmt.Sprintf("%d calls are on top of each other already", i.config.Limits.Depth)
		i.limited(ctx, DepthLimit, "%s", e)
	default:
		e.Code, e.Err = Busy, context.Cause(ctx)
	}
	e.NotBegun = true
	return e
}

// closedBy is the error of a call on an instance that is closed for that reason.
func (i *Instance) closedBy(op operation, reason *Error) *Error {
	e := &Error{Code: Closed, Op: op.String()}
	if reason.Code != Closed {
		e.Err = reason
	}
	return e
}

func (c *call) leave() {
	i := c.instance
	if !c.ended { // the goroutine ends, from within a host function
		i.fail(&Error{Code: Trap, Op: c.op.String(), Message: "its goroutine has ended in the middle"})
	}
	c.stopMeter()
	c.calm()
	if c.driving {
		i.deferred.calmed()
	}
	c.Context, c.kept, c.answer, c.deferred = nil, nil, nil, nil

	if cap(c.request) > maxBuffer {
		c.request = nil
	}
	if c.level > 0 {
		i.calls[c.level-1].visit()
	}
	if c.level == 0 && i.dead.Load() == nil {
		i.flush()
	}
	i.left(c.level)
}

// visit tells a call in which the guest waits that something has run meanwhile.
func (c *call) visit() {
	if c.visits == nil {
		return
	}
	c.visited = true
	select {
	case c.visits <- struct{}{}:
	default: // it knows already
	}
}

func (i *Instance) left(level int) {
	if i.gate.Leave(level) {
		i.release()
	}
}

// stepOut lets others in, from now on, until stepIn.
func (c *call) stepOut(now moment) {
	c.rest(now)
	c.owed = c.armed && c.instance.interrupts.pending(c.instance.module.Memory())
	c.calm()
	if c.driving {
		c.instance.deferred.calmed()
	}
	c.instance.gate.StepOutSince(c.level, c.caused)
}

// stepIn comes back, when all that ran on top has ended. It says whether an exception was raised in the
// guest.
func (c *call) stepIn() (interrupted bool) {
	i := c.instance
	if !i.gate.StepIn(c.level) {
		panic(i.dead.Load())
	}
	i.current = c
	at := now()
	c.resume(at)
	if c.owed {
		i.interrupts.raise(i.module.Memory())
		c.armed = true
	}
	return c.watchAt(at)
}

// export calls a function of the guest whose parameters are in c.stack, and gives its result.
func (c *call) export(function api.Function) (uint32, error) {
	c.answer, c.excess, c.ended = nil, nil, false
	err := function.CallWithStack(c, c.stack[:])
	c.ended = true
	if err != nil {
		e := c.explain(err)
		c.instance.fail(e)
		return 0, e
	}
	return api.DecodeU32(c.stack[0]), nil
}

// buffer gives a place for a request in the guest's memory; most go to the one that the guest keeps for them.
func (c *call) buffer(length int) (uint32, error) {
	i := c.instance
	small := length <= abi.RequestBuffer
	if small && i.buffer != 0 {
		return i.buffer, nil
	}
	c.stack[0] = api.EncodeU32(uint32(length))
	pointer, err := c.export(i.alloc)
	switch {
	case err != nil:
		return 0, err
	case pointer == 0:
		return 0, &Error{Code: OutOfMemory, Op: c.op.String(), Message: fmt.Sprintf("no room for a request of %d bytes", length)}
	case small:
		i.buffer = pointer
	}
	return pointer, nil
}

// pass puts a request into the guest's memory and the parameters that describe it into c.stack, from index at on.
func (c *call) pass(at int, request []byte) error {
	pointer, err := c.buffer(len(request))
	if err != nil {
		return err
	}
	if !c.instance.module.Memory().Write(pointer, request) {
		e := badGuest("%s gives a buffer outside of its memory", exportAlloc)
		c.instance.fail(e)
		return e
	}
	c.stack[at], c.stack[at+1] = api.EncodeU32(pointer), api.EncodeU32(uint32(len(request)))
	return nil
}

// result is what an export that runs Python code has answered, or the exception that it ended with.
func (c *call) result(code uint32) ([]byte, error) {
	if code == 0 && c.excess != nil {
		return nil, c.excess
	}
	if code == 0 {
		return c.answer, nil
	}
	var over error
	if c.raised {
		over = c.whyOver()
	}
	e := exception(c.op, c.answer, over)
	if e.Code == Exited {
		c.instance.fail(e)
	}
	return nil, e
}

// exception makes an error of the answer "type NUL message NUL traceback". over says why the time was over, if it was.
func exception(op operation, answer []byte, over error) *Error {
	parts := append(bytes.SplitN(answer, []byte{0}, 3), nil, nil)
	e := &Error{
		Code: Exception, Op: op.String(), Type: shortText(parts[0], maxExceptionName),
		Message: shortText(parts[1], maxExceptionText), Traceback: shortText(parts[2], maxExceptionText),
	}
	switch {
	case e.Type == "SystemExit":
		e.Code, e.ExitCode = Exited, exitCode(e.Message)
	case over != nil:
		e.Code, e.Err = Timeout, over
	case e.Type == "MemoryError":
		e.Code = OutOfMemory
	}
	return e
}

// exitCode is what Python would exit with after a SystemExit of that text.
func exitCode(text string) int {
	if text == "" || text == "None" {
		return 0
	}
	var code int
	if n, err := fmt.Sscanf(text, "%d", &code); n != 1 || err != nil || fmt.Sprint(code) != text {
		return 1
	}
	return code
}

// explain makes an error of wazero's.
func (c *call) explain(err error) *Error {
	var own *Error
	var exit *sys.ExitError
	switch {
	case errors.As(err, &own) && own == c.instance.dead.Load() && own != c.killed:
		return c.instance.closedBy(c.op, own)
	case own != nil:
		if own.Op == "guest" {
			own.Op = c.op.String()
		}
		return own
	case errors.As(err, &exit):
		return &Error{Code: Exited, Op: c.op.String(), ExitCode: int(exit.ExitCode())}
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	if strings.HasPrefix(message, stackOverflow) {
		c.instance.limited(c.callContext(), StackLimit, "%s: its functions call each other too deeply", c.op)
	}
	return &Error{Code: Trap, Op: c.op.String(), Message: strings.TrimSuffix(message, " (recovered by wazero)"), Err: err}
}

// stackOverflow is what wazero says when a guest's functions have used up the stack that they call each other on.
const stackOverflow = "stack overflow"
