package hostile

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
)

func TestHostileSecrets(t *testing.T) {
	hostile.Attack(t, "Secrets", "environment and paths of the machine in a snapshot", "snapshot", func(t *testing.T) string {
		return watched(t, func() string {
			const secret = "mmpy-secret-4711"
			t.Setenv("MMPY_SECRET", secret)
			t.Setenv("MM_SQLSETTINGS_DATASOURCE", "postgres://mmuser:"+secret+"@localhost/db")
			p := program(t, of(t, attackers), "import os, sys\ndef attack(request): pass\n# "+t.Name())
			var image bytes.Buffer
			require.NoError(t, p.WriteSnapshot(t.Context(), &image))
			require.Greater(t, image.Len(), 1<<20)
			require.NotContains(t, image.String(), secret)
			require.NotContains(t, image.String(), t.TempDir())
			return "none of them"
		})
	})
	hostile.Attack(t, "Secrets", "memory of a neighbour", "linear memory", func(t *testing.T) string {
		// A marker that only the neighbour has, for which the attacker looks in all that it can read of its own memory.
		return watched(t, func() string {
			marker := "neighbour-" + strings.Repeat("z", 20)
			other := start(t, `
kept = []
def attack(request):
    for _ in range(1000): kept.append(request + b"!")
    return "kept"`, wasmhost.InstanceConfig{})
			_, err := other.Hook(t.Context(), 0, []byte(marker))
			require.NoError(t, err)
			require.NoError(t, other.Close(t.Context()))
			i := start(t, `
def attack(request):
    found, blocks = 0, []
    needle = bytes(b ^ 0x55 for b in request)
    for size in (64, 128, 512, 4096, 65536, 1 << 20):
        for _ in range(50 if size < 1 << 20 else 5):
            b = bytearray(size); found += needle in b; blocks.append(b)
    return f"{found} found"`, wasmhost.InstanceConfig{})
			masked := []byte(marker)
			for n := range masked {
				masked[n] ^= 0x55
			}
			answer, err := i.Hook(t.Context(), 0, masked)
			require.NoError(t, i.Close(context.Background()))
			return attack{want: []string{"0 found"}}.judge(t, outcomeOf(answer, err))
		})
	})
	hostile.Attack(t, "Secrets", "random numbers of another instance", "entropy", func(t *testing.T) string {
		return watched(t, func() string {
			p := program(t, of(t, attackers), `
import random, secrets, uuid, os, tempfile
def attack(request): return " ".join([str(random.random()), secrets.token_hex(), str(uuid.uuid4()), os.urandom(9).hex(), tempfile.mktemp()])`)
			seen := map[string]bool{}
			for range 5 {
				i, err := p.Instantiate(t.Context(), wasmhost.InstanceConfig{})
				require.NoError(t, err)
				answer, err := i.Hook(t.Context(), 0, nil)
				require.NoError(t, err)
				for _, word := range strings.Fields(string(answer)) {
					require.False(t, seen[word], word)
					seen[word] = true
				}
				require.NoError(t, i.Close(t.Context()))
			}
			return "all differ"
		})
	})
}
