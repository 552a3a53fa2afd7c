package wasmhost

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/tetratelabs/wazero/api"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/guestmem"
)

// streamBuffers are what bytes go through between a stream and the guest's memory, which a stream must not touch: the
// guest runs meanwhile.
var streamBuffers = sync.Pool{New: func() any { return new([]byte) }}

// streamBuffer gives a buffer. Who does not put it back leaves it to the garbage collector.
func streamBuffer(length int) *[]byte {
	buffer := streamBuffers.Get().(*[]byte)
	if cap(*buffer) < length {
		*buffer = make([]byte, length)
	}
	*buffer = (*buffer)[:length]
	return buffer
}

func (c *call) streamRead(memory api.Memory, number uint32, into guestmem.Span) int64 {
	if into.Len() == 0 || into.Len() > abi.MaxStreamBytes {
		return int64(abi.StatusInvalid)
	}
	if !into.In(memory) {
		return int64(abi.StatusBadPointer)
	}
	buffer := streamBuffer(into.Len())
	result, ended := c.onStream(number, func(stream Stream) (int, error) { return readSome(stream, *buffer) })
	if !ended {
		return result
	}
	if result > 0 {
		into.Write(memory, (*buffer)[:result])
	}
	streamBuffers.Put(buffer)
	return result
}

// readSome reads at least one byte, or tells why not.
func readSome(stream Stream, buffer []byte) (int, error) {
	for range 100 { // as often as bufio
		n, err := stream.Read(buffer)
		switch {
		case n < 0 || n > len(buffer):
			return 0, fmt.Errorf("a stream says that it has read %d of %d bytes: %w", n, len(buffer), abi.StatusInternal)
		case n > 0:
			return n, nil
		case errors.Is(err, io.EOF):
			return 0, nil
		case err != nil:
			return 0, err
		}
	}
	return 0, io.ErrNoProgress
}

func (c *call) streamWrite(memory api.Memory, number uint32, data guestmem.Span) int64 {
	return c.send(memory, number, data, func(stream Stream, data []byte) (int, error) {
		if len(data) == 0 {
			return 0, nil
		}
		n, err := stream.Write(data)
		if err == nil && n != len(data) {
			err = io.ErrShortWrite
		}
		return n, err
	})
}

func (c *call) streamControl(memory api.Memory, number uint32, message guestmem.Span) int64 {
	return c.send(memory, number, message, func(stream Stream, message []byte) (int, error) {
		return 0, stream.Control(message)
	})
}

// send runs a method of a stream with a copy of the guest's bytes.
func (c *call) send(memory api.Memory, number uint32, data guestmem.Span, method func(Stream, []byte) (int, error)) int64 {
	if data.Len() > abi.MaxStreamBytes {
		return int64(abi.StatusInvalid)
	}
	view, ok := data.View(memory)
	if !ok {
		return int64(abi.StatusBadPointer)
	}
	buffer := streamBuffer(len(view))
	copy(*buffer, view)
	result, ended := c.onStream(number, func(stream Stream) (int, error) { return method(stream, *buffer) })
	if ended {
		streamBuffers.Put(buffer)
	}
	return result
}

// onStream runs a method of a stream and gives its result or status. ended says that it does not run (any more).
func (c *call) onStream(number uint32, method func(Stream) (int, error)) (result int64, ended bool) {
	c.watch()
	if c.over {
		return int64(abi.StatusCancelled), true
	}
	streams := c.instance.config.Streams
	stream, status := streams.begin(number)
	if status < 0 {
		return int64(status), true
	}
	return c.aside(func() (int, error) {
		defer streams.finish(stream)
		return method(stream.Stream)
	})
}

// streamClose works after the call's deadline too: this is when there is something to clean up.
func (c *call) streamClose(number uint32, failed bool) int64 {
	c.watch()
	var reason error
	if failed {
		reason = ErrGaveUp
	}
	closing, status := c.instance.config.Streams.close(number, reason)
	if status < 0 {
		return int64(status)
	}
	result, _ := c.aside(func() (int, error) { return 0, closing() })
	return result
}

func (c *call) streamPipe() int64 {
	c.watch()
	number, err := c.instance.config.Streams.pipe()
	if err != nil {
		return int64(c.instance.streamStatus(err))
	}
	return int64(number)
}

// aside runs f on a goroutine of its own and lets others in until it returns. It does not wait longer than the call's
// time lasts; f goes on then, and the result is StatusCancelled.
func (c *call) aside(f func() (int, error)) (result int64, ended bool) {
	type outcome struct {
		count int
		err   error
	}
	i, out, done := c.instance, new(outcome), make(chan struct{})
	i.background.run(func() {
		defer close(done)
		out.count, out.err = recovered(f)
	})
	c.pause(done, forever)
	select {
	case <-done:
	default:
		return int64(abi.StatusCancelled), false
	}
	if out.err != nil {
		return int64(i.streamStatus(out.err)), true
	}
	return int64(out.count), true
}

// streamStatus is what the guest gets to know of the error of a stream.
func (i *Instance) streamStatus(err error) abi.Status {
	var status abi.Status
	var panicked panicError
	switch {
	case errors.As(err, &status) && status < 0:
		return status
	case errors.As(err, &panicked):
		i.say(slog.LevelError, "stream: "+err.Error())
		return abi.StatusInternal
	case i.dead.Load() == nil:
		i.say(slog.LevelDebug, "stream: "+err.Error())
	}
	return abi.StatusUnavailable
}
