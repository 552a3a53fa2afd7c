package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// events are what a client's open web app is told.
type events struct {
	client *model.WebSocketClient
	seen   []*model.WebSocketEvent
}

// listen opens a websocket in the client's name, for the length of the test.
func listen(t *testing.T, client *model.Client4) *events {
	t.Helper()
	opened, err := model.NewWebSocketClient4("ws"+strings.TrimPrefix(server.URL, "http"), client.AuthToken)
	require.NoError(t, err)
	t.Cleanup(opened.Close)
	opened.Listen()
	e := &events{client: opened}
	e.wait(t, model.WebsocketEventHello, func(*model.WebSocketEvent) bool { return true })
	return e
}

// wait returns the first event of that name that matches. Events that came meanwhile are kept for later calls.
func (e *events) wait(t *testing.T, name model.WebsocketEventType, matches func(*model.WebSocketEvent) bool) *model.WebSocketEvent {
	t.Helper()
	fits := func(event *model.WebSocketEvent) bool { return event.EventType() == name && matches(event) }
	for i, event := range e.seen {
		if fits(event) {
			e.seen = append(e.seen[:i:i], e.seen[i+1:]...)
			return event
		}
	}
	timeout := time.After(30 * time.Second)
	for {
		select {
		case event, open := <-e.client.EventChannel:
			require.True(t, open, "the websocket is closed: %v", e.client.ListenError)
			if fits(event) {
				return event
			}
			e.seen = append(e.seen, event)
		case <-e.client.ResponseChannel: // the answer to a request, such as the authentication
		case <-timeout:
			require.FailNow(t, "no event", "%s; there were %v", name, e.seen)
		}
	}
}
