package server

import (
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// lifecycleHooks are those that Mattermost calls in an order of its own.
var lifecycleHooks = []string{"OnConfigurationChange", "OnActivate", "OnDeactivate"}

// eventHooks names the hooks that Mattermost may call at any time.
func eventHooks() []string {
	var names []string
	for method := range reflect.TypeFor[plugin.Hooks]().Methods() {
		if method.Name != "Implemented" && !slices.Contains(lifecycleHooks, method.Name) {
			names = append(names, method.Name)
		}
	}
	return names
}

func TestEveryHookArrivesWholeAndItsAnswerComesBack(t *testing.T) {
	for name, asynchronous := range map[string]bool{"handlers": false, "async handlers": true} {
		t.Run(name, func(t *testing.T) {
			m := load(t, everyHook(asynchronous), Config{})
			api := m.Plugin(m.plugin.bundle.manifest.Model)
			c := &hookCaller{hooks: m.plugin, store: api}
			for _, name := range lifecycleHooks[:2] {
				require.Nil(t, c.call(t, name, "nothing").results[0].Interface())
				require.Empty(t, c.saw(t, name))
			}
			requireEveryAnswer(t, c)
			require.Nil(t, c.call(t, "OnDeactivate", "nothing").results[0].Interface())
			require.Empty(t, c.saw(t, "OnDeactivate"))
		})
	}
}

// requireEveryAnswer calls every hook but those of the lifecycle, for each way in which it may answer.
func requireEveryAnswer(t *testing.T, c *hookCaller) {
	for _, name := range eventHooks() {
		call := c.call(t, name, "nothing")
		call.requireSeen(t, name, c.saw(t, name))
		call.requireNothing(t, name)
		c.call(t, name, "change").requireChange(t, name)
		c.call(t, name, "refuse").requireRefusal(t, name)
	}
}

// requireNothing checks what Mattermost gets of a hook that has nothing to say.
func (c *hookCall) requireNothing(t *testing.T, name string) {
	t.Helper()
	switch name {
	case "ServeHTTP", "ServeMetrics":
		c.requireResponse(t)
		return
	case "ExecuteCommand":
		require.Nil(t, c.results[1].Interface())
		return
	case "OnSharedChannelsPing":
		require.True(t, c.results[0].Bool())
		return
	case "OnSharedChannelsSyncMsg":
		require.Zero(t, c.results[0].Interface())
		require.Nil(t, c.results[1].Interface())
		return
	}
	for _, result := range c.results {
		if result.Kind() == reflect.Pointer && !result.IsNil() { // Mattermost takes what it sent for unchanged
			c.requireArgument(t, name, result, "")
			continue
		}
		require.True(t, result.IsZero() || result.Kind() == reflect.Slice && result.Len() == 0, "%s gave %v", name, result)
	}
	require.Empty(t, c.output.String())
}

// changedFields are the fields that the plugin changes in what it hands back.
var changedFields = map[string]string{
	"MessageWillBePosted": "Message", "MessageWillBeUpdated": "Message",
	"MessagesWillBeConsumed": "Message", "MessagesWillBeConsumedWithContext": "Message",
	"FileWillBeUploaded": "Name", "NotificationWillBePushed": "Message",
	"ChannelMemberWillBeAdded": "Roles", "TeamMemberWillBeAdded": "Roles", "ChannelWillBeUpdated": "DisplayName",
	"ScheduledPostWillBeCreated": "Message", "DraftWillBeUpserted": "Message",
}

// requireChange checks that what the plugin changed, or gave, has come back, and nothing else.
func (c *hookCall) requireChange(t *testing.T, name string) {
	t.Helper()
	if field, ok := changedFields[name]; ok {
		if last := c.results[len(c.results)-1]; last.Kind() == reflect.String {
			require.Empty(t, last.String(), name)
		}
		c.requireArgument(t, name, c.results[0], field)
	}
	if name == "FileWillBeUploaded" {
		require.Equal(t, "new content", c.output.String())
	} else {
		require.Empty(t, c.output.String())
	}
	switch name {
	case "ConfigurationWillBeSaved":
		require.Nil(t, c.results[1].Interface())
		sent, got := c.arguments[0].Interface().(*model.Config), c.results[0].Interface().(*model.Config)
		require.NotNil(t, got)
		*sent.ServiceSettings.SiteURL += "!"
		require.Equal(t, sent, got)
	case "EmailNotificationWillBeSent":
		sent := c.arguments[0].Interface().(*model.EmailNotification)
		require.Equal(t, &model.EmailNotificationContent{Subject: sent.Subject + "!", ButtonURL: "/"}, c.results[0].Interface())
		require.Empty(t, c.results[1].String())
	case "ExecuteCommand":
		require.Nil(t, c.results[1].Interface())
		require.Equal(t, &model.CommandResponse{Text: "done", Props: map[string]any{"deep": map[string]any{"list": []any{1.0, nil}}}}, c.results[0].Interface())
	case "OnSharedChannelsSyncMsg":
		require.Equal(t, model.SyncResponse{UsersLastUpdateAt: 5, UsersSyncd: []string{"u"}, PostErrors: []string{"p"}}, c.results[0].Interface())
		require.Nil(t, c.results[1].Interface())
	case "RunDataRetention":
		require.EqualValues(t, 7, c.results[0].Int())
		require.Nil(t, c.results[1].Interface())
	case "GenerateSupportData":
		require.Equal(t, []*model.FileData{{Filename: "a.txt", Body: []byte("\x00a")}, {Filename: "b"}}, c.results[0].Interface())
		require.Nil(t, c.results[1].Interface())
	case "OnSharedChannelsPing":
		require.True(t, c.results[0].Bool())
	}
}

// requireRefusal checks that a reason, or an error, has come back, where the hook may give one.
func (c *hookCall) requireRefusal(t *testing.T, name string) {
	t.Helper()
	switch name {
	case "OnSharedChannelsPing":
		require.False(t, c.results[0].Bool())
		return
	case "ExecuteCommand": // a text is what is shown
		require.Equal(t, "refused", c.results[0].Interface().(*model.CommandResponse).Text)
		return
	}
	if len(c.results) == 0 || c.results[0].Kind() == reflect.Slice && len(c.results) == 1 {
		return
	}
	switch last := c.results[len(c.results)-1].Interface().(type) {
	case string:
		require.Equal(t, "refused", last, name)
	case error:
		require.EqualError(t, last, name+": refused")
	default:
		require.Fail(t, "no refusal", "%s gave %v", name, c.results)
	}
}

// requireArgument checks that a result is the argument of its type, but for a text field with a "!" more.
func (c *hookCall) requireArgument(t *testing.T, name string, result reflect.Value, field string) {
	t.Helper()
	i := slices.IndexFunc(c.arguments, func(argument reflect.Value) bool { return argument.Type() == result.Type() })
	require.NotEqual(t, -1, i, "%s gave a %s", name, result.Type())
	sent, got := []reflect.Value{c.arguments[i]}, []reflect.Value{result}
	if result.Kind() == reflect.Slice {
		require.Equal(t, c.arguments[i].Len(), result.Len(), name)
		sent, got = slices.Collect(items(c.arguments[i])), slices.Collect(items(result))
	}
	for i := range sent {
		if field != "" {
			text := sent[i].Elem().FieldByName(field)
			text.SetString(text.String() + "!")
		}
		want, have := converted(t, sent[i]), converted(t, got[i])
		require.True(t, proto.Equal(want, have), "%s: want %v\ngot %v", name, want, have)
	}
}

func items(list reflect.Value) func(func(reflect.Value) bool) {
	return func(yield func(reflect.Value) bool) {
		for i := range list.Len() {
			if !yield(list.Index(i)) {
				return
			}
		}
	}
}

// requireResponse checks the response of a hook that serves HTTP.
func (c *hookCall) requireResponse(t *testing.T) {
	t.Helper()
	require.Equal(t, http.StatusCreated, c.response.Code)
	require.Equal(t, "why?", c.response.Header().Get("X-Answer"))
	require.Equal(t, "PUT /path?query=1 the body", c.response.Body.String())
}

func TestWhatMattermostKeepsOfAMemberIsLogged(t *testing.T) {
	p, api := fake(t, &fakeEngine{script: script{
		"ChannelMemberWillBeAdded": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			member := request.(*pb.ChannelMemberWillBeAddedRequest).ChannelMember
			member.Roles, member.SchemeUser = "", true
			delete(member.NotifyProps, "push")
			return &pb.ChannelMemberWillBeAddedResponse{ModifiedChannelMember: member}, nil
		},
	}})
	sent := &model.ChannelMember{UserId: "u", Roles: "channel_admin", NotifyProps: model.StringMap{"push": "all", "email": "true"}}
	member, reason := p.ChannelMemberWillBeAdded(nil, sent)
	require.Empty(t, reason)
	require.Empty(t, member.Roles)
	require.True(t, member.SchemeUser)
	require.NotContains(t, api.String(), "WARN", "in one process everything is taken")

	p.remote = true
	p.ChannelMemberWillBeAdded(nil, sent)
	require.Contains(t, api.String(), `hook=ChannelMemberWillBeAdded fields=roles, notify_props["push"]`)
}
