package handlers

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// granting gives a Caller of a plugin whose manifest asks for these methods and groups. reached says whether a call got as
// far as asking for the API.
func granting(t *testing.T, api []string) (c *Caller, reached *bool) {
	t.Helper()
	granted, err := grant.Of("abc", grant.Permissions{API: api}, nil, nil)
	require.NoError(t, err)
	reached = new(bool)
	return &Caller{
		API: func() plugin.API {
			*reached = true
			return nil
		},
		Grant: granted, Logger: slog.New(slog.DiscardHandler),
	}, reached
}

// refusalOf gives the error in the response of a method; nil where there is none.
func refusalOf(t *testing.T, method abi.Method, encoded []byte) *pb.AppError {
	t.Helper()
	response := table[method].newResponse()
	require.NoError(t, proto.Unmarshal(encoded, response))
	return response.(interface{ GetError() *pb.AppError }).GetError()
}

func TestWithoutAGrantEveryMethodIsDenied(t *testing.T) {
	c, reached := granting(t, []string{})
	denied := 0
	for i := range abi.Methods {
		method := abi.Method(i)
		encoded, err := c.Call(t.Context(), method, []byte("\xff not even a request"))
		require.NoError(t, err, method)
		refusal := refusalOf(t, method, encoded)
		require.NotNil(t, refusal, method)
		require.Equal(t, "mmpy.denied", refusal.Id)
		require.EqualValues(t, http.StatusForbidden, refusal.StatusCode)
		require.Equal(t, method.String(), refusal.Where)
		group := grant.Groups()[grant.GroupOf(method)].Name
		require.Equal(t, method.String()+` is not granted: the manifest asks neither for it nor for its group "`+group+`"`, refusal.Message)
		require.False(t, *reached, "%s reached Mattermost", method)
		denied++
	}
	require.Equal(t, len(abi.Methods), denied)
	t.Logf("%d of %d denied", denied, len(abi.Methods))
}

func TestAGroupLetsItsMethodsThroughAndNoOthers(t *testing.T) {
	for _, group := range grant.Groups() {
		t.Run(group.Name, func(t *testing.T) {
			c, reached := granting(t, []string{group.Name})
			var passed []abi.Method
			for i := range abi.Methods {
				method := abi.Method(i)
				*reached = false
				encoded, err := c.Call(t.Context(), method, nil)
				if *reached {
					require.ErrorIs(t, err, abi.StatusUnavailable, "which is what the API here says")
					passed = append(passed, method)
					continue
				}
				require.NoError(t, err, method)
				require.Equal(t, "mmpy.denied", refusalOf(t, method, encoded).GetId(), method)
			}
			require.ElementsMatch(t, group.Methods, passed)
		})
	}
}

func TestADeniedCallIsTraced(t *testing.T) {
	c, _ := granting(t, []string{"kv"})
	var records []Record
	c.Trace = func(record Record) { records = append(records, record) }
	_, err := c.Call(t.Context(), abi.CreatePost, nil)
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.Equal(t, "CreatePost", records[0].API)
	require.Equal(t, grant.DeniedID, records[0].Response.(*pb.CreatePostResponse).Error.Id)
}

// Which methods read what the guest writes: a denied one must not leave the guest waiting.
func TestWhichMethodsReadPipes(t *testing.T) {
	var piped []string
	for i := range table {
		if table[i].piped() {
			piped = append(piped, abi.Method(i).String())
		}
	}
	require.Equal(t, []string{"InstallPlugin", "UploadData", "PluginHTTP", "ReceiveSharedChannelAttachmentSyncMsg"}, piped)
}

// The error that denies a call is put into the response by its number.
func TestTheErrorIsWhereItIsPut(t *testing.T) {
	for i := range table {
		response := table[i].newResponse().ProtoReflect().Descriptor()
		field := response.Fields().ByNumber(errorField)
		require.Equal(t, protoreflect.Name("error"), field.Name(), response.FullName())
		require.Equal(t, (&pb.AppError{}).ProtoReflect().Descriptor(), field.Message(), response.FullName())
	}
}

func BenchmarkAskingForTheGrant(b *testing.B) {
	granted := grant.Everything("abc")
	for b.Loop() {
		if granted.Call(abi.CreatePost) != nil {
			b.Fatal("denied")
		}
	}
}
