package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

const (
	blockSize   = 64 << 10
	largeBlocks = 1600 // 100 MiB
	// What 100 MiB may cost the plugin's process on their way. Held as a whole, once, they would cost more.
	largeMemory = 48 << 20
)

// downloaded is how far the large download has come.
type downloaded struct {
	Written   int
	Abandoned bool
}

func TestHTTP(t *testing.T) {
	id := install(t, "testdata/plugins/web")
	enableRunning(t, id)

	t.Run("a plugin knows who asks", func(t *testing.T) {
		type who struct {
			User, Plugin, Authorization, Agent string
			Session                            bool
			Query                              map[string][]string
		}
		request := pluginRequest(t, server.User, http.MethodGet, id, "/whoami?a=1&a=2&b=%20x", nil)
		request.Header.Set("Mattermost-User-Id", "somebody else")
		request.Header.Set("Mattermost-Plugin-ID", "some plugin")
		request.Header.Set("User-Agent", "e2e")
		response := do(t, request)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, "application/json", response.Header.Get("Content-Type"))
		require.Equal(t, who{User: server.Me.Id, Session: true, Agent: "e2e", Query: map[string][]string{"a": {"1", "2"}, "b": {" x"}}},
			decode[who](t, response.Body), "and is told neither the user's token nor what the client pretends")

		nobody := do(t, pluginRequest(t, model.NewAPIv4Client(server.URL), http.MethodGet, id, "/whoami", nil))
		require.Empty(t, decode[who](t, nobody.Body).User)
	})
	t.Run("JSON both ways, and every value of a header", func(t *testing.T) {
		request := pluginRequest(t, server.User, http.MethodPost, id, "/echo", strings.NewReader(`{"n":[1,null,"ü"]}`))
		request.Header["X-Tag"] = []string{"one", "two, and a half"}
		request.Header.Set("Content-Type", "application/json")
		response := do(t, request)
		require.Equal(t, http.StatusCreated, response.StatusCode)
		require.Equal(t, []string{"two, and a half", "one"}, response.Header.Values("X-Tag"))
		require.Equal(t, []string{"a=1; Path=/", "b=2; Path=/"}, response.Header.Values("Set-Cookie"))
		require.Equal(t, map[string]any{"got": map[string]any{"n": []any{1.0, nil, "ü"}}, "type": "application/json"},
			decode[map[string]any](t, response.Body))
	})
	t.Run("what is not there, and what is broken", func(t *testing.T) {
		missing := do(t, pluginRequest(t, server.User, http.MethodGet, id, "/nowhere", nil))
		require.Equal(t, http.StatusNotFound, missing.StatusCode)
		require.Equal(t, map[string]any{"error": "no GET /nowhere here"}, decode[map[string]any](t, missing.Body))

		from := server.Log.Len()
		broken := do(t, pluginRequest(t, server.User, http.MethodGet, id, "/boom", nil))
		require.Equal(t, http.StatusInternalServerError, broken.StatusCode)
		waitLog(t, from, id, "the handler is broken")
	})
	t.Run("100 MiB down: the first bytes come before the last are written, in little memory", func(t *testing.T) {
		plugin := pluginProcess(t, id)
		before := resetPeakMemory(t, plugin)
		response := do(t, pluginRequest(t, server.User, http.MethodGet, id, fmt.Sprintf("/large?blocks=%d", largeBlocks), nil))
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.EqualValues(t, largeBlocks*blockSize, response.ContentLength)

		first := make([]byte, blockSize)
		_, err := io.ReadFull(response.Body, first)
		require.NoError(t, err)
		progress := do(t, pluginRequest(t, server.User, http.MethodGet, id, "/progress", nil))
		written := decode[downloaded](t, progress.Body).Written
		require.Less(t, written, largeBlocks*blockSize, "the download waits for the client")

		sum := crc32.NewIEEE()
		_, _ = sum.Write(first)
		rest, err := io.Copy(sum, response.Body)
		require.NoError(t, err)
		require.EqualValues(t, (largeBlocks-1)*blockSize, rest)
		require.Equal(t, crcOf(t, newBlocks(largeBlocks)), sum.Sum32())

		peak := peakMemory(t, plugin)
		t.Logf("written when the first block was here: %.1f MiB; the plugin's memory: %.1f MiB before, at most %.1f MiB",
			mib(written), mib(before), mib(peak))
		require.Less(t, peak-before, largeMemory)
	})
	t.Run("a handler learns that the client has gone", func(t *testing.T) {
		response := do(t, pluginRequest(t, server.User, http.MethodGet, id, fmt.Sprintf("/large?blocks=%d", largeBlocks), nil))
		_, err := io.ReadFull(response.Body, make([]byte, blockSize))
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		eventually(t, func() bool {
			progress := do(t, pluginRequest(t, server.User, http.MethodGet, id, "/progress", nil))
			return decode[downloaded](t, progress.Body).Abandoned
		}, "a BrokenPipeError in the handler")
	})
	t.Run("100 MiB up, in little memory", func(t *testing.T) {
		plugin := pluginProcess(t, id)
		before := resetPeakMemory(t, plugin)
		response := do(t, pluginRequest(t, server.User, http.MethodPost, id, "/count", newBlocks(largeBlocks)))
		require.Equal(t, http.StatusOK, response.StatusCode)
		type count struct{ Size, CRC, Largest int }
		got := decode[count](t, response.Body)
		require.Equal(t, largeBlocks*blockSize, got.Size)
		require.EqualValues(t, crcOf(t, newBlocks(largeBlocks)), got.CRC)
		require.LessOrEqual(t, got.Largest, 1<<20)

		peak := peakMemory(t, plugin)
		t.Logf("the plugin's memory: %.1f MiB before, at most %.1f MiB; the largest piece: %d KiB", mib(before), mib(peak), got.Largest>>10)
		require.Less(t, peak-before, largeMemory)
	})
}

// pluginRequest is a request to a plugin, in the name of the client's user.
func pluginRequest(t *testing.T, client *model.Client4, method, plugin, path string, body io.Reader) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(testContext(t), method, server.URL+"/plugins/"+plugin+path, body)
	require.NoError(t, err)
	if client.AuthToken != "" {
		request.Header.Set(model.HeaderAuth, model.HeaderBearer+" "+client.AuthToken)
	}
	return request
}

// do sends the request. The body of the response is open until the end of the test.
func do(t *testing.T, request *http.Request) *http.Response {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// decode reads a JSON value.
func decode[T any](t *testing.T, from io.Reader) T {
	t.Helper()
	text, err := io.ReadAll(from)
	require.NoError(t, err)
	var value T
	require.NoError(t, json.Unmarshal(text, &value), "%s", text)
	return value
}

// newBlocks reads as n blocks of 64 KiB with every byte in turn, without holding them.
func newBlocks(n int) io.Reader {
	return io.LimitReader(&repeated{block: bytes.Repeat(allBytes(), 256)}, int64(n)*blockSize)
}

type repeated struct {
	block []byte
	at    int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.block[r.at:])
	r.at = (r.at + n) % len(r.block)
	return n, nil
}

func crcOf(t *testing.T, from io.Reader) uint32 {
	t.Helper()
	sum := crc32.NewIEEE()
	_, err := io.Copy(sum, from)
	require.NoError(t, err)
	return sum.Sum32()
}

// resetPeakMemory makes the kernel forget the most that the process has used, and returns what it uses now, in bytes.
func resetPeakMemory(t *testing.T, pid int) int {
	t.Helper()
	require.NoError(t, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0))
	return peakMemory(t, pid)
}

// peakMemory is the most that the process has used, resident, since resetPeakMemory, in bytes.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, line, found := strings.Cut(string(status), "VmHWM:")
	require.True(t, found)
	var kib int
	_, err = fmt.Sscanf(line, "%d kB", &kib)
	require.NoError(t, err)
	return kib << 10
}

func mib(n int) float64 { return float64(n) / (1 << 20) }
