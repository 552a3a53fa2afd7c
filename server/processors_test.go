package server

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAProcessHasNoMoreProcessorsThanInterpreters(t *testing.T) {
	before := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(before)

	t.Setenv("GOMAXPROCS", "4")
	limitProcessors(1)
	require.Equal(t, 4, runtime.GOMAXPROCS(0), "somebody has decided it")

	t.Setenv("GOMAXPROCS", "")
	limitProcessors(16)
	require.Equal(t, 4, runtime.GOMAXPROCS(0), "never more than there were")
	limitProcessors(2)
	require.Equal(t, 2, runtime.GOMAXPROCS(0))
}
