package memserver

import (
	"maps"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// LogIn begins a session of a user, as a person does with name and password. UserWillLogIn may refuse it.
func (s *Server) LogIn(userID string) (*model.Session, *model.AppError) {
	type hooks interface {
		UserWillLogIn(*plugin.Context, *model.User) string
	}
	s.mu.Lock()
	user, err := s.user("GetUser", userID)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if user.DeleteAt != 0 {
		return nil, fail("Login", "api.user.login.inactive.app_error", http.StatusUnauthorized)
	}
	for _, p := range hooked[hooks](s, "UserWillLogIn") {
		if reason := p.hooks.UserWillLogIn(hookContext(), user.DeepCopy()); reason != "" {
			return nil, fail("DoLogin", "Login rejected by plugin: "+reason, http.StatusBadRequest)
		}
	}
	begun := &model.Session{UserId: userID, Roles: user.GetRawRoles()}
	begun.GenerateCSRF()
	session, err := s.createSession(begun)
	if err != nil {
		return nil, err
	}
	notify(s, "UserHasLoggedIn", func(c *plugin.Context, h interface {
		UserHasLoggedIn(*plugin.Context, *model.User)
	}) {
		h.UserHasLoggedIn(c, user.DeepCopy())
	})
	return session, nil
}

// CreateSession begins a session; its token signs requests to [Server.Handler].
func (a *API) CreateSession(session *model.Session) (*model.Session, *model.AppError) {
	session = orZero(session)
	return a.s.createSession(session)
}

func (s *Server) createSession(session *model.Session) (*model.Session, *model.AppError) {
	const where = "CreateSession"
	s.mu.Lock()
	defer s.mu.Unlock()
	if user := s.users[session.UserId]; user != nil && user.IsRemote() {
		return nil, fail("login", "api.user.login.remote_users.login.error", http.StatusUnauthorized)
	}
	if session.Id != "" {
		return nil, fail(where, "app.session.save.existing.app_error", http.StatusBadRequest)
	}
	session = copySession(session)
	session.PreSave()
	session.CreateAt = s.millis()
	session.LastActivityAt = session.CreateAt
	if err := session.IsValid(); err != nil {
		return nil, fail(where, "app.session.save.app_error", http.StatusInternalServerError)
	}
	s.sessions[session.Id] = session
	return copySession(session), nil
}

// GetSession finds by id or token. That there is none is a 400, as on a server.
func (a *API) GetSession(sessionID string) (*model.Session, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	session := a.s.session(sessionID)
	if session == nil {
		return nil, fail("GetSessionById", "app.session.get.app_error", http.StatusBadRequest)
	}
	return copySession(session), nil
}

// session finds by id or token. The caller holds s.mu.
func (s *Server) session(idOrToken string) *model.Session {
	if session := s.sessions[idOrToken]; session != nil || idOrToken == "" {
		return session
	}
	for _, session := range s.sessions {
		if session.Token == idOrToken {
			return session
		}
	}
	return nil
}

// ExtendSessionExpiry sets when a session ends, in milliseconds since 1970.
func (a *API) ExtendSessionExpiry(sessionID string, newExpiry int64) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.session(sessionID)
	if old == nil {
		return fail("extendSessionExpiry", "app.session.get_sessions.app_error", http.StatusInternalServerError)
	}
	session := copySession(old)
	session.ExpiresAt = newExpiry
	s.sessions[session.Id] = session
	return nil
}

// RevokeSession ends a session.
func (a *API) RevokeSession(sessionID string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.session(sessionID)
	if session == nil {
		return fail("RevokeSessionById", "app.session.get.app_error", http.StatusBadRequest)
	}
	delete(s.sessions, session.Id)
	return nil
}

func copySession(session *model.Session) *model.Session {
	session = shallow(session)
	session.Props = maps.Clone(session.Props)
	return session
}

// CreateUserAccessToken makes a token that signs requests as a user. People have tokens only if the configuration
// allows them, bots always.
func (a *API) CreateUserAccessToken(token *model.UserAccessToken) (*model.UserAccessToken, *model.AppError) {
	token = orZero(token)
	const where = "CreateUserAccessToken"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.user(where, token.UserId)
	if err != nil {
		return nil, err
	}
	if !*s.config.ServiceSettings.EnableUserAccessTokens && !user.IsBot {
		return nil, fail(where, "app.user_access_token.disabled", http.StatusNotImplemented)
	}
	token = shallow(token)
	token.Id, token.Token, token.IsActive = model.NewId(), model.NewId(), true
	if err := token.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.tokens[token.Id] = token
	return shallow(token), nil
}

// RevokeUserAccessToken makes a token useless.
func (a *API) RevokeUserAccessToken(tokenID string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens[tokenID] == nil {
		return fail("GetUserAccessToken", "app.user_access_token.get_by_user.app_error", http.StatusNotFound)
	}
	delete(s.tokens, tokenID)
	return nil
}

// UpdateUserAuth makes a user sign in with another service. The data by which the service knows the user is unique.
func (a *API) UpdateUserAuth(userID string, auth *model.UserAuth) (*model.UserAuth, *model.AppError) {
	auth = orZero(auth)
	const where = "UpdateUserAuth"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.users {
		if other.Id != userID && auth.AuthData != nil && *auth.AuthData != "" && value0(other.AuthData) == *auth.AuthData {
			return nil, fail(where, "app.user.update_auth_data.email_exists.app_error", http.StatusBadRequest)
		}
	}
	old := s.users[userID]
	if old == nil { // a server changes no row then, and says nothing
		return shallow(auth), nil
	}
	user := old.DeepCopy()
	user.AuthService, user.AuthData, user.UpdateAt = auth.AuthService, auth.AuthData, s.millis()
	user.LastPasswordUpdate = user.UpdateAt
	s.users[userID] = user
	return shallow(auth), nil
}

// GetLDAPUserAttributes fails: no LDAP server is configured, nor is there a licence for one.
func (a *API) GetLDAPUserAttributes(string, []string) (map[string]string, *model.AppError) {
	return nil, fail("GetLdapUserAttributes", "ent.ldap.disabled.app_error", http.StatusNotImplemented)
}
