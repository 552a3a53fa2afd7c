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

// The licences of all that is in a bundle.
const (
	OwnLicense  = Own + "/LICENSE"
	OwnLicenses = Own + "/THIRD_PARTY_LICENSES"
)

// OwnNames are the files that mmpy puts into a bundle, beside its executable.
func OwnNames() []string {
	return []string{HooksName, OwnLicense, OwnLicenses, PolicyName, CodeName, SnapshotName}
}

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
	names, err = List(p.Dir, p.Files, p.Manifest)
	if err != nil {
		return nil, err
	}
	// Nearly all of it is mmpy, with an interpreter that is compressed already: more effort takes three times as long
	// and saves a twelfth.
	out := &counter{w: w}
	compressed, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	archive := &archive{tar: tar.NewWriter(compressed), folder: p.Manifest.Model.Id, folders: map[string]bool{}}
	if err := p.write(archive, names); err != nil {
		return nil, err
	}
	if err := errors.Join(archive.tar.Close(), compressed.Close()); err != nil {
		return nil, fmt.Errorf("write the bundle: %w", err)
	}
	if bomb(archive.size, out.n) {
		return nil, fmt.Errorf("%s: its files are so much alike that %d MB become %d KB, as in a bundle that is to fill somebody's disk: at most %d times as much are allowed",
			p.Dir, archive.size>>20, out.n>>10, MaxRatio)
	}
	return names, nil
}

func (p *Plugin) write(a *archive, names []string) error {
	executable := ExecutableName(p.Platform)
	rewritten, err := p.Manifest.Packed(p.Platform, executable)
	if err != nil {
		return fmt.Errorf("rewrite %s: %w", manifest.Name, err)
	}
	hooks, err := EncodeHooks(p.Hooks)
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
		{HooksName, hooks},
		{OwnLicense, []byte(mmpy.License)},
		{OwnLicenses, []byte(mmpy.ThirdPartyLicenses)},
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

// ExecutableName is where the executable for a platform lies in a bundle.
func ExecutableName(platform string) string {
	name := path.Join(dist, "plugin-"+platform)
	if strings.HasPrefix(platform, "windows-") {
		name += ".exe"
	}
	return name
}

// EncodeHooks makes the content of HooksName.
func EncodeHooks(names []string) ([]byte, error) {
	encoded, err := json.Marshal(slices.Sorted(slices.Values(names)))
	return append(encoded, '\n'), err
}

// archive is a tar file whose entries all lie in one folder and depend on nothing but their content.
type archive struct {
	tar     *tar.Writer
	folder  string
	folders map[string]bool // made already
	size    int64
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
	if a.size += size; a.size > MaxSize {
		return fmt.Errorf("write %s into the bundle: the files are too large: those of a bundle have at most %d MB together", name, MaxSize>>20)
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

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(data []byte) (int, error) {
	n, err := c.w.Write(data)
	c.n += int64(n)
	return n, err
}
