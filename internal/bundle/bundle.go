// Package bundle writes the archive that an administrator uploads to Mattermost.
//
// It is an ordinary Mattermost bundle: plugin.json, whose executable for one platform is a copy of mmpy, the author's
// files, the list of hooks that the plugin defines, so that the server can be told before the interpreter runs, and the
// licences of all that the copy contains.
// The same input makes the same bytes, anywhere and at any time.
package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mmpy/mmpy"
	"github.com/mmpy/mmpy/internal/manifest"
)

// Own is mmpy's own folder in a bundle. In it are the names of the hooks that the plugin defines, a JSON array of strings;
// the interpreter's machine code, for processors like the one that it was packed on; and a snapshot of the plugin, loaded.
const (
	Own          = "mmpy"
	HooksName    = Own + "/hooks.json"
	CodeName     = Own + "/python.code"
	SnapshotName = Own + "/plugin.snapshot"
	PolicyName   = Own + "/policy.yaml" // the administrator's, YAML or JSON
)

// dist is where Mattermost's own tools put a plugin's executables.
const dist = "server/dist"

// modified is the time of every file in a bundle: the earliest that zip tools and file systems agree on.
var modified = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

// Plugin is what a bundle is made from.
type Plugin struct {
	Dir        string // names the folder in errors
	Files      fs.FS  // its files; links are refused, whatever they point to
	Manifest   *manifest.Manifest
	Hooks      []string // names of the hooks that the plugin defines
	Policy     []byte   // what is to be PolicyName; nil: there is none
	Platform   string   // GOOS-GOARCH of Executable
	Executable fs.File  // mmpy
	Code       fs.File  // what is to be CodeName; may be nil
	Snapshot   fs.File  // what is to be SnapshotName; may be nil
}

// Name is the usual name of the plugin's bundle: id, version and platform.
func (p *Plugin) Name() string {
	parts := []string{p.Manifest.Model.Id}
	if version := p.Manifest.Model.Version; version != "" {
		parts = append(parts, version)
	}
	return strings.Join(append(parts, p.Platform), "-") + ".tar.gz"
}

// Write writes the bundle, and returns the names of the author's files in it.
func (p *Plugin) Write(w io.Writer) (names []string, err error) {
	names, err = List(p.Dir, p.Files, p.Manifest.Model.Id)
	if err != nil {
		return nil, err
	}
	// Nearly all of it is mmpy, with an interpreter that is compressed already: more effort takes three times as long
	// and saves a twelfth.
	compressed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	archive := &archive{tar.NewWriter(compressed), p.Manifest.Model.Id, map[string]bool{}}
	if err := p.write(archive, names); err != nil {
		return nil, err
	}
	if err := errors.Join(archive.tar.Close(), compressed.Close()); err != nil {
		return nil, fmt.Errorf("write the bundle: %w", err)
	}
	return names, nil
}

func (p *Plugin) write(a *archive, names []string) error {
	executable := path.Join(dist, "plugin-"+p.Platform)
	if strings.HasPrefix(p.Platform, "windows-") {
		executable += ".exe"
	}
	rewritten, err := p.Manifest.Packed(p.Platform, executable)
	if err != nil {
		return fmt.Errorf("rewrite %s: %w", manifest.Name, err)
	}
	hooks, err := json.Marshal(slices.Sorted(slices.Values(p.Hooks)))
	if err != nil {
		return err
	}
	if err := a.addBytes(manifest.Name, rewritten); err != nil {
		return err
	}
	for _, own := range []struct {
		name    string
		content []byte
	}{
		{HooksName, append(hooks, '\n')},
		{Own + "/LICENSE", []byte(mmpy.License)},
		{Own + "/THIRD_PARTY_LICENSES", []byte(mmpy.ThirdPartyLicenses)},
		{PolicyName, p.Policy},
	} {
		if own.content == nil {
			continue
		}
		if err := a.addBytes(own.name, own.content); err != nil {
			return err
		}
	}
	for _, own := range []struct {
		name string
		file fs.File
		mode int64
	}{{executable, p.Executable, 0o755}, {CodeName, p.Code, 0o644}, {SnapshotName, p.Snapshot, 0o644}} {
		if own.file == nil {
			continue
		}
		if err := a.addFile(own.name, own.file, own.mode); err != nil {
			return err
		}
	}
	for _, name := range names {
		if name == manifest.Name {
			continue
		}
		file, err := p.Files.Open(name)
		if err != nil {
			return fmt.Errorf("read a file of the plugin: %w", err)
		}
		err = a.addFile(name, file, 0o644)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// List names the files of a plugin's folder that are the author's, and go into the bundle, sorted; dir is the folder in
// errors. Anything but folders and regular files is refused: Mattermost leaves it out silently when it unpacks a bundle.
func List(dir string, files fs.FS, id string) (names []string, err error) {
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("read the plugin's folder: %w", err)
		case name == ".":
			return nil
		case skip(files, id, name, entry.IsDir()):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil
		case !entry.Type().IsRegular():
			return fmt.Errorf("%s: %s cannot be in a bundle: only files and folders can", filepath.Join(dir, filepath.FromSlash(name)), kind(entry.Type()))
		case strings.Contains(name, `\`):
			return fmt.Errorf("%s: a name with a backslash cannot be in a bundle", filepath.Join(dir, name))
		}
		names = append(names, name)
		return nil
	})
	slices.Sort(names)
	return names, err
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

// archive is a tar file whose entries all lie in one folder and depend on nothing but their content.
type archive struct {
	tar     *tar.Writer
	folder  string
	folders map[string]bool // made already
}

func (a *archive) addBytes(name string, content []byte) error {
	return a.add(name, int64(len(content)), 0o644, bytes.NewReader(content))
}

func (a *archive) addFile(name string, file fs.File, mode int64) error {
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("read %s: %s cannot be in a bundle", name, kind(info.Mode()))
	}
	return a.add(name, info.Size(), mode, file)
}

func (a *archive) add(name string, size, mode int64, content io.Reader) error {
	name = path.Join(a.folder, name)
	if err := a.addFolders(path.Dir(name)); err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: mode, ModTime: modified}
	if err := a.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s into the bundle: %w", name, err)
	}
	if _, err := io.Copy(a.tar, content); err != nil {
		return fmt.Errorf("write %s into the bundle: %w", name, err)
	}
	return nil
}

func (a *archive) addFolders(name string) error {
	if name == "." || a.folders[name] {
		return nil
	}
	if err := a.addFolders(path.Dir(name)); err != nil {
		return err
	}
	a.folders[name] = true
	header := &tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755, ModTime: modified}
	if err := a.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s into the bundle: %w", name, err)
	}
	return nil
}
