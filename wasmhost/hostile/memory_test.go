package hostile

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
)

// heapBelow answers API calls as long as Go's heap is smaller than that.
func heapBelow(t testing.TB, limit uint64) wasmhost.Caller {
	return wasmhost.CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		if stats.HeapAlloc > limit {
			t.Errorf("Go's heap has %d MiB", stats.HeapAlloc>>20)
		}
		return nil, nil
	})
}

func TestHostileMemory(t *testing.T) {
	memory := []string{"MemoryError"}
	run(t, "Memory", []attack{
		{name: "a bytearray that doubles", limit: "memory", on: small, want: memory, source: `
def attack(request):
    a = bytearray(1 << 20)
    while True: a = a + a`},
		{name: "a list that grows", limit: "memory", on: small, want: memory, source: `
def attack(request):
    a = []
    while True: a.append(a)`},
		{name: "strings of strings", limit: "memory", on: small, want: memory, source: `
def attack(request):
    a = "x"
    while True: a = a.replace("x", "xxxxxxxxxx")`},
		{name: "a range as a list", limit: "memory", on: small, want: memory, source: `
def attack(request): return len(list(range(10**9)))`},
		{name: "one huge allocation", limit: "memory", on: small, want: []string{"MemoryError"}, source: `
def attack(request): return len(bytearray((1 << 31) - 64))`},
		{name: "a size beyond 32 bits", limit: "memory", on: small, want: []string{"OverflowError", "MemoryError"}, source: `
def attack(request): return len(bytearray(1 << 40))`},
		{name: "a zip bomb", limit: "memory", on: small, want: memory, source: `
import io, zipfile
def attack(request):
    f = io.BytesIO()
    with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
        with z.open("bomb", "w", force_zip64=True) as m:
            for _ in range(300): m.write(bytes(1 << 20))
    return len(zipfile.ZipFile(f).read("bomb"))`},
		{name: "a gzip bomb", limit: "memory", on: small, want: memory, source: `
import gzip, zlib
def attack(request):
    c = zlib.compressobj(9, wbits=31)
    data = b"".join([c.compress(bytes(1 << 20)) for _ in range(300)]) + c.flush()
    return len(gzip.decompress(data))`},
		{name: "an XML bomb", limit: "memory", on: small, want: []string{"xml.etree.ElementTree.ParseError", "MemoryError"}, source: `
import xml.etree.ElementTree as et
def attack(request):
    bomb = '<!DOCTYPE b [<!ENTITY e0 "' + "x" * 100 + '">'
    for n in range(1, 12): bomb += f'<!ENTITY e{n} "' + f"&e{n - 1};" * 10 + '">'
    return len(et.fromstring(bomb + "]><b>&e11;</b>").text)`},
		{name: "a huge number", limit: "memory", on: small, want: []string{"MemoryError", "TimeoutError", "OverflowError"}, time: 2e9, source: `
def attack(request): return (1 << (1 << 34)).bit_length()`},
		{name: "a deep structure", limit: "memory", on: small, want: memory, source: `
def attack(request):
    a = []
    while True: a = [a]`},
		{name: "exceptions that hold each other", limit: "memory", on: small, want: memory, source: `
def attack(request):
    e = None
    while True:
        n = ValueError(bytes(1000)); n.__context__ = e; e = n`},
		{name: "a MemoryError caught again and again", limit: "memory", on: small, want: []string{"1000 times"}, source: `
def attack(request):
    for n in range(1000):
        try: bytearray(1 << 30)
        except MemoryError: pass
    return f"{n + 1} times"`},
		{name: "a request that does not fit", limit: "memory", on: small, want: []string{"out of memory"}, request: make([]byte, 80<<20), source: `
def attack(request): return len(request)`},
		{name: "globals that stay", limit: "memory", on: small, want: memory, source: `
kept = []
def attack(request):
    try:
        while True: kept.append(bytes(100000))
    except MemoryError:
        del kept[:]
        raise`},
	})
	manyInstances(t)
	submittedResponses(t)
}

// manyInstances is a host with a pool for all: attackers cannot have more together than it holds.
func manyInstances(t *testing.T) {
	hostile.Attack(t, "Memory", "many instances that grow", "memory of the host", func(t *testing.T) string {
		of(t, attackers)
		pool := wasmhost.NewMemoryPool(200 << 20)
		dir, err := cache()
		require.NoError(t, err)
		return watched(t, func() string {
			r, err := wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithMemoryPool(pool).
				WithCode(filepath.Join(dir, "code")).WithCacheDir(filepath.Join(dir, "cache")))
			require.NoError(t, err)
			p := program(t, r, `
kept = []
def attack(request):
    try:
        while True: kept.append(bytearray(1 << 20))
    except MemoryError: return "MemoryError"`)
			var refused *wasmhost.Error
			count := 0
			for ; count < 50; count++ {
				i, err := p.Instantiate(t.Context(), wasmhost.InstanceConfig{})
				if errors.As(err, &refused) {
					break
				}
				require.NoError(t, err)
				if count > 2 {
					answer, err := i.Hook(t.Context(), 0, nil)
					require.Equal(t, "MemoryError", outcomeOf(answer, err))
				}
				require.LessOrEqual(t, pool.Used(), uint64(200<<20))
			}
			require.NotNil(t, refused, "50 instances have begun")
			require.Equal(t, wasmhost.OutOfMemory, refused.Code)
			require.Greater(t, count, 2)
			require.NoError(t, r.Close(t.Context()))
			require.Zero(t, pool.Used())
			return "out of memory"
		})
	})
}

// submittedResponses is a guest that has the host keep large responses, and never takes them.
func submittedResponses(t *testing.T) {
	large := make([]byte, 8<<20)
	a := attack{
		name: "responses that are never collected", limit: "held responses", on: small, want: []string{"_mmpy.StatusError"},
		config: wasmhost.InstanceConfig{Caller: wasmhost.CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
			return append([]byte(nil), large...), nil
		})},
		source: `
import _mmpy
def attack(request):
    tickets = [_mmpy.submit("GetUser", b"") for _ in range(20)]
    for t in tickets: _mmpy.wait([t], 10)
    for t in tickets: _mmpy.collect(t)
    return "CAME THROUGH: all kept"`,
	}
	run(t, "Memory", []attack{a})
}
