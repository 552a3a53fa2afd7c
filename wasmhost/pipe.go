package wasmhost

import (
	"io"
	"slices"

	"github.com/mmpy/mmpy/abi"
)

// pipe is a stream that the guest has opened: what it writes a Caller reads, who gets the other end by the number. There
// is no buffer between them.
type pipe struct {
	StreamBase
	number uint32
	taken  bool // the host has its end; guarded by the mutex of the Streams
	reader *io.PipeReader
	writer *io.PipeWriter
}

// pipe opens one.
func (s *Streams) pipe() (uint32, error) {
	if s == nil {
		return 0, abi.StatusUnimplemented
	}
	p := &pipe{}
	p.reader, p.writer = io.Pipe()
	return s.Add(p)
}

// Write waits until the host has read all of it.
func (p *pipe) Write(data []byte) (int, error) { return p.writer.Write(data) }

// CloseGuest is the end of what the host reads, or an error in place of it. It may be called while Write runs.
func (p *pipe) CloseGuest(reason error) error { return p.writer.CloseWithError(reason) }

// Pipe gives the host's end of a pipe that the guest has opened, once. It must be closed; from then on what the guest
// writes fails.
func (s *Streams) Pipe(number uint32) (io.ReadCloser, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stream := s.open[number]; stream != nil {
		p, ok := stream.Stream.(*pipe)
		if !ok || p.taken {
			return nil, false
		}
		p.taken = true
		return p.reader, true
	}
	// The guest may have been quick to write nothing, and to close it.
	n := slices.IndexFunc(s.closed, func(p *pipe) bool { return p.number == number })
	if n < 0 {
		return nil, false
	}
	p := s.closed[n]
	s.closed = slices.Delete(s.closed, n, n+1)
	return p.reader, true
}

// keep keeps a pipe that the guest closes for the host to take its end, but not too many: a call that was to take it may
// have been refused. It needs s.mu.
func (s *Streams) keep(p *pipe) {
	if p.taken {
		return
	}
	if len(s.closed) == abi.MaxStreams {
		s.closed = slices.Delete(s.closed, 0, 1)
	}
	s.closed = append(s.closed, p)
}
