package wire

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	maxDepth = 100
	// Strings of a message up to this size are parts of one copy of it. A longer message could be kept in memory by one
	// of its short strings.
	maxShared = 4 << 10
)

// A Reader gives the fields of a message one by one. Where it meets anything that it leaves to protobuf, or that is
// malformed, it fails: Next is false from there on.
type Reader struct {
	Tag    uint32 // of the field that Next has found: number and wire type
	Failed bool

	data  string
	at    int
	end   int // of the message that is read
	depth int
	share bool
}

// NewReader gives a Reader of a message. It does not keep data.
func NewReader(data []byte) *Reader {
	return &Reader{data: string(data), end: len(data), depth: maxDepth, share: len(data) <= maxShared}
}

// Fail gives up.
func (r *Reader) Fail() { r.Failed, r.at = true, r.end }

// Next goes to the next field and says whether there is one.
func (r *Reader) Next() bool {
	if r.at >= r.end {
		return false
	}
	tag := r.Number()
	if tag > math.MaxUint32 {
		r.Fail()
	}
	r.Tag = uint32(tag)
	return !r.Failed
}

// Number gives the value of a varint field.
func (r *Reader) Number() uint64 {
	if r.at < r.end && r.data[r.at] < 0x80 {
		value := r.data[r.at]
		r.at++
		return uint64(value)
	}
	var value uint64
	for shift := 0; shift < 64 && r.at < r.end; shift += 7 {
		b := r.data[r.at]
		r.at++
		if shift == 63 && b > 1 {
			break
		}
		value |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return value
		}
	}
	r.Fail()
	return 0
}

// Bool gives the value of a bool field.
func (r *Reader) Bool() bool { return r.Number() != 0 }

// Double gives the value of a double field.
func (r *Reader) Double() float64 {
	if r.end-r.at < 8 {
		r.Fail()
		return 0
	}
	value := binary.LittleEndian.Uint64([]byte(r.data[r.at : r.at+8]))
	r.at += 8
	return math.Float64frombits(value)
}

// part gives what a length announces.
func (r *Reader) part() string {
	length := r.Number()
	if r.Failed || length > uint64(r.end-r.at) {
		r.Fail()
		return ""
	}
	part := r.data[r.at : r.at+int(length)]
	r.at += int(length)
	return part
}

// Text gives the value of a string field.
func (r *Reader) Text() string {
	part := r.part()
	if !utf8.ValidString(part) {
		r.Fail()
	}
	if r.share {
		return part
	}
	return strings.Clone(part)
}

// Bytes gives the value of a bytes field, which is not nil.
func (r *Reader) Bytes() []byte { return append([]byte{}, r.part()...) }

// Enter begins to read a message or a packed list; Leave ends it with what Enter gave.
func (r *Reader) Enter() (outer int) {
	outer = r.end
	length := r.Number()
	r.depth--
	if r.Failed || length > uint64(r.end-r.at) || r.depth < 0 {
		r.Fail()
		return outer
	}
	r.end = r.at + int(length)
	return outer
}

// Leave ends what Enter has begun.
func (r *Reader) Leave(outer int) {
	r.end = outer
	r.depth++
	if r.Failed {
		r.at = outer
	}
}

// ReadNumbers adds a packed list of integers.
func ReadNumbers[T ~int32 | ~int64 | ~uint32 | ~uint64](r *Reader, values []T) []T {
	outer := r.Enter()
	for r.at < r.end {
		values = append(values, T(r.Number()))
	}
	r.Leave(outer)
	return values
}

// TextEntry adds an entry of a map of strings.
func (r *Reader) TextEntry(values *map[string]string) {
	var key, value string
	outer := r.Enter()
	for r.Next() {
		switch r.Tag {
		case 0x0a:
			key = r.Text()
		case 0x12:
			value = r.Text()
		default:
			r.Fail()
		}
	}
	r.Leave(outer)
	if *values == nil {
		*values = map[string]string{}
	}
	(*values)[key] = value
}
