package looptick

import (
	"bytes"
	"fmt"
	"strings"
)

// Section ids of the binary format.
const (
	sectionCustom = iota
	sectionType
	sectionImport
	sectionFunction
	sectionTable
	sectionMemory
	sectionGlobal
	sectionExport
	sectionStart
	sectionElement
	sectionCode
	sectionData
	sectionDataCount
	sectionTag // exception handling
)

// Value types and the forms that type and import sections are made of.
const (
	typeI32       = 0x7f
	typeF64       = 0x7c
	typeV128      = 0x7b
	typeFuncref   = 0x70
	typeExternref = 0x6f
	formFunction  = 0x60
	blockEmpty    = 0x40

	importFunction = 0
	importTable    = 1
	importMemory   = 2
	importGlobal   = 3

	mutable = 1
)

const (
	bytesShift = 6     // as many bytes (2 to the power of it) at once take as long as a turn of a loop
	maxLocals  = 50000 // of one function: what engines take
)

var header = []byte("\x00asm\x01\x00\x00\x00")

// A section is a part of a module: where it begins, id byte included, where its content begins, and where both end.
type section struct {
	id                   byte
	start, content, stop int
}

func (s section) reader(module []byte) *reader { return &reader{data: module[:s.stop], pos: s.content} }

// place is the section's position in the order that the format demands, which is not that of the ids.
func (s section) place() int {
	switch s.id {
	case sectionDataCount:
		return 2*sectionCode - 1
	default:
		return 2 * int(s.id)
	}
}

func find(sections []section, id byte) (section, bool) {
	for _, s := range sections {
		if s.id == id {
			return s, true
		}
	}
	return section{}, false
}

// split finds the module's sections and checks their order.
func split(module []byte) ([]section, error) {
	if !bytes.HasPrefix(module, header) {
		return nil, fmt.Errorf("not a WebAssembly 1 binary module")
	}
	var sections []section
	place := 0
	r := &reader{data: module, pos: len(header)}
	for r.pos < len(module) {
		s := section{start: r.pos}
		s.id = r.byte()
		size := r.count()
		s.content, s.stop = r.pos, r.pos+size
		r.skip(size)
		if r.err != nil {
			return nil, r.err
		}
		switch {
		case s.id == sectionCustom:
			if err := checkCustom(s.reader(module)); err != nil {
				return nil, err
			}
		case s.id == sectionTag:
			return nil, fmt.Errorf("offset %#x: tag section: exceptions are not supported", s.start)
		case s.id > sectionDataCount:
			return nil, fmt.Errorf("offset %#x: unknown section %d", s.start, s.id)
		case s.place() <= place:
			return nil, fmt.Errorf("offset %#x: section %d is out of order", s.start, s.id)
		default:
			place = s.place()
		}
		sections = append(sections, s)
	}
	return sections, nil
}

// checkCustom refuses the custom sections that inserted code would make wrong, as they hold offsets of instructions.
func checkCustom(r *reader) error {
	at := r.pos
	name := r.name()
	if r.err != nil {
		return r.err
	}
	for _, prefix := range []string{".debug_", "reloc.", "linking", "metadata.code.", "sourceMappingURL"} {
		if strings.HasPrefix(name, prefix) {
			return fmt.Errorf("offset %#x: custom section %q holds offsets of instructions: strip the module first", at, name)
		}
	}
	return nil
}

// An index holds what the instrumented code refers to.
type index struct {
	tick      uint32 // the function to call
	functions uint32 // imported functions: the first body's index
	globals   uint32 // all globals: the counter's index

	types    []functionType
	declared []uint32 // the type of each function with a body
	taken    []uint32 // functions whose address is known outside of the code: in tables, exports and globals
}

type functionType struct {
	text       string // its bytes: types with the same are the same to an indirect call
	parameters int
	plain      bool // neither parameters nor results
}

// sameTypes gives for each type the first that is the same.
func (x index) sameTypes() []int {
	first, same := map[string]int{}, make([]int, len(x.types))
	for n, t := range x.types {
		if _, ok := first[t.text]; !ok {
			first[t.text] = n
		}
		same[n] = first[t.text]
	}
	return same
}

// scan reads the sections before the code.
func scan(module []byte, sections []section) (index, error) {
	var x index
	if s, ok := find(sections, sectionType); ok {
		r := s.reader(module)
		x.types = r.functionTypes()
		if err := r.finish("type section"); err != nil {
			return x, err
		}
	}
	found := false
	if s, ok := find(sections, sectionImport); ok {
		r := s.reader(module)
		for range r.count() {
			isTick := r.name() == ImportModule
			isTick = r.name() == ImportName && isTick
			switch kind := r.byte(); kind {
			case importFunction:
				at := r.pos
				typ := r.uint32()
				if isTick && !found && r.err == nil {
					if int64(typ) >= int64(len(x.types)) || !x.types[typ].plain {
						return x, fmt.Errorf("offset %#x: the import %s.%s must have neither parameters nor results", at, ImportModule, ImportName)
					}
					found, x.tick = true, x.functions
				}
				x.functions++
			case importTable:
				r.valueType()
				r.limits()
			case importMemory:
				r.limits()
			case importGlobal:
				r.valueType()
				r.byte()
				x.globals++
			default:
				r.fail("unknown kind of import %#x", kind)
			}
		}
		if err := r.finish("import section"); err != nil {
			return x, err
		}
	}
	if !found {
		return x, ErrNoTick
	}
	if s, ok := find(sections, sectionFunction); ok {
		r := s.reader(module)
		for range r.count() {
			x.declared = append(x.declared, r.uint32())
		}
		if err := r.finish("function section"); err != nil {
			return x, err
		}
	}
	return x, x.scanReferences(module, sections)
}

// scanReferences reads the sections that make functions known to others, and counts the globals.
func (x *index) scanReferences(module []byte, sections []section) error {
	if s, ok := find(sections, sectionGlobal); ok {
		r := s.reader(module)
		for range r.count() {
			x.globals++
			r.valueType()
			r.byte()
			x.taken = r.constant(x.taken)
		}
		if err := r.finish("global section"); err != nil {
			return err
		}
	}
	if s, ok := find(sections, sectionExport); ok {
		r := s.reader(module)
		for range r.count() {
			r.name()
			kind := r.byte()
			if n := r.uint32(); kind == importFunction {
				x.taken = append(x.taken, n)
			}
		}
		if err := r.finish("export section"); err != nil {
			return err
		}
	}
	if s, ok := find(sections, sectionElement); ok {
		r := s.reader(module)
		for range r.count() {
			x.taken = r.elements(x.taken)
		}
		if err := r.finish("element section"); err != nil {
			return err
		}
	}
	return nil
}

// elements reads an element segment and appends the functions in it.
func (r *reader) elements(taken []uint32) []uint32 {
	const passive, explicit, expressions = 1, 2, 4 // bits of what a segment is like
	flags := r.uint32()
	if flags > passive|explicit|expressions {
		r.fail("unknown kind of element segment %d", flags)
		return taken
	}
	if flags&passive == 0 {
		if flags&explicit != 0 {
			r.uint32() // the table
		}
		taken = r.constant(taken)
	}
	if flags&(passive|explicit) != 0 {
		if flags&expressions != 0 {
			r.valueType()
		} else if kind := r.byte(); kind != importFunction {
			r.fail("unknown kind of elements %#x", kind)
		}
	}
	for range r.count() {
		if flags&expressions != 0 {
			taken = r.constant(taken)
		} else {
			taken = append(taken, r.uint32())
		}
	}
	return taken
}

// constant reads an expression to its end and appends the functions that it refers to.
func (r *reader) constant(taken []uint32) []uint32 {
	for r.err == nil {
		start := r.pos
		op := r.byte()
		switch op {
		case opEnd:
			return taken
		case opRefFunc:
			taken = append(taken, r.uint32())
		default:
			r.operands(start, op)
		}
	}
	return taken
}

// functionTypes reads the content of a type section.
func (r *reader) functionTypes() (types []functionType) {
	for range r.count() {
		start := r.pos
		if form := r.byte(); form != formFunction {
			r.fail("unknown form of type %#x", form)
		}
		parameters := r.count()
		for range parameters {
			r.valueType()
		}
		results := r.count()
		for range results {
			r.valueType()
		}
		if r.err != nil {
			return nil
		}
		types = append(types, functionType{string(r.data[start:r.pos]), parameters, parameters+results == 0})
	}
	return types
}

func (r *reader) limits() {
	flags := r.byte()
	if flags > 1 {
		r.fail("limits %#x: shared and 64-bit memories are not supported", flags)
	}
	r.uint32()
	if flags == 1 {
		r.uint32()
	}
}

// valueType reads a type of WebAssembly 2 without vectors.
func (r *reader) valueType() {
	switch t := r.byte(); {
	case t >= typeF64 && t <= typeI32, t == typeFuncref, t == typeExternref:
	case t == typeV128:
		r.fail("vector type: SIMD is not supported")
	default:
		r.fail("unknown value type %#x", t)
	}
}

// assemble writes the module with its new code and the counter as its last global.
func assemble(module []byte, sections []section, every int32, code []byte) []byte {
	out := make([]byte, 0, len(module)+len(code)/8+64)
	out = append(out, header...)
	counter := appendInt([]byte{typeI32, mutable, opI32Const}, every)
	counter = append(counter, opEnd)
	added := false
	for _, s := range sections {
		if s.id == sectionGlobal {
			r := s.reader(module)
			content := appendUint(nil, uint32(r.count())+1)
			content = append(append(content, module[r.pos:s.stop]...), counter...)
			out = appendSection(out, sectionGlobal, content)
			added = true
			continue
		}
		if s.id != sectionCustom && s.place() > 2*sectionGlobal && !added {
			out = appendSection(out, sectionGlobal, append([]byte{1}, counter...))
			added = true
		}
		if s.id == sectionCode {
			out = appendSection(out, sectionCode, code)
		} else {
			out = append(out, module[s.start:s.stop]...)
		}
	}
	return out
}

func appendSection(b []byte, id byte, content []byte) []byte {
	b = appendUint(append(b, id), uint32(len(content)))
	return append(b, content...)
}
