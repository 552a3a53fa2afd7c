package wasmhost

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// mapped is the number of memory mappings of this process.
func mapped(t testing.TB) int {
	maps, err := os.ReadFile("/proc/self/maps")
	require.NoError(t, err)
	return bytes.Count(maps, []byte{'\n'})
}
