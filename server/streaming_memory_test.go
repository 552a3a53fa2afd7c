package server

import (
	"context"
	"fmt"
	"hash/adler32"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
	"github.com/mmpy/mmpy/wasmhost"
)

const smallMemory = 64 << 20

const large = `
import zlib
from mattermost_plugin import Plugin, hook, HookName

CHUNK = bytes(range(256)) * 256

class Large(Plugin):
    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        getattr(self, request.path.strip("/"))(writer, request)

    def upload(self, writer, request):
        size, checksum = 0, 1
        for chunk in request:
            size += len(chunk)
            checksum = zlib.adler32(chunk, checksum)
        writer.write(f"{size} {checksum:08x}")

    def download(self, writer, request):
        for _ in range(int(request.get_query("size")) // len(CHUNK)):
            writer.write(CHUNK)

    def echo(self, writer, request):
        for chunk in request:
            writer.write(chunk)
`

// memoryPeak watches how much memory this process has.
type memoryPeak struct {
	heap, rss, startHeap, startRSS uint64
}

func newMemoryPeak() *memoryPeak {
	runtime.GC()
	m := &memoryPeak{}
	m.sample()
	m.startHeap, m.startRSS = m.heap, m.rss
	return m
}

func (m *memoryPeak) sample() {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	m.heap, m.rss = max(m.heap, stats.HeapInuse), max(m.rss, residentSize())
}

// residentSize is the memory of this process that is in RAM, 0 where that is not known.
func residentSize() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	var kilobytes uint64
	if _, after, ok := strings.Cut(string(status), "VmRSS:"); ok {
		_, _ = fmt.Sscan(after, &kilobytes)
	}
	return kilobytes << 10
}

// pattern is a body of a given length. It samples the memory now and then.
type pattern struct {
	left int64
	read int64
	peak *memoryPeak
}

var patternChunk = func() []byte {
	chunk := make([]byte, 1<<16)
	for i := range chunk {
		chunk[i] = byte(i)
	}
	return chunk
}()

func (p *pattern) Read(into []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	n := copy(into, patternChunk[p.read%int64(len(patternChunk)):])
	n = int(min(int64(n), p.left))
	if p.read>>26 != (p.read+int64(n))>>26 {
		p.peak.sample()
	}
	p.left, p.read = p.left-int64(n), p.read+int64(n)
	return n, nil
}

func (p *pattern) Close() error { return nil }

// summing is a response of which only size and checksum are kept.
type summing struct {
	header http.Header
	status int
	size   int64
	sum    interface {
		io.Writer
		Sum32() uint32
	}
	text strings.Builder // the first bytes
	peak *memoryPeak
}

func (s *summing) Header() http.Header    { return s.header }
func (s *summing) WriteHeader(status int) { s.status = status }

func (s *summing) Write(p []byte) (int, error) {
	if s.size>>26 != (s.size+int64(len(p)))>>26 {
		s.peak.sample()
	}
	s.size += int64(len(p))
	if s.size < 1000 {
		s.text.Write(p)
	}
	return s.sum.Write(p)
}

func TestAGibibytePassesThroughASmallInstance(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 3 GiB")
	}
	memory, err := wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithMemoryLimit(smallMemory))
	require.NoError(t, err)
	defer func() { require.NoError(t, memory.Close(context.Background())) }()
	bundle, err := Open(writeBundle(t, large, nil))
	require.NoError(t, err)
	defer bundle.Close()
	log := &syncBuffer{}
	host := memserver.New(memserver.Config{Logger: slog.New(slog.NewTextHandler(log, nil))})
	p, err := New(t.Context(), Config{Bundle: bundle, Runtime: memory, API: host.Plugin(bundle.Manifest().Model)})
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close(context.Background())) }()

	want := adler32.New()
	for range streamedBytes / len(patternChunk) {
		_, _ = want.Write(patternChunk)
	}
	for name, test := range map[string]struct {
		path     string
		up, down int64
	}{
		"upload":   {"/upload", streamedBytes, 0},
		"download": {fmt.Sprint("/download?size=", streamedBytes), 0, streamedBytes},
		"echo":     {"/echo", streamedBytes, streamedBytes},
	} {
		t.Run(name, func(t *testing.T) {
			peak := newMemoryPeak()
			body := &pattern{left: test.up, peak: peak}
			request := httptest.NewRequest(http.MethodPost, test.path, body)
			request.ContentLength = test.up
			response := &summing{header: http.Header{}, sum: adler32.New(), peak: peak}
			start := time.Now()
			p.ServeHTTP(&plugin.Context{}, response, request)
			elapsed := time.Since(start)

			require.Equal(t, http.StatusOK, response.status, "%s%s", response.text.String(), log)
			if test.down == 0 {
				require.Equal(t, fmt.Sprintf("%d %08x", test.up, want.Sum32()), response.text.String())
			} else {
				require.Equal(t, test.down, response.size)
				require.Equal(t, want.Sum32(), response.sum.Sum32())
			}
			guest := p.guests.all()[0].instance.Stats().Memory
			t.Logf("%.0f MB/s; guest %d MiB; Go heap %+.1f MiB, resident %+.1f MiB at its peak",
				float64(test.up+test.down)/1e6/elapsed.Seconds(), guest>>20,
				float64(peak.heap-peak.startHeap)/(1<<20), float64(peak.rss-peak.startRSS)/(1<<20))
			require.LessOrEqual(t, guest, uint64(smallMemory))
			require.Less(t, peak.heap-peak.startHeap, uint64(64<<20), "the host keeps what passes")
			require.Less(t, peak.rss-peak.startRSS, uint64(128<<20), "the host keeps what passes")
		})
	}
}
