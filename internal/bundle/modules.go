package bundle

import (
	_ "embed"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/mmpy/mmpy/python"
)

//go:generate sh -c "go run ../../cmd/mmpy python stdlib.py > stdlib.new && mv stdlib.new stdlib.txt"

// stdlib names the modules that come with the interpreter, one a line.
//
//go:embed stdlib.txt
var stdlib string

// foreign says of each top-level module that is not the author's whose it is.
var foreign = sync.OnceValue(func() map[string]string {
	whose := map[string]string{}
	for name := range strings.Lines(stdlib) {
		whose[strings.TrimSpace(name)] = "Python"
	}
	entries, _ := fs.ReadDir(python.Sources(), ".") // files that are part of this program
	for _, entry := range entries {
		whose[strings.TrimSuffix(entry.Name(), ".py")] = "the SDK"
	}
	whose["google.protobuf"] = "the SDK"
	whose["usercustomize"] = "Python"
	return whose
})

// suffixes are those of the files that Python takes for a module, longest first; bytecode is left out of bundles.
var suffixes = []string{".cpython-313-wasm32-wasi.so", ".abi3.so", ".so", ".py"}

// Roots are the folders in which the plugin's code finds its modules, for a plugin with that main file; "." is its own.
func Roots(entry string) []string {
	roots := []string{".", "lib"}
	if folder := path.Dir(entry); folder != "." {
		roots = append(roots, folder, path.Join(folder, "lib"))
	}
	return roots
}

// Module gives the name of the top-level module that a file is, or is the beginning of, for a plugin with those roots; ""
// where it is none.
func Module(name string, roots []string) string {
	for _, root := range roots {
		below, inside := strings.CutPrefix(name, root+"/")
		if root == "." {
			below, inside = name, true
		}
		if !inside {
			continue
		}
		for _, suffix := range suffixes {
			module, is := strings.CutSuffix(below, suffix)
			if !is {
				continue
			}
			module = strings.TrimSuffix(module, "/__init__")
			if module == "google/protobuf" {
				return "google.protobuf"
			}
			if module != "" && !strings.ContainsAny(module, "/.") {
				return module
			}
			break
		}
	}
	return ""
}

// checkModule refuses a file that Python would take for a module that is not the author's, and files by which Python's
// start could be changed. Only top-level modules count: a package's own calendar.py is imported as package.calendar.
func (n *names) checkModule(name string, roots []string) {
	if path.Ext(name) == ".pth" {
		n.refuse(name, "a .pth file cannot be in a bundle: Python does not read it here, and the folders that modules are found in are the main file's own, and lib beside it")
		return
	}
	module := Module(name, roots)
	if whose, is := foreign()[module]; is {
		n.refuse(name, "this would be the module %s, which is %s's own, to the whole plugin: give it another name, or put it into a package, where every name is allowed", module, whose)
	}
}
