package memserver_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// echo answers with what it was asked.
type echo struct{}

func (echo) ServeHTTP(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Session", c.SessionId)
	w.WriteHeader(http.StatusTeapot)
	_, _ = fmt.Fprintf(w, "%s %s user=%s plugin=%s auth=%s cookie=%s body=%s", r.Method, r.URL.RequestURI(),
		r.Header.Get("Mattermost-User-Id"), r.Header.Get("Mattermost-Plugin-ID"), r.Header.Get("Authorization"), r.Header.Get("Cookie"), body)
}

func (echo) ServeMetrics(_ *plugin.Context, w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "posts 3\n")
}

func TestAPluginServesUsersAtItsAddress(t *testing.T) {
	server, api, _ := start(t)
	bob := server.Home().Bob.Id
	api.Attach(echo{})
	ask := func(plugin, user string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodPost, "/hello?a=b", strings.NewReader("text"))
		request.Header.Set("Mattermost-User-Id", "forged")
		request.Header.Set("Mattermost-Plugin-ID", "forged")
		response := httptest.NewRecorder()
		server.PluginHandler(plugin, user).ServeHTTP(response, request)
		return response
	}
	for user, want := range map[string]string{
		bob: "POST /hello?a=b user=" + bob + " plugin= auth= cookie= body=text",
		"":  "POST /hello?a=b user= plugin= auth= cookie= body=text",
	} {
		response := ask("com.example.test", user)
		require.Equal(t, http.StatusTeapot, response.Code)
		require.Equal(t, want, response.Body.String())
	}
	require.Equal(t, http.StatusNotFound, ask("com.example.other", bob).Code)
	response := httptest.NewRecorder()
	server.MetricsHandler("com.example.test").ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, "posts 3\n", response.Body.String())
}

func TestTokensSayWhoAsks(t *testing.T) {
	server, api, clock := start(t)
	bob := server.Home().Bob.Id
	api.Attach(echo{})
	session, err := server.LogIn(bob)
	require.Nil(t, err)
	bot, err := api.CreateBot(&model.Bot{Username: "robot"})
	require.Nil(t, err)
	token, err := api.CreateUserAccessToken(&model.UserAccessToken{UserId: bot.UserId, Description: "for a test"})
	require.Nil(t, err)
	ask := func(method, address string, change func(*http.Request)) *httptest.ResponseRecorder {
		request := httptest.NewRequest(method, address, nil)
		change(request)
		response := httptest.NewRecorder()
		server.Handler().ServeHTTP(response, request)
		return response
	}
	bearer := func(token string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	}
	cookies := func(csrf string) func(*http.Request) {
		return func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: "MMAUTHTOKEN", Value: session.Token})
			r.AddCookie(&http.Cookie{Name: "other", Value: "x"})
			r.Header.Set("X-CSRF-Token", csrf)
		}
	}
	none := func(*http.Request) {}
	for name, test := range map[string]struct {
		response *httptest.ResponseRecorder
		want     string
	}{
		"nobody":                       {ask("GET", "/plugins/com.example.test/a/b?x=1", none), "GET /a/b?x=1 user= plugin= auth= cookie= body="},
		"a session":                    {ask("POST", "/plugins/com.example.test/", bearer(session.Token)), "POST / user=" + bob + " plugin= auth= cookie= body="},
		"a bot":                        {ask("GET", "/plugins/com.example.test/", bearer(token.Token)), "GET / user=" + bot.UserId + " plugin= auth= cookie= body="},
		"a parameter":                  {ask("GET", "/plugins/com.example.test/?x=1&access_token="+session.Token, none), "GET /?x=1 user=" + bob + " plugin= auth= cookie= body="},
		"a wrong token":                {ask("GET", "/plugins/com.example.test/", bearer("wrong")), "GET / user= plugin= auth=Bearer wrong cookie= body="},
		"a browser reads":              {ask("GET", "/plugins/com.example.test/", cookies("")), "GET / user=" + bob + " plugin= auth= cookie=other=x body="},
		"a browser is misled to write": {ask("POST", "/plugins/com.example.test/", cookies("")), "POST / user= plugin= auth= cookie=other=x body="},
		"a browser writes":             {ask("POST", "/plugins/com.example.test/", cookies(session.GetCSRF())), "POST / user=" + bob + " plugin= auth= cookie=other=x body="},
	} {
		require.Equal(t, test.want, test.response.Body.String(), name)
	}
	require.Equal(t, session.Id, ask("GET", "/plugins/com.example.test/", bearer(session.Token)).Header().Get("X-Session"))
	require.Equal(t, http.StatusNotFound, ask("GET", "/api/v4/users", none).Code)

	require.Nil(t, api.ExtendSessionExpiry(session.Id, clock.Now().UnixMilli()+1000))
	clock.pass(2 * time.Second)
	require.Contains(t, ask("GET", "/plugins/com.example.test/", bearer(session.Token)).Body.String(), "user= ", "the session has expired")
	require.Nil(t, api.RevokeUserAccessToken(token.Id))
	require.Contains(t, ask("GET", "/plugins/com.example.test/", bearer(token.Token)).Body.String(), "user= ", "the token is revoked")
}

func TestPluginsAskEachOther(t *testing.T) {
	server, api, _ := start(t)
	server.Plugin(&model.Manifest{Id: "com.example.echo"}).Attach(echo{})
	request := httptest.NewRequest(http.MethodPut, "/com.example.echo/one/two?q=1", strings.NewReader("data"))
	request.Header.Set("Mattermost-User-Id", "forged")
	ask := func(request *http.Request) (status int, text string) {
		response := api.PluginHTTP(request)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode, string(body)
	}
	status, text := ask(request)
	require.Equal(t, http.StatusTeapot, status)
	require.Equal(t, "PUT /one/two?q=1 user= plugin=com.example.test auth= cookie= body=data", text)
	require.Equal(t, "/com.example.echo/one/two", request.URL.Path, "the request is the caller's")

	for address, want := range map[string]int{"/com.example.none/": http.StatusNotFound, "/com.example.echo": http.StatusBadRequest} {
		status, _ := ask(httptest.NewRequest(http.MethodGet, address, nil))
		require.Equal(t, want, status)
	}
}

// doorkeeper lets only one user in.
type doorkeeper struct {
	only string
	in   chan string
}

func (d doorkeeper) UserWillLogIn(_ *plugin.Context, user *model.User) string {
	if user.Username == d.only {
		return ""
	}
	return "you are not on the list"
}

func (d doorkeeper) UserHasLoggedIn(_ *plugin.Context, user *model.User) { d.in <- user.Username }

func TestSessionsBeginAndEnd(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	keeper := doorkeeper{only: "bob", in: make(chan string, 1)}
	api.Attach(keeper)
	_, err := server.LogIn(home.Alice.Id)
	requireFails(t, err, "Login rejected by plugin: you are not on the list", 400)
	session, err := server.LogIn(home.Bob.Id)
	require.Nil(t, err)
	require.Equal(t, "bob", <-keeper.in)
	byToken, err := api.GetSession(session.Token)
	require.Nil(t, err)
	require.Equal(t, session, byToken)
	require.Nil(t, api.RevokeSession(session.Id))
	_, err = api.GetSession(session.Id)
	requireFails(t, err, "app.session.get.app_error", 400)
	requireFails(t, api.RevokeSession(session.Id), "app.session.get.app_error", 400)
	requireFails(t, api.ExtendSessionExpiry(session.Id, 1), "app.session.get_sessions.app_error", 500)
	_, err = api.CreateSession(session)
	requireFails(t, err, "app.session.save.existing.app_error", 400)

	_, err = api.CreateUserAccessToken(&model.UserAccessToken{UserId: home.Bob.Id, Description: "mine"})
	requireFails(t, err, "app.user_access_token.disabled", 501)
	requireFails(t, api.RevokeUserAccessToken("none"), "app.user_access_token.get_by_user.app_error", 404)
	data := "bob@saml"
	_, err = api.UpdateUserAuth(home.Bob.Id, &model.UserAuth{AuthService: model.UserAuthServiceSaml, AuthData: &data})
	require.Nil(t, err)
	_, err = api.UpdateUserAuth(home.Alice.Id, &model.UserAuth{AuthService: model.UserAuthServiceSaml, AuthData: &data})
	requireFails(t, err, "app.user.update_auth_data.email_exists.app_error", 400)
	_, err = api.GetLDAPUserAttributes(home.Bob.Id, []string{"cn"})
	requireFails(t, err, "ent.ldap.disabled.app_error", 501)
}

func TestOAuthAppsKeepTheirSecrets(t *testing.T) {
	server, api, _ := start(t)
	app := &model.OAuthApp{
		CreatorId: server.Home().Alice.Id, Name: "Tool", Homepage: "https://example.com", CallbackUrls: []string{"https://example.com/cb"},
	}
	created, err := api.CreateOAuthApp(app)
	require.Nil(t, err)
	require.Len(t, created.ClientSecret, 26)
	_, err = api.CreateOAuthApp(created)
	requireFails(t, err, "app.oauth.save_app.existing.app_error", 400)
	_, err = api.CreateOAuthApp(&model.OAuthApp{})
	requireFails(t, err, "model.oauth.is_valid.creator_id.app_error", 400)
	changed := *created
	changed.Name, changed.ClientSecret = "Better tool", "guessed"
	updated, err := api.UpdateOAuthApp(&changed)
	require.Nil(t, err)
	require.Equal(t, []string{"Better tool", created.ClientSecret}, []string{updated.Name, updated.ClientSecret})
	require.Nil(t, api.DeleteOAuthApp(created.Id))
	_, err = api.GetOAuthApp(created.Id)
	requireFails(t, err, "app.oauth.get_app.find.app_error", 404)
}
