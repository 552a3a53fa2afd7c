package wasmhost

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// The handmade guest can call whatever Python's interpreter imports, so what fuzzes the one has all that there is.
func TestTheHandmadeGuestCallsAllThatPythonImports(t *testing.T) {
	calls := map[string]bool{"mmpy.tick": true, "mmpy.take": true, "mmpy.respond": true, "mmpy.log": true}
	for _, f := range append(handmade.Functions, handmade.Function{Module: "wasi_snapshot_preview1", Name: "fd_write"}) {
		calls[f.Module+"."+f.Name] = true
	}
	for _, imported := range sharedRuntime(t).shell.ImportedFunctions() {
		if module, name, _ := imported.Import(); module != abi.APIModule {
			require.True(t, calls[module+"."+name], "handmade.Functions lacks %s.%s", module, name)
		}
	}
}

// Neither parameters of a host function nor what lies in the guest's memory can do more than end the instance. Each call
// is fuzzed with twelve words of parameters, which are followed in memory by whatever the fuzzer likes.
func FuzzHostFunctions(f *testing.F) {
	runtime, err := runtimeOf(f, handmade.Guest{})
	require.NoError(f, err)
	program := newProgram(f, runtime, "")
	var i *Instance
	behind := uint32(handmade.Buffer + len(handmade.Words()))
	for id := range handmade.Hooks() {
		f.Add(id, handmade.Words(0, 1, 2, 3, 4, 5, 6, 7, 8), []byte("text"))
		f.Add(id, handmade.Words(1, 0, 4, math.MaxUint32, 0, 0), []byte(nil))
		f.Add(id, handmade.Words(3, behind, 1, 0, behind, 1, 0), binary.LittleEndian.AppendUint64(nil, 1<<32|handmade.Buffer))
		f.Add(id, handmade.Words(3, 0, behind, 8, math.MaxUint32, 1<<16-4, behind, 8, behind), []byte("tmp/fuzz"))
		f.Add(id, handmade.Words(math.MaxUint32-7, 1<<29, 0, 0, 0x05555556, 0x05555556), []byte("\x00\xff"))
		f.Add(id, handmade.Words(1<<16, math.MaxUint32, 0, 0, 0xfffffff0, 32), []byte(nil))
	}
	f.Add(uint32(handmade.API), handmade.Words(0, 1, 2, abi.Submit, 4, 5), []byte(nil))
	f.Fuzz(func(t *testing.T, id uint32, parameters, memory []byte) {
		id %= handmade.Hooks()
		if id == handmade.Trap || id == handmade.Spin || len(parameters) > len(handmade.Words()) || len(memory) > 4096 {
			return
		}
		if i == nil {
			streams := NewStreams()
			_, err = streams.Add(&memoryStream{Reader: strings.NewReader("some text")})
			require.NoError(t, err)
			i, err = program.Instantiate(context.Background(), InstanceConfig{Streams: streams, Caller: CallerFunc(
				func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
					return append([]byte(nil), request...), nil
				})})
			require.NoError(t, err)
		}
		request := append(append(make([]byte, 0, 8192), parameters...), make([]byte, len(handmade.Words())-len(parameters))...)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond) // what waits for ever is cut short
		defer cancel()
		began := time.Now()
		_, err := i.Hook(ctx, id, append(request, memory...))
		require.Less(t, time.Since(began), 20*time.Second)
		if err != nil && !errors.Is(err, Busy) {
			var e *Error
			require.ErrorAs(t, err, &e, fmt.Sprintf("%v", err))
			require.Contains(t, []Code{BadGuest, Exited, Killed, Trap, Closed}, e.Code, "%v", e)
			<-i.released
			i = nil
		}
	})
}
