package server

import (
	"context"
	"net/http"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/wasmhost"
)

// running is the hook that a context is of.
type running struct {
	hook    abi.Hook
	request proto.Message
}

// runningKey is the key of a *running in the context of a hook, and of the API calls that it makes.
type runningKey struct{}

// runContext is the context of a hook that has none of the guest's own kind.
type runContext struct {
	context.Context
	running running
}

// Value gives the hook, and what the context holds.
func (c *runContext) Value(key any) any {
	if key == (runningKey{}) {
		return &c.running
	}
	return c.Context.Value(key)
}

// withHook gives the context in which that hook runs. Most contexts have a place for it.
func withHook(ctx context.Context, hook abi.Hook, request proto.Message) context.Context {
	if c, ok := ctx.(*hookContext); ok {
		c.running = running{hook, request}
		return c
	}
	return &runContext{ctx, running{hook, request}}
}

// whoIn says on whose behalf a hook runs, or an API call is made. That is not known of code that belongs to several
// hooks: in a plugin with async handlers, what runs after one of them has waited.
func whoIn(ctx context.Context) audit.Who {
	r, ok := ctx.Value(runningKey{}).(*running)
	if !ok || !wasmhost.OfHook(ctx) {
		return audit.Who{}
	}
	return r.who()
}

// who finds the user, and what Mattermost says of the session, in the hook's request.
func (r *running) who() audit.Who {
	who := audit.Who{Hook: r.hook.String()}
	if r.request == nil {
		return who
	}
	request := r.request
	if http, ok := request.(interface {
		GetInit() *pb.ServeHTTPRequestInit
	}); ok {
		request = http.GetInit()
		who.UserID = userOfHeaders(http.GetInit().GetHeaders())
	}
	if with, ok := request.(interface{ GetPluginContext() *pb.PluginContext }); ok {
		c := with.GetPluginContext()
		who.SessionID, who.RequestID, who.IPAddress, who.UserAgent = c.GetSessionId(), c.GetRequestId(), c.GetIpAddress(), c.GetUserAgent()
	}
	if who.UserID == "" {
		who.UserID = userOf(request.ProtoReflect())
	}
	return who
}

// userOfHeaders gives the user whose session a request to the plugin has. Mattermost sets the header, and no client can.
func userOfHeaders(headers []*pb.HTTPHeader) string {
	for _, header := range headers {
		if http.CanonicalHeaderKey(header.GetKey()) == "Mattermost-User-Id" && len(header.GetValues()) == 1 {
			return header.GetValues()[0]
		}
	}
	return ""
}

// userOf gives the user who does what a hook is told of: the actor, where there is one, or the user that the request
// names, or whose post, reaction, file or account it is about. Whose channel it is does not say who changes it.
func userOf(request protoreflect.Message) string {
	fields := request.Descriptor().Fields()
	if actor := fields.ByName("actor"); actor != nil && request.Has(actor) {
		return textOf(request.Get(actor).Message(), "id")
	}
	if user := textOf(request, "user_id"); user != "" {
		return user
	}
	for n := range fields.Len() {
		field := fields.Get(n)
		if field.Kind() != protoreflect.MessageKind || field.Cardinality() == protoreflect.Repeated || !request.Has(field) {
			continue
		}
		message := request.Get(field).Message()
		name := protoreflect.Name("user_id")
		switch message.Interface().(type) {
		case *pb.User:
			name = "id"
		case *pb.FileInfo:
			name = "creator_id"
		}
		if user := textOf(message, name); user != "" {
			return user
		}
	}
	return ""
}

func textOf(message protoreflect.Message, name protoreflect.Name) string {
	field := message.Descriptor().Fields().ByName(name)
	if field == nil || field.Kind() != protoreflect.StringKind || field.Cardinality() == protoreflect.Repeated {
		return ""
	}
	return message.Get(field).String()
}
