package server

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
)

func TestEveryHookOfMattermostIsThere(t *testing.T) {
	m := load(t, everyHook(false), Config{})
	docs, err := os.ReadFile(filepath.Join("..", "docs", "hooks.md"))
	require.NoError(t, err)

	hooks := reflect.TypeFor[plugin.Hooks]()
	require.Empty(t, hookGaps(hooks, m.plugin.Hooks(), string(docs)))
	require.Len(t, m.plugin.Hooks(), hooks.NumMethod()-1, "Implemented is no hook that a plugin implements")

	type later interface {
		plugin.Hooks
		UserWillSneeze(c *plugin.Context, userID string) string
	}
	require.Equal(t, []string{
		"UserWillSneeze: Plugin has no such method",
		"UserWillSneeze: hooksServer has no such method",
		"UserWillSneeze: no messages",
		"UserWillSneeze: no HookName in Python",
		"UserWillSneeze: not in docs/hooks.md",
	}, hookGaps(reflect.TypeFor[later](), m.plugin.Hooks(), string(docs)))
}

// hookGaps says what is missing for the methods of an interface of hooks; python are the members of Python's HookName.
func hookGaps(hooks reflect.Type, python []string, docs string) []string {
	var gaps []string
	gap := func(name, format string, args ...any) { gaps = append(gaps, name+": "+fmt.Sprintf(format, args...)) }
	for want := range hooks.Methods() {
		got, ok := reflect.TypeFor[*Plugin]().MethodByName(want.Name)
		switch {
		case !ok:
			gap(want.Name, "Plugin has no such method")
		case !sameSignature(want.Type, got.Type):
			gap(want.Name, "Plugin's method is a %s", got.Type)
		}
		if _, ok := reflect.TypeFor[hooksServer]().MethodByName(want.Name); !ok {
			gap(want.Name, "hooksServer has no such method")
		}
		if want.Name == "Implemented" {
			continue
		}
		if hook, ok := abi.HookByName(want.Name); !ok {
			gap(want.Name, "no messages")
		} else {
			for _, message := range []string{hook.Info().Request, hook.Info().Response} {
				if _, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(message)); err != nil {
					gap(want.Name, "%v", err)
				}
			}
		}
		if !slices.Contains(python, want.Name) {
			gap(want.Name, "no HookName in Python")
		}
		if !strings.Contains(docs, "\n### "+want.Name+"\n") {
			gap(want.Name, "not in docs/hooks.md")
		}
	}
	for _, name := range python {
		if _, ok := hooks.MethodByName(name); !ok {
			gap(name, "Mattermost has no such hook")
		}
	}
	return gaps
}

// sameSignature compares a method of an interface with one that has a receiver.
func sameSignature(want, got reflect.Type) bool {
	same := want.NumIn()+1 == got.NumIn() && want.NumOut() == got.NumOut()
	for i := 0; same && i < want.NumIn(); i++ {
		same = want.In(i) == got.In(i+1)
	}
	for i := 0; same && i < want.NumOut(); i++ {
		same = want.Out(i) == got.Out(i)
	}
	return same
}
