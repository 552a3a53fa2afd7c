package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPluginAsksAnotherOverHTTP(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/web"))
	caller := install(t, "testdata/plugins/caller")
	enableRunning(t, caller)
	channel := newChannel(t)

	t.Run("the other one knows who asks", func(t *testing.T) {
		type answer struct {
			Status int
			Type   string
			Body   map[string]any
		}
		got := ask[answer](t, channel, "/call whoami")
		require.Equal(t, http.StatusOK, got.Status)
		require.Equal(t, "application/json", got.Type)
		require.Equal(t, caller, got.Body["plugin"])
		require.Empty(t, got.Body["user"])
		require.Equal(t, map[string]any{"x": []any{"1"}}, got.Body["query"])
	})
	t.Run("every value of a header, both ways", func(t *testing.T) {
		require.Equal(t, map[string]any{
			"status": 201.0, "tags": []any{"two", "one"}, "cookies": []any{"a=1; Path=/", "b=2; Path=/"},
			"got": map[string]any{"from": "caller"},
		}, ask[map[string]any](t, channel, "/call echo"))
	})
	t.Run("a long answer is read as it is written", func(t *testing.T) {
		got := ask[struct{ Size, CRC int }](t, channel, "/call large 320")
		require.Equal(t, 320*blockSize, got.Size)
		require.EqualValues(t, crcOf(t, newBlocks(320)), got.CRC)
	})
	t.Run("nobody is there", func(t *testing.T) {
		require.Equal(t, http.StatusNotFound, ask[int](t, channel, "/call missing"))
	})
}
