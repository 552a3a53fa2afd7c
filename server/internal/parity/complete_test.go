package parity

import (
	"context"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/pyodide-build/cpython"
	"github.com/mmpy/mmpy/pyodide-build/recipe"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/server/internal/handlers"
)

// A part is one of the places where every method, or every hook, has to be.
type part struct {
	name string
	has  func(method string) bool
}

// missing lists what is not in the parts: of each method of an interface, and of each part.
func missing(of reflect.Type, parts []part) []string {
	var missing []string
	for i := range of.NumMethod() {
		method := of.Method(i).Name
		for _, part := range parts {
			if !part.has(method) {
				missing = append(missing, fmt.Sprintf("%s has no %s", method, part.name))
			}
		}
	}
	return missing
}

func in(names []string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

// partsOfMethods are where a method of the API has to be.
func partsOfMethods(t *testing.T) []part {
	t.Helper()
	var handled []string
	for _, method := range handlers.Methods() {
		handled = append(handled, method.String())
	}
	wasm, err := cpython.Wasm()
	require.NoError(t, err)
	module, err := recipe.Inspect(context.Background(), wasm)
	require.NoError(t, err)
	parts := []part{{"handler", in(handled)}, {"import in python.wasm", in(module.Imports[abi.APIModule])}}

	d := theDriver(t)
	var sdk surface
	d.do(t, map[string]any{"do": "surface"}, &sdk)
	documented := entries(t, "api.md", regexp.MustCompile("(?m)^- `(\\w+)\\(.*\\) -> [^`]+` \\(`(\\w+)`, [0-9.]+\\):$"))
	for _, client := range clients {
		pythons, problems := pythonNames(t, d, client)
		require.Empty(t, problems, strings.Join(problems, "\n"))
		parts = append(parts, part{"method of the " + client + " client", func(method string) bool { return len(pythons[method]) > 0 }})
		if client == "sync" {
			parts = append(parts, part{"documentation", func(method string) bool {
				return pythons[method] != nil && slices.Equal(pythons[method], slices.Sorted(slices.Values(documented[method])))
			}})
		}
	}
	return parts
}

// partsOfHooks are where a hook has to be.
func partsOfHooks(t *testing.T) []part {
	t.Helper()
	adapter := reflect.TypeFor[*server.Plugin]()
	var sdk surface
	theDriver(t).do(t, map[string]any{"do": "surface"}, &sdk)
	documented := entries(t, "hooks.md", regexp.MustCompile("(?ms)^### (\\w+)$.*?^- Go: `(\\w+)\\("))
	notForPython := func(hook string) bool { return hook == "Implemented" } // what it would say the host knows
	return []part{
		{"adapter", func(hook string) bool { _, ok := adapter.MethodByName(hook); return ok }},
		{"id", func(hook string) bool { _, ok := abi.HookByName(hook); return ok }},
		{"HookName", func(hook string) bool { return slices.Contains(sdk.Hooks, hook) || notForPython(hook) }},
		{"documentation", func(hook string) bool { return slices.Equal(documented[hook], []string{hook}) || notForPython(hook) }},
	}
}

// entries gives the entries of a file of docs, by the names in Go, which entry matches second.
func entries(t *testing.T, file string, entry *regexp.Regexp) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/" + file)
	require.NoError(t, err)
	entries := map[string][]string{}
	for _, match := range entry.FindAllStringSubmatch(string(text), -1) {
		entries[match[2]] = append(entries[match[2]], match[1])
	}
	return entries
}

func TestEveryMethodOfTheAPIIsThere(t *testing.T) {
	api := reflect.TypeFor[plugin.API]()
	parts := partsOfMethods(t)
	require.Empty(t, missing(api, parts))
	require.Equal(t, 258, api.NumMethod())
	require.Len(t, abi.Methods, api.NumMethod())
	t.Logf("%d of %d methods have %s", api.NumMethod(), api.NumMethod(), names(parts))

	type newer interface {
		plugin.API
		BrewCoffee()
	}
	require.Len(t, missing(reflect.TypeFor[newer](), parts), len(parts), "each part notices a new method")
}

func TestEveryHookIsThere(t *testing.T) {
	hooks := reflect.TypeFor[plugin.Hooks]()
	parts := partsOfHooks(t)
	require.Empty(t, missing(hooks, parts))
	require.Equal(t, 52, hooks.NumMethod())
	require.Len(t, abi.Hooks, hooks.NumMethod())
	t.Logf("%d of %d hooks have %s", hooks.NumMethod(), hooks.NumMethod(), names(parts))

	type newer interface {
		plugin.Hooks
		CoffeeHasBeenBrewed()
	}
	require.Len(t, missing(reflect.TypeFor[newer](), parts), len(parts), "each part notices a new hook")
}

func names(parts []part) string {
	var all []string
	for _, part := range parts {
		all = append(all, part.name)
	}
	return strings.Join(all, ", ")
}

func TestBothClientsHaveTheSameMethods(t *testing.T) {
	var sdk surface
	theDriver(t).do(t, map[string]any{"do": "surface"}, &sdk)
	require.Equal(t, slices.Sorted(maps.Keys(sdk.Sync)), slices.Sorted(maps.Keys(sdk.Async)))
	for name, signature := range sdk.Sync {
		require.Equal(t, signature, sdk.Async[name], name)
	}
}

func TestTheTablesOfExceptionsNameWhatThereIs(t *testing.T) {
	api := reflect.TypeFor[plugin.API]()
	for _, keys := range [][]string{
		keysOf(specials), keysOf(documentsOf), keysOf(mayBeMissing), keysOf(roundedByMattermost), keysOf(notEncoded), {errorsOnlyLogged},
	} {
		for _, name := range keys {
			_, ok := api.MethodByName(name)
			require.True(t, ok, "plugin.API has no %s", name)
		}
	}
	var sdk surface
	theDriver(t).do(t, map[string]any{"do": "surface"}, &sdk)
	for _, keys := range [][]string{notMethods, keysOf(otherNames), keysOf(documents), keysOf(decodedByGo), keysOf(returns), keysOf(gives)} {
		for _, name := range keys {
			require.Contains(t, sdk.Sync, name)
		}
	}
}

func keysOf[V any](table map[string]V) []string { return slices.Sorted(maps.Keys(table)) }
