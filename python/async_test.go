package python_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

// runPython runs a script with the SDK.
func runPython(t *testing.T, config wasmhost.InstanceConfig, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	require.NoError(t, err)
	defer func() { require.NoError(t, runtime.Close(context.WithoutCancel(ctx))) }()
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{Libraries: map[string]fs.FS{"sdk": python.Files()}})
	require.NoError(t, err)
	var output bytes.Buffer
	config.Stdout, config.Stderr = &output, &output
	code, err := program.Main(ctx, config, []string{"-W", "error", "-c", script})
	require.NoError(t, err, output.String())
	require.Zero(t, code, output.String())
	return output.String()
}

// None of the fifty calls is answered before all of them are inside.
func TestGatheredCallsOverlap(t *testing.T) {
	const calls = 50
	var inside sync.WaitGroup
	inside.Add(calls)
	var now, most atomic.Int32
	output := runPython(t, wasmhost.InstanceConfig{Caller: wasmhost.CallerFunc(
		func(_ context.Context, method abi.Method, request []byte) ([]byte, error) {
			require.Equal(t, abi.GetUser, method)
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			inside.Done()
			inside.Wait()
			var r pb.GetUserRequest
			if err := proto.Unmarshal(request, &r); err != nil {
				return nil, err
			}
			return proto.Marshal(&pb.GetUserResponse{User: &pb.User{Id: r.GetUserId()}})
		})}, `
import asyncio
from mattermost_plugin._internal.calls import AsyncAPICalls
from mattermost_plugin.grpc.api_user_team_pb2 import GetUserRequest, GetUserResponse

async def get(n):
    return (await AsyncAPICalls()._invoke("GetUser", GetUserRequest(user_id=str(n)), GetUserResponse)).user.id

async def main():
    return await asyncio.gather(*map(get, range(50)))

print(asyncio.run(main()) == [str(n) for n in range(50)])
`)
	require.Equal(t, "True\n", output)
	require.Equal(t, int32(calls), most.Load())
}

// textStream is a stream with a text; what is written to it is kept.
type textStream struct {
	wasmhost.StreamBase
	io.Reader
	written strings.Builder
	gone    bool
	closed  []error
}

func (s *textStream) Read(p []byte) (int, error) { return s.Reader.Read(p) }
func (s *textStream) Write(p []byte) (int, error) {
	if s.gone {
		return 0, io.ErrClosedPipe
	}
	return s.written.Write(p)
}
func (s *textStream) CloseGuest(err error) error { s.closed = append(s.closed, err); return nil }

func TestStreamsAreFilesInPython(t *testing.T) {
	streams := wasmhost.NewStreams()
	whole, chunked := &textStream{Reader: strings.NewReader("hello world")}, &textStream{Reader: strings.NewReader(strings.Repeat("x", 100_000))}
	target, half, gone := &textStream{}, &textStream{}, &textStream{gone: true}
	for n, stream := range []*textStream{whole, chunked, target, half, gone} {
		number, err := streams.Add(stream)
		require.NoError(t, err)
		require.Equal(t, uint32(n+1), number)
	}
	output := runPython(t, wasmhost.InstanceConfig{Streams: streams, Caller: wasmhost.CallerFunc(
		func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
			reader, ok := streams.Pipe(uint32(request[0]))
			if !ok {
				return nil, abi.StatusInvalid
			}
			defer reader.Close()
			data, err := io.ReadAll(reader)
			if err != nil {
				return []byte(err.Error()), nil
			}
			return data, nil
		})}, `
import _mmpy, io
from mattermost_plugin._internal.streams import HostReader, HostWriter

with HostReader(1) as reader:
    assert reader.readable() and not reader.writable()
    print(reader.read(5), reader.read(0), reader.read(), reader.read(5))
print(reader.closed)
try: reader.read(1)
except ValueError as error: print(error)
print([len(chunk) for chunk in HostReader(2)])
with HostWriter(3) as writer:
    print(writer.write(b"one "), writer.write(memoryview(b"two")))
    with io.TextIOWrapper(io.BufferedWriter(writer), write_through=True) as text:
        text.write(" three")
try:
    with HostWriter(4) as writer:
        writer.write(b"half")
        raise LookupError
except LookupError: pass
try: HostWriter(5).write(b"x")
except BrokenPipeError as error: print(error.strerror)
try: HostReader(99).read(1)
except OSError as error: print(error.strerror)

def upload(*chunks, abort=False):
    writer = HostWriter.pipe()
    ticket = _mmpy.submit("UploadData", bytes([writer.number]))
    for chunk in chunks: writer.write(chunk)
    if abort: del writer
    else: writer.close()
    _mmpy.wait([ticket], None)
    return _mmpy.collect(ticket)

print(upload(b"a", b"b" * 10))
print(upload(b"a", abort=True))
`)
	require.Equal(t, `b'hello' b'' b' world' b''
True
I/O operation on closed file
[65536, 34464]
4 3
the other end of the stream is gone
the stream is closed, in use, not for that, or takes no more than was announced
b'abbbbbbbbbb'
b'the plugin gave up half-way'
`, output)
	require.Equal(t, "one two three", target.written.String())
	require.Equal(t, []error{nil}, target.closed)
	require.Equal(t, "half", half.written.String())
	require.Equal(t, []error{wasmhost.ErrGaveUp}, half.closed)
	require.Equal(t, []error{nil}, whole.closed)
}
