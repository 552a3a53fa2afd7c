package confine

import (
	"slices"
	"strings"
)

// Variables that a process keeps: what go-plugin has to tell it, where its cache and its certificates are, and what an
// administrator may set for Go's runtime. None of them is a secret. mmpy's own begin with ownPrefix.
var variables = []string{
	"PLUGIN_MIN_PORT", "PLUGIN_MAX_PORT", "PLUGIN_PROTOCOL_VERSIONS", "PLUGIN_CLIENT_CERT", "PLUGIN_MULTIPLEX_GRPC",
	"HOME", "XDG_CACHE_HOME", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG", "GOTRACEBACK", "GORACE",
}

const ownPrefix = "MMPY_"

// cleaned is an environment without the variables that are neither kept by all nor among the names.
func cleaned(environment, names []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		own := strings.HasPrefix(name, ownPrefix) && name != stateVariable
		return !own && !slices.Contains(variables, name) && !slices.Contains(names, name)
	})
}
