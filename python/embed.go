// Package python holds the SDK that plugins import, as Python source: the package mattermost_plugin and the part of
// Google's protobuf package that comes with it. It runs inside the guest; see pyodide-build for the interpreter.
package python

import (
	"embed"
	"io/fs"
)

// Patterns of files, not folders, so that no bytecode that lies about is taken along.
//
//go:embed sitecustomize.py google/*.py google/protobuf/*.py google/protobuf/internal/*.py
//go:embed mattermost_plugin/*.py mattermost_plugin/py.typed mattermost_plugin/grpc/*.py mattermost_plugin/servicers/*.py
//go:embed mattermost_plugin/_internal/*.py mattermost_plugin/_internal/*/*.py
var files embed.FS

// Files returns the folder to put on the guest's module search path: mattermost_plugin/…, google/… and sitecustomize.py,
// which gives the interpreter's command line an asyncio event loop that works without sockets.
func Files() fs.FS { return files }
