package memserver

import (
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// Connect opens a websocket connection of a user's app and returns its id.
func (s *Server) Connect(userID string) (connectionID string) {
	connectionID = model.NewId()
	s.mu.Lock()
	s.connections[connectionID] = userID
	s.mu.Unlock()
	notify(s, "OnWebSocketConnect", func(_ *plugin.Context, h interface{ OnWebSocketConnect(string, string) }) {
		h.OnWebSocketConnect(connectionID, userID)
	})
	return connectionID
}

// Disconnect closes a websocket connection; that it is closed already is no error.
func (s *Server) Disconnect(connectionID string) {
	s.mu.Lock()
	userID, open := s.connections[connectionID]
	delete(s.connections, connectionID)
	s.mu.Unlock()
	if open {
		notify(s, "OnWebSocketDisconnect", func(_ *plugin.Context, h interface{ OnWebSocketDisconnect(string, string) }) {
			h.OnWebSocketDisconnect(connectionID, userID)
		})
	}
}

// SendWebSocketMessage sends what an app does over an open websocket connection.
func (s *Server) SendWebSocketMessage(connectionID string, request *model.WebSocketRequest) {
	s.mu.Lock()
	userID, open := s.connections[connectionID]
	s.mu.Unlock()
	if !open {
		return
	}
	notify(s, "WebSocketMessageHasBeenPosted", func(_ *plugin.Context, h interface {
		WebSocketMessageHasBeenPosted(string, string, *model.WebSocketRequest)
	}) {
		h.WebSocketMessageHasBeenPosted(connectionID, userID, shallow(request))
	})
}

// ReadChannel lists a page of a channel's posts, newest first, as a user's app shows them: plugins may change how they
// look.
func (s *Server) ReadChannel(userID, channelID string, number, perPage int) ([]*model.Post, *model.AppError) {
	s.mu.Lock()
	if !s.mayInChannel(userID, channelID, model.PermissionReadChannelContent) {
		s.mu.Unlock()
		return nil, fail("Permissions", "api.context.permissions.app_error", http.StatusForbidden)
	}
	found := s.findPosts(func(p *model.Post) bool { return p.ChannelId == channelID && p.DeleteAt == 0 })
	slices.Reverse(found)
	posts := []*model.Post{}
	for _, post := range page(found, number, perPage) {
		posts = append(posts, s.withReplyCount(post).ForPlugin())
	}
	s.mu.Unlock()
	return s.consume(posts), nil
}

// consume asks every plugin in turn how posts are to look. What it does not return stays as it is.
func (s *Server) consume(posts []*model.Post) []*model.Post {
	type hooks interface {
		MessagesWillBeConsumed([]*model.Post) []*model.Post
	}
	type hooksWithContext interface {
		MessagesWillBeConsumedWithContext(*plugin.Context, []*model.Post) []*model.Post
	}
	for _, p := range hooked[hooks](s, "MessagesWillBeConsumed") {
		posts = overlay(posts, p.hooks.MessagesWillBeConsumed(clones(posts, (*model.Post).Clone)))
	}
	for _, p := range hooked[hooksWithContext](s, "MessagesWillBeConsumedWithContext") {
		posts = overlay(posts, p.hooks.MessagesWillBeConsumedWithContext(hookContext(), clones(posts, (*model.Post).Clone)))
	}
	return posts
}

func overlay(posts, replacements []*model.Post) []*model.Post {
	posts = slices.Clone(posts)
	for _, replacement := range replacements {
		if i := slices.IndexFunc(posts, func(p *model.Post) bool { return replacement != nil && p.Id == replacement.Id }); i >= 0 {
			posts[i] = replacement
		}
	}
	return posts
}

// DownloadFile returns an attachment as a user gets it who may read the channel. FileWillBeDownloaded may refuse it.
func (s *Server) DownloadFile(userID, fileID string) ([]byte, *model.AppError) {
	type hooks interface {
		FileWillBeDownloaded(*plugin.Context, *model.FileInfo, string, model.FileDownloadType) string
	}
	s.mu.Lock()
	info, err := s.fileInfo("GetFileInfo", fileID)
	allowed := err == nil && (info.CreatorId == userID || s.mayInChannel(userID, info.ChannelId, model.PermissionReadChannelContent))
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if !allowed {
		return nil, fail("Permissions", "api.context.permissions.app_error", http.StatusForbidden)
	}
	for _, p := range hooked[hooks](s, "FileWillBeDownloaded") {
		if reason := p.hooks.FileWillBeDownloaded(hookContext(), shallow(info), userID, model.FileDownloadTypeFile); reason != "" {
			err := refused("getFile", "api.file.get_file.rejected_by_plugin", reason)
			err.StatusCode = http.StatusForbidden
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readFile(info.Path)
}
