package bundle_test

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/internal/manifest"
)

func TestHostileFilesAreRefused(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("x = 1\n")}
	for name, test := range map[string]struct {
		files fstest.MapFS
		want  string // "" is nothing
	}{
		"a colon":                        {fstest.MapFS{"c:evil.py": text}, "hello/c:evil.py: a name with a colon, as of a drive, cannot be in a bundle"},
		"a backslash":                    {fstest.MapFS{`a\b.py`: text}, "a name with a backslash cannot be in a bundle"},
		"a NUL":                          {fstest.MapFS{"a\x00b.py": text}, `hello/"a\x00b.py": a name with the character U+0000 cannot be in a bundle: only those that one can see`},
		"what a terminal obeys":          {fstest.MapFS{"a\x1b[2Jb.py": text}, `"a\x1b[2Jb.py": a name with the character U+001B`},
		"what turns text around":         {fstest.MapFS{"a\u202eyp.txt": text}, "a name with the character U+202E"},
		"no UTF-8":                       {fstest.MapFS{"a\xff.py": text}, `hello/"a\xff.py": a name that is not UTF-8 cannot be in a bundle`},
		"a dot at the end":               {fstest.MapFS{"plugin.py.": text}, "a name that ends with a dot or a space"},
		"a space at the end":             {fstest.MapFS{"a /b.py": text}, "a name that ends with a dot or a space"},
		"a long name":                    {fstest.MapFS{strings.Repeat("a", 201): text}, "a name with a part of 201 bytes cannot be in a bundle: at most 200"},
		"a long path":                    {fstest.MapFS{strings.Repeat("abcdefgh/", 15) + strings.Repeat("a", 190) + "/" + strings.Repeat("a", 190): text}, "bytes cannot be in a bundle: at most 400, with its folders"},
		"many folders":                   {fstest.MapFS{strings.Repeat("a/", 21) + "b": text}, "a file in 21 folders cannot be in a bundle: at most 20"},
		"case":                           {fstest.MapFS{"Plugin.py": text}, "hello/plugin.py: plugin.py and Plugin.py are the same where case does not count"},
		"case of a folder":               {fstest.MapFS{"Lib/more.py": text}, "are the same where case does not count"},
		"case of mmpy's folder":          {fstest.MapFS{"MMPY/hooks.json": text}, "MMPY and mmpy are the same"},
		"case of the executable's":       {fstest.MapFS{"Server/x": text}, "Server and server are the same"},
		"two ways to write é":            {fstest.MapFS{"\u00e9.txt": text, "e\u0301.txt": text}, "are the same where case does not count, or how letters are encoded"},
		"the Kelvin sign":                {fstest.MapFS{"k.txt": text, "\u212a.txt": text}, "are the same"},
		"setuid":                         {fstest.MapFS{"tool": {Mode: 0o755 | fs.ModeSetuid}}, "hello/tool: a file with the setuid, setgid or sticky bit cannot be in a bundle: only ordinary permissions"},
		"setgid":                         {fstest.MapFS{"tool": {Mode: 0o755 | fs.ModeSetgid}}, "setuid, setgid or sticky bit"},
		"a device":                       {fstest.MapFS{"disk": {Mode: fs.ModeDevice}}, "hello/disk: a device cannot be in a bundle: only files and folders can"},
		"a module of Python's":           {fstest.MapFS{"json.py": text}, "hello/json.py: this would be the module json, which is Python's own, to the whole plugin: give it another name, or put it into a package"},
		"a package of Python's":          {fstest.MapFS{"asyncio/__init__.py": text, "asyncio/x.py": text}, "hello/asyncio/__init__.py: this would be the module asyncio"},
		"one in lib":                     {fstest.MapFS{"lib/types.py": text}, "lib/types.py: this would be the module types"},
		"one that the guest has not":     {fstest.MapFS{"lib/ssl.py": text}, "the module ssl"},
		"one of the interpreter":         {fstest.MapFS{"_mmpy.py": text}, "the module _mmpy"},
		"one that is native":             {fstest.MapFS{"json.abi3.so": text}, "the module json"},
		"the SDK":                        {fstest.MapFS{"mattermost_plugin/__init__.py": text}, "the module mattermost_plugin, which is the SDK's own"},
		"the SDK in lib":                 {fstest.MapFS{"lib/mattermost_plugin.py": text}, "the module mattermost_plugin, which is the SDK's own"},
		"Google's package":               {fstest.MapFS{"lib/google/__init__.py": text}, "the module google, which is the SDK's own"},
		"Google's protobuf":              {fstest.MapFS{"lib/google/protobuf/__init__.py": text}, "the module google.protobuf, which is the SDK's own"},
		"sitecustomize":                  {fstest.MapFS{"sitecustomize.py": text}, "the module sitecustomize"},
		"usercustomize":                  {fstest.MapFS{"lib/usercustomize.py": text}, "the module usercustomize"},
		"a .pth file":                    {fstest.MapFS{"lib/distutils-precedence.pth": text}, "a .pth file cannot be in a bundle"},
		"fine: inside of a package":      {fstest.MapFS{"lib/shop/__init__.py": text, "lib/shop/types.py": text, "lib/shop/json/__init__.py": text, "shop2/calendar.py": text}, ""},
		"fine: data in a folder":         {fstest.MapFS{"json/data.json": text, "html/index.html": text}, ""},
		"fine: other files":              {fstest.MapFS{"json.txt": text, "types.json": text, "docs/json.py": text}, ""},
		"fine: tests":                    {fstest.MapFS{"test.py": text, "tests/__init__.py": text}, ""},
		"fine: what is left out anyhow":  {fstest.MapFS{".venv/json.py": text, "venv/pyvenv.cfg": text, "venv/lib/x.pth": text, "__pycache__/json.pyc": text}, ""},
		"fine: other packages of Google": {fstest.MapFS{"lib/google/auth/__init__.py": text}, ""},
	} {
		all := files()
		maps.Copy(all, test.files)
		if test.want == "" {
			t.Run(name, func(t *testing.T) {
				_, err := plugin(t, "hello", all).Write(io.Discard)
				require.NoError(t, err)
				_, _, err = bundle.Read("hello", all)
				require.NoError(t, err)
			})
			continue
		}
		hostile.Attack(t, "Bundle", "a file: "+name, "names", func(t *testing.T) string {
			_, err := plugin(t, "hello", all).Write(io.Discard)
			_, _, reading := bundle.Read("hello", all)
			refusal := &bundle.Refusal{}
			require.ErrorAs(t, err, &refusal)
			require.ErrorContains(t, err, test.want)
			require.EqualError(t, reading, err.Error(), "loading says the same as packing")
			require.NotContains(t, err.Error(), "\x1b")
			return "refused"
		})
	}
}

func TestEveryMistakeIsListedUpToSome(t *testing.T) {
	all := files()
	all["json.py"], all["lib/types.py"] = &fstest.MapFile{}, &fstest.MapFile{}
	_, _, err := bundle.Read("hello", all)
	require.Len(t, strings.Split(err.Error(), "\n"), 2)
	for n := range 100 {
		all["c:"+strconv.Itoa(n)] = &fstest.MapFile{}
	}
	_, _, err = bundle.Read("hello", all)
	require.Len(t, strings.Split(err.Error(), "\n"), 20)
}

func TestTheFolderOfTheMainFileCountsToo(t *testing.T) {
	all := fstest.MapFS{
		"plugin.json":       {Data: []byte(strings.Replace(pluginJSON, `"plugin.py"`, `"src/plugin.py"`, 1))},
		"src/plugin.py":     {Data: []byte("x = 1\n")},
		"src/lib/random.py": {Data: []byte("x = 1\n")},
	}
	_, _, err := bundle.Read("hello", all)
	require.ErrorContains(t, err, "hello/src/lib/random.py: this would be the module random")
}

func TestALargePluginIsRefused(t *testing.T) {
	many := files()
	for n := range bundle.MaxFiles {
		many["data/"+strconv.Itoa(n)] = &fstest.MapFile{}
	}
	_, _, err := bundle.Read("hello", many)
	require.ErrorContains(t, err, "there are too many files: a bundle has at most 10000 files and folders")

	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, files()))
	require.NoError(t, os.WriteFile(dir+"/holes", nil, 0o600))
	require.NoError(t, os.Truncate(dir+"/holes", bundle.MaxSize))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	_, _, err = bundle.Read(dir, root.FS())
	require.ErrorContains(t, err, "the files are too large: those of a bundle have at most 1024 MB together")

	require.NoError(t, os.Truncate(dir+"/holes", 200<<20))
	_, err = plugin(t, dir, root.FS()).Write(io.Discard)
	require.ErrorContains(t, err, "its files are so much alike that 200 MB become")
}

func TestHostileIDsAreRefused(t *testing.T) {
	for id, allowed := range map[string]bool{
		"com.example.hello": true, "hello_python-2": true, "nullable": true,
		"...": false, ".hidden": false, "hello.": false, "mmpy": false, "nul": false, "con.example": false, "COM1": false,
		"../evil": false, "a/b": false, `a\b`: false, "": false,
	} {
		all := files()
		all["plugin.json"] = &fstest.MapFile{Data: []byte(strings.Replace(pluginJSON, "com.example.hello", strings.ReplaceAll(id, `\`, `\\`), 1))}
		if allowed {
			_, _, err := bundle.Read("hello", all)
			require.NoError(t, err, id)
			continue
		}
		hostile.Attack(t, "Bundle", fmt.Sprintf("the id %q", id), "ids", func(t *testing.T) string {
			_, _, err := bundle.Read("hello", all)
			var mistakes *manifest.Error
			require.ErrorAs(t, err, &mistakes)
			require.Equal(t, "id", mistakes.Mistakes[0].Field)
			require.Contains(t, mistakes.Mistakes[0].Text, "com.example.hello")
			return "refused"
		})
	}
}

func TestAManifestIsReadOnlyIfItIsOne(t *testing.T) {
	all := files()
	all["plugin.json"] = &fstest.MapFile{Data: make([]byte, 1<<20+1)}
	_, _, err := bundle.Read("hello", all)
	require.ErrorContains(t, err, "hello/plugin.json: it has 1048577 bytes: at most 1048576 are allowed")
	all["plugin.json"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	_, _, err = bundle.Read("hello", all)
	require.ErrorContains(t, err, "hello/plugin.json: a pipe cannot be in a bundle")
}

func TestNativeCodeIsKnownByContentAndByName(t *testing.T) {
	program := make([]byte, 0x84)
	copy(program, "MZ")
	program[0x3c] = 0x80
	copy(program[0x80:], "PE\x00\x00")
	for name, test := range map[string]struct{ head, want string }{
		"innocent.txt":       {"\x7fELF\x02\x01", "ELF"},
		"icon.png":           {string(program), "PE"},
		"notes":              {"\xcf\xfa\xed\xfe....", "Mach-O"},
		"fat":                {"\xca\xfe\xba\xbe....", "Mach-O or Java"},
		"module":             {"\x00asm\x01\x00\x00\x00", "WebAssembly"},
		"x.cpython-313.so":   {"", "shared library"},
		"libz.so.1.2":        {"", "shared library"},
		"X.DLL":              {"text", "shared library"},
		"x.wasm":             {"", "WebAssembly"},
		"archive":            {"!<arch>\n", "static library"},
		"plugin.py":          {"print('MZ')", ""},
		"mozart.txt":         {"MZ is short for it" + strings.Repeat(" ", 0x30) + "\x00\x00\x00", ""},
		"soap.so_is_no_code": {"x", ""},
	} {
		require.Equal(t, test.want, bundle.Native(name, []byte(test.head)), name)
	}
}
