package guestmem

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero/experimental/wazerotest"
	"pgregory.net/rapid"
)

const size = wazerotest.PageSize

func TestASpanIsInMemoryOrItIsNot(t *testing.T) {
	memory := wazerotest.NewFixedMemory(size)
	for name, test := range map[string]struct {
		pointer, length uint64
		in              bool
	}{
		"all of it":             {0, size, true},
		"its last byte":         {size - 1, 1, true},
		"nothing":               {0, 0, true},
		"nothing, at the end":   {size, 0, true},
		"nothing, far outside":  {math.MaxUint32, 0, true},
		"one too many":          {0, size + 1, false},
		"one behind":            {size, 1, false},
		"half outside":          {size - 1, 2, false},
		"far outside":           {math.MaxUint32, 1, false},
		"around the end of i32": {math.MaxUint32, 2, false},
		"as long as i32 goes":   {1, math.MaxUint32, false},
		"with the stack's upper halves in disorder": {0xdead<<32 | 5, 0xbeef<<32 | 6, true},
	} {
		span := At(test.pointer, test.length)
		require.Equal(t, test.in, span.In(memory), name)
		view, ok := span.View(memory)
		require.Equal(t, test.in, ok, name)
		if ok {
			require.Len(t, view, span.Len(), name)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		memory := wazerotest.NewFixedMemory(size)
		pointer := rapid.Uint64Range(0, size+10).Draw(t, "pointer")
		length := rapid.Uint64Range(0, size+10).Draw(t, "length")
		data := bytes.Repeat([]byte{0xff}, rapid.IntRange(0, size+10).Draw(t, "data"))
		span := At(pointer, length)

		written := span.Write(memory, data)
		require.Equal(t, span.In(memory) && uint64(len(data)) <= length, written)
		copied, ok := span.Append(memory, []byte("kept"))
		require.Equal(t, span.In(memory), ok)
		require.Equal(t, "kept", string(copied[:4]))
		if written {
			require.True(t, bytes.HasPrefix(copied[4:], data))
		}
		touched := 0
		if written {
			touched = len(data)
		}
		require.Equal(t, touched, bytes.Count(memory.Bytes, []byte{0xff}), "nothing else is touched")
	})
}
