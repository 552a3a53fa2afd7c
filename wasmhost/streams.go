package wasmhost

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/mmpy/mmpy/abi"
)

// Stream is what a guest reads, writes or controls by its number. Its methods are called by one goroutine at a time, and
// while they run the guest goes on with other things. They may outlive the call that they were begun in: when its time
// is over the guest does not wait any more. An error's abi.Status is what the guest gets; otherwise the other end is gone.
type Stream interface {
	Read(p []byte) (int, error) // io.EOF at the end
	Write(p []byte) (int, error)
	Control(message []byte) error // a message about the stream; what it means is the stream's own affair
	CloseGuest(err error) error   // the guest is done, for good; err says that it gave up half-way, and why
}

// StreamBase is to be embedded in streams that cannot do everything.
type StreamBase struct{}

// Read says that the stream is not for reading.
func (StreamBase) Read([]byte) (int, error) { return 0, abi.StatusInvalid }

// Write says that the stream is not for writing.
func (StreamBase) Write([]byte) (int, error) { return 0, abi.StatusInvalid }

// Control says that the stream knows no such message.
func (StreamBase) Control([]byte) error { return abi.StatusInvalid }

// CloseGuest does nothing.
func (StreamBase) CloseGuest(error) error { return nil }

// ErrGaveUp is what the other end of a stream gets when the guest has closed it as failed.
var ErrGaveUp = errors.New("the plugin gave up half-way")

// Streams are the streams of one instance, by number. They end with it, so another instance needs others.
type Streams struct {
	mu     sync.Mutex
	last   uint32
	open   map[uint32]*openStream
	closed []*pipe // by the guest, before the host has asked for their ends; the oldest first
	dead   error   // why there are no streams any more
}

// An openStream is a stream in use. What it has is guarded by the mutex of its Streams.
type openStream struct {
	Stream
	busy  chan struct{} // closed when the method that runs has returned; nil when none does
	after func()        // then
}

// NewStreams gives a table without streams, for one instance.
func NewStreams() *Streams { return &Streams{open: map[uint32]*openStream{}} }

// Add gives a stream a number, which is greater than 0 and has not been used lately. It fails when too many are open, or
// when the instance has ended.
func (s *Streams) Add(stream Stream) (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.dead != nil:
		return 0, s.dead
	case len(s.open) >= abi.MaxStreams:
		return 0, fmt.Errorf("add a stream: %d are open: %w", len(s.open), abi.StatusQuota)
	}
	for s.last++; s.last == 0 || s.open[s.last] != nil; s.last++ {
	}
	s.open[s.last] = &openStream{Stream: stream}
	if p, ok := stream.(*pipe); ok {
		p.number = s.last
	}
	return s.last, nil
}

// Remove takes the number from a stream; there may be none of it. Afterwards no method of the stream runs: it waits for
// one that does, so the stream itself must not call it.
func (s *Streams) Remove(number uint32) {
	s.mu.Lock()
	stream := s.open[number]
	delete(s.open, number)
	var busy chan struct{}
	if stream != nil {
		busy = stream.busy
	}
	s.mu.Unlock()
	if stream == nil {
		return
	}
	if p, ok := stream.Stream.(*pipe); ok {
		_ = p.CloseGuest(io.ErrClosedPipe)
	}
	if busy != nil {
		<-busy
	}
}

// begin takes a stream for one method; finish must be called in the end.
func (s *Streams) begin(number uint32) (*openStream, abi.Status) {
	if s == nil {
		return nil, abi.StatusInvalid
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stream := s.open[number]
	if stream == nil || stream.busy != nil {
		return nil, abi.StatusInvalid
	}
	stream.busy = make(chan struct{})
	return stream, 0
}

// finish says that the method has returned.
func (s *Streams) finish(stream *openStream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after := stream.after; after != nil {
		s.mu.Unlock()
		after()
		s.mu.Lock()
	}
	close(stream.busy)
	stream.busy = nil
}

// close takes the number from a stream and gives the function that closes it, which does nothing when that is left to
// the method that runs.
func (s *Streams) close(number uint32, reason error) (func() error, abi.Status) {
	if s == nil {
		return nil, abi.StatusInvalid
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stream := s.open[number]
	if stream == nil {
		return nil, abi.StatusInvalid
	}
	delete(s.open, number)
	return s.closing(stream, reason), 0
}

// closing needs s.mu.
func (s *Streams) closing(stream *openStream, reason error) func() error {
	p, ok := stream.Stream.(*pipe)
	switch {
	case ok:
		s.keep(p)
	case stream.busy != nil:
		stream.after = func() { _ = stream.close(reason) }
		return func() error { return nil }
	}
	return func() error { return stream.close(reason) }
}

func (s *openStream) close(reason error) error {
	_, err := recovered(func() (int, error) { return 0, s.CloseGuest(reason) })
	return err
}

// end closes all streams because the instance has ended; those that may take their time with run.
func (s *Streams) end(reason error, run func(func())) {
	if s == nil {
		return
	}
	s.mu.Lock()
	var closings []func() error
	if s.dead == nil {
		s.dead = reason
	}
	for number, stream := range s.open {
		delete(s.open, number)
		closings = append(closings, s.closing(stream, reason))
	}
	s.mu.Unlock()
	for _, closing := range closings {
		run(func() { _ = closing() })
	}
}
