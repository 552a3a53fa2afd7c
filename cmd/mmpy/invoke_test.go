package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const hello = "../../examples/hello_python"

func TestInvokePrintsTheResponse(t *testing.T) {
	trials(t, map[string]trial{
		"a rejection":   {args: []string{"invoke", hello, "MessageWillBePosted", `{"post":{"message":"a badword here"}}`}, out: `\{\n  "rejection_reason": "please say it without 'badword'"\n\}\n`, err: `WARN  rejected a post`},
		"a post":        {args: []string{"invoke", hello, "MessageWillBePosted", `{"post":{"message":"teh end"}}`}, out: `\{\n  "modified_post": \{\n.*"message": "the end"\n  \}\n\}\n`},
		"an answer":     {args: []string{"invoke", hello, "ExecuteCommand", `{"args":{"command":"/hello"}}`}, out: `.*"text": "Hello, Bob! :wave: That was greeting number 1\.".*`},
		"from input":    {args: []string{"invoke", "-q", hello, "ExecuteCommand", "-"}, stdin: `{"args":{"command":"/hello you"}}`, out: `.*"text": "Hello, you! .*`, err: `^$`},
		"of activation": {args: []string{"invoke", hello, "OnActivate"}, out: `\{\}\n`, err: `^INFO  hello from Python, on Mattermost .*\nINFO  goodbye\n$`},
		"of the end":    {args: []string{"invoke", hello, "OnDeactivate"}, out: `\{\}\n`, err: `^INFO  hello from Python.*\nINFO  goodbye\n$`},
		"to a request": {
			args: []string{"invoke", "{dir}", "ServeHTTP", `{"init": {"method": "POST", "url": "/hello"}, "body_chunk": "aGk="}`},
			out:  `(?s).*"status_code": 201.*"body_chunk": "L2hlbGxvIGhp".*`,
			files: withPlugin(`    @hook
    def ServeHTTP(self, context, writer, request):
        writer.write_header(201)
        writer.write(f"{request.path} {request.text}")`),
		},
		"nothing said": {
			args: []string{"invoke", "{dir}", "MessageWillBePosted"}, out: `\{\}\n`,
			files: withPlugin("    @hook\n    def MessageWillBePosted(self, context, post): return None"),
		},
		"what was filled in": {
			args: []string{"invoke", "{dir}", "MessageHasBeenPosted", `{"post": {"message": "hi"}}`}, out: `\{\}\n`, err: `INFO  hi of bob in project\n$`,
			files: withPlugin(`    @hook
    def MessageHasBeenPosted(self, context, post):
        stored = self.api.get_post(post.id)
        user, channel = self.api.get_user(post.user_id), self.api.get_channel(post.channel_id)
        self.logger.info(f"{stored.message} of {user.username} in {channel.name}")`),
		},
		"of its own posts, too": {
			args: []string{"invoke", "{dir}", "MessageHasBeenPosted", `{"post": {"message": "3"}}`}, out: `\{\}\n`, err: `^INFO  3\nINFO  2\nINFO  1\nINFO  0\n$`,
			files: withPlugin(`    @hook
    def MessageHasBeenPosted(self, context, post):
        from mattermost_plugin._internal.wrappers import Post
        self.logger.info(post.message)
        if post.message != "0":
            self.api.create_post(Post(id="", channel_id=post.channel_id, user_id=post.user_id, message=str(int(post.message) - 1)))`),
		},
	})
}

func TestTraceIsALineOfJSONForEachCall(t *testing.T) {
	files := withPlugin(`    @hook
    def ExecuteCommand(self, context, args):
        try:
            self.api.get_user("nobody")
        except Exception:
            pass
        return self.api.get_server_version()`)
	tr := trial{args: []string{"invoke", "{dir}", "ExecuteCommand", "--trace"}, files: files, out: `.*"text": "\d.*`}
	tr.run(t)
	got := mmpy(t, "", "invoke", hello, "ExecuteCommand", "--trace", "-q")
	require.Zero(t, got.code)
	var apis []string
	for line := range strings.Lines(got.err) {
		var call struct {
			API               string
			Request, Response map[string]any
			Error             any
			Micros            *int64 `json:"us"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &call), line)
		require.NotNil(t, call.Micros)
		require.NotNil(t, call.Request)
		apis = append(apis, call.API)
		if call.API == "KVCompareAndSet" {
			require.Equal(t, map[string]any{"key": "greetings", "new_value": "MQ=="}, call.Request)
			require.Equal(t, map[string]any{"success": true}, call.Response)
		}
	}
	require.Equal(t, []string{"RegisterCommand", "GetServerVersion", "GetUser", "KVGet", "KVCompareAndSet"}, apis)
}

func TestTheTraceOfAnErrorHasMattermosts(t *testing.T) {
	trials(t, map[string]trial{"an AppError": {
		args: []string{"invoke", "{dir}", "OnDeactivate", "--trace"}, out: `\{\}\n`,
		err: `^\{"api":"GetUser","request":\{"user_id":"nobody"\},"error":\{"id":"app.user.missing_account.const","message":"There is no such user\.","status_code":404,"where":"GetUser"\},"us":\d+\}\n$`,
		files: withPlugin(`    @hook
    def OnDeactivate(self):
        try:
            self.api.get_user("nobody")
        except Exception:
            pass`),
	}})
}

func TestWhatThePluginDoesWrongIsSaid(t *testing.T) {
	hookBody := func(body string) map[string]string {
		return withPlugin("    @hook\n    def MessageWillBePosted(self, context, post):\n        " + body)
	}
	file := func(text string) map[string]string {
		return map[string]string{"plugin.json": pluginJSON, "plugin.py": text}
	}
	posted := []string{"invoke", "{dir}", "MessageWillBePosted", "--timeout", "1s"}
	trials(t, map[string]trial{
		"a manifest mistake": {
			args: posted, code: 1, files: map[string]string{"plugin.json": `{"id": "a b", "name": "x", "server": {"runtime": "go", "executable": "plugin.py"}}`, "plugin.py": ""},
			err: `^mmpy: /.*/plugin.json: id: "a b" is not allowed: .*\nmmpy: /.*/plugin.json: server.runtime: "go" is not allowed, only "python"\n$`,
		},
		"a syntax error": {
			args: posted, code: 1, files: file("x = 1\nclass P(:\n"),
			err: `^Traceback \(most recent call last\):\n  File "/plugin/plugin.py", line 2\n    class P\(:\n +\^\nSyntaxError: invalid syntax\nmmpy: the plugin in /.* cannot be loaded: SyntaxError: invalid syntax \(plugin.py, line 2\)\n$`,
		},
		"an import that fails": {args: posted, code: 1, files: file("import numpy\n"), err: `ModuleNotFoundError: No module named 'numpy'\nmmpy: the plugin in /.* cannot be loaded: ModuleNotFoundError: No module named 'numpy'\n$`},
		"no plugin in it":      {args: posted, code: 1, files: file("x = 1\n"), err: `^mmpy: the plugin in /.* cannot be loaded: PluginLoadError: /plugin/plugin.py defines no plugin: .*\n$`},
		"a failed activation": {
			args: posted, code: 1, files: withPlugin("    @hook\n    def OnActivate(self): raise ValueError('no tracker')"),
			err: `File "/plugin/plugin.py", line 6, in OnActivate.*mmpy: plugin "com.example.trial": OnActivate: ValueError: no tracker\n$`,
		},
		"a failed activation, invoked": {
			args: []string{"invoke", "{dir}", "OnActivate"}, code: 1, files: withPlugin("    @hook\n    def OnActivate(self): raise ValueError('no tracker')"),
			out: `\{\n  "error": \{\n.*"message": "no tracker",.*`, err: `mmpy: OnActivate failed: the response has its error\n$`,
		},
		"an exception": {
			args: posted, code: 1, files: hookBody("{}['x']"),
			err: `^Traceback \(most recent call last\):\n  File "/plugin/plugin.py", line 7, in MessageWillBePosted\n.*KeyError: 'x'\nmmpy: MessageWillBePosted failed: KeyError: 'x'\n$`,
		},
		"an endless loop":      {args: posted, code: 1, files: hookBody("while True: pass"), err: `while True: pass.*mmpy: MessageWillBePosted failed: deadline exceeded: HookTimeoutError: hook MessageWillBePosted took longer than 1 s\n$`},
		"a catastrophic regex": {args: posted, code: 1, files: hookBody("import re; re.match('(a+)+$', 'a' * 40 + 'b')"), err: `mmpy: MessageWillBePosted failed: deadline exceeded: HookTimeoutError`},
		"an endless C loop":    {args: posted, code: 1, files: hookBody("sum(range(10 ** 12))"), err: `(?m)^mmpy: MessageWillBePosted failed: killed, having run on after its deadline`},
		"too much memory":      {args: posted, code: 1, files: hookBody("bytearray(10 ** 9)"), err: `mmpy: MessageWillBePosted failed: out of memory: MemoryError\n$`},
		"an exit":              {args: posted, code: 1, files: hookBody("import os; os._exit(3)"), err: `(?m)^mmpy: MessageWillBePosted failed: exited with code 3\n$`},
	})
}
