package hostile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/server"
)

// honest is a plugin whose folder is tampered with.
const honest = head + `
class Honest(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        post.message = "an honest answer"
        return post, ""
run_plugin(Honest)
`

// folder writes a plugin's folder.
func folder(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "plugin.json", `{"id": "com.example.honest", "name": "Honest", "version": "0.1.0", "server": {"runtime": "python", "executable": "plugin.py"}}`)
	put(t, dir, "plugin.py", source)
	return dir
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// TestHostileBundles opens folders as a server has them when it has unpacked a bundle, whoever has made that.
func TestHostileBundles(t *testing.T) {
	for _, a := range []struct {
		name, want string
		spoil      func(t *testing.T, dir string)
	}{
		{"a plugin.py that is a link", "there is no plugin.py in the plugin's folder", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "plugin.py")))
			require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "plugin.py")))
		}},
		{"a plugin.json that is a link", "a link cannot be in a bundle", func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(filepath.Join(dir, "plugin.json"), filepath.Join(dir, "other.json")))
			require.NoError(t, os.Symlink("other.json", filepath.Join(dir, "plugin.json")))
		}},
		{"a folder that is a link out", "a link cannot be in a bundle", func(t *testing.T, dir string) { require.NoError(t, os.Symlink("/etc", filepath.Join(dir, "lib"))) }},
		{"a list of hooks that is a link", "a link cannot be in a bundle", func(t *testing.T, dir string) {
			require.NoError(t, os.Mkdir(filepath.Join(dir, bundle.Own), 0o755))
			require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, bundle.HooksName)))
		}},
		{"a list of hooks that is none", "hooks.json", func(t *testing.T, dir string) { put(t, dir, bundle.HooksName, "{{{") }},
		{"a manifest of 2 MB", "at most 1048576 are allowed", func(t *testing.T, dir string) { put(t, dir, "plugin.json", strings.Repeat(" ", 2<<20)) }},
		{"a module that shadows the SDK", "which is the SDK's own", func(t *testing.T, dir string) { put(t, dir, "mattermost_plugin/__init__.py", "") }},
		{"a module that shadows Python's", "which is Python's own", func(t *testing.T, dir string) { put(t, dir, "lib/json.py", "") }},
		{"sitecustomize", "sitecustomize", func(t *testing.T, dir string) { put(t, dir, "sitecustomize.py", "") }},
		{"a .pth file", "a .pth file cannot be in a bundle", func(t *testing.T, dir string) { put(t, dir, "lib/x.pth", "import os") }},
		{"names that differ in case", "the same where case does not count", func(t *testing.T, dir string) { put(t, dir, "PLUGIN.py", "") }},
		{"an id that is a path", "id", func(t *testing.T, dir string) {
			put(t, dir, "plugin.json", `{"id": "../../evil", "name": "x", "version": "0.1.0", "server": {"runtime": "python", "executable": "plugin.py"}}`)
		}},
		{"a main file outside of the folder", "plugin.json", func(t *testing.T, dir string) {
			put(t, dir, "plugin.json", `{"id": "com.example.x", "name": "x", "version": "0.1.0", "server": {"runtime": "python", "executable": "../../../etc/passwd"}}`)
		}},
		{"limits that no number is", "limits", func(t *testing.T, dir string) {
			put(t, dir, "plugin.json", `{"id": "com.example.x", "name": "x", "version": "0.1.0", "server": {"runtime": "python", "executable": "plugin.py",
				"python": {"limits": {"memory_mib": 1e300}}}}`)
		}},
		{"limits beyond what may be", "limits", func(t *testing.T, dir string) {
			put(t, dir, "plugin.json", `{"id": "com.example.x", "name": "x", "version": "0.1.0", "server": {"runtime": "python", "executable": "plugin.py",
				"python": {"limits": {"hook_seconds": 1000000}}}}`)
		}},
	} {
		hostile.Attack(t, "Bundle", a.name, "server.Open", func(t *testing.T) string {
			dir := folder(t, honest)
			a.spoil(t, dir)
			opened, err := server.Open(dir)
			if err == nil {
				_ = opened.Close()
			}
			require.ErrorContains(t, err, a.want)
			return "refused"
		})
	}
	images(t)
}

// images are snapshots in a plugin's folder that are not its own. What runs is what its source says.
func images(t *testing.T) {
	image := func(source string) []byte {
		l := start(t, folder(t, source))
		require.NoError(t, l.Snapshot(t.Context()))
		var image bytes.Buffer
		require.NoError(t, l.WriteSnapshot(t.Context(), &image))
		require.NoError(t, l.Close(t.Context()))
		return image.Bytes()
	}
	own, swapped := image(honest), image(strings.Replace(honest, `an honest`, `EVIL`, 1))
	require.Contains(t, string(swapped), "EVIL")
	flipped := func(at int) []byte {
		flipped := bytes.Clone(own)
		flipped[at] ^= 1
		return flipped
	}
	firstLine := bytes.IndexByte(own, '\n')
	for _, a := range []struct {
		name  string
		image []byte
	}{
		{"an image of another plugin", swapped},
		{"an image with a flipped bit in its head", flipped(2)},
		{"an image with a flipped bit in its sum", flipped(firstLine + 3)},
		{"an image with a flipped bit in its description", flipped(firstLine + 200)},
		{"an image with a flipped bit in its memory", flipped(len(own) / 2)},
		{"an image whose memory says something else", bytes.ReplaceAll(own, []byte("an honest answer"), []byte("a forged! answer"))},
		{"an image with a flipped last bit", flipped(len(own) - 1)},
		{"an image cut after its head", own[:firstLine+1]},
		{"an image cut in half", own[:len(own)/2]},
		{"an empty image", nil},
		{"an image of another version", append([]byte("mmpy snapshot 999999\n"), own[firstLine+1:]...)},
		{"an image with more behind it", append(bytes.Clone(own), swapped...)},
	} {
		hostile.Attack(t, "Bundle", a.name, "made anew, or not used", func(t *testing.T) string {
			dir := folder(t, honest)
			put(t, dir, bundle.SnapshotName, string(a.image))
			p := start(t, dir)
			defer func() { require.NoError(t, p.Close(t.Context())) }()
			post, reason := p.MessageWillBePosted(&plugin.Context{}, &model.Post{Message: "x"})
			require.Empty(t, reason)
			require.Equal(t, "an honest answer", post.Message)
			return "as its source says"
		})
	}
}

// start starts the plugin in a folder.
func start(t *testing.T, dir string) *server.Plugin {
	t.Helper()
	opened, err := server.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, opened.Close()) })
	r, err := interpreter()
	require.NoError(t, err)
	p, err := server.New(t.Context(), server.Config{Bundle: opened, Runtime: r, API: newMattermost().Plugin(opened.Manifest().Model)})
	require.NoError(t, err)
	return p
}
