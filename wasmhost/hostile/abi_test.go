package hostile

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// four answers API calls with four bytes, and fails the test when one is carried out that must not be.
type four struct {
	t       *testing.T
	refused bool
}

func (f *four) Call(context.Context, abi.Method, []byte) ([]byte, error) {
	if f.refused {
		f.t.Error("the call was carried out")
	}
	return []byte("four"), nil
}

// TestHostileABI has a handmade guest call its host in ways that the ABI forbids. Nothing may come of it but a status or the
// end of the guest.
func TestHostileABI(t *testing.T) {
	const page, all, raw = uint32(handmade.Page), uint32(math.MaxUint32), uint32(handmade.Buffer)
	outside, invalid := []int64{int64(abi.StatusBadPointer)}, []int64{int64(abi.StatusInvalid)}
	hook := handmade.HookOf
	for _, test := range []struct {
		name, limit string
		calls       [][]uint32 // the hook's id, and its parameters
		want        []int64    // the result of each; nil: the guest has ended
	}{
		{"pointers outside of memory", "pointers", [][]uint32{
			{handmade.API, page, 1, 0, 0}, {handmade.API, all, 1, 0, 0}, {handmade.API, 0, 0, all, 4}, {handmade.API, 0, 0, page, 1},
		}, outside},
		{"offset + length overflows", "pointers", [][]uint32{
			{handmade.API, all, 2, 0, 0}, {handmade.API, 1, all, 0, 0}, {handmade.API, all, all, 0, 0}, {handmade.API, 0, 0, all, all - 1},
			{handmade.API, page - 1, all - page + 2, 0, 0},
		}, outside},
		{"lengths that lie", "pointers", [][]uint32{
			{handmade.API, 0, page + 1, 0, 0}, {handmade.API, 0, 0, page - 3, 4}, {handmade.API, 0, 1 << 31, 0, 0},
		}, outside},
		{"take without a response", "kept response", [][]uint32{{handmade.Take, 0, 4}, {handmade.Take, 0, 0}, {handmade.Take, all, all}}, invalid},
		{"take of another length", "kept response", [][]uint32{{handmade.Keep, 0, 0, 0, 3, 0, 3}, {handmade.Keep, 0, 0, 0, 3, 0, all}}, invalid},
		{"take to outside", "pointers", [][]uint32{{handmade.Keep, 0, 0, 0, 3, page - 3, 4}, {handmade.Keep, 0, 0, 0, 3, all, 4}}, outside},
		{"respond from outside", "pointers", [][]uint32{{handmade.Respond, all, 2}}, nil},
		{"log from outside", "pointers", [][]uint32{{handmade.Log, 1, 1, all}}, nil},
		{"tickets that are none", "tickets", [][]uint32{
			{hook("collect"), 1, 0, 0, 4}, {hook("collect"), all, all, 0, 4}, {hook("forget"), 7, 0}, {hook("wait"), 0, 1, 0, 0},
			{hook("wait"), 0, 1 << 29, 0, 0}, {hook("wait"), 0, all, 0, 0},
		}, invalid},
		{"a request submitted from outside", "pointers", [][]uint32{{handmade.API, page, 1, 0, abi.Submit}, {handmade.API, all, all, 1, abi.Submit}}, outside},
		{"streams that are none", "streams", [][]uint32{
			{hook("stream_read"), 1, 0, 1}, {hook("stream_write"), all, 0, 1}, {hook("stream_control"), 0, 0, 1}, {hook("stream_close"), 9, 0},
			{hook("stream_read"), 1, 0, 0}, {hook("stream_write"), 1, 0, all},
		}, invalid},
		{"answers to hooks of others", "deferred hooks", [][]uint32{
			{hook("complete"), 1, 0, 0, 0, 1}, {hook("complete"), all, all, 1, 0, 1}, {hook("complete"), 0, 1 << 31, 0, 0, 0},
		}, invalid},
		{"poll_oneoff with a count that overflows", "WASI", [][]uint32{{hook("poll_oneoff"), 0, 0, 1 << 28, 0x200}}, nil},
		{"random bytes to outside", "WASI", [][]uint32{{hook("random_get"), page, 1}, {hook("random_get"), 1, all}}, []int64{21}},
		{"proc_exit", "end of an instance", [][]uint32{{hook("proc_exit"), 3}}, nil},
		{"a trap", "end of an instance", [][]uint32{{handmade.Trap}}, nil},
		{"descriptors that are none", "WASI", [][]uint32{{hook("fd_close"), 77}, {hook("fd_read"), all, 0, 1, 0}, {hook("fd_tell"), 1 << 31, 0}}, []int64{8}},
		{"iovecs outside of memory", "WASI", [][]uint32{{hook("fd_read"), 0, page - 4, 1, raw}, {hook("fd_read"), 0, all, all, raw}}, []int64{21}},
	} {
		hostile.Attack(t, "ABI", test.name, test.limit, func(t *testing.T) string {
			return watched(t, func() string {
				r := handmadeRuntime(t, handmade.Guest{}.Wasm())
				defer func() { require.NoError(t, r.Close(context.Background())) }()
				outcome := ""
				for _, call := range test.calls {
					caller := &four{t: t, refused: call[0] == handmade.API}
					i, err := program(t, r, "").Instantiate(t.Context(), wasmhost.InstanceConfig{Caller: caller, Streams: wasmhost.NewStreams()})
					require.NoError(t, err)
					answer, err := i.Hook(t.Context(), call[0], handmade.Words(call[1:]...))
					outcome = result(t, test.want, answer, err)
				}
				return outcome
			})
		})
	}
	callsAfterTheEnd(t)
}

// result judges what a function of the host has given.
func result(t *testing.T, want []int64, answer []byte, err error) string {
	if want == nil {
		var e *wasmhost.Error
		require.ErrorAs(t, err, &e)
		require.Contains(t, []wasmhost.Code{wasmhost.BadGuest, wasmhost.Trap, wasmhost.Exited}, e.Code)
		return e.Code.Error() + "; its instance has ended"
	}
	require.NoError(t, err)
	require.Len(t, answer, 8)
	got := int64(binary.LittleEndian.Uint64(answer))
	require.Contains(t, want, got)
	return fmt.Sprintf("status %d", got)
}

// callsAfterTheEnd are hooks that come when the instance is closed.
func callsAfterTheEnd(t *testing.T) {
	hostile.Attack(t, "ABI", "calls after close", "end of an instance", func(t *testing.T) string {
		return watched(t, func() string {
			r := handmadeRuntime(t, handmade.Guest{}.Wasm())
			defer func() { require.NoError(t, r.Close(context.Background())) }()
			i, err := program(t, r, "").Instantiate(t.Context(), wasmhost.InstanceConfig{})
			require.NoError(t, err)
			require.NoError(t, i.Close(t.Context()))
			for id := range handmade.Hooks() {
				_, err := i.Hook(t.Context(), id, handmade.Words())
				require.ErrorIs(t, err, wasmhost.Closed)
			}
			return "closed"
		})
	})
}
