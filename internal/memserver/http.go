package memserver

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// Headers by which a server tells a plugin who asks. Requests from outside lose them.
const (
	headerUserID   = "Mattermost-User-Id"
	headerPluginID = "Mattermost-Plugin-ID"
)

type httpHooks interface {
	ServeHTTP(*plugin.Context, http.ResponseWriter, *http.Request)
}

// PluginHandler serves a plugin's web addresses as a server serves a user who is logged in, or with an empty id to
// somebody who isn't. The path is what the plugin sees: "/" is /plugins/<plugin id>/ in [Server.Handler].
func (s *Server) PluginHandler(pluginID, userID string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Header.Del(headerPluginID)
		r.Header.Del(headerUserID)
		if userID != "" {
			r.Header.Set(headerUserID, userID)
		}
		s.serveHTTP(pluginID, requestContext(r), w, r)
	})
}

// Handler serves /plugins/<plugin id>/<path>. A request belongs to the user of the session or access token it carries,
// in the header Authorization, the cookie MMAUTHTOKEN or the parameter access_token, as with Mattermost.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pluginID, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/plugins/"), "/")
		if !strings.HasPrefix(r.URL.Path, "/plugins/") || pluginID == "" {
			http.NotFound(w, r)
			return
		}
		r = r.Clone(r.Context())
		r.Header.Del(headerPluginID)
		r.Header.Del(headerUserID)
		r.Header.Del("Referer")
		c := requestContext(r)
		token, inCookie := takeToken(r)
		r.URL.Path, r.URL.RawPath = "/"+path, ""
		if userID, session := s.authenticate(token); userID != "" {
			r.Header.Del(model.HeaderAuth)
			if !inCookie || r.Method == http.MethodGet || sentCSRF(r, session) {
				r.Header.Set(headerUserID, userID)
				if session != nil {
					c.SessionId = session.Id
				}
			}
		}
		s.serveHTTP(pluginID, c, w, r)
	})
}

// takeToken finds the token in a request. Cookie and parameter are for the server alone and are taken out.
func takeToken(r *http.Request) (token string, inCookie bool) {
	scheme, rest, _ := strings.Cut(r.Header.Get(model.HeaderAuth), " ")
	if strings.EqualFold(scheme, model.HeaderBearer) || strings.EqualFold(scheme, model.HeaderToken) {
		token = rest
	}
	cookies := r.Cookies()
	r.Header.Del("Cookie")
	for _, cookie := range cookies {
		if cookie.Name != model.SessionCookieToken {
			r.AddCookie(cookie)
		} else if token == "" {
			token, inCookie = cookie.Value, true
		}
	}
	query := r.URL.Query()
	if token == "" {
		token = query.Get("access_token")
	}
	if query.Has("access_token") {
		query.Del("access_token")
		r.URL.RawQuery = query.Encode()
	}
	return token, inCookie
}

// authenticate finds whose token it is; the session is nil for an access token.
func (s *Server) authenticate(token string) (userID string, session *model.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token == "" {
		return "", nil
	}
	for _, session := range s.sessions {
		if session.Token == token && (session.ExpiresAt == 0 || session.ExpiresAt > s.millis()) {
			return session.UserId, session
		}
	}
	for _, t := range s.tokens {
		if t.Token == token && (t.ExpiresAt == 0 || t.ExpiresAt > s.millis()) {
			return t.UserId, nil
		}
	}
	return "", nil
}

// sentCSRF tells whether a request that a browser signs by itself was meant.
func sentCSRF(r *http.Request, session *model.Session) bool {
	return session != nil && session.GetCSRF() != "" && r.Header.Get(model.HeaderCsrfToken) == session.GetCSRF()
}

func requestContext(r *http.Request) *plugin.Context {
	c := hookContext()
	c.AcceptLanguage = r.Header.Get("Accept-Language")
	if agent := r.UserAgent(); agent != "" {
		c.UserAgent = agent
	}
	return c
}

func (s *Server) serveHTTP(pluginID string, c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	for _, p := range hooked[httpHooks](s, "ServeHTTP") {
		if p.id == pluginID {
			p.hooks.ServeHTTP(c, w, r)
			return
		}
	}
	http.NotFound(w, r)
}

// PluginHTTP sends a request to another plugin, or to this one; the first part of the path is the plugin's id. The
// plugin sees the rest, and in the header Mattermost-Plugin-ID who asks.
func (a *API) PluginHTTP(request *http.Request) *http.Response {
	if request == nil || request.URL == nil {
		return textResponse(request, http.StatusBadRequest, "No request")
	}
	parts := strings.SplitN(request.URL.Path, "/", 3)
	if len(parts) != 3 {
		return textResponse(request, http.StatusBadRequest, "Not enough URL. Form of URL should be /<pluginid>/*")
	}
	if parts[1] == "" {
		return textResponse(request, http.StatusBadRequest, "No plugin specified. Form of URL should be /<pluginid>/*")
	}
	r := request.Clone(request.Context())
	r.URL = &url.URL{Path: "/" + parts[2], RawQuery: request.URL.RawQuery}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.Header.Set(headerUserID, "") // no user asks
	r.Header.Set(headerPluginID, a.manifest.Id)
	answer := &answer{header: http.Header{}}
	a.s.serveHTTP(parts[1], requestContext(r), answer, r)
	return answer.response(request)
}

func textResponse(request *http.Request, status int, text string) *http.Response {
	answer := &answer{header: http.Header{}}
	http.Error(answer, text, status)
	return answer.response(request)
}

// answer collects what a plugin writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *answer) Header() http.Header { return w.header }

func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *answer) Write(data []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(data)
}

// Flush does nothing: the whole response is given at once.
func (w *answer) Flush() {}

func (w *answer) response(request *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header, Request: request,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()),
	}
}

// MetricsHandler serves a plugin's metrics, as the server's metrics listener does at /plugins/<plugin id>/metrics.
func (s *Server) MetricsHandler(pluginID string) http.Handler {
	type hooks interface {
		ServeMetrics(*plugin.Context, http.ResponseWriter, *http.Request)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range hooked[hooks](s, "ServeMetrics") {
			if p.id == pluginID {
				p.hooks.ServeMetrics(requestContext(r), w, r)
				return
			}
		}
		http.NotFound(w, r)
	})
}
