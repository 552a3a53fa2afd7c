package hostile

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// last is standard output of which only what was written last is kept.
type last []byte

func (l last) Write(data []byte) (int, error) { return copy(l, data), nil }

// TestHostileOutput is one fd_write whose thousands of iovecs all name the same 16 MB: terabytes, at the price of a few
// hundred kilobytes of memory.
func TestHostileOutput(t *testing.T) {
	const size, count = 16 << 20, 100_000
	wasm := handmade.Guest{Memory: size / handmade.Page}.Wasm()
	var iovecs []byte
	for range count {
		iovecs = binary.LittleEndian.AppendUint32(iovecs, 0)
		iovecs = binary.LittleEndian.AppendUint32(iovecs, size)
	}
	flood := func(name, limit string, config wasmhost.InstanceConfig, want []string) {
		hostile.Attack(t, "Output", name, limit, func(t *testing.T) string {
			return watched(t, func() string {
				r := handmadeRuntime(t, wasm)
				defer func() { require.NoError(t, r.Close(context.Background())) }()
				config.Grace = hard
				i, err := program(t, r, "").Instantiate(t.Context(), config)
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), soft)
				defer cancel()
				answer, err := i.Hook(ctx, handmade.Flood, iovecs)
				return attack{want: want}.judge(t, cmp.Or(outcomeOf(answer, err), "left out"))
			})
		})
	}
	var lines atomic.Int64
	flood("terabytes by iovecs of the same memory, to the log", "time of a hook",
		wasmhost.InstanceConfig{Log: func(slog.Level, string) { lines.Add(1) }}, []string{"killed"})
	require.LessOrEqual(t, lines.Load(), int64(1), "of a line that never ends only the beginning is kept")
	flood("terabytes by iovecs of the same memory, to standard output", "time of a hook",
		wasmhost.InstanceConfig{Stdout: make(last, size)}, []string{"killed"})
	quota := int64(size)
	flood("terabytes by iovecs of the same memory, beyond the quota", "bytes of the log",
		wasmhost.InstanceConfig{Log: func(slog.Level, string) { t.Error("it was logged") }, MaySay: func(_, bytes int) bool {
			quota -= int64(bytes)
			return quota > 0
		}}, []string{"left out"})
	for name, source := range map[string]string{
		"an exception with a text of 30 MB": `
def attack(request): raise ValueError("x" * 30_000_000)`,
		"an exception with a name of 5 MB": `
def attack(request): raise type("N" * 5_000_000, (Exception,), {})("y")`,
	} {
		hostile.Attack(t, "Output", name, "length of an exception", func(t *testing.T) string {
			return watched(t, func() string {
				i := start(t, source, wasmhost.InstanceConfig{})
				_, err := i.Hook(t.Context(), 0, nil)
				require.NoError(t, i.Close(t.Context()))
				var e *wasmhost.Error
				require.ErrorAs(t, err, &e)
				length := len(e.Type) + len(e.Message) + len(e.Traceback)
				require.Less(t, length, 600<<10)
				return fmt.Sprintf("%d KB of it are kept", length>>10)
			})
		})
	}
}
