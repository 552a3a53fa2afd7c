// Package inspect says what is in a bundle, for an administrator who has to decide whether to install it, and whether what
// mmpy has put into it is what this mmpy would put there: an interpreter that is not its own, or a memory image that does not
// come from the plugin's files, could do what no reader of those files would expect.
//
// A bundle is foreign: nothing in it is believed, its executable never runs, and its Python code only in the sandbox.
package inspect

import (
	"log/slog"

	"github.com/mmpy/mmpy/internal/grant"
)

// A Report is what was found.
type Report struct {
	Bundle string `json:"bundle"`           // as it was named
	SHA256 string `json:"sha256,omitempty"` // of the archive
	Size   int64  `json:"size,omitempty"`   // likewise, in bytes
	Packed bool   `json:"packed"`           // it is no folder of sources

	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Version          string   `json:"version"`
	MinServerVersion string   `json:"min_server_version,omitempty"`
	Platforms        []string `json:"platforms"`
	Files            int      `json:"files"`    // of the author's
	Unpacked         int64    `json:"unpacked"` // bytes of all files
	Hooks            []string `json:"hooks"`
	Granted          Granted  `json:"granted"`

	Packages []Package `json:"packages"`
	Native   []Native  `json:"native"`
	Webapp   string    `json:"webapp,omitempty"` // the file of the part that runs in browsers

	Parts []Part `json:"parts"`
	Image *Image `json:"image,omitempty"`

	// Problems are why the bundle is not what it should be, a line each; none: it is genuine.
	Problems []string `json:"problems"`
}

// Granted is what the plugin may do: what it asks for, as far as the policy lets it.
type Granted struct {
	Asked     grant.Permissions `json:"asked"`                // in the manifest
	Policy    string            `json:"policy,omitempty"`     // the file that it is in
	Calls     int               `json:"calls"`                // how many methods of the API it may call
	Groups    []Group           `json:"groups"`               // of methods, all that there are
	NoHooks   []string          `json:"no_hooks,omitempty"`   // those that it defines and is not given
	Hosts     []string          `json:"hosts"`                // that it may reach over HTTP
	Networks  []string          `json:"networks,omitempty"`   // that are not public, and open to it
	Proxy     bool              `json:"proxy,omitempty"`      // it uses the host's HTTP proxy
	OnFailure string            `json:"on_failure,omitempty"` // "open" or "closed"
	Limits    *grant.Limits     `json:"limits,omitempty"`
}

// A Group is a group of the API's methods, and how many of them the plugin may call.
type Group struct {
	Name      string `json:"name"`
	Sensitive bool   `json:"sensitive,omitempty"`
	Methods   int    `json:"methods"`
	Granted   int    `json:"granted"`
}

// A Package is a Python module or package that comes with the plugin.
type Package struct {
	Name         string `json:"name"`                   // by which it is imported
	Distribution string `json:"distribution,omitempty"` // what was installed, where that is known
	Version      string `json:"version,omitempty"`
}

// Native is a file with native code, other than mmpy's own. None of it runs on the server.
type Native struct {
	File string `json:"file"`
	Kind string `json:"kind"`
}

// A Verdict says whether a part is what this mmpy would put there.
type Verdict string

// The verdicts. What is missing and need not be there is absent; what cannot be compared is unknown.
const (
	Genuine    Verdict = "genuine"
	NotGenuine Verdict = "NOT genuine"
	Unknown    Verdict = "unknown"
	Absent     Verdict = "absent"
)

// A Part is something that mmpy puts into a bundle.
type Part struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	File    string  `json:"file,omitempty"`
	SHA256  string  `json:"sha256,omitempty"`
	Note    string  `json:"note,omitempty"`
}

// An Image is the memory of the plugin, loaded.
type Image struct {
	Size    uint64   `json:"size"`
	Refused []string `json:"refused,omitempty"` // why there is none
	Said    []Line   `json:"said,omitempty"`    // while it was loaded
	Python  []string `json:"python"`            // names of modules that are loaded, of Python's own,
	SDK     []string `json:"sdk"`
	Plugin  []string `json:"plugin"`
}

// A Line is one that was logged.
type Line struct {
	Level slog.Level `json:"level"`
	Text  string     `json:"text"`
}
