// Package wire reads and writes protobuf's wire form for the generated methods of package pluginapiv1, which know each
// message's fields: no reflection, one pass, and no memory but the result's. What is not as protobuf writes it today
// (unknown fields, strings that are no UTF-8, numbers of a list one by one) it leaves to protobuf itself.
package wire

import (
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf8"
)

// A Writer appends fields to Buffer. A tag is a field's number and wire type as they are written. Methods named after a
// type leave zero out, as fields without presence do; those of a Put write it.
type Writer struct {
	Buffer []byte
	Bad    bool // a string was no UTF-8: Buffer is of no use
}

func (w *Writer) varint(value uint64) {
	if value < 0x80 {
		w.Buffer = append(w.Buffer, byte(value))
		return
	}
	w.Buffer = binary.AppendUvarint(w.Buffer, value)
}

// Text writes a string.
func (w *Writer) Text(tag, value string) {
	if value != "" {
		w.PutText(tag, value)
	}
}

// PutText writes a string.
func (w *Writer) PutText(tag, value string) {
	if !utf8.ValidString(value) {
		w.Bad = true
	}
	w.Buffer = append(w.Buffer, tag...)
	w.varint(uint64(len(value)))
	w.Buffer = append(w.Buffer, value...)
}

// Texts writes a list of strings.
func (w *Writer) Texts(tag string, values []string) {
	for _, value := range values {
		w.PutText(tag, value)
	}
}

// TextMap writes a map of strings.
func (w *Writer) TextMap(tag string, values map[string]string) {
	for key, value := range values {
		entry := w.Begin(tag)
		w.PutText("\x0a", key)
		w.PutText("\x12", value)
		w.End(entry)
	}
}

// Bytes writes bytes.
func (w *Writer) Bytes(tag string, value []byte) {
	if len(value) > 0 {
		w.PutBytes(tag, value)
	}
}

// PutBytes writes bytes.
func (w *Writer) PutBytes(tag string, value []byte) {
	w.Buffer = append(w.Buffer, tag...)
	w.varint(uint64(len(value)))
	w.Buffer = append(w.Buffer, value...)
}

// Number writes an integer or an enum; signed ones are extended to 64 bits.
func (w *Writer) Number(tag string, value uint64) {
	if value != 0 {
		w.PutNumber(tag, value)
	}
}

// PutNumber writes an integer or an enum.
func (w *Writer) PutNumber(tag string, value uint64) {
	w.Buffer = append(w.Buffer, tag...)
	w.varint(value)
}

// Numbers writes a list of integers.
func Numbers[T ~int32 | ~int64 | ~uint32 | ~uint64](w *Writer, tag string, values []T) {
	if len(values) == 0 {
		return
	}
	list := w.Begin(tag)
	for _, value := range values {
		w.varint(uint64(int64(value)))
	}
	w.End(list)
}

// Bool writes a bool.
func (w *Writer) Bool(tag string, value bool) {
	if value {
		w.PutBool(tag, value)
	}
}

// PutBool writes a bool.
func (w *Writer) PutBool(tag string, value bool) {
	var number byte
	if value {
		number = 1
	}
	w.Buffer = append(append(w.Buffer, tag...), number)
}

// Double writes a double. Minus zero is not zero.
func (w *Writer) Double(tag string, value float64) {
	if math.Float64bits(value) != 0 {
		w.PutDouble(tag, value)
	}
}

// PutDouble writes a double.
func (w *Writer) PutDouble(tag string, value float64) {
	w.Buffer = append(w.Buffer, tag...)
	w.Buffer = binary.LittleEndian.AppendUint64(w.Buffer, math.Float64bits(value))
}

// Begin opens a message or a packed list; what it gives is for End.
func (w *Writer) Begin(tag string) int {
	w.Buffer = append(w.Buffer, tag...)
	w.Buffer = append(w.Buffer, 0)
	return len(w.Buffer)
}

// End closes what Begin opened: its length, for which Begin left a byte, goes before it.
func (w *Writer) End(begin int) {
	length := len(w.Buffer) - begin
	if length < 0x80 {
		w.Buffer[begin-1] = byte(length)
		return
	}
	var header [binary.MaxVarintLen64]byte
	size := binary.PutUvarint(header[:], uint64(length))
	w.Buffer = slices.Grow(w.Buffer, size-1)[:len(w.Buffer)+size-1]
	copy(w.Buffer[begin+size-1:], w.Buffer[begin:])
	copy(w.Buffer[begin-1:], header[:size])
}
