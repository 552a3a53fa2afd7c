// Package mmpy holds the licences that go along with every copy of mmpy's binary. The program is cmd/mmpy; Go programs
// use the packages wasmhost and server.
package mmpy

import _ "embed"

// License is mmpy's own licence.
//
//go:embed LICENSE
var License string

// ThirdPartyLicenses are the licences of what else is in the binary, and what that is.
//
//go:embed THIRD_PARTY_LICENSES
var ThirdPartyLicenses string
