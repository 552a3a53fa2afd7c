package inspect_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/internal/inspect"
)

var genuine = map[string]inspect.Verdict{
	"executable": inspect.Genuine, "interpreter": inspect.Genuine, "standard library": inspect.Genuine, "SDK": inspect.Genuine,
	"machine code": inspect.Genuine, "snapshot": inspect.Genuine,
}

func TestAGenuineBundleIsGenuine(t *testing.T) {
	b := newBundles(t)
	packed := b.pack(t, sources)
	path := b.archive(t, packed)
	report := b.inspect(t, path)
	require.Empty(t, report.Problems)
	require.Equal(t, genuine, verdicts(report))
	require.Equal(t, id, report.ID)
	require.Equal(t, []string{platform}, report.Platforms)
	require.Equal(t, []string{"OnActivate"}, report.Hooks)
	require.Equal(t, []inspect.Package{{Name: "goods", Distribution: "goods", Version: "2.1"}}, report.Packages)
	require.Empty(t, report.Native)
	require.Equal(t, len(sources)-1, report.Files, "without bytecode")
	require.Equal(t, []string{"goods", "goods.types"}, report.Image.Plugin)
	require.Contains(t, report.Image.SDK, "mattermost_plugin.plugin")
	require.Contains(t, report.Image.Python, "json")
	require.Equal(t, []inspect.Line{{Level: slog.LevelInfo, Text: "version 1.0.0"}}, report.Image.Said)
	require.Positive(t, report.Image.Size)
	text := report.Text()
	require.Contains(t, text, "goods (goods 2.1)")
	require.Contains(t, text, "INFO version 1.0.0")
	require.NotContains(t, text, "NOT")
	require.LessOrEqual(t, strings.Count(text, "\n"), 40, "one screen")

	report = b.inspect(t, folder(t, packed))
	require.Empty(t, report.Problems)
	require.Equal(t, genuine, verdicts(report))

	report = b.inspect(t, write(t, sources))
	require.Empty(t, report.Problems)
	require.Empty(t, report.Parts)
	require.False(t, report.Packed)
	require.Equal(t, []string{"OnActivate"}, report.Hooks)
}

func TestHostileBundlesAreNotGenuine(t *testing.T) {
	b := newBundles(t)
	packed := b.pack(t, sources)
	other := map[string]string{}
	for name, text := range sources {
		other[name] = strings.ReplaceAll(text, "class Thing: pass", "class Thing: evil = 1")
	}
	others := b.pack(t, other)

	at := func(files []file, name string) int {
		n := slices.IndexFunc(files, func(f file) bool { return f.Name == id+"/"+name })
		require.GreaterOrEqual(t, n, 0, name)
		return n
	}
	change := func(name string, edit func([]byte) []byte) func([]file) []file {
		return func(files []file) []file {
			n := at(files, name)
			files[n].content = edit(bytes.Clone(files[n].content))
			return files
		}
	}
	flip := func(where int) func([]byte) []byte {
		return func(content []byte) []byte {
			content[(where+len(content))%len(content)] ^= 1
			return content
		}
	}
	replace := func(old, with string) func([]byte) []byte {
		return func(content []byte) []byte {
			require.Contains(t, string(content), old)
			return bytes.ReplaceAll(content, []byte(old), []byte(with))
		}
	}
	add := func(name, content string) func([]file) []file {
		return func(files []file) []file {
			return append(files, file{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, []byte(content)})
		}
	}
	const executable = "server/dist/plugin-" + platform
	ownProgram, err := os.Executable()
	require.NoError(t, err)
	program, err := os.ReadFile(ownProgram)
	require.NoError(t, err)

	for name, test := range map[string]struct {
		change func([]file) []file
		wrong  map[string]inspect.Verdict // parts that are not genuine
		want   []string                   // found in the problems, which are as many

	}{
		"a byte of the executable": {
			change(executable, flip(4000)),
			map[string]inspect.Verdict{"executable": inspect.NotGenuine, "interpreter": inspect.Unknown, "standard library": inspect.Unknown, "SDK": inspect.Unknown},
			[]string{executable + ": it is not this mmpy but an unknown program, and cannot be vouched for"},
		},
		"another program as executable": {
			change(executable, func([]byte) []byte { return program }),
			map[string]inspect.Verdict{"executable": inspect.NotGenuine, "interpreter": inspect.Unknown, "standard library": inspect.Unknown, "SDK": inspect.Unknown},
			[]string{"it is not this mmpy but a program that calls itself github.com/mmpy/mmpy/internal/inspect.test"},
		},
		"a program of the author's": {
			change("plugin.json", replace(executable, "lib/tool")),
			map[string]inspect.Verdict{"executable": "", "interpreter": inspect.Unknown, "standard library": inspect.Unknown, "SDK": inspect.Unknown},
			[]string{`the executable for linux-amd64 is "lib/tool": in a packed plugin it is ` + executable, executable + ": mmpy has not put it there"},
		},
		"one more platform": {
			func(files []file) []file {
				files = change("plugin.json", replace(`"linux-amd64":`, `"linux-arm64": "server/dist/plugin-linux-arm64", "linux-amd64":`))(files)
				return add(id+"/server/dist/plugin-linux-arm64", "\x7fELF evil")(files)
			},
			map[string]inspect.Verdict{"executable": "", "interpreter": inspect.Unknown, "standard library": inspect.Unknown, "SDK": inspect.Unknown},
			[]string{"plugin-linux-arm64: it is not this mmpy but an unknown program"},
		},
		"a program for all platforms": {
			change("plugin.json", replace(`"server": {`, `"server": {"executable": "plugin.py",`)),
			nil, []string{`server.executable of plugin.json is "plugin.py", which Mattermost would run`},
		},
		"a changed plugin.py": {
			change("plugin.py", replace("pass", "self.api.delete_everything()")),
			map[string]inspect.Verdict{"snapshot": inspect.NotGenuine},
			[]string{"mmpy/plugin.snapshot: it is of other files than those in the bundle, or of another mmpy"},
		},
		"a snapshot of another plugin": {
			change("mmpy/plugin.snapshot", func([]byte) []byte { return others[at(others, "mmpy/plugin.snapshot")].content }),
			map[string]inspect.Verdict{"snapshot": inspect.NotGenuine},
			[]string{"mmpy/plugin.snapshot: it is of other files than those in the bundle, or of another mmpy"},
		},
		"a snapshot of another memory that claims to be of these files": {
			change("mmpy/plugin.snapshot", forged),
			map[string]inspect.Verdict{"snapshot": inspect.NotGenuine},
			[]string{"mmpy/plugin.snapshot: it says that it is of these files, but loading them gives another memory"},
		},
		"a byte of the snapshot": {
			change("mmpy/plugin.snapshot", flip(-1)),
			map[string]inspect.Verdict{"snapshot": inspect.NotGenuine},
			[]string{"mmpy/plugin.snapshot: it is damaged"},
		},
		"a byte of the machine code": {
			change("mmpy/python.code", flip(1<<20)),
			map[string]inspect.Verdict{"machine code": inspect.NotGenuine},
			[]string{"mmpy/python.code: it is not what this mmpy compiles here"},
		},
		"a hook less": {
			change("mmpy/hooks.json", replace(`"OnActivate"`, ``)),
			nil, []string{"mmpy/hooks.json: it is not what this mmpy puts there"},
		},
		"another licence": {
			change("mmpy/LICENSE", replace("Apache", "My own")),
			nil, []string{"mmpy/LICENSE: it is not what this mmpy puts there"},
		},
		"a native library": {
			add(id+"/lib/goods/fast.so", "\x7fELF fast"),
			map[string]inspect.Verdict{"snapshot": inspect.NotGenuine},
			[]string{"mmpy/plugin.snapshot: it is of other files than those in the bundle"},
		},
		"bytecode without source": {
			add(id+"/lib/goods/__pycache__/types.cpython-313.pyc", "evil"),
			nil, []string{"lib/goods/__pycache__/types.cpython-313.pyc: mmpy has not put it there, and it is none of the plugin's files"},
		},
		"a file in mmpy's folder": {
			add(id+"/mmpy/more", "x"), nil, []string{"mmpy/more: mmpy has not put it there"},
		},
		"a plugin that cannot be loaded": {
			change("plugin.py", replace("import goods", "import nothing_of_that_name")),
			map[string]inspect.Verdict{"snapshot": ""},
			[]string{"the plugin cannot be loaded, so its snapshot cannot be compared: load: ModuleNotFoundError: No module named 'nothing_of_that_name'"},
		},
		"a folder of another name": {
			func(files []file) []file {
				for n := range files {
					files[n].Name = strings.Replace(files[n].Name, id, "com.example.other", 1)
				}
				return files
			},
			nil, []string{"its folder is com.example.other, and the plugin's id " + id},
		},
	} {
		hostile.Attack(t, "Bundle", "mmpy inspect of "+name, "inspection", func(t *testing.T) string {
			files := test.change(slices.Clone(packed))
			var report *inspect.Report
			if name == "a folder of another name" || name == "a native library" { // the others need not take that long
				report = b.inspect(t, b.archive(t, files))
			} else {
				report = b.inspect(t, folder(t, files))
			}
			require.Len(t, report.Problems, len(test.want), "%q", report.Problems)
			for n, want := range test.want {
				require.Contains(t, strings.Join(report.Problems, "\n"), want, n)
			}
			for part, verdict := range verdicts(report) {
				want, listed := test.wrong[part]
				if !listed {
					want = inspect.Genuine
				}
				if want != "" {
					require.Equal(t, want, verdict, part)
				}
			}
			if name == "a native library" {
				require.Equal(t, []inspect.Native{{File: "lib/goods/fast.so", Kind: "ELF"}}, report.Native)
				require.Contains(t, report.Text(), "lib/goods/fast.so (ELF)")
			}
			return "told"
		})
	}
}

func TestHostileBundlesAreNotLookedInto(t *testing.T) {
	b := newBundles(t)
	packed := b.pack(t, sources)
	zeroes := make([]byte, 8<<20)
	for name, test := range map[string]struct {
		more []file
		want string
	}{
		"a link":           {[]file{{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: id + "/x", Linkname: "/etc/passwd"}}}, "/x: a link cannot be in a bundle: only files and folders can"},
		"another case":     {[]file{{Header: tar.Header{Name: id + "/PLUGIN.py"}}}, "PLUGIN.py and " + id + "/plugin.py are the same where case does not count"},
		"a name that ends": {[]file{{Header: tar.Header{Name: id + "/../../x"}}}, `a name with ".." cannot be in a bundle`},
		"a module":         {[]file{{Header: tar.Header{Name: id + "/lib/json.py"}}}, "lib/json.py: this would be the module json"},
		"a bomb": {slices.Repeat([]file{{content: bytes.Repeat(zeroes, 16)}}, 1),
			"it is a bomb"},
	} {
		hostile.Attack(t, "Bundle", "mmpy inspect of a bundle with "+name, "inspection", func(t *testing.T) string {
			files := slices.Clone(packed)
			if name == "a bomb" {
				files = nil
				test.more[0].Name = id + "/zeroes"
			}
			for _, more := range test.more {
				more.Mode = 0o644
				files = append(files, more)
			}
			report := b.inspect(t, b.archive(t, files))
			require.Len(t, report.Problems, 1)
			require.Contains(t, report.Problems[0], test.want)
			require.Nil(t, report.Image, "nothing of it has run")
			require.Empty(t, report.Parts)
			return "refused, and nothing of it has run"
		})
	}
}

// forged is a snapshot with another memory, whose checksum is right.
func forged(content []byte) []byte {
	begin := bytes.IndexByte(content, '\n') + 1
	rest := begin + bytes.IndexByte(content[begin:], '\n') + 1
	content[len(content)-1] ^= 1
	sum := crc32.Checksum(content[rest:], crc32.MakeTable(crc32.Castagnoli))
	copy(content[begin:], fmt.Sprintf("%08x", sum))
	return content
}
