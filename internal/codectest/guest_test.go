package codectest

import (
	"context"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

//go:embed testdata/codec.py
var codec []byte

// The operations of testdata/codec.py.
const (
	recode = iota
	rebuild
	construct
	merge
	toJSON
	fromJSON
	invent
	measure
)

// guest is the interpreter with the message types under test.
type guest struct {
	runtime  *wasmhost.Runtime
	instance *wasmhost.Instance
}

// theGuest is one guest for all tests of this process.
var theGuest = sync.OnceValues(func() (*guest, error) {
	all, err := types()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, message := range all {
		names = append(names, string(message.Descriptor().FullName()))
	}
	ctx := context.Background()
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	if err != nil {
		return nil, err
	}
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{
		Libraries: map[string]fs.FS{"sdk": python.Files()},
		Files:     fstest.MapFS{"codec.py": {Data: codec}, "kinds_pb2.py": {Data: []byte(pythonModule(all[0].Descriptor()))}},
		Entry:     "codec",
		Argument:  strings.Join(append(contractModules(), "kinds_pb2"), "\n") + "\n\n" + strings.Join(names, "\n"),
	})
	if err != nil {
		return nil, err
	}
	instance, err := program.Instantiate(ctx, wasmhost.InstanceConfig{})
	if err != nil {
		return nil, err
	}
	return &guest{runtime, instance}, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if g, err := theGuest(); err == nil {
		if err := g.runtime.Close(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "close the runtime:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// do lets the guest carry out an operation on a message type, given by its index in types. It fails the test when the
// guest does anything but accept or refuse the request; refused is why the guest refused it, or "".
func do(t require.TestingT, operation, kind int, request []byte) (answer []byte, refused string) {
	g, err := theGuest()
	require.NoError(t, err)
	answer, err = g.instance.Hook(context.Background(), uint32(kind<<8|operation), request)
	if failure, ok := err.(*wasmhost.Error); ok { //nolint:errorlint // for its traceback
		require.NoError(t, err, failure.Traceback)
	}
	require.NoError(t, err)
	if answer[0] == 0 {
		return nil, string(answer[1:])
	}
	return answer[1:], ""
}

// must is do for requests that the guest has to accept.
func must(t require.TestingT, operation, kind int, request []byte) []byte {
	answer, refused := do(t, operation, kind, request)
	require.Empty(t, refused)
	return answer
}
