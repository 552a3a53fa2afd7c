package wasmhost

import (
	"bytes"
	"io"
	"sync"
	"time"
	"weak"
)

// stdlibStays is how long the standard library stays in memory after it was opened: modules come one after the other.
const stdlibStays = 5 * time.Second

// stdlib is the standard library, unpacked when Python opens it, which a program that comes from a snapshot seldom does.
type stdlib struct {
	size   int64
	sum    string
	unpack func() ([]byte, error)

	mu      sync.Mutex
	reader  weak.Pointer[bytes.Reader] // for as long as somebody has it open
	stays   *bytes.Reader              // or until the timer strikes
	forgets *time.Timer
}

func (s *stdlib) open() (*bytes.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reader := s.reader.Value()
	if reader == nil {
		content, err := s.unpack()
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(content)
		s.reader = weak.Make(reader)
	}
	if s.stays == nil {
		s.stays = reader
		if s.forgets == nil {
			s.forgets = time.AfterFunc(stdlibStays, s.forget)
		}
	}
	s.forgets.Reset(stdlibStays)
	return reader, nil
}

func (s *stdlib) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stays = nil
}

// load is open for a file of the guest's.
func (s *stdlib) load() (io.ReaderAt, error) { return s.open() }
