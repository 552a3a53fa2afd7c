// Package sealed writes and reads files that are made once and then mapped into memory: a header that says what the file
// is, and a body that begins at a page.
//
//	mmpy KIND 1
//	CRC-32C of all that follows this line, in hexadecimal
//	the header, JSON in one line
//	zeroes up to a multiple of the page's size
//	the body
//
// The checksum is against accidents: a full disk, a crash, a flipped bit. It does not say who has written the file, and it is
// one that processors compute, since each start of a plugin has to: 45 MB in 4 ms, where SHA-256 takes 30.
package sealed

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
)

// PageSize is what the body's offset in the file is a multiple of. No system that mmpy runs on has larger pages than some
// Arm kernels.
const PageSize = 64 << 10

// maxHeader is how long a header may be, in bytes.
const maxHeader = 1 << 20

// ErrDamaged says that a file is not what was written.
var ErrDamaged = errors.New("damaged")

// sumLength is that of a checksum in hexadecimal.
const sumLength = 2 * crc32.Size

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func inHex(sum uint32) string { return fmt.Sprintf("%0*x", sumLength, sum) }

func firstLine(kind string) string { return "mmpy " + kind + " 1\n" }

// Write writes a file of a kind, from its beginning, with a header that json can marshal, and what body writes.
func Write(file *os.File, kind string, header any, body func(io.Writer) error) error {
	encoded, err := json.Marshal(header)
	if err != nil {
		return err
	}
	first := firstLine(kind)
	start := len(first) + sumLength + 1
	used := start + len(encoded) + 1
	padded := append(append(encoded, '\n'), make([]byte, -used&(PageSize-1))...)
	if _, err := file.WriteString(first + strings.Repeat("0", sumLength) + "\n"); err != nil {
		return err
	}
	hash := crc32.New(castagnoli)
	out := bufio.NewWriterSize(&holes{file: file}, PageSize)
	both := io.MultiWriter(out, hash)
	if _, err := both.Write(padded); err != nil {
		return err
	}
	if err := body(both); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	end, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if err := file.Truncate(end); err != nil { // it may end with a hole
		return err
	}
	_, err = file.WriteAt([]byte(inHex(hash.Sum32())), int64(len(first)))
	return err
}

// holes leaves out blocks of zeroes, which a file system need not store.
type holes struct {
	file *os.File
}

func (h *holes) Write(data []byte) (int, error) {
	if len(data) >= PageSize && len(bytes.TrimLeft(data, "\x00")) == 0 {
		_, err := h.file.Seek(int64(len(data)), io.SeekCurrent)
		return len(data), err
	}
	return h.file.Write(data)
}

// File is a file that was opened.
type File struct {
	*os.File
	Body int64 // where the body begins
	Size int64 // of the body

	sum   string
	start int64 // of what the checksum is of
}

// Open opens a file of a kind and reads its header into what header points to. The checksum is not compared yet. What is no
// file of that kind is ErrDamaged.
func Open(path, kind string, header any) (_ *File, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no ordinary file", path)
	}
	in := bufio.NewReader(io.LimitReader(file, maxHeader))
	first, _ := in.ReadString('\n')
	sum, _ := in.ReadString('\n')
	encoded, err := in.ReadBytes('\n')
	if err != nil || first != firstLine(kind) || len(sum) != sumLength+1 || json.Unmarshal(encoded, header) != nil {
		return nil, fmt.Errorf("%s: it does not begin as such a file does: %w", path, ErrDamaged)
	}
	start := int64(len(first) + len(sum))
	body := (start + int64(len(encoded)) + PageSize - 1) &^ (PageSize - 1)
	if info.Size() < body {
		return nil, fmt.Errorf("%s: it is cut off: %w", path, ErrDamaged)
	}
	return &File{File: file, Body: body, Size: info.Size() - body, sum: strings.TrimSuffix(sum, "\n"), start: start}, nil
}

// Verify compares the checksum with the file. It reads all of it.
func (f *File) Verify() error {
	hash := crc32.New(castagnoli)
	if _, err := io.CopyBuffer(hash, io.NewSectionReader(f, f.start, f.Body+f.Size-f.start), make([]byte, 256<<10)); err != nil {
		return err
	}
	if inHex(hash.Sum32()) != f.sum {
		return fmt.Errorf("%s: its checksum is another: %w", f.Name(), ErrDamaged)
	}
	return nil
}

// Content reads the body.
func (f *File) Content() *io.SectionReader { return io.NewSectionReader(f, f.Body, f.Size) }

// Whole reads the file as it is.
func (f *File) Whole() *io.SectionReader { return io.NewSectionReader(f, 0, f.Body+f.Size) }
