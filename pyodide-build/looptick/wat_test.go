package looptick_test

import "encoding/binary"

// The modules of the tests are written with these few words, which stand for the lines of the text format.

const (
	i32 = 0x7f
	i64 = 0x7e

	drop        = 0x1a
	unreachable = 0x00
	eqz         = 0x45
	add         = 0x6a
	sub         = 0x6b
	mul         = 0x6c
	and         = 0x71
)

// seq joins code, opcodes and types: bytes are themselves, ints are operands in LEB128.
func seq(parts ...any) []byte {
	var b []byte
	for _, part := range parts {
		switch p := part.(type) {
		case int:
			b = append(b, leb(p)...)
		case byte:
			b = append(b, p)
		case []byte:
			b = append(b, p...)
		case string:
			b = append(append(b, leb(len(p))...), p...)
		default:
			panic(p)
		}
	}
	return b
}

func leb(n int) []byte { // right for indexes and lengths; constants take signed
	return binary.AppendUvarint(nil, uint64(n))
}

func signed(n int) []byte {
	var b []byte
	for ; n < -0x40 || n >= 0x40; n >>= 7 {
		b = append(b, byte(n&0x7f|0x80))
	}
	return append(b, byte(n&0x7f))
}

func b(n int) byte { return byte(n) }

func get(local int) []byte        { return seq(b(0x20), local) }
func set(local int) []byte        { return seq(b(0x21), local) }
func tee(local int) []byte        { return seq(b(0x22), local) }
func globalGet(global int) []byte { return seq(b(0x23), global) }
func globalSet(global int) []byte { return seq(b(0x24), global) }
func num(n int) []byte            { return seq(b(0x41), signed(n)) }
func call(function int) []byte    { return seq(b(0x10), function) }
func br(label int) []byte         { return seq(b(0x0c), label) }
func brIf(label int) []byte       { return seq(b(0x0d), label) }
func ops(codes ...int) (s []byte) {
	for _, c := range codes {
		s = append(s, byte(c))
	}
	return s
}

// brTable branches to the label that the operand picks; the last is the default.
func brTable(labels ...int) []byte {
	s := seq(b(0x0e), len(labels)-1)
	for _, l := range labels {
		s = append(s, leb(l)...)
	}
	return s
}

const void = 0x40

func block(typ int, body ...[]byte) []byte { return nest(0x02, typ, body) }
func loop(typ int, body ...[]byte) []byte  { return nest(0x03, typ, body) }
func when(typ int, body ...[]byte) []byte  { return nest(0x04, typ, body) }
func otherwise() []byte                    { return []byte{0x05} }
func nest(op, typ int, body [][]byte) []byte {
	return seq(b(op), b(typ), join(body), b(0x0b))
}

func join(parts [][]byte) (s []byte) {
	for _, p := range parts {
		s = append(s, p...)
	}
	return s
}

// A wat is a module in the making. Type 0 is () -> () and function 0 the tick, if it is not asked to be without.
type wat struct {
	types, imports, functions, tables, memories, globals, exports, start, elements, dataCount, code, data [][]byte
	custom                                                                                                [][]byte // behind all others
}

func signature(parameters, results []byte) []byte {
	return seq(b(0x60), len(parameters), parameters, len(results), results)
}

func newWat() *wat {
	return &wat{
		types:   [][]byte{signature(nil, nil), signature([]byte{i32}, []byte{i32})},
		imports: [][]byte{seq("mmpy", "tick", b(0), 0)},
	}
}

// function adds a function with three i32 locals behind its parameters.
func (w *wat) function(typ int, body ...[]byte) *wat {
	w.functions = append(w.functions, leb(typ))
	code := seq(1, 3, b(i32), join(body), b(0x0b))
	w.code = append(w.code, seq(len(code), code))
	return w
}

func (w *wat) export(name string, function int) *wat {
	w.exports = append(w.exports, seq(name, b(0), function))
	return w
}

// run makes a module of one function run: (param i32) (result i32), locals 1 to 3.
func run(body ...[]byte) *wat { return newWat().function(1, body...).export("run", 1) }

func (w *wat) bytes() []byte {
	out := []byte("\x00asm\x01\x00\x00\x00")
	add := func(id int, items [][]byte) {
		if len(items) > 0 {
			content := seq(len(items), join(items))
			out = append(out, seq(b(id), len(content), content)...)
		}
	}
	plain := func(id int, items [][]byte) { // sections that are not a list
		for _, content := range items {
			out = append(out, seq(b(id), len(content), content)...)
		}
	}
	add(1, w.types)
	add(2, w.imports)
	add(3, w.functions)
	add(4, w.tables)
	add(5, w.memories)
	add(6, w.globals)
	add(7, w.exports)
	plain(8, w.start)
	add(9, w.elements)
	plain(12, w.dataCount)
	add(10, w.code)
	add(11, w.data)
	plain(0, w.custom)
	return out
}
