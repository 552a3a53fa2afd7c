package python_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

// plugin is one instance of a plugin that the host has loaded, as the server does.
type plugin struct {
	*wasmhost.Instance
	hooks map[string]uint32
	log   *lines
}

// lines are what a plugin has logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(level slog.Level, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(&l.text, level, message)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var sharedRuntime = sync.OnceValues(func() (*wasmhost.Runtime, error) {
	return wasmhost.NewRuntime(context.Background(), wasmhost.NewRuntimeConfig())
})

// load loads a plugin whose file begins with what most need; its own part follows.
func load(t testing.TB, config wasmhost.InstanceConfig, timeout time.Duration, source string) *plugin {
	t.Helper()
	runtime, err := sharedRuntime()
	require.NoError(t, err)
	settings, err := json.Marshal(map[string]any{"path": "/plugin/plugin.py", "hook_timeout": timeout.Seconds()})
	require.NoError(t, err)
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{
		Files: fstest.MapFS{"plugin.py": {Data: []byte(`
import asyncio, threading, time
from mattermost_plugin import AsyncPluginAPIClient, Plugin, hook
api = AsyncPluginAPIClient()
` + source)}},
		Libraries: map[string]fs.FS{"mmpy": python.Files()},
		Entry:     "mattermost_plugin._internal.guest",
		Argument:  string(settings),
	})
	require.NoError(t, err)
	log := &lines{}
	config.Log, config.WakeTimeout = log.add, timeout
	instance, err := program.Instantiate(t.Context(), config)
	var failure *wasmhost.Error
	if errors.As(err, &failure) {
		t.Log(failure.Traceback)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = instance.Close(context.Background())
		if t.Failed() {
			t.Log(log)
		}
	})
	var implemented pb.ImplementedResponse
	require.NoError(t, proto.Unmarshal(instance.Loaded(), &implemented))
	p := &plugin{Instance: instance, hooks: map[string]uint32{}, log: log}
	for id, name := range implemented.Hooks {
		p.hooks[name] = uint32(id)
	}
	return p
}

// ask runs a hook that is asked with a text: ExecuteCommand.
func (p *plugin) ask(ctx context.Context, text string) (string, error) {
	var response pb.ExecuteCommandResponse
	err := p.fire(ctx, "ExecuteCommand", &pb.ExecuteCommandRequest{Args: &pb.CommandArgs{Command: text}}, &response)
	return response.GetResponse().GetText(), err
}

func (p *plugin) fire(ctx context.Context, hook string, request, response proto.Message) error {
	encoded, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	answer, err := p.Hook(ctx, p.hooks[hook], encoded)
	if err != nil {
		return err
	}
	return proto.Unmarshal(answer, response)
}

func (p *plugin) activate(t testing.TB) {
	t.Helper()
	var response pb.OnActivateResponse
	require.NoError(t, p.fire(t.Context(), "OnActivate", &pb.OnActivateRequest{}, &response))
	require.Nil(t, response.Error)
}

func (p *plugin) mustAsk(t testing.TB, text string) string {
	t.Helper()
	answer, err := p.ask(t.Context(), text)
	var failure *wasmhost.Error
	if errors.As(err, &failure) {
		t.Log(failure.Traceback)
	}
	require.NoError(t, err)
	return answer
}

func within(t testing.TB, timeout time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	return ctx
}

// users answers GetUser with the id that was asked for, in that time.
func users(after time.Duration, during func(change int32)) wasmhost.Caller {
	return wasmhost.CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		var r pb.GetUserRequest
		if err := proto.Unmarshal(request, &r); err != nil {
			return nil, err
		}
		during(1)
		time.Sleep(after)
		during(-1)
		return proto.Marshal(&pb.GetUserResponse{User: &pb.User{Id: r.GetUserId()}})
	})
}

const askUser = `
class Asks(Plugin):
    @hook
    async def ExecuteCommand(self, context, args):
        return (await api.get_user(args.command)).id
`

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
