package parity

import (
	"encoding/json"
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

// pythonNames gives the Python methods that call each API method, and what is wrong with the methods of a client: each
// is called without a server, and the host tells which API method that was.
func pythonNames(t *testing.T, d *driver, client string) (names map[string][]string, problems []string) {
	t.Helper()
	if known, ok := namings[client]; ok {
		return known.names, known.problems
	}
	defer func() { namings[client] = naming{names, problems} }()
	d.setAPI(nil)
	var sdk surface
	d.do(t, map[string]any{"do": "surface"}, &sdk)
	signatures := sdk.Sync
	if client == "async" {
		signatures = sdk.Async
	}
	names = map[string][]string{}
	for _, python := range slices.Sorted(maps.Keys(signatures)) {
		if slices.Contains(notMethods, python) {
			continue
		}
		var call called
		request := how(python, "", 0)
		request["do"], request["client"] = "call", client
		records := d.do(t, request, &call)
		switch {
		case len(records) != 1:
			problems = append(problems, fmt.Sprintf("%s makes %d API calls: %v", python, len(records), call.Raised))
			continue
		case call.Raised == nil || call.Raised.Class != "UnavailableError":
			problems = append(problems, fmt.Sprintf("%s without a server: %v", python, call.Raised))
		}
		method := records[0].API
		if other, ok := otherNames[python]; ok && other != method || !ok && !strings.EqualFold(strings.ReplaceAll(python, "_", ""), method) {
			problems = append(problems, fmt.Sprintf("%s calls %s", python, method))
		}
		names[method] = append(names[method], python)
	}
	return names, problems
}

// A naming is what pythonNames gives; namings are those that are known, by client.
type naming struct {
	names    map[string][]string
	problems []string
}

var namings = map[string]naming{}

// notMethods are the callables of the clients that are no API methods.
var notMethods = []string{"call", "can", "close", "connect"}

// otherNames are the API methods behind Python methods of other names.
var otherNames = map[string]string{
	"get_property_fields":        "SearchPropertyFields", // a page, for which Mattermost's method of the name wants ids
	"get_property_fields_by_ids": "GetPropertyFields",
	"get_property_values":        "SearchPropertyValues",
	"get_property_values_by_ids": "GetPropertyValues",
	"plugin_http_stream":         "PluginHTTP",
}

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

// how says how a Python method is called: with values of a seed, each of its own. Where the API method is not known yet,
// all integers are small.
func how(python, method string, seed int) map[string]any {
	request := map[string]any{"method": python, "seed": seed, "documents": filledDocuments(python)}
	if method != "" {
		request["request"], request["narrow"] = method+"Request", narrow()
	}
	return request
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
	compareCall(c, method, request, response, arguments, results)
	for name, document := range documents[python] {
		c.Document(python+"."+name, call.Given[name], arguments[document.argument])
		delete(call.Given, name)
	}
	for name, check := range gives[python] {
		check(c, request, call.Given[name])
		delete(call.Given, name)
	}
	c.Told(python, request, call.Given, names)
	if content, ok := byname.Bytes(call.Returned); ok && len(results) > 0 && json.Valid(content) && crossesInParts(results[0]) {
		c.Document(python, call.Returned, results[0])
	} else if check, ok := returns[python]; ok {
		check(c, response, call.Returned)
	} else {
		c.Returned(python, response, call.Returned, names)
	}
	return c
}

// compareCall compares a request with the arguments of Mattermost's method, and its results with the response.
func compareCall(c *byname.Comparison, method reflect.Method, request, response protoreflect.Message, arguments, results []any) {
	if special, ok := specials[method.Name]; ok {
		special.arguments(c, request, arguments)
		special.results(c, response, results)
		return
	}
	c.Arguments(methodOf(method), request, arguments)
	c.Results(response, results)
}

func TestEveryMethodOfTheAPICalledFromPython(t *testing.T) {
	d := theDriver(t)
	pythons, _ := pythonNames(t, d, "sync")
	names := &byname.Names{Places: places}
	calls, compared := 0, 0
	for _, method := range methods() {
		t.Run(method.Name, func(t *testing.T) {
			require.NotEmpty(t, pythons[method.Name], "%s has no Python method", method.Name)
			for _, python := range pythons[method.Name] {
				for i := range 4 { // each client with two seeds, for annotations that allow two types
					client, seed := clients[i/2], i%2
					api := newRecording()
					api.answer(method, filledResults(method, &byname.Filler{}))
					d.setAPI(api)
					var call called
					request := how(python, method.Name, seed+1)
					request["do"], request["client"] = "call", client
					records := d.do(t, request, &call)
					require.Len(t, records, 1, "%v", call.Raised)
					c := compare(method, python, api, records[0], call, names)
					require.Empty(t, c.Differences, "%s with the %s client:\n%s", python, client, strings.Join(c.Differences, "\n"))
					calls++
					compared += c.Compared()
				}
			}
		})
	}
	t.Logf("%d calls of %d methods, %d values compared", calls, len(methods()), compared)
	require.Empty(t, names.Unused(), "entries of places that nothing needs")
	var unused []string
	d.do(t, map[string]any{"do": "particular"}, &unused)
	unused = slices.DeleteFunc(unused, func(entry string) bool { return strings.ToUpper(entry[:1]) == entry[:1] })
	require.Empty(t, unused, "entries of PARTICULAR for methods that nothing needs")
}

func TestEveryMethodOfTheAPICalledAtOnce(t *testing.T) {
	d := theDriver(t)
	pythons, _ := pythonNames(t, d, "sync")
	names := &byname.Names{Places: places}
	api, fill := newRecording(), &byname.Filler{}
	var asked []reflect.Method
	var requests []map[string]any
	for _, method := range methods() {
		require.NotEmpty(t, pythons[method.Name], "%s has no Python method", method.Name)
		asked, requests = append(asked, method), append(requests, how(pythons[method.Name][0], method.Name, len(asked)))
		api.answer(method, filledResults(method, fill))
	}
	d.setAPI(api)
	var calls []called
	records := d.do(t, map[string]any{"do": "gather", "calls": requests}, &calls)
	require.Len(t, calls, len(asked))
	byAPI := map[string]server.Record{}
	for _, record := range records {
		byAPI[record.API] = record
	}
	require.Len(t, records, len(byAPI), "methods were called twice")
	for i, method := range asked {
		require.NotEmpty(t, byAPI[method.Name].API, "%s was not called: %v", method.Name, calls[i].Raised)
		c := compare(method, pythons[method.Name][0], api, byAPI[method.Name], calls[i], names)
		require.Empty(t, c.Differences, "%s:\n%s", method.Name, strings.Join(c.Differences, "\n"))
	}
}
