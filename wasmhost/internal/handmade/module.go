package handmade

import (
	"encoding/binary"
)

// module is a WebAssembly module in the making, in the binary format.
type module struct {
	signatures                                 map[string]int
	types, imported, declared, exported, codes [][]byte
	memory                                     uint64 // pages
}

func (m *module) typeOf(signature string) []byte {
	if m.signatures == nil {
		m.signatures = map[string]int{}
	}
	if _, ok := m.signatures[signature]; !ok {
		m.signatures[signature] = len(m.types)
		m.types = append(m.types, functionType(signature))
	}
	return uleb(uint64(m.signatures[signature]))
}

func (m *module) imports(functions ...Function) {
	for _, f := range functions {
		m.imported = append(m.imported, Join(name(f.Module), name(f.Name), []byte{0}, m.typeOf(f.Signature)))
	}
}

func (m *module) function(signature string, code []byte) {
	m.declared = append(m.declared, m.typeOf(signature))
	m.codes = append(m.codes, sized(Join([]byte{0}, code, []byte{0x0b})))
}

func (m *module) export(what string, function int) {
	m.exported = append(m.exported, Join(name(what), []byte{0}, uleb(uint64(function))))
}

func (m *module) bytes() []byte {
	exported := append([][]byte{Join(name("memory"), []byte{2, 0})}, m.exported...)
	return Join([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, m.types), section(2, m.imported), section(3, m.declared),
		section(5, [][]byte{Join([]byte{0}, uleb(m.memory))}), section(7, exported), section(10, m.codes))
}

// Words is a hook's request: the parameters of a function.
func Words(values ...uint32) []byte {
	var b []byte
	for _, v := range append(values, make([]uint32, max(0, 12-len(values)))...) {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// I32Const is the instruction that gives a number.
func I32Const(n int32) []byte { return append([]byte{0x41}, sleb(int64(n))...) }

// Call is the instruction that calls a function.
func Call(function byte) []byte { return Join([]byte{0x10}, uleb(uint64(function))) }

// Join joins instructions.
func Join(parts ...[]byte) (all []byte) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func functionType(signature string) []byte {
	code := []byte{0x60}
	var lists [2][]byte
	n := 0
	for _, c := range signature {
		switch c {
		case ':':
			n++
		case 'i':
			lists[n] = append(lists[n], 0x7f)
		case 'I':
			lists[n] = append(lists[n], 0x7e)
		}
	}
	return Join(code, sized(lists[0]), sized(lists[1]))
}

func uleb(n uint64) []byte { return binary.AppendUvarint(nil, n) }

func sleb(n int64) (code []byte) {
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if (n == 0 && b&0x40 == 0) || (n == -1 && b&0x40 != 0) {
			return append(code, b)
		}
		code = append(code, b|0x80)
	}
}

func sized(b []byte) []byte { return Join(uleb(uint64(len(b))), b) }
func name(s string) []byte  { return sized([]byte(s)) }

func section(id byte, items [][]byte) []byte {
	return Join([]byte{id}, sized(Join(uleb(uint64(len(items))), Join(items...))))
}
