package looptick

import "fmt"

// A body is what there is to know of a function of the module.
type body struct {
	start, stop int // where its content begins and ends: locals and instructions
	code        int // where the instructions begin
	locals      int // parameters included

	loops  []int    // offsets behind each loop instruction
	bulk   []int    // offsets of each memory.copy and memory.fill
	bare   []callee // whom it calls where it may not have passed the head of a loop yet, once for each such call
	length int      // how many instructions it may run before it has
	taken  []uint32 // functions that it takes the address of
}

// A callee is a function, or any that is in a table and of that type.
type callee struct {
	indirect bool
	index    uint32 // of the function, or of the type
}

// A frame is a block that is open. What the code knows at its end is what it knows wherever it comes from.
type frame struct {
	op     byte
	before bool // whether a loop's head was passed before an if
	passed bool // whether one was passed wherever a branch goes to the end of the block
}

// readBody reads a function body to its end. WebAssembly's control flow has structure, so one pass finds out what holds
// on every way: a branch leads to the end of a block around it, or to the head of a loop.
func readBody(r *reader, parameters int) body {
	f := body{start: r.pos, stop: len(r.data), locals: parameters}
	f.locals += r.locals()
	f.code = r.pos
	open := []frame{{op: opBlock, passed: true}} // the body itself counts as one
	passed := false                              // a loop's head, on every way to here; code that nobody reaches counts as such
	branch := func(label uint32) {
		if n := len(open) - 1 - int(label); n >= 0 && open[n].op != opLoop {
			open[n].passed = open[n].passed && passed
		}
	}
	for len(open) > 0 && r.err == nil {
		at := r.pos
		op := r.byte()
		if !passed {
			f.length++
		}
		switch op {
		case opBr, opBrIf:
			branch(r.uint32())
			passed = passed || op == opBr
		case opBrTable:
			for range r.count() + 1 { // the default target comes last
				branch(r.uint32())
			}
			passed = true
		case opCall:
			if index := r.uint32(); !passed {
				f.bare = append(f.bare, callee{index: index})
			}
		case opCallIndirect:
			index := r.uint32()
			if r.uint32(); !passed {
				f.bare = append(f.bare, callee{indirect: true, index: index})
			}
		case opRefFunc:
			f.taken = append(f.taken, r.uint32())
		default:
			r.operands(at, op)
		}
		switch op {
		case opLoop:
			f.loops = append(f.loops, r.pos)
			open = append(open, frame{op: op})
			passed = true
		case opBlock, opIf:
			open = append(open, frame{op: op, before: passed, passed: true})
		case opElse:
			inner := &open[len(open)-1]
			if inner.op != opIf {
				r.fail("else without if")
			}
			inner.op, inner.passed, passed = opElse, inner.passed && passed, inner.before
		case opEnd:
			inner := open[len(open)-1]
			open = open[:len(open)-1]
			if inner.op != opLoop {
				passed = passed && inner.passed && (inner.op != opIf || inner.before)
			}
		case opReturn, opUnreachable:
			passed = true
		case opMisc:
			if isBulk(r.data[at:r.pos]) {
				f.bulk = append(f.bulk, at)
			}
		}
	}
	return f
}

// isBulk says whether an instruction writes as many bytes of memory as it is told to. The others of its kind are bounded
// by what the module brings along.
func isBulk(instruction []byte) bool {
	sub := (&reader{data: instruction, pos: 1}).uint32()
	return sub == miscMemoryCopy || sub == miscMemoryFill
}

// locals reads over the declarations of locals, runs of one type each, and says how many there are.
func (r *reader) locals() int {
	total := int64(0)
	for range r.count() {
		total += int64(r.uint32())
		r.valueType()
	}
	if total > maxLocals {
		r.fail("%d locals", total)
		return 0
	}
	return int(total)
}

// readBodies reads the content of the code section. imported is the index of the first function that has a body.
func readBodies(r *reader, x index) ([]body, error) {
	bodies := make([]body, r.count())
	if r.err == nil && len(bodies) != len(x.declared) {
		r.fail("%d functions are declared, and %d have a body", len(x.declared), len(bodies))
	}
	for n := range bodies {
		number := int(x.functions) + n
		size := r.count()
		start := r.pos
		r.skip(size)
		if r.err != nil {
			return nil, fmt.Errorf("function %d: %w", number, r.err)
		}
		parameters := 0
		if t := x.declared[n]; int64(t) < int64(len(x.types)) {
			parameters = x.types[t].parameters
		}
		inner := &reader{data: r.data[:r.pos], pos: start}
		bodies[n] = readBody(inner, parameters)
		if err := inner.finish("function body"); err != nil {
			return nil, fmt.Errorf("function %d: %w", number, err)
		}
	}
	return bodies, r.finish("code section")
}
