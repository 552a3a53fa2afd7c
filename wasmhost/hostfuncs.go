package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/guestmem"
)

// hostFunction is what a guest may import. All of them run on the goroutine of the call that they belong to, inside its
// turn. One that panics with an error ends the call.
type hostFunction struct {
	parameters, results []api.ValueType
	function            func(c *call, memory api.Memory, stack []uint64)
}

const i32, i64 = api.ValueTypeI32, api.ValueTypeI64

// hostFunctions is the module abi.HostModule.
var hostFunctions = map[string]hostFunction{
	"tick": {function: func(c *call, _ api.Memory, _ []uint64) {
		c.instance.ticks.Add(1)
		c.watch()
	}},
	"take": {
		parameters: []api.ValueType{i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = uint64(c.take(memory, guestmem.At(stack[0], stack[1])))
		},
	},
	"respond": {
		parameters: []api.ValueType{i32, i32},
		function: func(c *call, memory api.Memory, stack []uint64) {
			c.respond(memory, guestmem.At(stack[0], stack[1]))
		},
	},
	"wait": {
		parameters: []api.ValueType{i32, i32, i64}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = uint64(c.wait(memory, stack[0], stack[1], time.Duration(stack[2])))
		},
	},
	"collect": {
		parameters: []api.ValueType{i64, i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = uint64(c.collect(memory, int64(stack[0]), guestmem.At(stack[1], stack[2])))
		},
	},
	"forget": {
		parameters: []api.ValueType{i64}, results: []api.ValueType{i64},
		function: func(c *call, _ api.Memory, stack []uint64) {
			stack[0] = uint64(c.instance.submitted.forget(int64(stack[0])))
		},
	},
	"defer": {
		results:  []api.ValueType{i64},
		function: func(c *call, _ api.Memory, stack []uint64) { stack[0] = uint64(c.deferHook()) },
	},
	"complete": {
		parameters: []api.ValueType{i64, i32, i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = uint64(c.complete(memory, int64(stack[0]), api.DecodeU32(stack[1]) != 0, guestmem.At(stack[2], stack[3])))
		},
	},
	"over": {
		parameters: []api.ValueType{i64}, results: []api.ValueType{i32},
		function: func(c *call, _ api.Memory, stack []uint64) {
			stack[0] = api.EncodeI32(c.whyInterrupted(int64(stack[0])))
		},
	},
	"alarm": {
		parameters: []api.ValueType{i64},
		function:   func(c *call, _ api.Memory, stack []uint64) { c.alarm(time.Duration(stack[0])) },
	},
	"stream_read": {
		parameters: []api.ValueType{i32, i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = uint64(c.streamRead(memory, api.DecodeU32(stack[0]), guestmem.At(stack[1], stack[2])))
		},
	},
	"stream_write": {
		parameters: []api.ValueType{i32, i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = uint64(c.streamWrite(memory, api.DecodeU32(stack[0]), guestmem.At(stack[1], stack[2])))
		},
	},
	"stream_control": {
		parameters: []api.ValueType{i32, i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = uint64(c.streamControl(memory, api.DecodeU32(stack[0]), guestmem.At(stack[1], stack[2])))
		},
	},
	"stream_close": {
		parameters: []api.ValueType{i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, _ api.Memory, stack []uint64) {
			stack[0] = uint64(c.streamClose(api.DecodeU32(stack[0]), api.DecodeU32(stack[1]) != 0))
		},
	},
	"stream_pipe": {
		results:  []api.ValueType{i64},
		function: func(c *call, _ api.Memory, stack []uint64) { stack[0] = uint64(c.streamPipe()) },
	},
	"http_request": {
		parameters: []api.ValueType{i32, i32, i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			stack[0] = c.callAPI(memory, httpRequest, guestmem.At(stack[0], stack[1]), guestmem.At(stack[2], stack[3]))
		},
	},
	"log": {
		parameters: []api.ValueType{i32, i32, i32},
		function: func(c *call, memory api.Memory, stack []uint64) {
			c.log(memory, api.DecodeI32(stack[0]), guestmem.At(stack[1], stack[2]))
		},
	},
}

// apiFunction is the function of a method in the module abi.APIModule.
func apiFunction(name string) hostFunction {
	method, known := abi.MethodByName(name)
	return hostFunction{
		parameters: []api.ValueType{i32, i32, i32, i32}, results: []api.ValueType{i64},
		function: func(c *call, memory api.Memory, stack []uint64) {
			if !known { // the guest is newer
				stack[0] = status(abi.StatusUnimplemented)
				return
			}
			stack[0] = c.callAPI(memory, method, guestmem.At(stack[0], stack[1]), guestmem.At(stack[2], stack[3]))
		},
	}
}

// instantiateHost offers the guest what it imports, and nothing else.
func (r *Runtime) instantiateHost(ctx context.Context) error {
	builders := map[string]wazero.HostModuleBuilder{
		abi.APIModule:  r.engine.NewHostModuleBuilder(abi.APIModule),
		abi.HostModule: r.engine.NewHostModuleBuilder(abi.HostModule),
	}
	for _, imported := range r.shell.ImportedFunctions() {
		module, name, _ := imported.Import()
		var function hostFunction
		known := true
		switch module {
		case wasi_snapshot_preview1.ModuleName:
			continue
		case abi.APIModule:
			function = apiFunction(name)
		case abi.HostModule:
			function, known = hostFunctions[name]
		default:
			known = false
		}
		if !known {
			return badGuest("it imports %s.%s, which no host has", module, name)
		}
		if string(imported.ParamTypes()) != string(function.parameters) || string(imported.ResultTypes()) != string(function.results) {
			return badGuest("it imports %s.%s with another signature", module, name)
		}
		builders[module].NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, module api.Module, stack []uint64) {
				function.function(callOf(ctx), module.Memory(), stack)
			}), function.parameters, function.results).
			Export(name)
	}
	for _, builder := range builders {
		if _, err := builder.Instantiate(ctx); err != nil {
			return err
		}
	}
	_, err := wasi_snapshot_preview1.Instantiate(ctx, r.engine)
	return err
}

func status(s abi.Status) uint64 { return uint64(s) }

// callAPI carries out an API call. Meanwhile other calls may run on top of this one, and the guest's memory may grow, so
// nothing of it is kept but a copy of the request.
func (c *call) callAPI(memory api.Memory, method abi.Method, request, response guestmem.Span) uint64 {
	c.kept = nil
	at := now()
	c.watchAt(at)
	if response.Len() == abi.Submit {
		return uint64(c.submit(memory, method, request, response.Address() == abi.Wake))
	}
	if !request.In(memory) || !response.In(memory) {
		return status(abi.StatusBadPointer)
	}
	if c.over {
		return status(abi.StatusCancelled)
	}
	if answer, err, tooLong := c.oversize(method, request.Len()); err != nil {
		return status(c.instance.statusOf(method, err))
	} else if tooLong {
		return uint64(c.give(memory, answer, response))
	}
	c.request, _ = request.Append(memory, c.request[:0])
	c.stepOut(at)
	answer, err := c.instance.callOut(c.callContext(), method, c.request)
	c.stepIn()
	if err != nil {
		return status(c.instance.statusOf(method, err))
	}
	return uint64(c.give(memory, answer, response))
}

// give hands a response to the guest, or keeps it when it does not fit.
func (c *call) give(memory api.Memory, answer []byte, response guestmem.Span) int64 {
	if len(answer) > response.Len() {
		c.kept = answer
	} else {
		response.Write(memory, answer)
	}
	return int64(len(answer))
}

// statusOf is what the guest gets to know of an error.
func (i *Instance) statusOf(method abi.Method, err error) abi.Status {
	var s abi.Status
	switch {
	case errors.As(err, &s) && s < 0:
		return s
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return abi.StatusCancelled
	}
	if method == httpRequest {
		i.say(slog.LevelError, fmt.Sprintf("http_request: %v", err))
	} else {
		i.say(slog.LevelError, fmt.Sprintf("API call %s: %v", method, err))
	}
	return abi.StatusInternal
}

// httpRequest stands for mmpy.http_request where a method does: it is called and submitted as they are.
const httpRequest abi.Method = math.MaxUint16

// callOut calls the host's Caller, or what answers HTTP requests. A panic in there is the host's failure, not the guest's.
func (i *Instance) callOut(ctx context.Context, method abi.Method, request []byte) ([]byte, error) {
	if method == httpRequest {
		if i.config.HTTP == nil {
			return nil, abi.StatusUnimplemented
		}
		return recovered(func() ([]byte, error) { return i.config.HTTP(ctx, request) })
	}
	return recovered(func() ([]byte, error) { return i.config.Caller.Call(ctx, method, request) })
}

// panicError is a panic in the host, with its stack.
type panicError string

func (e panicError) Error() string { return string(e) }

func recovered[T any](f func() (T, error)) (result T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicError(fmt.Sprintf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	return f()
}

func (c *call) take(memory api.Memory, into guestmem.Span) int64 {
	kept := c.kept
	c.kept = nil
	if kept == nil || into.Len() != len(kept) {
		return int64(abi.StatusInvalid)
	}
	if !into.Write(memory, kept) {
		return int64(abi.StatusBadPointer)
	}
	return int64(len(kept))
}

func (c *call) respond(memory api.Memory, answer guestmem.Span) {
	view, ok := answer.View(memory)
	if !ok {
		panic(badGuest("its answer lies outside of its memory"))
	}
	if c.excess = c.instance.tooLong(c.callContext(), c.op, len(view)); c.excess != nil {
		view = view[:min(len(view), keptOfTooLong)]
	}
	c.answer = append(make([]byte, 0, len(view)), view...)
}

func (c *call) log(memory api.Memory, level int32, text guestmem.Span) {
	view, ok := text.View(memory)
	if !ok {
		panic(badGuest("its log record lies outside of its memory"))
	}
	i := c.instance
	if i.maySay(1, len(view)) {
		i.say(slog.Level(4*(min(max(level, 1), 5)-2)), i.cut(view, 0))
	}
}
