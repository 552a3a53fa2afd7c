package nativecode

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Section ids of WebAssembly's binary format.
const (
	sectionCustom    = 0
	sectionFunction  = 3
	sectionStart     = 8
	sectionCode      = 10
	sectionData      = 11
	sectionDataCount = 12
)

var (
	magic     = []byte("\x00asm\x01\x00\x00\x00")
	emptyBody = []byte{3, 0, 0x00, 0x0b} // of 3 bytes: no locals, unreachable, end
)

// Shell gives the module without its inside: the same imports, exports, types, tables and globals, but functions that
// trap, no data, and no start. With the machine code of the whole module it is what an instance needs that begins with a
// snapshot of memory, and it is read and checked in a moment.
func Shell(module []byte) ([]byte, error) {
	if len(module) < len(magic) || string(module[:len(magic)]) != string(magic) {
		return nil, errors.New("it is no WebAssembly module")
	}
	shell := append([]byte(nil), magic...)
	functions := uint64(0)
	for rest := module[len(magic):]; len(rest) > 0; {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, fmt.Errorf("section %d is cut off", id)
		}
		content := rest[1+n:][:size]
		rest = rest[1+n+int(size):]
		switch id {
		case sectionCustom, sectionStart, sectionDataCount:
			continue
		case sectionData:
			if err := onlyActive(content); err != nil {
				return nil, err
			}
			continue
		case sectionFunction:
			if functions, n = binary.Uvarint(content); n <= 0 || functions > size {
				return nil, errors.New("the function section is cut off")
			}
		case sectionCode:
			content = binary.AppendUvarint(nil, functions)
			for range functions {
				content = append(content, emptyBody...)
			}
		}
		shell = append(shell, id)
		shell = binary.AppendUvarint(shell, uint64(len(content)))
		shell = append(shell, content...)
	}
	return shell, nil
}

// onlyActive refuses data that the module's code copies into memory later: the shell would not have it.
func onlyActive(section []byte) error {
	count, n := binary.Uvarint(section)
	for at := section[max(n, 0):]; count > 0; count-- {
		const active, i32Const, end = 0, 0x41, 0x0b
		if len(at) < 2 || at[0] != active || at[1] != i32Const {
			return errors.New("it has data that is not in memory from the beginning")
		}
		_, offset := binary.Uvarint(at[2:]) // as long as the signed number that it is
		if offset <= 0 || len(at) < 3+offset || at[2+offset] != end {
			return errors.New("the data section is cut off")
		}
		at = at[3+offset:]
		size, n := binary.Uvarint(at)
		if n <= 0 || size > uint64(len(at)-n) {
			return errors.New("the data section is cut off")
		}
		at = at[n+int(size):]
	}
	return nil
}
