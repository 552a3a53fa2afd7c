package looptick

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// A reader takes the binary format apart. The first error stays and makes every later read return zero, so a
// caller may look at err after a run of reads; counts never exceed the bytes that are left, so loops over them end.
type reader struct {
	data []byte // from the module's begin to the end of the part being read: pos is an offset in the module
	pos  int
	err  error
}

var errShort = errors.New("unexpected end")

// fail keeps an error, unless one came before.
func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("offset %#x: %w", r.pos, fmt.Errorf(format, args...))
		r.pos = len(r.data)
	}
}

// finish reports the reader's error, or that the part named was longer than what it said to hold.
func (r *reader) finish(part string) error {
	if r.err == nil && r.pos != len(r.data) {
		r.fail("%s: %d bytes too many", part, len(r.data)-r.pos)
	}
	return r.err
}

func (r *reader) byte() byte {
	if r.pos >= len(r.data) {
		r.fail("%w", errShort)
		return 0
	}
	r.pos++
	return r.data[r.pos-1]
}

func (r *reader) skip(n int) {
	if n > len(r.data)-r.pos {
		r.fail("%w", errShort)
		return
	}
	r.pos += n
}

// uint32 reads an unsigned LEB128 number of at most 32 bits.
func (r *reader) uint32() uint32 { return uint32(r.leb(32, false)) }

// count reads the length of something that takes at least as many bytes.
func (r *reader) count() int {
	n := r.uint32()
	if int64(n) > int64(len(r.data)-r.pos) {
		r.fail("a length of %d, with %d bytes left", n, len(r.data)-r.pos)
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	n := r.count()
	start := r.pos
	r.skip(n)
	if r.err != nil {
		return ""
	}
	name := r.data[start:r.pos]
	if !utf8.Valid(name) {
		r.fail("a name that is not UTF-8")
	}
	return string(name)
}

// leb reads a LEB128 number of at most the given bits; a signed one is returned sign-extended.
func (r *reader) leb(bits uint, signed bool) (value int64) {
	for shift := uint(0); shift < bits; shift += 7 {
		c := r.byte()
		value |= int64(c&0x7f) << shift
		if c&0x80 != 0 {
			continue
		}
		// The last byte that the width allows may hold fewer bits than seven: the rest repeat the sign.
		if left := bits - shift; left < 7 {
			rest := int8(c<<1) >> left
			if !signed && c>>left != 0 || signed && rest != 0 && rest != -1 {
				break
			}
		}
		if signed && c&0x40 != 0 && shift+7 < 64 {
			value |= -1 << (shift + 7)
		}
		return value
	}
	r.fail("a number of more than %d bits", bits)
	return 0
}

func appendUint(b []byte, v uint32) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

func appendInt(b []byte, v int32) []byte {
	for ; v < -0x40 || v >= 0x40; v >>= 7 {
		b = append(b, byte(v&0x7f)|0x80)
	}
	return append(b, byte(v&0x7f))
}
