package main

import (
	"fmt"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/pyodide-build/cpython"
)

// versionCommand is `mmpy version`.
type versionCommand struct{}

// Run prints a table.
func (versionCommand) Run(io streams) error {
	build, _ := debug.ReadBuildInfo()
	table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "mmpy\t%s\n", ownVersion(build))
	fmt.Fprintf(table, "CPython\t%s\n", cpython.Version)
	fmt.Fprintf(table, "wazero\t%s\n", moduleVersion(build, "github.com/tetratelabs/wazero"))
	fmt.Fprintf(table, "ABI\t%d\n", abi.Version)
	fmt.Fprintf(table, "Mattermost API\t%s, of server %s\n",
		moduleVersion(build, "github.com/mattermost/mattermost/server/public"), model.CurrentVersion)
	return table.Flush()
}

// ownVersion is the module's version or, in a build from a checkout, the commit.
func ownVersion(build *debug.BuildInfo) string {
	if build == nil {
		return "unknown"
	}
	version := build.Main.Version
	for _, setting := range build.Settings {
		if setting.Key == "vcs.revision" && (version == "" || version == "(devel)") {
			version = setting.Value
		}
	}
	return version
}

func moduleVersion(build *debug.BuildInfo, path string) string {
	if build != nil {
		for _, module := range build.Deps {
			if module.Path == path {
				return strings.TrimPrefix(module.Version, "v")
			}
		}
	}
	return "unknown"
}
