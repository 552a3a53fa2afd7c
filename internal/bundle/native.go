package bundle

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
)

// HeadSize is how much of a file Native has to see.
const HeadSize = 4096

// magics are how files with native code begin.
var magics = []struct{ begins, kind string }{
	{"\x7fELF", "ELF"},
	{"\xfe\xed\xfa\xce", "Mach-O"}, {"\xfe\xed\xfa\xcf", "Mach-O"}, {"\xce\xfa\xed\xfe", "Mach-O"}, {"\xcf\xfa\xed\xfe", "Mach-O"},
	{"\xca\xfe\xba\xbe", "Mach-O or Java"}, {"\xca\xfe\xba\xbf", "Mach-O"},
	{"\x00asm", "WebAssembly"},
	{"!<arch>\n", "static library"},
}

// endings are those of files with native code, whatever is in them.
var endings = map[string]string{
	".so": "shared library", ".dylib": "shared library", ".dll": "shared library", ".pyd": "shared library", ".node": "shared library",
	".exe": "program", ".wasm": "WebAssembly", ".a": "static library", ".o": "object file", ".obj": "object file",
}

// Native says what native code a file is, by how it begins, or else by its name; "" where it is none.
func Native(name string, head []byte) string {
	for _, magic := range magics {
		if bytes.HasPrefix(head, []byte(magic.begins)) {
			return magic.kind
		}
	}
	if portable(head) {
		return "PE"
	}
	base := strings.ToLower(path.Base(name))
	if strings.Contains(base, ".so.") { // with a version
		return endings[".so"]
	}
	return endings[path.Ext(base)]
}

// portable says whether a file begins as a program for Windows does. "MZ" alone may begin any text.
func portable(head []byte) bool {
	const place = 0x3c // of where the header is
	if !bytes.HasPrefix(head, []byte("MZ")) || len(head) < place+4 {
		return false
	}
	at := int64(binary.LittleEndian.Uint32(head[place:]))
	if at+4 > int64(len(head)) { // farther than one looks; Windows does not go beyond 256 MB, where text would point to
		return at < 256<<20
	}
	return bytes.HasPrefix(head[at:], []byte("PE\x00\x00"))
}
