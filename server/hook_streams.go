package server

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost"
)

// fireStreaming is fire for a hook whose request names streams of the guest that it goes to; open makes both. The streams
// end with the hook. Its time begins anew with each chunk that moves.
func (p *Plugin) fireStreaming(hook abi.Hook, response proto.Message, open func(*hookStreams) (proto.Message, error)) (err error) {
	defer recovered(&err)
	g, err := p.guestFor(context.Background(), hook)
	if err != nil {
		return err
	}
	ctx, timer := withIdleTimeout(context.Background(), p.timeout)
	streams := &hookStreams{table: g.streams, timer: timer, remote: p.remote}
	stop := context.AfterFunc(ctx, streams.interrupt)
	defer func() {
		stop()
		timer.stop()
		streams.end()
	}()
	request, err := open(streams)
	if err != nil {
		return err
	}
	return p.run(ctx, g, hook, request, response)
}

// hookStreams are the streams of one run of a hook.
type hookStreams struct {
	table  *wasmhost.Streams
	timer  *idleTimer
	remote bool // what they move comes and goes over net/rpc

	mu   sync.Mutex
	open map[uint32]*hookStream
}

// add gives a stream its number for the hook's request.
func (s *hookStreams) add(stream *hookStream) (uint32, error) {
	stream.moved = s.timer.moved
	number, err := s.table.Add(stream)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[uint32]*hookStream{}
	}
	s.open[number] = stream
	return number, nil
}

// interrupt ends the operations that stand still, where that is possible.
func (s *hookStreams) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stream := range s.open {
		stream.interrupt()
	}
}

// end takes the streams away from the guest. When it returns nothing reads or writes any more what is behind them, which
// Mattermost takes back with the hook. Over net/rpc, where an operation cannot be interrupted and may outlive the hook
// without harm, it does not wait.
func (s *hookStreams) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for number, stream := range s.open {
		s.table.Remove(number)
		stream.over.Store(true)
		if !s.remote {
			stream.interrupt()
			stream.busy.Lock()   // as soon as the last operation has ended
			stream.busy.Unlock() //nolint:staticcheck // waiting is all that is wanted
		}
	}
	s.open = nil
}

// hookStream is what a guest reads or writes while a hook runs. It is a wasmhost.Stream.
type hookStream struct {
	reader  io.Reader          // nil: it is not to be read
	writer  io.Writer          // nil: it is not to be written
	control func([]byte) error // nil: there is nothing to say about it
	unblock func()             // ends an operation that waits; nil: there is no way

	moved func()
	busy  sync.Mutex // held by an operation
	over  atomic.Bool
}

var _ wasmhost.Stream = (*hookStream)(nil)

// Read reads what has arrived; an error comes after all that was read before it.
func (s *hookStream) Read(p []byte) (n int, err error) {
	if s.reader == nil {
		return 0, abi.StatusInvalid
	}
	err = s.operate(func() error {
		for range maxEmptyReads {
			if n, err = s.reader.Read(p); n > 0 {
				return nil
			}
			if err != nil {
				return err
			}
		}
		return io.ErrNoProgress
	})
	return n, err
}

// maxEmptyReads is how often in a row a reader may give nothing, and no error.
const maxEmptyReads = 100

// Write writes all of p.
func (s *hookStream) Write(p []byte) (n int, err error) {
	if s.writer == nil {
		return 0, abi.StatusInvalid
	}
	err = s.operate(func() error {
		n, err = s.writer.Write(p)
		return err
	})
	return n, err
}

// Control takes a message about the stream.
func (s *hookStream) Control(message []byte) error {
	if s.control == nil {
		return abi.StatusInvalid
	}
	return s.operate(func() error { return s.control(message) })
}

// CloseGuest ends the guest's use of it.
func (s *hookStream) CloseGuest(error) error {
	s.over.Store(true)
	return nil
}

// operate does what moves something. Its error, if any, has an abi.Status in its chain, but for io.EOF.
func (s *hookStream) operate(operation func() error) error {
	s.busy.Lock()
	defer s.busy.Unlock()
	if s.over.Load() {
		return abi.StatusInvalid
	}
	err := operation()
	if err == nil {
		s.moved()
		return nil
	}
	if _, ok := errors.AsType[abi.Status](err); ok || errors.Is(err, io.EOF) {
		return err
	}
	return errors.Join(abi.StatusUnavailable, err)
}

// interrupt ends the operation that runs, if one does.
func (s *hookStream) interrupt() {
	if s.busy.TryLock() {
		s.busy.Unlock()
	} else if s.unblock != nil {
		s.unblock()
	}
}
