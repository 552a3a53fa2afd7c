package recipe

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Compare returns in what the artefact in one folder differs from that in another, a line each; none if in nothing.
func Compare(committed, built string) ([]string, error) {
	var lines []string
	for _, name := range []string{"BUILDINFO", "python.wasm.zst", "stdlib.zip.zst"} {
		old, err := os.ReadFile(filepath.Join(committed, name))
		if err != nil {
			return nil, err
		}
		now, err := os.ReadFile(filepath.Join(built, name))
		if err != nil {
			return nil, err
		}
		if bytes.Equal(old, now) {
			continue
		}
		if name == "BUILDINFO" {
			lines = append(lines, compareLines(string(old), string(now))...)
			continue
		}
		file := strings.TrimSuffix(name, ".zst")
		if old, err = decompress(old); err != nil {
			return nil, fmt.Errorf("the committed %s: %w", name, err)
		}
		if now, err = decompress(now); err != nil {
			return nil, fmt.Errorf("the built %s: %w", name, err)
		}
		switch {
		case bytes.Equal(old, now):
			lines = append(lines, name+": compressed differently, equal when unpacked")
		case file == "stdlib.zip":
			differences, err := compareZips(old, now)
			if err != nil {
				return nil, err
			}
			lines = append(lines, differences...)
		default:
			lines = append(lines, fmt.Sprintf("%s: %d bytes committed, %d built; first difference at offset %#x",
				file, len(old), len(now), firstDifference(old, now)))
		}
	}
	return lines, nil
}

func compareLines(old, now string) (lines []string) {
	before, after := strings.Split(strings.TrimSpace(old), "\n"), strings.Split(strings.TrimSpace(now), "\n")
	for _, line := range before {
		if !slices.Contains(after, line) {
			lines = append(lines, "BUILDINFO committed: "+line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			lines = append(lines, "BUILDINFO built:     "+line)
		}
	}
	return lines
}

func compareZips(old, now []byte) (lines []string, err error) {
	before, err := members(old)
	if err != nil {
		return nil, fmt.Errorf("the committed stdlib.zip: %w", err)
	}
	after, err := members(now)
	if err != nil {
		return nil, fmt.Errorf("the built stdlib.zip: %w", err)
	}
	for name, content := range before {
		switch other, ok := after[name]; {
		case !ok:
			lines = append(lines, "stdlib.zip: "+name+" is committed but not built")
		case !bytes.Equal(content, other):
			lines = append(lines, fmt.Sprintf("stdlib.zip: %s differs from offset %#x", name, firstDifference(content, other)))
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			lines = append(lines, "stdlib.zip: "+name+" is built but not committed")
		}
	}
	slices.Sort(lines)
	if len(lines) == 0 {
		lines = append(lines, "stdlib.zip: equal members, packed differently")
	}
	return lines, nil
}

// members returns the bytes of each member of a stored zip.
func members(archive []byte) (map[string][]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	for _, file := range r.File {
		start, err := file.DataOffset()
		if err != nil {
			return nil, err
		}
		found[file.Name] = archive[start : start+int64(file.CompressedSize64)]
	}
	return found, nil
}

func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

func decompress(content []byte) ([]byte, error) {
	decoder, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	return decoder.DecodeAll(content, nil)
}
