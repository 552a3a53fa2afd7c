package server

import (
	"reflect"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

func TestDeliveredHooksAreThoseWithAMethod(t *testing.T) {
	hooks, ours := reflect.TypeFor[plugin.Hooks](), reflect.TypeFor[*Plugin]()
	var methods []string
	for method := range reflect.TypeFor[hooksServer]().Methods() {
		if method.Name != "Implemented" {
			methods = append(methods, method.Name)
		}
	}
	require.Len(t, methods, len(delivered))
	for _, name := range methods {
		require.True(t, delivered[name], name)
		_, known := abi.HookByName(name)
		require.True(t, known, name)
		want, ok := hooks.MethodByName(name)
		require.True(t, ok, name)
		got, ok := ours.MethodByName(name)
		require.True(t, ok, name)
		require.Equal(t, want.Type.NumIn()+1, got.Type.NumIn(), name) // the receiver
		for i := range want.Type.NumIn() {
			require.Equal(t, want.Type.In(i), got.Type.In(i+1), name)
		}
		require.Equal(t, want.Type.NumOut(), got.Type.NumOut(), name)
		for i := range want.Type.NumOut() {
			require.Equal(t, want.Type.Out(i), got.Type.Out(i), name)
		}
	}
}
