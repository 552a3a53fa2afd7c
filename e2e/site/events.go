package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

// Events collects what the server tells an open web app over its websocket, and lets tests wait for an event.
type Events struct {
	client *model.WebSocketClient

	mu     sync.Mutex
	unseen []*model.WebSocketEvent
	grown  chan struct{} // closed and replaced at each new event
}

// Listen opens a websocket in the name of the client's user, who is known from the first message on, as with a browser's
// cookie.
func (s *Site) Listen(ctx context.Context, as *model.Client4) (*Events, error) {
	client, err := model.NewReliableWebSocketClientWithDialer(websocket.DefaultDialer, "ws"+strings.TrimPrefix(s.URL, "http"), as.AuthToken, "", 0, true)
	if err != nil {
		return nil, fmt.Errorf("open a websocket: %w", err)
	}
	e := &Events{client: client, grown: make(chan struct{})}
	client.Listen()
	go e.collect()
	if _, err := e.Wait(ctx, model.WebsocketEventHello, nil); err != nil {
		client.Close()
		return nil, err
	}
	return e, nil
}

// collect runs until the websocket is closed. A client whose channels nobody reads stands still.
func (e *Events) collect() {
	events, responses := e.client.EventChannel, e.client.ResponseChannel
	for events != nil {
		select {
		case event, open := <-events:
			if !open {
				events = nil
				break
			}
			e.mu.Lock()
			e.unseen = append(e.unseen, event)
			close(e.grown)
			e.grown = make(chan struct{})
			e.mu.Unlock()
		case _, open := <-responses:
			if !open {
				responses = nil
			}
		}
	}
}

// Wait takes the first event of that name that matches (nil: any). The others are kept for later calls.
func (e *Events) Wait(ctx context.Context, name model.WebsocketEventType, matches func(*model.WebSocketEvent) bool) (*model.WebSocketEvent, error) {
	for {
		e.mu.Lock()
		at := slices.IndexFunc(e.unseen, func(event *model.WebSocketEvent) bool {
			return event.EventType() == name && (matches == nil || matches(event))
		})
		if at >= 0 {
			event := e.unseen[at]
			e.unseen = slices.Delete(e.unseen, at, at+1)
			e.mu.Unlock()
			return event, nil
		}
		grown := e.grown
		e.mu.Unlock()
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the websocket event %s, with only %v: %w", name, e.names(), ctx.Err())
		}
	}
}

// names says how many of each there are.
func (e *Events) names() map[model.WebsocketEventType]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	names := make(map[model.WebsocketEventType]int)
	for _, event := range e.unseen {
		names[event.EventType()]++
	}
	return names
}

// Send sends a message to the server, as the web app does.
func (e *Events) Send(action string, data map[string]any) { e.client.SendMessage(action, data) }

// Close closes the websocket.
func (e *Events) Close() { e.client.Close() }
