package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/wasmhost"
)

// script is a plugin without Python: what its hooks do, by name. A hook gets its request, and the guest it is in to
// call the API; a nil response is an empty one.
type script map[string]func(g *fakeInstance, request proto.Message) (proto.Message, error)

// fakeEngine is an engine that runs a script.
type fakeEngine struct {
	script script
	load   func(*fakeInstance) error // what loading the plugin does; may be nil

	mu      sync.Mutex
	started []*fakeInstance
}

func (e *fakeEngine) instantiate(_ context.Context, config wasmhost.InstanceConfig) (instance, error) {
	i := &fakeInstance{engine: e, config: config, retired: make(chan struct{})}
	e.mu.Lock()
	e.started = append(e.started, i)
	load := e.load
	for name := range e.script {
		i.names = append(i.names, name)
	}
	e.mu.Unlock()
	slices.Sort(i.names)
	if load != nil {
		if err := load(i); err != nil {
			return nil, err
		}
	}
	return i, nil
}

// set changes what a hook does; it must have been defined.
func (e *fakeEngine) set(hook string, do func(*fakeInstance, proto.Message) (proto.Message, error)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.script[hook] = do
}

// setLoad changes what loading the plugin does.
func (e *fakeEngine) setLoad(load func(*fakeInstance) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.load = load
}

// does gives what a hook does.
func (e *fakeEngine) does(hook string) func(*fakeInstance, proto.Message) (proto.Message, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.script[hook]
}

func (e *fakeEngine) starts() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.started)
}

// number says which instance of the engine it is.
func (e *fakeEngine) number(i *fakeInstance) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Index(e.started, i)
}

type fakeInstance struct {
	engine *fakeEngine
	config wasmhost.InstanceConfig
	names  []string

	retired chan struct{}
	mu      sync.Mutex
	closed  bool
	err     error
}

func (i *fakeInstance) Loaded() []byte {
	encoded, err := proto.Marshal(&pb.ImplementedResponse{Hooks: i.names})
	if err != nil {
		panic(err)
	}
	return encoded
}

func (i *fakeInstance) Hook(_ context.Context, id uint32, encoded []byte) ([]byte, error) {
	i.mu.Lock()
	closed := i.closed
	i.mu.Unlock()
	if closed {
		return nil, &wasmhost.Error{Code: wasmhost.Closed, Op: "hook", NotBegun: true}
	}
	name := i.names[id]
	hook, ok := abi.HookByName(name)
	if !ok {
		return nil, fmt.Errorf("no hook %s", name)
	}
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(hook.Info().Request))
	if err != nil {
		return nil, err
	}
	request := kind.New().Interface()
	if err := proto.Unmarshal(encoded, request); err != nil {
		return nil, err
	}
	response, err := i.engine.does(name)(i, request)
	if failure, ok := errors.AsType[*wasmhost.Error](err); ok && !failure.Temporary() {
		i.end(err)
	}
	if err != nil || response == nil {
		return nil, err
	}
	return proto.Marshal(response)
}

func (i *fakeInstance) isClosed() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.closed
}

// end retires the instance, for a reason or for none.
func (i *fakeInstance) end(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.closed {
		i.closed, i.err = true, err
		close(i.retired)
	}
}

func (i *fakeInstance) Close(context.Context) error {
	i.end(nil)
	return nil
}

func (i *fakeInstance) Stats() wasmhost.Stats    { return wasmhost.Stats{} }
func (i *fakeInstance) Retired() <-chan struct{} { return i.retired }

func (i *fakeInstance) Err() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.err
}

// api makes an API call, as Python would.
func (i *fakeInstance) api(method abi.Method, request proto.Message) error {
	encoded, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	_, err = i.config.Caller.Call(context.Background(), method, encoded)
	return err
}

// raise is a Python exception in a hook.
func raise(kind, text string) error {
	return &wasmhost.Error{
		Code: wasmhost.Exception, Op: "hook", Type: kind, Message: text,
		Traceback: "Traceback (most recent call last):\n  File \"/plugin/plugin.py\", line 7\n" + kind + ": " + text + "\n",
	}
}

// killed is the end of an instance that did not stop.
func killed() error { return &wasmhost.Error{Code: wasmhost.Killed, Op: "hook"} }

// logAPI is an API with a log and nothing else.
type logAPI struct {
	plugin.API

	mu      sync.Mutex
	lines   []string // but for the audit's
	audited []string
	records []*model.AuditRecord
}

func (a *logAPI) LogAuditRecWithLevel(record *model.AuditRecord, _ mlog.Level) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.records = append(a.records, record)
}

func (a *logAPI) write(level, message string, pairs []any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line := level + " " + message
	for i := 0; i+1 < len(pairs); i += 2 {
		line += fmt.Sprintf(" %v=%v", pairs[i], pairs[i+1])
	}
	if strings.HasPrefix(message, audit.MessagePrefix) {
		a.audited = append(a.audited, line)
		return
	}
	a.lines = append(a.lines, line)
}

func (a *logAPI) LogDebug(message string, pairs ...any) { a.write("DEBUG", message, pairs) }
func (a *logAPI) LogInfo(message string, pairs ...any)  { a.write("INFO", message, pairs) }
func (a *logAPI) LogWarn(message string, pairs ...any)  { a.write("WARN", message, pairs) }
func (a *logAPI) LogError(message string, pairs ...any) { a.write("ERROR", message, pairs) }
func (a *logAPI) GetServerVersion() string              { return "11.4.0" }

func (a *logAPI) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.lines, "\n")
}

// writeBundle makes a plugin's folder; hooks is its packed list, nil for none.
func writeBundle(t testing.TB, source string, hooks []string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	write("plugin.json", `{"id": "com.example.test", "name": "Test", "version": "0.1.0",
		"server": {"runtime": "python", "executable": "plugin.py", "python": {"permissions": {"api": ["*"]}}}}`)
	write("plugin.py", source)
	if hooks != nil {
		encoded, err := json.Marshal(hooks)
		require.NoError(t, err)
		write(packed.HooksName, string(encoded))
	}
	return dir
}

// fake makes a plugin of a script, with its API.
func fake(t *testing.T, engineOf *fakeEngine, hooks ...string) (*Plugin, *logAPI) {
	t.Helper()
	return fakeGranted(t, engineOf, grant.Everything("com.example.test"), hooks...)
}

// fakeGranted is fake for a plugin that is granted something.
func fakeGranted(t *testing.T, engineOf *fakeEngine, granted *grant.Grant, hooks ...string) (*Plugin, *logAPI) {
	t.Helper()
	bundle, err := Open(writeBundle(t, "", hooks))
	require.NoError(t, err)
	api := &logAPI{}
	p := newPlugin(Config{Bundle: bundle, API: api, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}, granted)
	p.open = func(context.Context) (engine, error) { return engineOf, nil }
	t.Cleanup(func() {
		require.NoError(t, p.Close(context.Background()))
		require.NoError(t, bundle.Close())
	})
	return p, api
}
