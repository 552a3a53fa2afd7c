// Package guestmem is the one place where pointers and lengths of a guest turn into bytes of its memory.
package guestmem

import "github.com/tetratelabs/wazero/api"

// Span is a part of a guest's memory, as the guest names it: nothing about it is known to be true.
type Span struct{ start, length uint64 }

// At is the span of a pointer and a length, i32 both, as they lie on the stack of a host function.
func At(pointer, length uint64) Span {
	return Span{start: uint64(api.DecodeU32(pointer)), length: uint64(api.DecodeU32(length))}
}

// Len is the length that the guest claims.
func (s Span) Len() int { return int(s.length) }

// Address is the pointer that the guest claims.
func (s Span) Address() uint32 { return uint32(s.start) }

// In says whether the span lies in the memory as it is now. Of an empty span the pointer does not matter.
func (s Span) In(memory api.Memory) bool {
	return s.length == 0 || s.start+s.length <= uint64(memory.Size())
}

// View gives the span's bytes themselves, not a copy: they are valid until the guest runs or grows its memory. It is
// false when the span does not lie in the memory.
func (s Span) View(memory api.Memory) ([]byte, bool) {
	if s.length == 0 {
		return nil, true
	}
	if !s.In(memory) {
		return nil, false
	}
	return memory.Read(uint32(s.start), uint32(s.length))
}

// Append appends a copy of the span's bytes to buffer.
func (s Span) Append(memory api.Memory, buffer []byte) ([]byte, bool) {
	view, ok := s.View(memory)
	if !ok {
		return buffer, false
	}
	return append(buffer, view...), true
}

// Write copies data to the start of the span. It is false, and nothing is written, when the span does not lie in the
// memory or data is longer than it.
func (s Span) Write(memory api.Memory, data []byte) bool {
	view, ok := s.View(memory)
	if !ok || len(data) > len(view) {
		return false
	}
	copy(view, data)
	return true
}
