// Package manifest reads plugin.json, the file that makes a folder a Mattermost plugin, as gRPC Python plugins have it,
// and checks it strictly: a mistake is reported with the file, the field and what is allowed there.
//
//	{
//	  "id": "com.example.hello", "name": "Hello", "version": "0.1.0", "min_server_version": "10.0.0",
//	  "server": {
//	    "runtime": "python",
//	    "executable": "plugin.py",
//	    "python_version": ">=3.9"
//	  }
//	}
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/internal/grant"
)

// MaxInstances is the most that server.python.instances may be.
const MaxInstances = 64

// Name is the manifest's file name. Mattermost reads plugin.yml and plugin.yaml, too, and prefers them; mmpy does not.
const Name = "plugin.json"

// Manifest is a plugin.json without mistakes.
type Manifest struct {
	// Model is the manifest as Mattermost reads it; its Id is lower case.
	Model *model.Manifest
	// Entry is the plugin's main file, a slash-separated path in the folder: server.executable, or in a packed bundle,
	// whose executable is mmpy, server.python.entry_point.
	Entry string
	// Instances is how many interpreters may run the plugin at the same time, from server.python.instances.
	Instances int
	// NoSnapshot says that the plugin is to be loaded anew whenever it starts: server.python.snapshot is false.
	NoSnapshot bool
	// Permissions are what the plugin asks for, from server.python.permissions or props.mmpy.permissions.
	Permissions grant.Permissions
	// Limits are those that the plugin asks for, by name, from server.python.limits; see grant.EffectiveLimits.
	Limits map[string]any
	// Notes tell the author, a line each, what is accepted but does not mean what they may think.
	Notes []string

	encoded []byte
}

// Error lists the mistakes in a manifest, a line each.
type Error struct{ Mistakes []Mistake }

// Mistake is one thing wrong with one field.
type Mistake struct {
	File  string // the path of the manifest
	Field string // as in server.python_version; empty if the file as a whole is wrong
	Text  string // what is wrong and what is allowed
}

func (m Mistake) String() string {
	if m.Field == "" {
		return m.File + ": " + m.Text
	}
	return m.File + ": " + m.Field + ": " + m.Text
}

func (e *Error) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, mistake := range e.Mistakes {
		lines[i] = mistake.String()
	}
	return strings.Join(lines, "\n")
}

// missing is the folder without a manifest.
type missing string

func (m missing) Error() string {
	return string(m) + " has no " + Name + ": it is not a plugin's folder"
}

// Is makes it the error of a file that doesn't exist.
func (m missing) Is(target error) bool { return target == fs.ErrNotExist }

// Read reads the manifest of the folder dir, whose files are fsys, and checks that the files it names are there.
// A wrong manifest is an [*Error]; a missing one is an [fs.ErrNotExist].
func Read(dir string, fsys fs.FS) (*Manifest, error) {
	for _, other := range []string{"plugin.yml", "plugin.yaml"} {
		if _, err := fs.Stat(fsys, other); err == nil {
			return nil, &Error{[]Mistake{{File: filepath.Join(dir, other), Text: "Mattermost would read this file instead of plugin.json: write the manifest as plugin.json and remove it"}}}
		}
	}
	encoded, err := fs.ReadFile(fsys, Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("read the manifest of %s: %w", dir, err)
	}
	return parse(filepath.Join(dir, Name), encoded, fsys)
}

// fields are what mmpy reads beyond Mattermost's own manifest.
type fields struct {
	Server *server `json:"server"`
	Props  struct {
		MMPy *props `json:"mmpy"`
	} `json:"props"`
}

// props are what may also stand in the part of the manifest that Mattermost leaves to plugins.
type props struct {
	Permissions json.RawMessage `json:"permissions"`
}

type server struct {
	Runtime       string            `json:"runtime"`
	Executable    string            `json:"executable"`
	Executables   map[string]string `json:"executables"`
	PythonVersion string            `json:"python_version"`
	Python        *python           `json:"python"`
}

type python struct {
	EntryPoint       string `json:"entry_point"`
	DependencyMode   string `json:"dependency_mode"`
	VenvPath         string `json:"venv_path"`
	RequirementsPath string `json:"requirements_path"`
	Instances        *int   `json:"instances"`
	Snapshot         *bool  `json:"snapshot"`

	Permissions json.RawMessage `json:"permissions"`
	Limits      map[string]any  `json:"limits"`
}

func parse(file string, encoded []byte, fsys fs.FS) (*Manifest, error) {
	c := &checker{file: file, fsys: fsys}
	m := &Manifest{Model: &model.Manifest{}, encoded: encoded}
	var own fields
	if !c.decode(encoded, m.Model) || !c.decode(encoded, &own) {
		return nil, c.err()
	}
	m.Model.Id = strings.ToLower(m.Model.Id)
	c.checkNames(encoded)
	c.checkModel(m.Model)
	if own.Server == nil {
		c.mistake("server", `is missing: a Python plugin has "server": {"runtime": "python", "executable": "plugin.py"}`)
		return nil, c.err()
	}
	m.Entry = c.checkServer(own.Server)
	m.Instances = c.checkInstances(own.Server.Python)
	m.Permissions = c.checkPermissions(own)
	m.Limits = c.checkLimits(own.Server.Python)
	if python := own.Server.Python; python != nil && python.Snapshot != nil {
		m.NoSnapshot = !*python.Snapshot
	}
	if m.Model.IconPath != "" {
		c.checkFile("icon_path", m.Model.IconPath, ".svg")
	}
	if m.Model.Webapp != nil {
		c.note("webapp", "its JavaScript runs in people's browsers, outside of the sandbox")
		c.checkFile("webapp.bundle_path", m.Model.Webapp.BundlePath, ".js")
	}
	m.Notes = c.notes
	return m, c.err()
}

// Packed returns the manifest for a bundle in which the executable of the platform, such as linux-amd64, is the file
// at the slash-separated path. The author's fields stay; the entry moves to server.python.entry_point, so that a
// server on another platform says that it has no executable rather than trying to run a Python file.
func (m *Manifest) Packed(platform, executable string) ([]byte, error) {
	var all, server, python map[string]any
	if err := json.Unmarshal(m.encoded, &all); err != nil {
		return nil, err
	}
	server = all["server"].(map[string]any) // parse has seen that it is there
	python, _ = server["python"].(map[string]any)
	if python == nil {
		python = map[string]any{}
	}
	python["entry_point"] = m.Entry
	server["python"] = python
	server["executables"] = map[string]string{platform: executable}
	delete(server, "executable")
	var packed bytes.Buffer
	encoder := json.NewEncoder(&packed)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// AsWritten is the manifest as its author has written it, in a form of its own: what Packed has changed is as it was.
func (m *Manifest) AsWritten() ([]byte, error) {
	var all map[string]any
	if err := json.Unmarshal(m.encoded, &all); err != nil {
		return nil, err
	}
	server := all["server"].(map[string]any) // parse has seen that it is there
	python, _ := server["python"].(map[string]any)
	delete(python, "entry_point")
	if len(python) == 0 {
		delete(server, "python")
	}
	delete(server, "executables")
	server["executable"] = m.Entry
	return json.Marshal(all)
}
