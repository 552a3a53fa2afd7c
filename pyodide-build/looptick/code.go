package looptick

import "fmt"

// The opcodes that are told apart one by one.
const (
	opUnreachable  = 0x00
	opBlock        = 0x02
	opLoop         = 0x03
	opIf           = 0x04
	opElse         = 0x05
	opEnd          = 0x0b
	opBr           = 0x0c
	opBrIf         = 0x0d
	opBrTable      = 0x0e
	opReturn       = 0x0f
	opCall         = 0x10
	opCallIndirect = 0x11
	opDrop         = 0x1a
	opSelect       = 0x1b
	opSelectTyped  = 0x1c
	opLocalGet     = 0x20
	opLocalTee     = 0x22
	opGlobalGet    = 0x23
	opGlobalSet    = 0x24
	opTableSet     = 0x26
	opI32Load      = 0x28
	opI64Store32   = 0x3e
	opMemorySize   = 0x3f
	opMemoryGrow   = 0x40
	opI32Const     = 0x41
	opI64Const     = 0x42
	opF32Const     = 0x43
	opF64Const     = 0x44
	opI32Eqz       = 0x45
	opI32LeS       = 0x4c
	opI32Add       = 0x6a
	opI32Sub       = 0x6b
	opI32ShrU      = 0x76
	opI64Extend32S = 0xc4
	opRefNull      = 0xd0
	opRefIsNull    = 0xd1
	opRefFunc      = 0xd2
	opMisc         = 0xfc // saturating conversions, bulk memory and table instructions

	miscMemoryCopy = 10
	miscMemoryFill = 11
)

// foreign names the proposals whose instructions are met most often, for the error.
var foreign = map[byte]string{
	0x06: "exceptions", 0x07: "exceptions", 0x08: "exceptions", 0x09: "exceptions", 0x0a: "exceptions",
	0x18: "exceptions", 0x19: "exceptions", 0x1f: "exceptions",
	0x12: "tail calls", 0x13: "tail calls", 0x14: "typed function references", 0x15: "typed function references",
	0xfb: "garbage collection", 0xfd: "SIMD", 0xfe: "threads",
}

// rewriteCode returns the content of the code section with count-downs: at the head of each loop, in front of whatever
// writes much memory at once, and at the entry of the functions that are cut.
func rewriteCode(module []byte, bodies []body, cut []bool, c countdown) []byte {
	out := appendUint(nil, uint32(len(bodies)))
	var code []byte
	for n, f := range bodies {
		code = code[:0]
		at := f.start
		copyTo := func(end int) {
			code = append(code, module[at:end]...)
			at = end
		}
		if len(f.bulk) > 0 { // one more local
			r := &reader{data: module, pos: at}
			code = appendUint(code, uint32(r.count())+1)
			at = r.pos
			copyTo(f.code)
			code = append(code, 1, typeI32)
		}
		copyTo(f.code)
		if cut[n] {
			code = c.appendOne(code)
		}
		loops, bulk := f.loops, f.bulk
		for len(loops)+len(bulk) > 0 {
			if len(bulk) == 0 || len(loops) > 0 && loops[0] <= bulk[0] {
				copyTo(loops[0])
				code = c.appendOne(code)
				loops = loops[1:]
			} else {
				copyTo(bulk[0])
				code = c.appendBytes(code, uint32(f.locals))
				bulk = bulk[1:]
			}
		}
		copyTo(f.stop)
		out = append(appendUint(out, uint32(len(code))), code...)
	}
	return out
}

// operands reads over what follows an opcode that was read at start. Branches and calls are not for it.
func (r *reader) operands(start int, op byte) {
	switch {
	case op == opBlock || op == opLoop || op == opIf:
		r.blockType()
	case op == opRefFunc || op >= opLocalGet && op <= opTableSet:
		r.uint32()
	case op == opSelectTyped:
		for range r.count() {
			r.valueType()
		}
	case op >= opI32Load && op <= opI64Store32:
		if flags := r.uint32(); flags&0x40 != 0 {
			r.fail("memory access 0x%02x: only one memory is supported", op)
		}
		r.uint32()
	case op == opMemorySize || op == opMemoryGrow:
		r.memoryIndex()
	case op == opI32Const:
		r.leb(32, true)
	case op == opI64Const:
		r.leb(64, true)
	case op == opF32Const:
		r.skip(4)
	case op == opF64Const:
		r.skip(8)
	case op == opRefNull:
		if t := r.byte(); t != typeFuncref && t != typeExternref {
			r.fail("unknown reference type %#x", t)
		}
	case op == opMisc:
		r.miscOperands()
	case op <= 0x01 || op == opElse || op == opEnd || op == opReturn || op == opDrop || op == opSelect,
		op >= opI32Eqz && op <= opI64Extend32S, op == opRefIsNull:
	default:
		r.unknown(start, foreign[op], "0x%02x", op)
	}
}

func (r *reader) miscOperands() {
	start := r.pos - 1
	switch sub := r.uint32(); {
	case sub <= 7: // saturating conversions
	case sub == 8: // memory.init
		r.uint32()
		r.memoryIndex()
	case sub == miscMemoryCopy:
		r.memoryIndex()
		r.memoryIndex()
	case sub == miscMemoryFill:
		r.memoryIndex()
	case sub == 12 || sub == 14: // table.init, table.copy
		r.uint32()
		r.uint32()
	case sub <= 17: // data.drop, elem.drop, table.grow, table.size, table.fill
		r.uint32()
	default:
		r.unknown(start, "", "0x%02x %d", opMisc, sub)
	}
}

// unknown fails at the instruction that begins at start; proposal says where it comes from, if that is known.
func (r *reader) unknown(start int, proposal, format string, args ...any) {
	if r.err != nil {
		return
	}
	r.pos = start
	instruction := fmt.Sprintf(format, args...)
	if proposal == "" {
		r.fail("unknown instruction %s", instruction)
		return
	}
	r.fail("instruction %s (%s) is not supported", instruction, proposal)
}

func (r *reader) memoryIndex() {
	if r.byte() != 0 {
		r.fail("only one memory is supported")
	}
}

// blockType reads the type of a block: none, one result, or the index of a function type for more.
func (r *reader) blockType() {
	if r.pos < len(r.data) {
		if c := r.data[r.pos]; c == blockEmpty {
			r.pos++
			return
		} else if c&0xc0 == 0x40 { // a negative number of one byte stands for a value type
			r.valueType()
			return
		}
	}
	if r.leb(33, true) < 0 {
		r.fail("unknown type of block")
	}
}
