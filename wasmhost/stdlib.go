package wasmhost

import (
	"bytes"
	"io"
	"sync"
	"weak"
)

// stdlib is the standard library, unpacked when Python opens it, which a program that comes from a snapshot seldom does.
// It stays for as long as somebody has it open.
type stdlib struct {
	size   int64
	sum    string
	unpack func() ([]byte, error)

	mu     sync.Mutex
	reader weak.Pointer[bytes.Reader]
}

func (s *stdlib) open() (*bytes.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reader := s.reader.Value(); reader != nil {
		return reader, nil
	}
	content, err := s.unpack()
	if err != nil {
		return nil, err
	}
	reader := bytes.NewReader(content)
	s.reader = weak.Make(reader)
	return reader, nil
}

// load is open for a file of the guest's.
func (s *stdlib) load() (io.ReaderAt, error) { return s.open() }
