package inspect

import (
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/pyodide-build/cpython"
	"github.com/mmpy/mmpy/python"
)

// programs looks at what Mattermost would run, and at what is in it.
func (i *inspection) programs() error {
	if !i.Packed {
		return nil
	}
	server := i.files.Manifest().Model.Server
	if server.Executable != "" {
		i.problem("%s: server.executable of plugin.json is %q, which Mattermost would run: in a packed plugin there is none", i.Bundle, server.Executable)
	}
	if len(server.Executables) == 0 {
		i.problem("%s: server.executables of plugin.json is missing: a packed plugin has an executable, which is mmpy", i.Bundle)
	}
	own := len(server.Executables) > 0
	for _, platform := range slices.Sorted(maps.Keys(server.Executables)) {
		i.Platforms = append(i.Platforms, platform)
		name := server.Executables[platform]
		if name != bundle.ExecutableName(platform) {
			i.problem("%s: the executable for %s is %q: in a packed plugin it is %s", i.Bundle, platform, name, bundle.ExecutableName(platform))
			own = false
			continue
		}
		part, err := i.program(name)
		if err != nil {
			return err
		}
		i.Parts = append(i.Parts, part)
		own = own && part.Verdict == Genuine
	}
	return i.embedded(own)
}

// program looks at an executable.
func (i *inspection) program(name string) (part Part, err error) {
	part = Part{Name: "executable", File: name}
	file, err := i.files.Files().Open(name)
	if err != nil {
		i.problem("%s: it is missing, and plugin.json names it as the executable", path.Join(i.Bundle, name))
		part.Verdict = NotGenuine
		return part, nil
	}
	defer file.Close()
	if part.SHA256, err = digest(file); err != nil {
		return part, err
	}
	if part.SHA256 == i.own {
		part.Verdict, part.Note = Genuine, "this very mmpy"
		return part, nil
	}
	part.Verdict, part.Note = NotGenuine, origin(file)
	i.problem("%s: it is not this mmpy but %s, and cannot be vouched for: pack the plugin with your own mmpy, or inspect it with the one that it was packed with",
		path.Join(i.Bundle, name), part.Note)
	return part, nil
}

// origin says what a program says of itself, which is no proof of anything.
func origin(file any) (text string) {
	defer func() {
		if recover() != nil { // the packages that read executables are not made for hostile ones
			text = "a program that cannot be read"
		}
	}()
	reader, ok := file.(io.ReaderAt)
	if !ok {
		return "an unknown program"
	}
	info, err := buildinfo.Read(reader)
	if err != nil {
		return "an unknown program"
	}
	version := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && (version == "" || version == "(devel)") {
			version = setting.Value
		}
	}
	return fmt.Sprintf("a program that calls itself %s %s, built with %s", bundle.Shown(info.Path), bundle.Shown(strings.TrimSpace(version)), bundle.Shown(info.GoVersion))
}

// embedded are the parts that an executable holds, and are genuine with it.
func (i *inspection) embedded(own bool) error {
	interpreter, err := cpython.WasmSum()
	if err != nil {
		return err
	}
	library, _, err := cpython.StdlibSum()
	if err != nil {
		return err
	}
	sdk, err := python.Files().(interface{ Digest() ([]byte, error) }).Digest()
	if err != nil {
		return err
	}
	parts := []Part{
		{Name: "interpreter", SHA256: interpreter, Note: "CPython " + cpython.Version},
		{Name: "standard library", SHA256: library},
		{Name: "SDK", SHA256: hex.EncodeToString(sdk)},
	}
	for _, part := range parts {
		part.Verdict = Genuine
		if !own {
			part = Part{Name: part.Name, Verdict: Unknown, Note: "it is in the executable"}
		}
		i.Parts = append(i.Parts, part)
	}
	return nil
}
