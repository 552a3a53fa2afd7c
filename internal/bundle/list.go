package bundle

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mmpy/mmpy/internal/manifest"
)

// Read reads a plugin's folder, which errors name dir: its manifest, and the names of the author's files, as List does. A
// mistake in the manifest is a *manifest.Error, a file that must not be there a *Refusal.
func Read(dir string, files fs.FS) (*manifest.Manifest, []string, error) {
	if err := readable(dir, files, manifest.Name); err != nil {
		return nil, nil, err
	}
	m, err := manifest.Read(dir, files)
	if err != nil {
		return nil, nil, err
	}
	if reason := reservedID(m.Model.Id); reason != "" {
		return nil, nil, &manifest.Error{Mistakes: []manifest.Mistake{{
			File: filepath.Join(dir, manifest.Name), Field: "id", Text: fmt.Sprintf("%q is not allowed: %s", m.Model.Id, reason),
		}}}
	}
	names, err := List(dir, files, m)
	return m, names, err
}

// maxRead is the size of the largest file that is read as a whole: the manifest, the list of hooks.
const maxRead = 1 << 20

// readable says whether a file can be read without waiting for ever, and without end. One that is missing can.
func readable(dir string, files fs.FS, name string) error {
	info, err := fs.Lstat(files, name)
	where := filepath.Join(dir, filepath.FromSlash(name))
	switch {
	case err != nil:
		return nil //nolint:nilerr // whoever reads it gets the same, and knows what to say
	case !info.Mode().IsRegular():
		return &Refusal{[]string{fmt.Sprintf("%s: %s cannot be in a bundle: only files and folders can", where, kind(info.Mode()))}}
	case info.Size() > maxRead:
		return &Refusal{[]string{fmt.Sprintf("%s: it has %d bytes: at most %d are allowed", where, info.Size(), maxRead)}}
	}
	return nil
}

// ReadFile reads a small file of a folder that nobody has looked at yet.
func ReadFile(dir string, files fs.FS, name string) ([]byte, error) {
	if err := readable(dir, files, name); err != nil {
		return nil, err
	}
	return fs.ReadFile(files, name)
}

// reservedID says why a plugin cannot have an id that Mattermost would take. It is the name of its folder on the server.
func reservedID(id string) string {
	first, _, _ := strings.Cut(id, ".")
	switch {
	case strings.HasPrefix(id, ".") || strings.HasSuffix(id, "."):
		return `it is the name of a folder, which must not begin or end with a dot; use one such as "com.example.hello"`
	case id == Own || slices.Contains(strings.Fields("con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9"), first):
		return `that name is reserved; use one such as "com.example.hello"`
	}
	return ""
}

// List names the files of a plugin's folder that are the author's, and go into the bundle, sorted; dir is the folder in
// errors. What must not be in a bundle is refused, with a *Refusal; Mattermost leaves links and devices out silently when it
// unpacks one.
func List(dir string, files fs.FS, m *manifest.Manifest) (list []string, err error) {
	roots := Roots(m.Entry)
	found := newNames(func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) })
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("read the plugin's folder: %w", err)
		case name == ".":
			return nil
		case skip(files, m.Model.Id, name, entry.IsDir()):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return fmt.Errorf("read the plugin's folder: %w", err)
		}
		if found.add(name, info.Mode(), info.Size()) && !entry.IsDir() {
			found.checkModule(name, roots)
			list = append(list, name)
		}
		if found.full() {
			return fs.SkipAll
		}
		return nil
	})
	if err == nil {
		err = found.err()
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(list)
	return list, nil
}

func kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	default:
		return "something that is no file"
	}
}

// skip leaves out what is not the plugin's: hidden files, bytecode of a native Python, virtual environments, bundles
// made before, and what mmpy itself put into a bundle that was unpacked.
func skip(files fs.FS, id, name string, folder bool) bool {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "."), base == "__pycache__", path.Ext(base) == ".pyc":
		return true
	case name == Own, path.Dir(name) == dist && strings.HasPrefix(base, "plugin-"):
		return true
	case path.Dir(name) == "." && strings.HasPrefix(base, id+"-") && strings.HasSuffix(base, ".tar.gz"):
		return true
	}
	if !folder {
		return false
	}
	_, err := fs.Lstat(files, path.Join(name, "pyvenv.cfg"))
	return err == nil
}

// Hidden says whether a file is none of the author's, or lies in a folder that is not: what List leaves out.
func Hidden(files fs.FS, id, name string) bool {
	for at := name; at != "."; at = path.Dir(at) {
		if skip(files, id, at, true) { // a file has no pyvenv.cfg in it
			return true
		}
	}
	return false
}
