package wasmhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

const streaming = `
import _mmpy
def copy(request):
    source, target = request.split()
    total = 0
    buffer = bytearray(4096)
    while count := _mmpy.stream_readinto(int(source), buffer):
        total += _mmpy.stream_write(int(target), memoryview(buffer)[:count])
    _mmpy.stream_close(int(source))
    _mmpy.stream_close(int(target))
    return b"%d" % total
def read(request): return _mmpy.stream_read(int(request), 1 << 30)
def write(request):
    number, data = request.split(b" ", 1)
    return b"%d" % _mmpy.stream_write(int(number), data)
def control(request):
    number, data = request.split(b" ", 1)
    _mmpy.stream_control(int(number), data)
def close(request):
    number, failed = request.split()
    _mmpy.stream_close(int(number), failed == b"1")
def upload(request):
    chunks, size, failed = map(int, request.split())
    number = _mmpy.stream_pipe()
    ticket = _mmpy.submit("UploadData", b"%d" % number)
    for n in range(chunks):
        _mmpy.stream_write(number, b"%c" % (n & 127) * size)
    _mmpy.stream_close(number, bool(failed))
    _mmpy.wait([ticket], None)
    return _mmpy.collect(ticket)
def pipe(request): return b"%d" % _mmpy.stream_pipe()
def pipes(request):
    try:
        for n in range(1000): _mmpy.stream_pipe()
    except _mmpy.StatusError as error:
        return b"%d %d" % (n, error.status)
def echo(request): return request
def late(request):
    try:
        _mmpy.stream_read(int(request), 1)
    except TimeoutError:
        try:
            _mmpy.stream_read(int(request), 1)
        except _mmpy.StatusError as error:
            status = error.status
        _mmpy.stream_close(int(request), True)
        return b"%d" % status
`

const (
	streamCopy = iota
	streamRead
	streamWrite
	streamControl
	streamClose
	upload
	openPipe
	openPipes
	streamEcho
	readLate
)

// A memoryStream is read from a reader and written to a buffer.
type memoryStream struct {
	io.Reader
	bytes.Buffer
	messages []string
	closed   []error
	fail     error
}

func (s *memoryStream) Read(p []byte) (int, error) { return s.Reader.Read(p) }
func (s *memoryStream) Write(p []byte) (int, error) {
	if s.fail != nil {
		return 0, s.fail
	}
	return s.Buffer.Write(p)
}
func (s *memoryStream) Control(message []byte) error {
	s.messages = append(s.messages, string(message))
	return s.fail
}
func (s *memoryStream) CloseGuest(err error) error { s.closed = append(s.closed, err); return s.fail }

func added(t *testing.T, streams *Streams, stream Stream) uint32 {
	t.Helper()
	number, err := streams.Add(stream)
	require.NoError(t, err)
	return number
}

func statusFrom(t *testing.T, i *Instance, id uint32, request string) string {
	t.Helper()
	e := hookError(t, t.Context(), i, id, request)
	require.Equal(t, "_mmpy.StatusError", e.Type, e.Traceback)
	return e.Message
}

func TestAGuestCopiesAStream(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams})
	text := strings.Repeat("0123456789", 10_000)
	source, target := &memoryStream{Reader: strings.NewReader(text)}, &memoryStream{}
	from, to := added(t, streams, source), added(t, streams, target)
	require.Equal(t, "100000", hook(t, i, streamCopy, fmt.Sprint(from, " ", to)))
	require.Equal(t, text, target.String())
	require.Equal(t, []error{nil}, source.closed)
	require.Equal(t, []error{nil}, target.closed)
	require.Equal(t, "stream_read: malformed request", statusFrom(t, i, streamRead, fmt.Sprint(from)), "it is closed")
	require.Equal(t, "stream_close: malformed request", statusFrom(t, i, streamClose, fmt.Sprint(from, " 0")), "twice")
}

func TestWhatAStreamAnswers(t *testing.T) {
	streams := NewStreams()
	var log logged
	i := start(t, streaming, InstanceConfig{Streams: streams, Log: log.log})
	stream := &memoryStream{Reader: strings.NewReader("")}
	number := fmt.Sprint(added(t, streams, stream))
	require.Equal(t, "", hook(t, i, streamRead, number), "the end")
	require.Equal(t, "5", hook(t, i, streamWrite, number+" hello"))
	hook(t, i, streamControl, number+" flush")
	require.Equal(t, []string{"flush"}, stream.messages)

	stream.fail = errors.New("connection reset")
	require.Equal(t, "stream_write: unavailable", statusFrom(t, i, streamWrite, number+" x"))
	require.Contains(t, log.all(), "connection reset")
	stream.fail = fmt.Errorf("wrapped: %w", abi.StatusDenied)
	require.Equal(t, "stream_control: permission denied", statusFrom(t, i, streamControl, number+" x"))
	require.Equal(t, "stream_close: permission denied", statusFrom(t, i, streamClose, number+" 1"))
	require.Equal(t, []error{ErrGaveUp}, stream.closed)

	base := fmt.Sprint(added(t, streams, StreamBase{}))
	require.Equal(t, "stream_read: malformed request", statusFrom(t, i, streamRead, base), "not for reading")
	require.Equal(t, "stream_write: malformed request", statusFrom(t, i, streamWrite, base+" x"), "not for writing")
	require.Equal(t, "stream_control: malformed request", statusFrom(t, i, streamControl, base+" x"))
	hook(t, i, streamClose, base+" 0")

	odd := fmt.Sprint(added(t, streams, oddStream{}))
	require.Equal(t, "stream_read: internal error of the host", statusFrom(t, i, streamRead, odd), "more than there is room for")
	require.Equal(t, "stream_write: unavailable", statusFrom(t, i, streamWrite, odd+" xy"), "a short write")
	require.Equal(t, "stream_control: internal error of the host", statusFrom(t, i, streamControl, odd+" xy"), "a panic")
	require.Contains(t, log.all(), "panic: at the disco")
	require.Equal(t, "stream_read: internal error of the host", statusFrom(t, i, streamRead, odd), "it goes on")
}

type oddStream struct{ StreamBase }

func (oddStream) Read(p []byte) (int, error)  { return len(p) + 1, nil }
func (oddStream) Write(p []byte) (int, error) { return 1, nil }
func (oddStream) Control([]byte) error        { panic("at the disco") }

func TestAnInstanceWithoutStreamsHasNone(t *testing.T) {
	i := start(t, streaming, InstanceConfig{})
	require.Equal(t, "stream_pipe: not implemented by this host", statusFrom(t, i, openPipe, ""))
	require.Equal(t, "stream_read: malformed request", statusFrom(t, i, streamRead, "1"))
	require.Equal(t, "stream_close: malformed request", statusFrom(t, i, streamClose, "1 0"))
}

// readAll answers API calls with the length of what came through the pipe of the request's number, and the error.
func readAll(streams *Streams) CallerFunc {
	return func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		number, _ := strconv.Atoi(string(request))
		reader, ok := streams.Pipe(uint32(number))
		if !ok {
			return []byte("no pipe"), nil
		}
		defer reader.Close()
		if _, again := streams.Pipe(uint32(number)); again {
			return []byte("twice"), nil
		}
		n, err := io.Copy(io.Discard, reader)
		return fmt.Appendf(nil, "%d %v", n, err), nil
	}
}

func TestOnlySoManyStreamsAreOpen(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams})
	require.Equal(t, fmt.Sprint(abi.MaxStreams, int(abi.StatusQuota)), hook(t, i, openPipes, ""))
	_, err := streams.Add(StreamBase{})
	require.ErrorIs(t, err, abi.StatusQuota)
	streams.Remove(1)
	streams.Remove(1)
	number := added(t, streams, StreamBase{})
	require.Greater(t, number, uint32(abi.MaxStreams), "numbers are not used again at once")
}

// A blockingStream blocks each Read until it gets a text, and CloseGuest says so.
type blockingStream struct {
	StreamBase
	reading chan struct{}
	text    chan string
	closed  chan error
}

func newBlockingStream() *blockingStream {
	return &blockingStream{reading: make(chan struct{}, 10), text: make(chan string), closed: make(chan error, 1)}
}

func (s *blockingStream) Read(p []byte) (int, error) {
	s.reading <- struct{}{}
	return copy(p, <-s.text), nil
}

func (s *blockingStream) CloseGuest(err error) error { s.closed <- err; return nil }

func TestOthersEnterWhileAStreamBlocks(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams})
	stream := newBlockingStream()
	number := fmt.Sprint(added(t, streams, stream))
	ended := make(chan string)
	go func() { ended <- hook(t, i, streamRead, number) }()
	<-stream.reading
	require.Equal(t, "x", hook(t, i, streamEcho, "x"))
	require.Equal(t, "stream_read: malformed request", statusFrom(t, i, streamRead, number), "it is busy")
	stream.text <- "at last"
	require.Equal(t, "at last", <-ended)
}

func TestABlockedStreamDoesNotHoldTheDeadlineUp(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams})
	stream := newBlockingStream()
	number := added(t, streams, stream)
	began := time.Now()
	response, err := i.Hook(within(t, 50*time.Millisecond), readLate, fmt.Append(nil, number))
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(int(abi.StatusCancelled)), string(response))
	require.Less(t, time.Since(began), DefaultGrace)
	require.Empty(t, stream.closed, "its Read is still running")
	stream.text <- ""
	stream.text <- "too late"
	require.Equal(t, ErrGaveUp, <-stream.closed)
}

func TestRemoveWaitsForTheMethodThatRuns(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams})
	stream := newBlockingStream()
	number := added(t, streams, stream)
	read := make(chan struct{})
	go func() { hook(t, i, streamRead, fmt.Sprint(number)); close(read) }()
	<-stream.reading
	removed := make(chan struct{})
	go func() { streams.Remove(number); close(removed) }()
	select {
	case <-removed:
		require.Fail(t, "it did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	stream.text <- "x"
	<-removed
	<-read
	require.Empty(t, stream.closed, "the host has taken it away")
}

func TestAGuestThatUsesStreamsWronglyIsRefused(t *testing.T) {
	const page = 1 << 16
	invalid, outside := int64(abi.StatusInvalid), int64(abi.StatusBadPointer)
	streams := NewStreams()
	i := startHandmade(t, handmade.Guest{Memory: 32}, InstanceConfig{Streams: streams})
	stream := &memoryStream{Reader: strings.NewReader("text")}
	number := added(t, streams, stream)
	for _, function := range []string{"stream_read", "stream_write", "stream_control"} {
		call := func(number, pointer, length uint32) int64 {
			return resultOf(t, i, handmade.HookOf(function), number, pointer, length)
		}
		require.Equal(t, outside, call(number, 32*page, 1), function)
		require.Equal(t, outside, call(number, 32*page-1, 2), function)
		require.Equal(t, outside, call(number, math.MaxUint32, 2), function)
		require.Equal(t, invalid, call(number, 0, abi.MaxStreamBytes+1), function)
		require.Equal(t, invalid, call(number, 0, math.MaxUint32), function)
		for _, none := range []uint32{0, number + 1, math.MaxUint32} {
			require.Equal(t, invalid, call(none, 0, 1), function)
		}
	}
	require.Equal(t, invalid, resultOf(t, i, handmade.HookOf("stream_read"), number, 0, 0))
	require.Equal(t, int64(4), resultOf(t, i, handmade.HookOf("stream_read"), number, 32*page-abi.MaxStreamBytes, abi.MaxStreamBytes))
	require.Zero(t, resultOf(t, i, handmade.HookOf("stream_read"), number, 0, 1))
	require.Zero(t, resultOf(t, i, handmade.HookOf("stream_write"), number, math.MaxUint32, 0))
	require.Equal(t, int64(abi.MaxStreamBytes), resultOf(t, i, handmade.HookOf("stream_write"), number, 0, abi.MaxStreamBytes))
	require.Equal(t, abi.MaxStreamBytes, stream.Len())
	require.Zero(t, resultOf(t, i, handmade.HookOf("stream_close"), number, math.MaxUint32))
	require.Equal(t, []error{ErrGaveUp}, stream.closed)
	require.Equal(t, invalid, resultOf(t, i, handmade.HookOf("stream_close"), number, 0))
	require.Equal(t, invalid, resultOf(t, i, handmade.HookOf("stream_read"), number, 0, 1))
}
