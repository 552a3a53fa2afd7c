package server

import (
	"io"
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// inEnvironment serves the plugin web in a process of its own, behind Mattermost's own plugin environment.
func inEnvironment(t *testing.T, wrap func(plugin.API) plugin.API) (plugin.Hooks, *served) {
	t.Helper()
	env := newEnvironment(t)
	env.wrap = wrap
	id := env.install(t, writeBundle(t, web, nil), []string{"FileWillBeUploaded", "ServeHTTP", "ServeMetrics"})
	hooks := env.activate(t, id)
	server := behindHTTP(t, func(w http.ResponseWriter, r *http.Request) { hooks.ServeHTTP(&plugin.Context{}, w, r) })
	return hooks, &served{server, env.apis[id], env.log}
}

// wsgiPlugin has an application behind the validator of the standard library, which checks both sides of WSGI.
const wsgiPlugin = `
from wsgiref.validate import validator
from mattermost_plugin import Plugin, wsgi

def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or -1))
    start_response("201 Created", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    who = environ.get("HTTP_MATTERMOST_USER_ID", "nobody")
    version = environ["mattermost.plugin"].api.get_server_version()
    yield f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']} {who} {version}\n".encode()
    yield body.upper()

class Web(Plugin):
    serve = wsgi.mount(validator(application))
`

func TestAWSGIApplicationInMattermostsPluginEnvironment(t *testing.T) {
	env := newEnvironment(t)
	id := env.install(t, writeBundle(t, wsgiPlugin, nil), []string{"ServeHTTP"})
	hooks := env.activate(t, id)
	server := behindHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		http.StripPrefix("/plugins/"+id, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hooks.ServeHTTP(&plugin.Context{}, w, r)
		})).ServeHTTP(w, r)
	})
	request, err := http.NewRequest(http.MethodPost, server.URL+"/plugins/"+id+"/a%20page?x=1", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Mattermost-User-Id", "u1")
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, response.StatusCode, "%s%s", text, env.log)
	require.Equal(t, []string{"a=1", "b=2"}, response.Header["Set-Cookie"])
	require.Equal(t, "/plugins/"+id+" /a page u1 "+env.apis[id].GetServerVersion()+"\n", string(text))
}
