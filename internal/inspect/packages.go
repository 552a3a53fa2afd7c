package inspect

import (
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mmpy/mmpy/internal/bundle"
)

// maxRecord is how much of an installed package's list of files is read, in bytes.
const maxRecord = 1 << 20

// packages lists the top-level modules that come with a plugin, but for its main file and its tests, with the versions that
// pip has noted beside them.
func packages(files fs.FS, entry string, list []string) []Package {
	roots := bundle.Roots(entry)
	found := map[string]Package{}
	for _, name := range list {
		module := bundle.Module(name, roots)
		if module != "" && name != entry && !strings.HasPrefix(module, "test") {
			found[module] = Package{Name: module}
		}
	}
	for _, name := range list {
		folder := path.Dir(name)
		if path.Base(name) != "RECORD" || !strings.HasSuffix(folder, ".dist-info") || !slices.Contains(roots, path.Dir(folder)) {
			continue
		}
		distribution, version, _ := strings.Cut(strings.TrimSuffix(path.Base(folder), ".dist-info"), "-")
		for _, module := range recorded(files, name) {
			if _, is := found[module]; is {
				found[module] = Package{module, distribution, version}
			}
		}
	}
	all := make([]Package, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[name])
	}
	return all
}

// recorded lists the top-level modules that a RECORD names.
func recorded(files fs.FS, name string) (modules []string) {
	file, err := files.Open(name)
	if err != nil {
		return nil
	}
	defer file.Close()
	content, _ := io.ReadAll(io.LimitReader(file, maxRecord))
	for line := range strings.Lines(string(content)) {
		installed, _, _ := strings.Cut(strings.TrimSpace(line), ",")
		if module := bundle.Module(installed, []string{"."}); module != "" {
			modules = append(modules, module)
		}
	}
	return modules
}
