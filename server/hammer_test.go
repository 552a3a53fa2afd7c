package server

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hammerTime is how long a hammer test runs: MMPY_HAMMER, such as 1m, or else some seconds.
func hammerTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("MMPY_HAMMER")
	switch {
	case text != "":
		duration, err := time.ParseDuration(text)
		require.NoError(t, err, "MMPY_HAMMER")
		return duration
	case testing.Short():
		return 300 * time.Millisecond
	}
	return 3 * time.Second
}
