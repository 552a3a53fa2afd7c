package recipe

import (
	"fmt"
	"path"
	"strings"
)

// An Archive is one line of sources.lock.
type Archive struct {
	Kind    string // "source" is compiled in, "tool" runs during the build
	Name    string
	Version string
	Path    string // in the Debian archive
	SHA256  string
}

// File is the archive's name on disk, where fetch.sh puts it.
func (a Archive) File() string { return path.Base(a.Path) }

// ParseLock reads sources.lock.
func ParseLock(lock []byte) ([]Archive, error) {
	var archives []Archive
	number := 0
	for line := range strings.Lines(string(lock)) {
		number++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) != 5 || f[0] != "source" && f[0] != "tool" || len(f[4]) != 64 {
			return nil, fmt.Errorf("sources.lock:%d: want kind (source or tool), name, version, path, SHA-256", number)
		}
		archives = append(archives, Archive{f[0], f[1], f[2], f[3], f[4]})
	}
	return archives, nil
}
