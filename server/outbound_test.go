package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
)

const httpAsker = `
import asyncio
import urllib.request
from mattermost_plugin import Plugin, hook, HookName, http, PermissionDeniedError, run_plugin

WHEN_LOADED = []
def ask_early(url):
    for ask in (lambda: http.request("GET", url), lambda: urllib.request.urlopen(url)):
        try:
            ask()
        except (PermissionDeniedError, OSError) as error:
            WHEN_LOADED.append(str(error))

ask_early("http://127.0.0.1:PORT/early")

class Asker(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        for text in WHEN_LOADED:
            self.logger.info("when loaded: " + text)
        self.logger.info("when activated: " + http.request("GET", "http://127.0.0.1:PORT/active").text)

    @hook(HookName.MessageWillBePosted)
    async def ask(self, context, post):
        try:
            answers = await asyncio.gather(*(http.request_async("GET", url) for url in post.message.split()))
        except PermissionDeniedError as error:
            return None, str(error)
        post.message = ", ".join(answer.text for answer in answers)
        return post, ""

run_plugin(Asker)
`

func TestAPluginAsksTheHostsThatItWasGranted(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "this is ", r.URL.Path) }))
	defer site.Close()
	address, err := url.Parse(site.URL)
	require.NoError(t, err)
	port, err := strconv.ParseUint(address.Port(), 10, 16)
	require.NoError(t, err)
	m := load(t, strings.ReplaceAll(httpAsker, "PORT", address.Port()), Config{})
	granted := grant.Everything("test")
	granted.Hosts = []grant.Host{{Pattern: "127.0.0.1", Port: uint16(port)}}
	granted.Networks = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	granted.Limits.HTTPAnswer = 200
	m.plugin.grant = granted
	require.NoError(t, m.plugin.OnConfigurationChange())
	require.NoError(t, m.plugin.OnActivate())
	require.Contains(t, m.log.String(), "is not granted: the plugin's file is still being loaded; ask from OnActivate on")
	require.Equal(t, 2, strings.Count(m.log.String(), "when loaded: "))
	require.Contains(t, m.log.String(), "when activated: this is /active")
	m.plugin.flushAudit() // records are written by and by
	require.Regexp(t, `event=mmpyHTTPRequest host=127\.0\.0\.1:\d+ .*hook=OnActivate`, m.log.String(), "who it was")

	post, appErr := m.post(site.URL + "/a " + site.URL + "/b?secret=1")
	require.Nil(t, appErr)
	require.Equal(t, "this is /a, this is /b", post.Message)
	_, appErr = m.post("https://denied.test/x")
	require.NotNil(t, appErr)
	require.Contains(t, appErr.Error(), "https://denied.test is not granted: the manifest does not ask for it")
	m.plugin.flushAudit()
	require.Regexp(t, `event=mmpyHTTPRequest host=127\.0\.0\.1:\d+ .*code=200`, m.log.String())
	require.Regexp(t, `event=mmpyHTTPRequest host=denied\.test .*https://denied\.test is not granted`, m.log.String())
	require.NotContains(t, m.log.String(), "secret=", "a query may hold secrets")

	text, err := m.plugin.Metrics().text()
	require.NoError(t, err)
	require.Contains(t, string(text), "mmpy_http_requests_total 4\n")
	require.Contains(t, string(text), `mmpy_http_errors_total{kind="denied"} 1`)
	require.Contains(t, string(text), "mmpy_http_received_bytes_total 35\n")
	require.NotContains(t, string(text), "mmpy_limit_total")

	_, _ = m.post(site.URL + "/" + strings.Repeat("long", 50))
	m.plugin.flushAudit()
	require.Regexp(t, `event=mmpyLimitReached limit=http_response_mib .*the answer has 209 bytes; 200 are the most`, m.log.String())
	text, err = m.plugin.Metrics().text()
	require.NoError(t, err)
	require.Contains(t, string(text), `mmpy_limit_total{limit="http_response_mib"} 1`)
}
