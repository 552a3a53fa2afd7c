package parity

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// clients are the classes of the SDK that have the API's methods: PluginAPIClient and AsyncPluginAPIClient.
var clients = []string{"sync", "async"}

// methods are the methods of Mattermost's plugin API.
func methods() []reflect.Method {
	api := reflect.TypeFor[plugin.API]()
	var all []reflect.Method
	for i := range api.NumMethod() {
		all = append(all, api.Method(i))
	}
	return all
}

// pythonNames gives the Python method that calls each API method, and what is wrong with the methods of a client: each
// is called without a server, and the host tells which API method that was.
func pythonNames(t *testing.T, d *driver, client string) (names map[string]string, problems []string) {
	t.Helper()
	d.setAPI(nil)
	var sdk surface
	d.do(t, map[string]any{"do": "surface"}, &sdk)
	signatures := sdk.Sync
	if client == "async" {
		signatures = sdk.Async
	}
	names = map[string]string{}
	for _, python := range slices.Sorted(maps.Keys(signatures)) {
		if slices.Contains(notMethods, python) {
			continue
		}
		var call called
		records := d.do(t, map[string]any{"do": "call", "client": client, "method": python, "seed": 0}, &call)
		switch {
		case len(records) != 1:
			problems = append(problems, fmt.Sprintf("%s makes %d API calls: %v", python, len(records), call.Raised))
			continue
		case call.Raised == nil || call.Raised.Class != "UnavailableError":
			problems = append(problems, fmt.Sprintf("%s without a server: %v", python, call.Raised))
		}
		method := records[0].API
		if other, ok := names[method]; ok {
			problems = append(problems, fmt.Sprintf("%s and %s both call %s", other, python, method))
		}
		if !strings.EqualFold(strings.ReplaceAll(python, "_", ""), method) {
			problems = append(problems, fmt.Sprintf("%s calls %s", python, method))
		}
		names[method] = python
	}
	return names, problems
}

// notMethods are the callables of the clients that are no API methods.
var notMethods = []string{"close", "connect"}

// narrow lists the fields of the contract whose integers have 32 bits.
var narrow = sync.OnceValue(func() []string {
	var fields []string
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		for i := range m.Descriptor().Fields().Len() {
			field := m.Descriptor().Fields().Get(i)
			if field.Kind() == protoreflect.Int32Kind || field.Kind() == protoreflect.Uint32Kind {
				fields = append(fields, string(m.Descriptor().Name()+"."+field.Name()))
			}
		}
		return true
	})
	return fields
})

// methodOf gives the ABI's method.
func methodOf(method reflect.Method) abi.Method {
	id, _ := abi.MethodByName(method.Name)
	return id
}

// How a method is called from Python: with values of a seed, each of its own.
func how(method reflect.Method, python string, seed int) map[string]any {
	return map[string]any{"method": python, "request": method.Name + "Request", "narrow": narrow(), "seed": seed}
}

// compare says where a call was not what Python meant, or its results not what Mattermost gave.
func compare(method reflect.Method, python string, api *recording, record server.Record, call called, names *byname.Names) *byname.Comparison {
	c := &byname.Comparison{}
	switch {
	case record.Err != nil:
		c.Differs("the call", "an error", record.Err)
		return c
	case call.Raised != nil:
		c.Differs("the call", "no error", call.Raised.Text)
		return c
	}
	arguments, results := api.called(method.Name)
	request := byname.Whole(record.Request.ProtoReflect(), func() []byte { return byname.Content(arguments) })
	response := record.Response.ProtoReflect()
	if special, ok := specials[method.Name]; ok {
		special.arguments(c, request, arguments)
		special.results(c, response, results)
	} else {
		c.Arguments(methodOf(method), request, arguments)
		c.Results(response, results)
	}
	c.Told(python, request, call.Given, names)
	c.Returned(python, response, call.Returned, names)
	return c
}

func TestEveryMethodOfTheAPICalledFromPython(t *testing.T) {
	d := theDriver(t)
	pythons, _ := pythonNames(t, d, "sync")
	names := &byname.Names{Places: places}
	calls, compared := 0, 0
	for _, method := range methods() {
		t.Run(method.Name, func(t *testing.T) {
			python, ok := pythons[method.Name]
			require.True(t, ok, "%s has no Python method", method.Name)
			for seed, client := range []string{"sync", "async", "sync"} {
				api := newRecording()
				api.answer(method, filledResults(method, &byname.Filler{}))
				d.setAPI(api)
				var call called
				request := how(method, python, seed+1)
				request["do"], request["client"] = "call", client
				records := d.do(t, request, &call)
				require.Len(t, records, 1)
				c := compare(method, python, api, records[0], call, names)
				require.Empty(t, c.Differences, "%s client:\n%s", client, strings.Join(c.Differences, "\n"))
				calls++
				compared += c.Compared()
			}
		})
	}
	t.Logf("%d calls of %d methods, %d values compared", calls, len(methods()), compared)
	require.Empty(t, names.Unused(), "entries of places that nothing needs")
	var unused []string
	d.do(t, map[string]any{"do": "particular"}, &unused)
	require.Empty(t, unused, "entries of PARTICULAR that nothing needs")
}

func TestEveryMethodOfTheAPICalledAtOnce(t *testing.T) {
	d := theDriver(t)
	pythons, _ := pythonNames(t, d, "sync")
	names := &byname.Names{Places: places}
	api, fill := newRecording(), &byname.Filler{}
	var asked []reflect.Method
	var requests []map[string]any
	for _, method := range methods() {
		if python, ok := pythons[method.Name]; ok {
			asked, requests = append(asked, method), append(requests, how(method, python, len(asked)))
			api.answer(method, filledResults(method, fill))
		}
	}
	d.setAPI(api)
	var calls []called
	records := d.do(t, map[string]any{"do": "gather", "calls": requests}, &calls)
	require.Len(t, records, len(asked))
	require.Len(t, calls, len(asked))
	byAPI := map[string]server.Record{}
	for _, record := range records {
		byAPI[record.API] = record
	}
	for i, method := range asked {
		c := compare(method, pythons[method.Name], api, byAPI[method.Name], calls[i], names)
		require.Empty(t, c.Differences, "%s:\n%s", method.Name, strings.Join(c.Differences, "\n"))
	}
}
