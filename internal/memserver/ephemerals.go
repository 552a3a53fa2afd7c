package memserver

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// Ephemeral is a message that only one user sees and that is stored nowhere.
type Ephemeral struct {
	UserID string
	Post   *model.Post // with DeleteAt set once it is deleted
}

// Ephemerals returns what a user was shown, oldest first, in its last state; every user's with an empty id.
func (s *Server) Ephemerals(userID string) []Ephemeral {
	s.mu.Lock()
	defer s.mu.Unlock()
	var shown []Ephemeral
	for _, e := range s.ephemerals {
		if userID == "" || e.UserID == userID {
			shown = append(shown, Ephemeral{e.UserID, e.Post.Clone()})
		}
	}
	return shown
}

// SendEphemeralPost shows a post to one user and returns it with id and time.
func (a *API) SendEphemeralPost(userID string, post *model.Post) *model.Post {
	post = orZero(post)
	return a.s.sendEphemeral(userID, post)
}

func (s *Server) sendEphemeral(userID string, post *model.Post) *model.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	post = s.ephemeral(post)
	if post.Id == "" {
		post.Id = model.NewId()
	}
	if post.CreateAt == 0 {
		post.CreateAt = s.millis()
	}
	s.ephemerals = append(s.ephemerals, Ephemeral{userID, post})
	return post.ForPlugin()
}

func (s *Server) ephemeral(post *model.Post) *model.Post {
	post = post.Clone()
	post.Type = model.PostTypeEphemeral
	post.MakeNonNil()
	post.GenerateActionIds()
	return post
}

// UpdateEphemeralPost changes what a user was shown. Clients, like this server, ignore ids they do not know.
func (a *API) UpdateEphemeralPost(userID string, post *model.Post) *model.Post {
	post = orZero(post)
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	post = s.ephemeral(post)
	post.UpdateAt = s.millis()
	if i := s.findEphemeral(userID, post.Id); i >= 0 {
		s.ephemerals[i].Post = post
	}
	return post.ForPlugin()
}

// DeleteEphemeralPost takes back what a user was shown.
func (a *API) DeleteEphemeralPost(userID, postID string) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.findEphemeral(userID, postID); i >= 0 {
		post := s.ephemerals[i].Post.Clone()
		post.DeleteAt = s.millis()
		s.ephemerals[i].Post = post
	}
}

func (s *Server) findEphemeral(userID, postID string) int {
	return slices.IndexFunc(s.ephemerals, func(e Ephemeral) bool { return e.UserID == userID && e.Post.Id == postID })
}
