package server

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/server/internal/byname"
	"github.com/mmpy/mmpy/wasmhost"
)

// failures check, by what docs/hooks.md says that a failure means, that this is what a hook gives. exception says that
// the handler raised one; reason is what the log says.
var failures = map[string]func(t *testing.T, call *hookCall, exception bool, reason string){
	"Nothing: it has happened.": func(t *testing.T, call *hookCall, _ bool, _ string) {
		require.Empty(t, call.results)
	},
	"It is allowed; rejected where the failure mode is closed.": func(t *testing.T, call *hookCall, _ bool, _ string) {
		require.Empty(t, call.results[0].String())
	},
	"It goes through as it is; it is rejected where the failure mode is closed.": func(t *testing.T, call *hookCall, _ bool, _ string) {
		goesThrough(t, call)
	},
	"The client sees the posts as they are.": func(t *testing.T, call *hookCall, _ bool, _ string) {
		require.True(t, call.results[0].IsNil())
	},
	"An error, with the reason.": func(t *testing.T, call *hookCall, _ bool, reason string) {
		require.ErrorContains(t, call.requireError(t), reason)
	},
	"An error, with the reason: the message is sent again.": func(t *testing.T, call *hookCall, _ bool, reason string) {
		require.ErrorContains(t, call.requireError(t), reason)
	},
	"An error, with the reason, which the packet lists; the packet has no files of the plugin.": func(t *testing.T, call *hookCall, _ bool, reason string) {
		require.ErrorContains(t, call.requireError(t), reason)
	},
	"An error, with the reason: the plugin does not start.": func(t *testing.T, call *hookCall, _ bool, reason string) {
		require.ErrorContains(t, call.requireError(t), reason)
	},
	"An error, which Mattermost logs; the plugin goes on.": func(t *testing.T, call *hookCall, _ bool, reason string) {
		require.ErrorContains(t, call.requireError(t), reason)
	},
	"An error, which Mattermost logs; the plugin ends all the same.": func(t *testing.T, call *hookCall, _ bool, reason string) {
		require.ErrorContains(t, call.requireError(t), reason)
	},
	"An exception rejects it, for that reason. A handler that takes too long and an interpreter that ends let it " +
		"be saved: a plugin that is broken must not lock its administrators out.": func(t *testing.T, call *hookCall, exception bool, reason string) {
		if exception {
			require.ErrorContains(t, call.requireError(t), reason)
			return
		}
		require.True(t, call.results[0].IsNil())
		require.Nil(t, call.results[1].Interface())
	},
	"The user is told that the plugin failed (status 500), not why.": func(t *testing.T, call *hookCall, _ bool, reason string) {
		require.True(t, call.results[0].IsNil())
		appErr := call.results[1].Interface().(*model.AppError)
		require.Equal(t, http.StatusInternalServerError, appErr.StatusCode)
		require.NotContains(t, appErr.Message, reason)
	},
	"The plugin is not well; after some such pings it gets no messages until it is.": func(t *testing.T, call *hookCall, _ bool, _ string) {
		require.False(t, call.results[0].Bool())
	},
	"It goes through as it is; it is rejected where the handler has begun to write another content, or the failure mode is closed.": func(t *testing.T, call *hookCall, _ bool, _ string) {
		goesThrough(t, call)
	},
	"The client gets status 500 with the exception's text, 502 where the interpreter ended, 503 where there is none; a " +
		"response that has begun is cut off.": func(t *testing.T, call *hookCall, exception bool, reason string) {
		text, status := "Internal Server Error: ", http.StatusInternalServerError
		switch {
		case strings.HasPrefix(reason, "SyntaxError"):
			text, status = "Service Unavailable", http.StatusServiceUnavailable
		case reason == "killed":
			text, status = "Bad Gateway", http.StatusBadGateway
		case exception:
			_, message, _ := strings.Cut(reason, ": ")
			text += message
		}
		require.Equal(t, status, call.response.Code)
		require.Contains(t, call.response.Body.String(), text)
	},
}

// goesThrough checks that what a hook was given goes on unchanged.
func goesThrough(t *testing.T, call *hookCall) {
	t.Helper()
	require.Empty(t, call.results[1].String())
	require.Empty(t, call.output.String())
	if !call.results[0].IsNil() {
		call.requireArgument(t, "it", call.results[0], "")
	}
}

// requireError gives the error that a hook gave, and nothing beside it.
func (c *hookCall) requireError(t *testing.T) error {
	t.Helper()
	for _, result := range c.results[:len(c.results)-1] {
		require.True(t, result.IsZero(), "beside an error: %v", result)
	}
	err, _ := c.results[len(c.results)-1].Interface().(error)
	require.Error(t, err)
	return err
}

// documentedFailures gives what docs/hooks.md says of the failure of each hook.
func documentedFailures(t *testing.T) map[string]string {
	t.Helper()
	docs, err := os.ReadFile(filepath.Join("..", "docs", "hooks.md"))
	require.NoError(t, err)
	documented := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\| (.*) \\|$").FindAllStringSubmatch(string(docs), -1) {
		for _, name := range strings.Split(row[1], ", ") {
			documented[strings.Trim(name, "`")] = row[2]
		}
	}
	return documented
}

func TestAFailingHookDoesWhatTheDocumentationSays(t *testing.T) {
	documented := documentedFailures(t)
	require.Len(t, documented, len(eventHooks())+len(lifecycleHooks))
	for name, test := range map[string]struct {
		engine    func(name string) *fakeEngine
		exception bool
		reason    string
		logged    string
	}{
		"the handler raises": {
			engine:    func(name string) *fakeEngine { return failing(name, raise("ValueError", "no good")) },
			exception: true, reason: "ValueError: no good", logged: "traceback=Traceback (most recent call last)",
		},
		"the handler takes too long": {
			engine: func(name string) *fakeEngine {
				return failing(name, &wasmhost.Error{Code: wasmhost.Timeout, Op: "hook", Type: "HookTimeoutError", Message: "too long", Traceback: "Traceback: line 7"})
			},
			reason: "HookTimeoutError: too long", logged: "traceback=Traceback: line 7",
		},
		"the interpreter ends": {
			engine: func(name string) *fakeEngine { return failing(name, killed()) },
			reason: "killed", logged: "killed",
		},
		"the plugin does not start": {
			engine: func(string) *fakeEngine {
				return &fakeEngine{load: func(*fakeInstance) error { return raise("SyntaxError", "invalid syntax") }}
			},
			reason: "SyntaxError: invalid syntax", logged: "traceback=Traceback (most recent call last)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for hook, text := range documented {
				if name == "the plugin does not start" && slices.Contains(lifecycleHooks, hook) {
					continue // TestActivationFailsForAReason
				}
				p, api := fake(t, test.engine(hook), hook)
				if hook == "OnDeactivate" {
					require.NoError(t, p.OnActivate())
				}
				check, ok := failures[text]
				require.True(t, ok, "%s: nobody checks that a failure means: %s", hook, text)
				check(t, callHook(t, p, hook, &byname.Filler{}), test.exception, test.reason)
				require.Regexp(t, `ERROR .*(hook `+hook+` failed|plugin cannot be started) .*error=.*`+test.reason, api.String())
				require.Contains(t, api.String(), test.logged)
			}
		})
	}
}

// failing is a plugin whose only hook fails.
func failing(hook string, err error) *fakeEngine {
	return &fakeEngine{script: script{hook: func(*fakeInstance, proto.Message) (proto.Message, error) { return nil, err }}}
}

func TestAHookThatIsNotDefinedDoesNotFail(t *testing.T) {
	p, api := fake(t, &fakeEngine{script: does(new([]string), "OnActivate")})
	require.NoError(t, p.OnConfigurationChange())
	require.NoError(t, p.OnActivate())
	for _, name := range eventHooks() {
		call := callHook(t, p, name, &byname.Filler{})
		switch name {
		case "ServeHTTP", "ServeMetrics":
			require.Equal(t, http.StatusNotFound, call.response.Code)
		case "ExecuteCommand":
			require.Equal(t, http.StatusNotImplemented, call.results[1].Interface().(*model.AppError).StatusCode)
		default:
			call.requireNothing(t, name)
		}
	}
	require.NotContains(t, api.String(), "ERROR")
}

func TestWhatAHandlerRaisesIsInTheLogWithWhere(t *testing.T) {
	for name, asynchronous := range map[string]bool{"handlers": false, "async handlers": true} {
		t.Run(name, func(t *testing.T) {
			m := run(t, everyHook(asynchronous), Config{})
			documented := documentedFailures(t)
			c := &hookCaller{hooks: m.plugin, store: m.Plugin(m.plugin.bundle.manifest.Model)}
			for _, name := range slices.Concat(eventHooks(), []string{"OnConfigurationChange", "OnDeactivate"}) {
				before := len(m.log.String())
				call := c.call(t, name, "raise")
				failures[documented[name]](t, call, true, "ValueError: on purpose")
				log := m.log.String()[before:]
				require.Contains(t, log, name+" failed")
				require.Contains(t, log, "Traceback (most recent call last)")
				require.Contains(t, log, `in told_to\n    raise ValueError(\"on purpose\")`)
				require.Contains(t, log, "ValueError: on purpose")
			}
		})
	}
}

func TestAConfigurationThatIsNoneIsAnError(t *testing.T) {
	m := run(t, `
from mattermost_plugin import Plugin, hook, HookName
from mattermost_plugin.grpc.hooks_lifecycle_pb2 import ConfigJson

class Odd(Plugin):
    @hook(HookName.ConfigurationWillBeSaved)
    def saved(self, new_config):
        return ConfigJson(config_json=b"{")
`, Config{})
	config, err := m.plugin.ConfigurationWillBeSaved(&model.Config{})
	require.Nil(t, config)
	require.ErrorContains(t, err, "ConfigurationWillBeSaved: the configuration that the plugin returned: unexpected end of JSON input")
	require.Contains(t, m.log.String(), "ConfigurationWillBeSaved failed")
}
