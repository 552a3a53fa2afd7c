package manifest_test

import (
	"encoding/json"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/manifest"
)

const valid = `{
  "id": "com.Example.hello", "name": "Hello", "version": "0.1.0", "min_server_version": "10.0.0",
  "server": {"runtime": "python", "executable": "plugin.py", "python_version": ">=3.9"}
}`

func folder(plugin string) fstest.MapFS {
	return fstest.MapFS{"plugin.json": {Data: []byte(plugin)}, "plugin.py": {}, "src/main.py": {}, "notes.txt": {}, "web.js": {}}
}

func TestAManifestWithoutMistakes(t *testing.T) {
	m, err := manifest.Read("hello", folder(valid))
	require.NoError(t, err)
	require.Equal(t, "com.example.hello", m.Model.Id, "as on a server")
	require.Equal(t, "Hello", m.Model.Name)
	require.Equal(t, "plugin.py", m.Entry)
	require.Equal(t, 1, m.Instances)
	require.Empty(t, m.Notes)
}

func TestTheMainFileMayBeAnEntryPoint(t *testing.T) {
	m, err := manifest.Read("hello", folder(`{"id": "abc", "name": "A", "server": {"runtime": "python", "python": {"entry_point": "./src/main.py"}}}`))
	require.NoError(t, err)
	require.Equal(t, "src/main.py", m.Entry)
}

func TestAPluginMayHaveSeveralInstances(t *testing.T) {
	m, err := manifest.Read("hello", folder(`{"id": "abc", "name": "A", "server": {"runtime": "python", "executable": "plugin.py", "python": {"instances": 16}}}`))
	require.NoError(t, err)
	require.Equal(t, 16, m.Instances)
	packed, err := m.Packed("linux-amd64", "server/plugin-linux-amd64")
	require.NoError(t, err)
	m, err = manifest.Read("packed", folder(string(packed)))
	require.NoError(t, err)
	require.Equal(t, 16, m.Instances)
}

func TestPermissionsAreReadWhereverTheyStand(t *testing.T) {
	const wish = `{"api": ["default", "sessions"], "http": ["*.example.com:8443"], "hooks": ["MessageWillBePosted"]}`
	want := grant.Permissions{API: []string{"default", "sessions"}, HTTP: []string{"*.example.com:8443"}, Hooks: []string{"MessageWillBePosted"}}
	for name, text := range map[string]string{
		"server": `{"id": "abc", "name": "A", "server": {"runtime": "python", "executable": "plugin.py", "python": {"permissions": ` + wish + `}}}`,
		"props":  `{"id": "abc", "name": "A", "props": {"mmpy": {"permissions": ` + wish + `}}, "server": {"runtime": "python", "executable": "plugin.py"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			m, err := manifest.Read("hello", folder(text))
			require.NoError(t, err)
			require.Equal(t, want, m.Permissions)
			packed, err := m.Packed("linux-amd64", "server/plugin-linux-amd64")
			require.NoError(t, err)
			m, err = manifest.Read("packed", folder(string(packed)))
			require.NoError(t, err)
			require.Equal(t, want, m.Permissions)
		})
	}
	m, err := manifest.Read("hello", folder(valid))
	require.NoError(t, err)
	require.Equal(t, grant.Permissions{}, m.Permissions)
}

func TestWhatMayMisleadIsNoted(t *testing.T) {
	m, err := manifest.Read("hello", folder(`{"id": "abc", "name": "A", "author": "me", "webapp": {"bundle_path": "web.js"}, "server": {
		"runtime": "python", "executable": "plugin.py",
		"python": {"dependency_mode": "venv", "venv_path": "venv", "requirements_path": "requirements.txt"}}}`))
	require.NoError(t, err)
	require.Equal(t, []string{
		`hello/plugin.json: author: Mattermost ignores this field`,
		`hello/plugin.json: server.python.venv_path: packages are not installed in the sandbox: put pure Python packages beside the main file`,
		`hello/plugin.json: server.python.requirements_path: packages are not installed in the sandbox: put pure Python packages beside the main file`,
		`hello/plugin.json: webapp: its JavaScript runs in people's browsers, outside of the sandbox`,
	}, m.Notes)
}

func TestAMistakeNamesFileFieldAndWhatIsAllowed(t *testing.T) {
	server := func(fields string) string {
		return `{"id": "abc", "name": "A", "server": {` + fields + `}}`
	}
	for name, test := range map[string]struct{ plugin, want string }{
		"not JSON":            {"{\n  \"id\": \"abc\",\n}", `hello/plugin.json: line 3 is not JSON: invalid character '}' looking for beginning of object key string`},
		"not an object":       {`[]`, `hello/plugin.json: line 1: must be an object, not an array`},
		"a value of no use":   {"{\n \"id\": 3}", `hello/plugin.json: id: line 2: must be a string, not a number`},
		"an icon elsewhere":   {`{"id": "abc", "name": "A", "icon_path": "../icon.svg", "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: icon_path: "../icon.svg" leads out of the plugin's folder`},
		"no web app":          {`{"id": "abc", "name": "A", "webapp": {"bundle_path": "none.js"}, "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: webapp.bundle_path: there is no none.js in the plugin's folder`},
		"no server":           {`{"id": "abc", "name": "A"}`, `hello/plugin.json: server: is missing: a Python plugin has "server": {"runtime": "python", "executable": "plugin.py"}`},
		"a bad id":            {`{"id": "a b", "name": "A", "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: id: "a b" is not allowed: 3 to 190 letters, digits, ".", "-" and "_", such as "com.example.hello"`},
		"no name":             {`{"id": "abc", "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: name: is missing: any text for people to read`},
		"a bad version":       {`{"id": "abc", "name": "A", "version": "1.0", "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: version: "1.0" is not allowed: three numbers, such as "1.0.0"`},
		"a bad address":       {`{"id": "abc", "name": "A", "homepage_url": "here", "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: homepage_url: "here" is not allowed: an http or https address`},
		"a bad setting":       {`{"id": "abc", "name": "A", "settings_schema": {"settings": [{"key": "k", "type": "colour"}]}, "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: settings_schema: invalid settings schema: invalid setting type: colour`},
		"another runtime":     {server(`"runtime": "node", "executable": "plugin.py"`), `hello/plugin.json: server.runtime: "node" is not allowed, only "python"`},
		"a misspelt field":    {server(`"runtime": "python", "executable": "plugin.py", "python_verison": "3"`), `hello/plugin.json: server.python_verison: there is no such field; allowed: executable, executables, python, python_version, runtime`},
		"a misspelt option":   {server(`"runtime": "python", "executable": "plugin.py", "python": {"entry": "x"}`), `hello/plugin.json: server.python.entry: there is no such field; allowed: dependency_mode, entry_point, instances, limits, permissions, requirements_path, snapshot, venv_path`},
		"no main file":        {server(`"runtime": "python"`), `hello/plugin.json: server.executable: is missing: the plugin's main file, such as "plugin.py"`},
		"two main files":      {server(`"runtime": "python", "executable": "plugin.py", "python": {"entry_point": "src/main.py"}`), `hello/plugin.json: server.python.entry_point: "src/main.py" contradicts server.executable "plugin.py": leave one out`},
		"an absent main file": {server(`"runtime": "python", "executable": "other.py"`), `hello/plugin.json: server.executable: there is no other.py in the plugin's folder`},
		"a folder for it":     {server(`"runtime": "python", "executable": "src.py"`), `hello/plugin.json: server.executable: src.py is not a file`},
		"another kind of it":  {server(`"runtime": "python", "executable": "notes.txt"`), `hello/plugin.json: server.executable: "notes.txt" is not allowed: a .py file in the plugin's folder`},
		"a way out":           {server(`"runtime": "python", "executable": "../plugin.py"`), `hello/plugin.json: server.executable: "../plugin.py" leads out of the plugin's folder`},
		"a path of Windows":   {server(`"runtime": "python", "executable": "C:\\plugin.py"`), `hello/plugin.json: server.executable: "C:\\plugin.py" is not allowed: a path inside the plugin's folder, with slashes`},
		"an absolute path":    {server(`"runtime": "python", "executable": "/plugin.py"`), `hello/plugin.json: server.executable: "/plugin.py" is not allowed: a path inside the plugin's folder, with slashes`},
		"a newer Python":      {server(`"runtime": "python", "executable": "plugin.py", "python_version": ">=3.99"`), `hello/plugin.json: server.python_version: ">=3.99" excludes CPython 3.13.5, the one in mmpy; allowed: what includes it`},
		"a strange version":   {server(`"runtime": "python", "executable": "plugin.py", "python_version": "new"`), `hello/plugin.json: server.python_version: "new" is not a version; allowed: a version such as "3.13", or conditions such as ">=3.9,<4"`},
		"a strange mode":      {server(`"runtime": "python", "executable": "plugin.py", "python": {"dependency_mode": "pip"}`), `hello/plugin.json: server.python.dependency_mode: "pip" is not allowed, only system, venv, bundled`},
		"no instance":         {server(`"runtime": "python", "executable": "plugin.py", "python": {"instances": 0}`), `hello/plugin.json: server.python.instances: 0 is not allowed: 1 to 64`},
		"a crowd":             {server(`"runtime": "python", "executable": "plugin.py", "python": {"instances": 65}`), `hello/plugin.json: server.python.instances: 65 is not allowed: 1 to 64`},
		"half an instance":    {server(`"runtime": "python", "executable": "plugin.py", "python": {"instances": 1.5}`), `hello/plugin.json: server.python.instances: line 1: must be a whole number, not a number 1.5`},
		"unknown props":       {`{"id": "abc", "name": "A", "props": {"mmpy": {"permission": {}}, "other": 1}, "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: props.mmpy.permission: there is no such field; allowed: permissions`},
		"odd props":           {`{"id": "abc", "name": "A", "props": {"mmpy": 1}, "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: props.mmpy: line 1: must be an object, not a number`},
		"no permissions":      {server(`"runtime": "python", "executable": "plugin.py", "python": {"permissions": null}`), `hello/plugin.json: server.python.permissions: must be an object, such as {"api": ["default", "sessions"], "http": ["example.com"]}`},
		"odd permissions":     {server(`"runtime": "python", "executable": "plugin.py", "python": {"permissions": {"API": []}}`), `hello/plugin.json: server.python.permissions.API: there is no such field; allowed: api, hooks, http`},
		"an unknown method":   {server(`"runtime": "python", "executable": "plugin.py", "python": {"permissions": {"api": ["kv", "CreatePosts"]}}`), `hello/plugin.json: server.python.permissions.api[1]: "CreatePosts" is no method or group of methods: do you mean "CreatePost"?`},
		"an unknown hook":     {`{"id": "abc", "name": "A", "props": {"mmpy": {"permissions": {"hooks": ["OnActivated"]}}}, "server": {"runtime": "python", "executable": "plugin.py"}}`, `hello/plugin.json: props.mmpy.permissions.hooks[0]: "OnActivated" is no hook: do you mean "OnActivate"?`},
		"no host":             {server(`"runtime": "python", "executable": "plugin.py", "python": {"permissions": {"http": ["*.example.com", "https://example.com/"]}}`), `hello/plugin.json: server.python.permissions.http[1]: "https://example.com/" is no host but an address of a page: write "example.com"`},
		"permissions twice":   {`{"id": "abc", "name": "A", "props": {"mmpy": {"permissions": {}}}, "server": {"runtime": "python", "executable": "plugin.py", "python": {"permissions": {}}}}`, `hello/plugin.json: props.mmpy.permissions: there is server.python.permissions, too: leave one out`},
		"an unknown limit":    {server(`"runtime": "python", "executable": "plugin.py", "python": {"limits": {"memory_mb": 100}}`), `hello/plugin.json: server.python.limits: there is no limit "memory_mb": do you mean memory_mib?`},
		"too high a limit":    {server(`"runtime": "python", "executable": "plugin.py", "python": {"limits": {"memory_mib": 9999}}`), `hello/plugin.json: server.python.limits: memory_mib: 9999 is not allowed: a whole number from 64 to 4095`},
		"limits of no kind":   {server(`"runtime": "python", "executable": "plugin.py", "python": {"limits": 7}`), `hello/plugin.json: server.python.limits: line 1: must be an object, not a number`},
		"two mistakes":        {server(`"executable": "other.py"`), "hello/plugin.json: server.runtime: \"\" is not allowed, only \"python\"\nhello/plugin.json: server.executable: there is no other.py in the plugin's folder"},
	} {
		t.Run(name, func(t *testing.T) {
			files := folder(test.plugin)
			files["src.py"] = &fstest.MapFile{Mode: fs.ModeDir}
			_, err := manifest.Read("hello", files)
			require.EqualError(t, err, test.want)
			require.ErrorAs(t, err, new(*manifest.Error))
		})
	}
}

func TestAFolderWithoutManifestIsNoPlugin(t *testing.T) {
	_, err := manifest.Read("hello", fstest.MapFS{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "hello has no plugin.json: it is not a plugin's folder")
}

func TestAManifestThatMattermostWouldPreferIsRefused(t *testing.T) {
	files := folder(valid)
	files["plugin.yaml"] = &fstest.MapFile{}
	_, err := manifest.Read("hello", files)
	require.ErrorContains(t, err, "hello/plugin.yaml: Mattermost would read this file instead of plugin.json")
}

func TestVersionsOfPython(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "3": true, "3.9": true, "3.13": true, "3.13.5": true, "3.14": false, "2.7": false,
		">=3.9": true, ">= 3.9, <4": true, ">=3.14": false, "<3.13": false, "<=3.13": true, ">3.13": false,
		"==3.13": true, "==3.13.*": true, "==3.12.*": false, "==3.13.4": false, "!=3.13.5": false, "!=3.12": true,
		"~=3.9": true, "~=3.13.0": true, "~=3.12.0": false, "~=4.0": false,
	} {
		t.Run(text, func(t *testing.T) {
			version, err := json.Marshal(text)
			require.NoError(t, err)
			_, err = manifest.Read("hello", folder(`{"id": "abc", "name": "A", "server": {"runtime": "python", "executable": "plugin.py", "python_version": `+string(version)+`}}`))
			if want {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "excludes CPython")
			}
		})
	}
}

func TestAPackedManifestIsReadAgain(t *testing.T) {
	m, err := manifest.Read("hello", folder(valid))
	require.NoError(t, err)
	packed, err := m.Packed("linux-amd64", "server/dist/plugin-linux-amd64")
	require.NoError(t, err)
	again, err := m.Packed("linux-amd64", "server/dist/plugin-linux-amd64")
	require.NoError(t, err)
	require.Equal(t, packed, again)

	m, err = manifest.Read("packed", folder(string(packed)))
	require.NoError(t, err)
	require.Equal(t, "plugin.py", m.Entry)
	require.Equal(t, "server/dist/plugin-linux-amd64", m.Model.GetExecutableForRuntime("linux", "amd64"))
	require.Empty(t, m.Model.GetExecutableForRuntime("plan9", "amd64"))
	require.Equal(t, "10.0.0", m.Model.MinServerVersion)
}
