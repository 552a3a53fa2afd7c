package main

// What the rules of the hooks cannot know. An entry that is not needed fails the generation, as in overrides.go.

// The answers that follow from a hook's results.
var (
	notification = answer{
		python:  "results.nothing",
		returns: "Nothing; what is returned is ignored.",
		fails:   "Nothing: it has happened.",
		write:   (*adapterWriter).notification,
	}
	reject = answer{
		python:  "results.reject",
		returns: "`None` or `\"\"` allows it; a text rejects it, for that reason.",
		fails:   "It is allowed; rejected where the failure mode is closed.",
		write:   (*adapterWriter).reject,
	}
	modifyOrReject = answer{
		returns: "`None` or `(None, \"\")` lets it through as it is; %[2]s `%[1]s`, alone or as `(%[1]s, \"\")`, takes its place; " +
			"a text, alone or as `(None, text)`, rejects it, for that reason.",
		fails: "It goes through as it is; it is rejected where the failure mode is closed.",
		write: (*adapterWriter).modifyOrReject,
	}
	filter = answer{
		python:  "results.replace_posts",
		returns: "`None` or `[]` changes nothing; each `Post` of a list takes the place of the one with its id.",
		fails:   "The client sees the posts as they are.",
		write:   (*adapterWriter).filter,
	}
	errorAnswer = answer{
		python:  "results.error_or_none",
		returns: "`None` is success; a text or an exception is an error.",
		fails:   "An error, with the reason.",
		write:   (*adapterWriter).result,
	}
)

// serveFails is what a failure means for the hooks that answer HTTP requests.
const serveFails = "The client gets status 500 with the exception's text, 502 where the interpreter ended, 503 where there is none; a " +
	"response that has begun is cut off."

// hookAnswers are the answers that no rule gives. Those without write are methods that a person wrote.
var hookAnswers = map[string]answer{
	"OnActivate": {
		python:  "results.error_or_none",
		returns: "`None` is success; a text or an exception is an error.",
		fails:   "An error, with the reason: the plugin does not start.",
	},
	"OnDeactivate": {
		python:  "results.nothing",
		returns: "Nothing; what is returned is ignored.",
		fails:   "An error, which Mattermost logs; the plugin ends all the same.",
	},
	"OnConfigurationChange": {
		python:  "results.nothing",
		returns: "Nothing; what is returned is ignored.",
		fails:   "An error, which Mattermost logs; the plugin goes on.",
	},
	"ExecuteCommand": {
		python:  "results.command_response",
		returns: "A `CommandResponse`, a dict of its fields, or the text to show to the user alone; `None` shows nothing.",
		fails:   "The user is told that the plugin failed (status 500), not why.",
	},
	"ConfigurationWillBeSaved": {
		python: "results.new_config",
		returns: "`None` lets it be saved as it is; a `ConfigJson`, alone or as `(ConfigJson, None)`, takes its place; " +
			"`(None, text)` rejects it, for that reason.",
		fails: "An exception rejects it, for that reason. A handler that takes too long and an interpreter that ends let it " +
			"be saved: a plugin that is broken must not lock its administrators out.",
	},
	"RunDataRetention": {
		python:  "results.deleted_count",
		returns: "How many rows were deleted (`int`), or `(int, error)` with a text or an exception; `None` is 0.",
		fails:   "An error, with the reason.",
		write:   (*adapterWriter).result,
	},
	"OnSharedChannelsSyncMsg": {
		python:  "results.sync_response",
		returns: "A `SyncResponse`, or `(SyncResponse, error)` with a text or an exception; `None` is an empty one.",
		fails:   "An error, with the reason: the message is sent again.",
		write:   (*adapterWriter).result,
	},
	"OnSharedChannelsPing": {
		python:  "results.healthy",
		returns: "Whether all is well: anything that is true, or `None`, is.",
		fails:   "The plugin is not well; after some such pings it gets no messages until it is.",
	},
	"GenerateSupportData": {
		python:  "results.support_files",
		returns: "A list of `FileData`, or `(list, error)` with a text or an exception; `None` is no files.",
		fails:   "An error, with the reason, which the packet lists; the packet has no files of the plugin.",
		write:   (*adapterWriter).result,
	},
	"FileWillBeUploaded": {
		python: "results.file_or_reject",
		returns: "`None` lets it through as it is, or with what was written to `output` as its content; a `FileInfo`, bytes as the " +
			"content, or both in a tuple take its place; a text rejects it, for that reason.",
		fails: "It goes through as it is; it is rejected where the handler has begun to write another content, or the failure " +
			"mode is closed.",
	},
	"ServeHTTP": {
		python:  "results.nothing",
		returns: "Nothing: the response is what the handler writes.",
		fails:   serveFails,
	},
	"ServeMetrics": {
		python:  "results.nothing",
		returns: "Nothing: the response is what the handler writes.",
		fails:   serveFails,
	},
}

// A pythonParameter is what a handler is given, as its signature has it.
type pythonParameter struct{ name, annotation string }

// pythonParameters are the parameters of the handlers that Python makes of more than one field.
var pythonParameters = map[string][]pythonParameter{
	"FileWillBeUploaded": {{"plugin_context", "PluginContext"}, {"file_info", "FileInfo"}, {"file", "BinaryIO"}, {"output", "BinaryIO"}},
	"ServeHTTP":          {{"plugin_context", "PluginContext"}, {"response_writer", "HTTPResponseWriter"}, {"request", "HTTPRequest"}},
	"ServeMetrics":       {{"plugin_context", "PluginContext"}, {"response_writer", "HTTPResponseWriter"}, {"request", "HTTPRequest"}},
}

// pythonFields are the fields that HOOK_RULES names for the hooks of pythonParameters.
var pythonFields = map[string][]string{
	"FileWillBeUploaded": {"plugin_context", "file_info", "file_content"},
	"ServeHTTP":          {"init"},
	"ServeMetrics":       {"init"},
}

// replacementMarks are the attributes by which Python knows an object that is to take the place of what a hook was given,
// by the name of its message.
var replacementMarks = map[string]string{
	"Channel":                  "display_name",
	"ChannelMember":            "roles",
	"Draft":                    "channel_id",
	"EmailNotificationContent": "subject",
	"Post":                     "id",
	"PushNotification":         "platform",
	"ScheduledPost":            "scheduled_at",
	"TeamMember":               "roles",
}

// unchangedResults are what the hooks return that let through what they were given, where nil does not say that.
var unchangedResults = map[string]string{
	"MessageWillBeUpdated": "newPost", // nil would be a rejection
}

// decodedIntoSent are the hooks whose replacement Mattermost decodes into the very object that it sent, so that it keeps
// what the plugin cleared.
var decodedIntoSent = map[string]string{
	"ChannelMemberWillBeAdded": "the member",
	"MessageWillBePosted":      "the post",
	"TeamMemberWillBeAdded":    "the member",
}

// minimumVersions are the server versions of hooks whose comment in Mattermost has none, or an odd one.
var minimumVersions = map[string]string{
	"EmailNotificationWillBeSent": "11.0", // "11.00"
}
