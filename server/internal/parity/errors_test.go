package parity

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/server/internal/byname"
)

// exceptions are the classes of the SDK for each HTTP status.
var exceptions = map[int]string{
	http.StatusBadRequest:          "ValidationError",
	http.StatusUnauthorized:        "PermissionDeniedError",
	http.StatusForbidden:           "PermissionDeniedError",
	http.StatusNotFound:            "NotFoundError",
	http.StatusConflict:            "AlreadyExistsError",
	http.StatusTooManyRequests:     "UnavailableError",
	http.StatusInternalServerError: "PluginAPIError",
	http.StatusServiceUnavailable:  "UnavailableError",
	http.StatusTeapot:              "PluginAPIError",
}

// mayBeMissing are the methods whose result may be nil without an error, and why.
var mayBeMissing = map[string]string{
	"GetCloudLimits": "a server of one's own has none",
	"GetLicense":     "a server without a licence has none",
	"UploadData":     "an upload that is not complete has no file yet",
}

// An outcome is what a method does instead of giving its results, and what Python is to make of it.
type outcome struct {
	results []any
	check   func(t *testing.T, call called)
}

// failing are the outcomes of a method that fails with err.
func failing(method reflect.Method, err error, check func(t *testing.T, call called)) outcome {
	results := zeroResults(method)
	results[len(results)-1] = err
	return outcome{results, check}
}

func zeroResults(method reflect.Method) []any {
	var results []any
	if method.Name == "LoadPluginConfiguration" {
		results = append(results, json.RawMessage(nil))
	}
	for i := range method.Type.NumOut() {
		results = append(results, reflect.Zero(method.Type.Out(i)).Interface())
	}
	return results
}

// outcomes are the ways in which a method can fail, in this process or, remote, through net/rpc, which does not carry the
// params of an AppError: they are not exported.
func outcomes(method reflect.Method, remote bool) []outcome {
	var all []outcome
	if last := method.Type.NumOut() - 1; last >= 0 && method.Type.Out(last).Implements(reflect.TypeFor[error]()) {
		for _, status := range slices.Sorted(maps.Keys(exceptions)) {
			class := exceptions[status]
			params := map[string]any{"Name": "Zoë", "Count": int64(1<<53 + 1)}
			appErr := model.NewAppError("App."+method.Name, fmt.Sprintf("app.error_%d", status), params, "a détail", status)
			appErr.Message, appErr.RequestId = fmt.Sprintf("message %d", status), fmt.Sprintf("request %d", status)
			all = append(all, failing(method, appErr, func(t *testing.T, call called) {
				require.NotNil(t, call.Raised)
				require.Equal(t, class, call.Raised.Class)
				want := map[string]any{
					"message": appErr.Message, "code": nil, "error_id": appErr.Id, "status_code": json.Number(fmt.Sprint(status)),
					"detailed_error": appErr.DetailedError, "where": appErr.Where, "request_id": appErr.RequestId, "params": nil,
				}
				if !remote {
					want["params"] = map[string]any{"dict": map[string]any{"Name": "Zoë", "Count": json.Number("9007199254740993")}}
				}
				require.Equal(t, want, call.Raised.Attributes)
				require.Equal(t, fmt.Sprintf("%s [%s] (HTTP %d)", appErr.Message, appErr.Id, status), call.Raised.Text)
			}))
		}
		if method.Type.Out(last) == reflect.TypeFor[error]() {
			text := "plain error of " + method.Name
			plain := errors.New(text)
			if remote && notEncoded[method.Name] {
				plain = &plugin.ErrorString{Err: text}
			}
			all = append(all, failing(method, plain, func(t *testing.T, call called) {
				require.NotNil(t, call.Raised)
				require.Equal(t, "PluginAPIError", call.Raised.Class)
				require.Equal(t, text, call.Raised.Attributes["message"])
				require.Equal(t, method.Name, call.Raised.Attributes["where"])
			}))
		}
	}
	return append(all, outcome{zeroResults(method), func(t *testing.T, call called) {
		if hasToBeThere(method) {
			require.NotNil(t, call.Raised, "%v", call.Returned)
			require.Equal(t, "UnavailableError", call.Raised.Class)
			return
		}
		require.Nil(t, call.Raised)
		require.True(t, isNothing(call.Returned), "%v", call.Returned)
	}})
}

// hasToBeThere says that a method has a result which is never missing where there is no error.
func hasToBeThere(method reflect.Method) bool {
	if _, ok := mayBeMissing[method.Name]; ok {
		return false
	}
	if method.Name == "LoadPluginConfiguration" {
		return true
	}
	for i := range method.Type.NumOut() {
		out := method.Type.Out(i)
		if (out.Kind() == reflect.Pointer || out.Kind() == reflect.Struct) && !out.Implements(reflect.TypeFor[error]()) {
			return true
		}
	}
	return false
}

// isNothing says whether a told value is what Python has for Go's zero values.
func isNothing(told byname.Told) bool {
	switch told := told.(type) {
	case []any:
		for _, item := range told {
			if !isNothing(item) {
				return false
			}
		}
		return true
	case map[string]any:
		if content, ok := byname.Bytes(told); ok {
			return len(content) == 0 || slices.Contains([]string{"[]", "null"}, string(content))
		}
		fields, ok := told["dict"].(map[string]any)
		if !ok {
			_, fields, ok = byname.Record(told)
		}
		return ok && isNothing(slices.Collect(maps.Values(fields)))
	}
	return told == nil || told == false || told == "" || told == json.Number("0")
}

func TestEveryErrorOfEveryMethodBecomesItsException(t *testing.T) {
	d := theDriver(t)
	pythons, _ := pythonNames(t, d, "sync")
	raised := 0
	for _, method := range methods() {
		t.Run(method.Name, func(t *testing.T) {
			require.NotEmpty(t, pythons[method.Name], "%s has no Python method", method.Name)
			for _, client := range clients {
				api := newRecording()
				expected := outcomes(method, false)
				for _, outcome := range expected {
					api.answer(method, outcome.results)
				}
				d.setAPI(api)
				var calls []called
				d.do(t, again(client, pythons[method.Name][0], len(expected)), &calls)
				for i, outcome := range expected {
					outcome.check(t, calls[i])
				}
				raised += len(calls)
			}
		})
	}
	t.Logf("%d failing calls", raised)
}

// again asks the driver to call a Python method several times with the same arguments.
func again(client, python string, times int) map[string]any {
	request := how(python, "", 0)
	request["do"], request["client"], request["times"] = "again", client, times
	return request
}
