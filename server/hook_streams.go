package server

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost"
)

// fireStreaming is fire for a hook whose request names streams of the guest that it goes to; open makes both. The streams
// end with the hook. Its time begins anew with each chunk that moves.
func (p *Plugin) fireStreaming(hook abi.Hook, response proto.Message, open func(*hookStreams) (proto.Message, error)) (err error) {
	begin := time.Now()
	defer func() { p.count(context.Background(), hook, nil, time.Since(begin), err, response) }()
	defer recovered(&err)
	if !p.defines(hook) {
		return ErrNotDefined
	}
	if err := p.mayBegin(context.Background(), hook, nil, begin); err != nil {
		return err
	}
	return p.inGuest(context.Background(), begin, p.timeOf(hook), func(g *guest, _ time.Time) error {
		return p.streamIn(g, hook, response, open)
	})
}

func (p *Plugin) streamIn(g *guest, hook abi.Hook, response proto.Message, open func(*hookStreams) (proto.Message, error)) error {
	ctx, timer := withIdleTimeout(g.ctx, p.timeOf(hook))
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
		stream.over.Store(true)
		stream.interrupt()
		if s.remote {
			go s.table.Remove(number)
		} else {
			s.table.Remove(number)
		}
	}
	s.open = nil
}

// hookStream is what a guest reads or writes while a hook runs.
type hookStream struct {
	wasmhost.StreamBase
	reader  io.Reader          // nil: it is not to be read
	writer  io.Writer          // nil: it is not to be written
	control func([]byte) error // nil: there is nothing to say about it
	unblock func()             // ends an operation that waits; nil: there is no way

	moved   func()
	running atomic.Bool // an operation
	over    atomic.Bool // the hook, for this stream
}

// Read reads what has arrived.
func (s *hookStream) Read(p []byte) (n int, err error) {
	if s.reader == nil {
		return s.StreamBase.Read(p)
	}
	return s.operate(func() (int, error) { return s.reader.Read(p) })
}

// Write writes all of p.
func (s *hookStream) Write(p []byte) (n int, err error) {
	if s.writer == nil {
		return s.StreamBase.Write(p)
	}
	return s.operate(func() (int, error) { return s.writer.Write(p) })
}

// Control takes a message about the stream.
func (s *hookStream) Control(message []byte) error {
	if s.control == nil {
		return s.StreamBase.Control(message)
	}
	_, err := s.operate(func() (int, error) { return len(message), s.control(message) })
	return err
}

// operate does what moves something.
func (s *hookStream) operate(operation func() (int, error)) (int, error) {
	s.running.Store(true)
	defer s.running.Store(false)
	if s.over.Load() {
		return 0, abi.StatusInvalid
	}
	n, err := operation()
	if n > 0 {
		s.moved()
	}
	return n, err
}

// interrupt ends the operation that runs, if one does.
func (s *hookStream) interrupt() {
	if s.unblock != nil && s.running.Load() {
		s.unblock()
	}
}
