package parity

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin/plugintest"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/mock"

	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// A recording is a plugin.API that answers with given results, and remembers with what it was called.
type recording struct {
	plugintest.API

	mu        sync.Mutex
	arguments map[string][]any
	results   map[string][]any
}

func newRecording() *recording {
	return &recording{arguments: map[string][]any{}, results: map[string][]any{}}
}

// answer lets the API answer to one call of a method, after those that it was told to answer before. As Mattermost does,
// it reads readers and fills a destination before it returns.
func (r *recording) answer(method reflect.Method, results []any) {
	count := method.Type.NumIn()
	if method.Type.IsVariadic() {
		count += 3 // two pairs
	}
	returned := slices.Clone(results)
	if method.Name == "LoadPluginConfiguration" { // its result is where Go's method puts it
		returned = results[1:]
	}
	r.On(method.Name, slices.Repeat([]any{mock.Anything}, count)...).Run(func(arguments mock.Arguments) {
		read := make([]any, len(arguments))
		for i, argument := range arguments {
			read[i] = readWhole(argument)
		}
		if method.Name == "LoadPluginConfiguration" && len(results[0].(json.RawMessage)) > 0 {
			if err := json.Unmarshal(results[0].(json.RawMessage), arguments[0]); err != nil {
				panic(err)
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.arguments[method.Name], r.results[method.Name] = read, results
	}).Return(returned...).Once()
}

// called gives the arguments of the last call of a method, and what it returned.
func (r *recording) called(name string) (arguments, results []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.arguments[name], r.results[name]
}

// readWhole gives an argument as it is after the call: what a reader gave can be read again.
func readWhole(argument any) any {
	switch argument := argument.(type) {
	case *http.Request:
		read := argument.Clone(argument.Context())
		read.Body = io.NopCloser(readWhole(argument.Body).(io.Reader))
		return read
	case io.Reader:
		content, err := io.ReadAll(argument)
		if err != nil {
			content = []byte(err.Error())
		}
		return bytes.NewReader(content)
	}
	return argument
}

// filledResults gives what a method returns: everything set, and no error.
func filledResults(method reflect.Method, fill *byname.Filler) []any {
	switch method.Name {
	case "LoadPluginConfiguration":
		return []any{json.RawMessage(`{"Limit":7,"Names":["a",null,{"b":0.5}]}`), nil}
	case "PluginHTTP":
		return []any{&http.Response{
			StatusCode: http.StatusTeapot, Header: http.Header{"X-A": {"1", "2"}, "X-B": {"3"}},
			Body: io.NopCloser(bytes.NewReader([]byte(pong))),
		}}
	}
	return fill.Results(method.Type)
}

// pong is what another plugin answers.
const pong = "pong\x00\xff"

// LogInfo, LogWarn and LogAuditRecWithLevel leave out what mmpy itself writes: its audit, and how the process is confined.
func (r *recording) LogInfo(message string, pairs ...any) {
	if !ownMessage(message) {
		r.API.LogInfo(message, pairs...)
	}
}

func (r *recording) LogWarn(message string, pairs ...any) {
	if !ownMessage(message) {
		r.API.LogWarn(message, pairs...)
	}
}

func (r *recording) LogAuditRecWithLevel(record *model.AuditRecord, level mlog.Level) {
	if !strings.HasPrefix(record.EventName, audit.EventPrefix) {
		r.API.LogAuditRecWithLevel(record, level)
	}
}

func ownMessage(message string) bool {
	return strings.HasPrefix(message, audit.MessagePrefix) || strings.HasPrefix(message, "the plugin's process is ")
}
