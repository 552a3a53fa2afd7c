package abi_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestMethodsAreTheServicesRPCsInOrder(t *testing.T) {
	methods := pb.File_api_proto.Services().ByName("PluginAPI").Methods()
	require.Len(t, abi.Methods, methods.Len())
	for i, info := range abi.Methods {
		rpc := methods.Get(i)
		require.Equal(t, string(rpc.Name()), info.Name)
		require.Equal(t, string(rpc.Input().FullName()), info.Request)
		require.Equal(t, string(rpc.Output().FullName()), info.Response)
		requireMessage(t, info.Request)
		requireMessage(t, info.Response)

		m, ok := abi.MethodByName(info.Name)
		require.True(t, ok, info.Name)
		require.Equal(t, abi.Method(i), m)
		require.Equal(t, info.Name, m.String())
		require.Equal(t, info, m.Info())
	}
	require.Equal(t, "CreatePost", abi.CreatePost.String())
}

func TestHooksAreTheServicesRPCsInOrder(t *testing.T) {
	methods := pb.File_hooks_proto.Services().ByName("PluginHooks").Methods()
	require.Len(t, abi.Hooks, methods.Len())
	for i, info := range abi.Hooks {
		rpc := methods.Get(i)
		require.Equal(t, string(rpc.Name()), info.Name)
		require.Equal(t, string(rpc.Input().FullName()), info.Request)
		require.Equal(t, string(rpc.Output().FullName()), info.Response)
		require.Equal(t, rpc.IsStreamingClient() || rpc.IsStreamingServer(), info.Stream)
		requireMessage(t, info.Request)
		requireMessage(t, info.Response)

		h, ok := abi.HookByName(info.Name)
		require.True(t, ok, info.Name)
		require.Equal(t, abi.Hook(i), h)
		require.Equal(t, info.Name, h.String())
		require.Equal(t, info, h.Info())
	}
	require.Equal(t, "MessageWillBePosted", abi.HookMessageWillBePosted.String())
	require.True(t, abi.HookServeHTTP.Info().Stream)
}

// requireMessage checks that a table's name leads to a Go message.
func requireMessage(t *testing.T, name string) {
	t.Helper()
	_, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	require.NoError(t, err, name)
}

func TestNamesAndNumbersThatAreNone(t *testing.T) {
	_, ok := abi.MethodByName("getuser")
	require.False(t, ok)
	_, ok = abi.HookByName("")
	require.False(t, ok)
	require.Equal(t, "Method(60000)", abi.Method(60000).String())
	require.Equal(t, "Hook(60000)", abi.Hook(60000).String())
}

var statuses = map[string]abi.Status{
	"StatusDenied": abi.StatusDenied, "StatusQuota": abi.StatusQuota, "StatusInvalid": abi.StatusInvalid,
	"StatusCancelled": abi.StatusCancelled, "StatusUnavailable": abi.StatusUnavailable,
	"StatusUnimplemented": abi.StatusUnimplemented, "StatusInternal": abi.StatusInternal,
	"StatusBadPointer": abi.StatusBadPointer,
}

func TestStatusesAreErrorsThatSurviveWrapping(t *testing.T) {
	for name, status := range statuses {
		require.Negative(t, int64(status), name)
		require.NotContains(t, status.Error(), "status ", "%s has a text", name)
		require.ErrorIs(t, fmt.Errorf("call GetUser: %w", status), status)
	}
	require.EqualError(t, abi.Status(-99), "status -99")
}

// The text, the header and the package must say the same.
func TestTextAndHeaderNameEveryStatusWithItsNumber(t *testing.T) {
	text, err := os.ReadFile("ABI.md")
	require.NoError(t, err)
	header, err := os.ReadFile("mm_abi_gen.h")
	require.NoError(t, err)
	cName := map[string]string{"StatusBadPointer": "MM_STATUS_BAD_POINTER"}
	for name, status := range statuses {
		c, ok := cName[name]
		if !ok {
			c = "MM_STATUS_" + strings.ToUpper(strings.TrimPrefix(name, "Status"))
		}
		require.Contains(t, string(text), fmt.Sprintf("| `%s` | `%s` | %d |", name, c, status))
		require.Contains(t, string(header), fmt.Sprintf("#define %s (%d)", c, status))
	}
	require.Equal(t, len(statuses), strings.Count(string(header), "#define MM_STATUS_"))
	require.Contains(t, string(text), fmt.Sprintf("# The ABI, version %d\n", abi.Version))
	require.Contains(t, string(header), fmt.Sprintf("#define MM_ABI_VERSION %d\n", abi.Version))
	require.Contains(t, string(header), fmt.Sprintf("#define MM_API_MODULE %q\n", abi.APIModule))
	require.Contains(t, string(header), fmt.Sprintf("#define MM_HOST_MODULE %q\n", abi.HostModule))
	for name, value := range map[string]uint32{
		"SUBMIT": abi.Submit, "MAX_SUBMITTED": abi.MaxSubmitted, "MAX_STREAMS": abi.MaxStreams, "MAX_STREAM_BYTES": abi.MaxStreamBytes,
	} {
		require.Contains(t, string(header), fmt.Sprintf("#define MM_%s %du\n", name, value))
	}
	require.Contains(t, string(header), fmt.Sprintf("#define MM_API_METHOD_COUNT %d\n", len(abi.Methods)))
}
