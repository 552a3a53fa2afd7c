package wasmhost

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

func TestAPipeCarriesWhatTheGuestWritesToTheAPI(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams, Caller: readAll(streams)})
	require.Equal(t, "10000 <nil>", hook(t, i, upload, "10 1000 0"))
	require.Equal(t, "10000 "+ErrGaveUp.Error(), hook(t, i, upload, "10 1000 1"), "failed is no end")
	require.Equal(t, "5242880 <nil>", hook(t, i, upload, "2 2621440 0"), "in pieces of a megabyte")
	for range 2*abi.MaxStreams + 1 {
		require.Equal(t, "0 <nil>", hook(t, i, upload, "0 0 0"), "closed before the other end was asked for")
	}
	require.Empty(t, streams.open)
	require.Empty(t, streams.closed)
}

func TestAPipeHoldsNoMoreThanOneWrite(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams, Caller: readAll(streams)})
	hook(t, i, upload, "10 1048576 0")
	before := heap()
	var most atomic.Uint64
	const megabytes = 200
	ended := make(chan string)
	go func() { ended <- hook(t, i, upload, fmt.Sprint(megabytes, " 1048576 0")) }()
	for {
		select {
		case answer := <-ended:
			require.Equal(t, fmt.Sprint(megabytes<<20, " <nil>"), answer)
			require.Less(t, int64(most.Load())-int64(before), int64(20<<20))
			return
		case <-time.After(20 * time.Millisecond):
			most.Store(max(most.Load(), heap()))
		}
	}
}

func TestWritingToAPipeWhoseReaderIsGoneFails(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams})
	number, err := strconv.Atoi(hook(t, i, openPipe, ""))
	require.NoError(t, err)
	reader, ok := streams.Pipe(uint32(number))
	require.True(t, ok)
	require.NoError(t, reader.Close())
	require.Equal(t, "stream_write: unavailable", statusFrom(t, i, streamWrite, fmt.Sprint(number, " x")))
	require.Equal(t, "stream_read: malformed request", statusFrom(t, i, streamRead, fmt.Sprint(number)))
	_, ok = streams.Pipe(12345)
	require.False(t, ok)
	other := added(t, streams, StreamBase{})
	_, ok = streams.Pipe(other)
	require.False(t, ok, "no pipe")
}

func TestAPipeOfADeadInstanceIsNoCleanEnd(t *testing.T) {
	for name, end := range map[string]func(*Instance) error{
		"closed": func(i *Instance) error { return i.Close(context.Background()) },
		"failed": func(i *Instance) error { i.fail(&Error{Code: Killed, Op: "test"}); return nil },
	} {
		streams := NewStreams()
		i := start(t, streaming, InstanceConfig{Streams: streams})
		number, err := strconv.Atoi(hook(t, i, openPipe, ""))
		require.NoError(t, err)
		stream := &memoryStream{}
		added(t, streams, stream)
		reader, ok := streams.Pipe(uint32(number))
		require.True(t, ok)
		read := make(chan error)
		go func() {
			_, err := reader.Read(make([]byte, 1))
			read <- err
		}()
		require.NoError(t, end(i))
		require.ErrorAs(t, <-read, new(*Error), name)
		<-i.released
		require.Len(t, stream.closed, 1)
		require.ErrorAs(t, stream.closed[0], new(*Error), name)
		_, err = streams.Add(stream)
		require.Error(t, err, name)
	}
}

func TestPipesThatNobodyAskedForAreForgottenInTheEnd(t *testing.T) {
	streams := NewStreams()
	i := start(t, streaming, InstanceConfig{Streams: streams})
	for range abi.MaxStreams + 10 {
		hook(t, i, streamClose, hook(t, i, openPipe, "")+" 0")
	}
	require.Len(t, streams.closed, abi.MaxStreams)
	_, ok := streams.Pipe(10)
	require.False(t, ok)
	_, ok = streams.Pipe(11)
	require.True(t, ok)
}
