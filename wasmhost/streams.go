package wasmhost

import (
	"errors"
	"io"
	"sync"
)

// Stream is what a guest reads, writes or controls by its number.
type Stream interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	Control(message []byte) error
	CloseGuest(err error) error
}

// Streams is the table of streams of one instance.
type Streams struct {
	mu    sync.Mutex
	next  uint32
	open  map[uint32]Stream
	pipes map[uint32]*io.PipeReader
}

// NewStreams makes an empty table.
func NewStreams() *Streams {
	return &Streams{open: map[uint32]Stream{}, pipes: map[uint32]*io.PipeReader{}}
}

// Add gives a stream a number.
func (s *Streams) Add(stream Stream) (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= 256 {
		return 0, errors.New("too many streams")
	}
	s.next++
	s.open[s.next] = stream
	return s.next, nil
}

// Get is for the temporary fake.
func (s *Streams) Get(number uint32) Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[number]
}

// Remove forgets a stream.
func (s *Streams) Remove(number uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, number)
}

// Pipe gives the host's end of a pipe.
func (s *Streams) Pipe(number uint32) (io.ReadCloser, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.pipes[number]
	delete(s.pipes, number)
	return r, ok
}

// StreamBase is to be embedded.
type StreamBase struct{}

func (StreamBase) Read([]byte) (int, error)  { return 0, errors.New("no") }
func (StreamBase) Write([]byte) (int, error) { return 0, errors.New("no") }
func (StreamBase) Control([]byte) error      { return errors.New("no") }
func (StreamBase) CloseGuest(error) error    { return nil }
