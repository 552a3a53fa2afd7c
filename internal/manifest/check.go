package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/pyodide-build/cpython"
)

// checker collects what is wrong with a manifest.
type checker struct {
	file     string
	fsys     fs.FS
	mistakes []Mistake
	notes    []string
}

func (c *checker) mistake(field, format string, args ...any) {
	c.mistakes = append(c.mistakes, Mistake{c.file, field, fmt.Sprintf(format, args...)})
}

func (c *checker) note(field, text string) {
	c.notes = append(c.notes, Mistake{c.file, field, text}.String())
}

func (c *checker) err() error {
	if len(c.mistakes) == 0 {
		return nil
	}
	return &Error{c.mistakes}
}

// decode reads JSON; what it says of a mistake names the line.
func (c *checker) decode(encoded []byte, into any) bool {
	err := json.Unmarshal(encoded, into)
	if err == nil {
		return true
	}
	line := func(offset int64) int { return 1 + bytes.Count(encoded[:min(int(offset), len(encoded))], []byte("\n")) }
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		c.mistake("", "line %d is not JSON: %v", line(syntax.Offset), err)
	case errors.As(err, &kind):
		c.mistake(kind.Field, "line %d: must be %s, not %s", line(kind.Offset), jsonKind(kind.Type.Kind()), article(kind.Value))
	default:
		c.mistake("", "%v", err)
	}
	return false
}

func jsonKind(kind reflect.Kind) string {
	switch kind {
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice:
		return "an array"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Int:
		return "a whole number"
	default:
		return "a number"
	}
}

// article puts the right one before a name of a JSON value as package json has them: "number", "object", "number 1".
func article(value string) string {
	if strings.ContainsRune("aeiou", rune(value[0])) {
		return "an " + value
	}
	return "a " + value
}

// checkNames refuses fields below server that mean nothing, most likely misspelt ones, and notes those elsewhere,
// which Mattermost ignores.
func (c *checker) checkNames(encoded []byte) {
	var all, ofServer, ofPython, ofProps, ofMMPy map[string]json.RawMessage
	_ = json.Unmarshal(encoded, &all) // decode found no mistake
	_ = json.Unmarshal(all["server"], &ofServer)
	_ = json.Unmarshal(ofServer["python"], &ofPython)
	_ = json.Unmarshal(all["props"], &ofProps)
	_ = json.Unmarshal(ofProps["mmpy"], &ofMMPy)
	known := fieldsOf(model.Manifest{})
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(known, name) {
			c.note(name, "Mattermost ignores this field")
		}
	}
	check := func(prefix string, present map[string]json.RawMessage, known []string) {
		for _, name := range slices.Sorted(maps.Keys(present)) {
			if !slices.Contains(known, name) {
				c.mistake(prefix+name, "there is no such field; allowed: %s", strings.Join(known, ", "))
			}
		}
	}
	check("server.", ofServer, fieldsOf(server{}))
	check("server.python.", ofPython, fieldsOf(python{}))
	check("props.mmpy.", ofMMPy, fieldsOf(props{}))
}

// fieldsOf lists the JSON names of a struct's fields.
func fieldsOf(value any) (names []string) {
	for field := range reflect.TypeOf(value).Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkModel checks what Mattermost demands.
func (c *checker) checkModel(m *model.Manifest) {
	before := len(c.mistakes)
	if !model.IsValidPluginId(m.Id) {
		c.mistake("id", `%q is not allowed: 3 to 190 letters, digits, ".", "-" and "_", such as "com.example.hello"`, m.Id)
	}
	if strings.TrimSpace(m.Name) == "" {
		c.mistake("name", "is missing: any text for people to read")
	}
	for _, version := range []struct{ field, text string }{{"version", m.Version}, {"min_server_version", m.MinServerVersion}} {
		if _, err := semver.StrictNewVersion(version.text); version.text != "" && err != nil {
			c.mistake(version.field, `%q is not allowed: three numbers, such as "1.0.0"`, version.text)
		}
	}
	for _, url := range []struct{ field, text string }{
		{"homepage_url", m.HomepageURL}, {"support_url", m.SupportURL}, {"release_notes_url", m.ReleaseNotesURL},
	} {
		if url.text != "" && !model.IsValidHTTPURL(url.text) {
			c.mistake(url.field, "%q is not allowed: an http or https address", url.text)
		}
	}
	if err := m.IsValid(); err != nil && len(c.mistakes) == before {
		field, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "invalid "), ":")
		c.mistake(strings.ReplaceAll(field, " ", "_"), "%v", err)
	}
}

// checkServer checks what mmpy demands, and returns the plugin's main file.
func (c *checker) checkServer(s *server) (entry string) {
	if s.Runtime != "python" {
		c.mistake("server.runtime", `%q is not allowed, only "python"`, s.Runtime)
	}
	own := s.Python
	if own == nil {
		own = &python{}
	}
	field := "server.executable"
	entry = s.Executable
	if entry == "" {
		field, entry = "server.python.entry_point", own.EntryPoint
	} else if own.EntryPoint != "" && path.Clean(own.EntryPoint) != path.Clean(entry) {
		c.mistake("server.python.entry_point", "%q contradicts server.executable %q: leave one out", own.EntryPoint, entry)
	}
	if entry == "" {
		c.mistake("server.executable", `is missing: the plugin's main file, such as "plugin.py"`)
	} else {
		entry = c.checkFile(field, entry, ".py")
	}
	c.checkVersion(s.PythonVersion)
	c.checkDependencies(own)
	return entry
}

func (c *checker) checkVersion(text string) {
	ok, err := satisfies(cpython.Version, text)
	switch {
	case err != nil:
		c.mistake("server.python_version", `%v; allowed: a version such as "3.13", or conditions such as ">=3.9,<4"`, err)
	case !ok:
		c.mistake("server.python_version", "%q excludes CPython %s, the one in mmpy; allowed: what includes it", text, cpython.Version)
	}
}

func (c *checker) checkDependencies(p *python) {
	modes := []string{"system", "venv", "bundled"}
	if p.DependencyMode != "" && !slices.Contains(modes, p.DependencyMode) {
		c.mistake("server.python.dependency_mode", "%q is not allowed, only %s", p.DependencyMode, strings.Join(modes, ", "))
	}
	const advice = "packages are not installed in the sandbox: put pure Python packages beside the main file"
	if p.VenvPath != "" {
		c.note("server.python.venv_path", advice)
	}
	if p.RequirementsPath != "" {
		c.note("server.python.requirements_path", advice)
	}
}

func (c *checker) checkInstances(p *python) int {
	if p == nil || p.Instances == nil {
		return 1
	}
	if n := *p.Instances; n < 1 || n > MaxInstances {
		c.mistake("server.python.instances", "%d is not allowed: 1 to %d", n, MaxInstances)
	}
	return *p.Instances
}

// checkPermissions checks what the plugin asks for, wherever it does.
func (c *checker) checkPermissions(f fields) grant.Permissions {
	var own, other json.RawMessage
	if f.Server.Python != nil {
		own = f.Server.Python.Permissions
	}
	if f.Props.MMPy != nil {
		other = f.Props.MMPy.Permissions
	}
	field := "server.python.permissions"
	switch {
	case own != nil && other != nil:
		c.mistake("props.mmpy.permissions", "there is %s, too: leave one out", field)
	case other != nil:
		field, own = "props.mmpy.permissions", other
	}
	if own == nil {
		return grant.Permissions{}
	}
	return grant.ParsePermissions(own, func(where, text string) {
		if where != "" {
			where = "." + where
		}
		c.mistake(field+where, "%s", text)
	})
}

// checkFile checks that a field names a regular file in the folder, and returns its clean path.
func (c *checker) checkFile(field, name, extension string) string {
	switch clean := path.Clean(name); {
	case path.IsAbs(name) || strings.Contains(name, `\`) || (len(name) > 1 && name[1] == ':'):
		c.mistake(field, "%q is not allowed: a path inside the plugin's folder, with slashes", name)
	case !fs.ValidPath(clean):
		c.mistake(field, "%q leads out of the plugin's folder", name)
	case path.Ext(clean) != extension:
		c.mistake(field, "%q is not allowed: a %s file in the plugin's folder", name, extension)
	default:
		info, err := fs.Stat(c.fsys, clean)
		if err != nil {
			c.mistake(field, "there is no %s in the plugin's folder", clean)
		} else if !info.Mode().IsRegular() {
			c.mistake(field, "%s is not a file", clean)
		}
		return clean
	}
	return ""
}

// checkLimits checks the limits that the plugin asks for, and returns them.
func (c *checker) checkLimits(p *python) map[string]any {
	if p == nil {
		return nil
	}
	var scratch grant.Limits
	for _, name := range slices.Sorted(maps.Keys(p.Limits)) {
		if err := scratch.Set(name, p.Limits[name]); err != nil {
			c.mistake("server.python.limits", "%v", err)
		}
	}
	return p.Limits
}
