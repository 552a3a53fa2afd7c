package wasmhost

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// private is how much memory of its own this process has in mappings of snapshots, in bytes.
func private(t testing.TB) (bytes int64) {
	t.Helper()
	smaps, err := os.Open("/proc/self/smaps")
	require.NoError(t, err)
	defer smaps.Close()
	ofSnapshot := false
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		var begin, end uint64
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &begin, &end); n == 2 {
			ofSnapshot = strings.HasSuffix(lines.Text(), ".snapshot")
		}
		var kilobytes int64
		if n, _ := fmt.Sscanf(lines.Text(), "Anonymous: %d kB", &kilobytes); n == 1 && ofSnapshot {
			bytes += kilobytes << 10
		}
	}
	return bytes
}

func TestAFurtherInstanceTakesLittle(t *testing.T) {
	program := newProgram(t, sharedRuntime(t), "import json\ndef work(request): return json.dumps([request.decode()]).encode()")
	i, err := program.Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	require.Equal(t, `["x"]`, hook(t, i, 0, "x"))
	const count = 20
	best := time.Hour
	begun, before := time.Now(), private(t)
	for range count {
		begin := time.Now()
		i, err := program.Instantiate(t.Context(), InstanceConfig{})
		require.NoError(t, err)
		best = min(best, time.Since(begin))
		t.Cleanup(func() { require.NoError(t, i.Close(context.Background())) })
	}
	each := (private(t) - before) / count
	t.Logf("a further instance: %v at best, %v on average; %d KiB of its own", best, time.Since(begun)/count, each>>10)
	require.Less(t, each, int64(1<<20))
	require.Less(t, best, 100*time.Millisecond)
}
