package main

// What the rules of the handlers and the conversions cannot know. Every entry is a decision of a person; one that is no
// longer needed fails the generation, so that the tables only ever hold what is true.

// notInContract are the methods of plugin.API that have no RPC yet.
var notInContract = []string{}

// byHand are the methods whose handler is written by hand, with what the rule cannot do.
var byHand = map[string]string{
	"GetCloudLimits":              "the limits cross as JSON, and may be missing",
	"GetConfig":                   "the configuration crosses as JSON, and none is a broken connection",
	"GetLicense":                  "the licence crosses as JSON, and may be missing",
	"GetPluginConfig":             "an empty map arrives as none over net/rpc",
	"GetUnsanitizedConfig":        "the configuration crosses as JSON, and none is a broken connection",
	"LoadPluginConfiguration":     "the destination of Go becomes a result",
	"ReceiveSharedChannelSyncMsg": "the message crosses as JSON, which may be malformed",
	"PluginHTTP":                  "an HTTP request and its response are spread over fields",
	"SaveConfig":                  "the configuration crosses as JSON, which may be malformed",
}

// parameterFields are the request fields of parameters whose names differ from them, by "Method.parameter". A parameter
// and a field that are the only ones left over go together without an entry.
var parameterFields = map[string]string{
	"LogAuditRecWithLevel.rec":                 "record",
	"ReceiveSharedChannelAttachmentSyncMsg.fi": "file_info",
	"UploadData.rd":                            "data",
	"UploadData.us":                            "upload_session",
}

// parameterCalls are functions that the value of a parameter goes through on top of the rule, by "Method.parameter".
var parameterCalls = map[string]string{
	"KVCompareAndDelete.oldValue": "convert.NilIfEmpty", // nil says that there is none yet
	"KVCompareAndSet.oldValue":    "convert.NilIfEmpty",
}

// streamFields are the request fields that give, instead of the bytes in the field beside them, the number of a stream to
// read these from, by "Method.field".
var streamFields = map[string]string{
	"InstallPlugin.file_stream":                         "file_data",
	"ReceiveSharedChannelAttachmentSyncMsg.data_stream": "data",
	"UploadData.data_stream":                            "data",
}

// fieldNames are the message fields of model fields whose names differ from them, by "Model.Field".
var fieldNames = map[string]string{
	"GetPostsSinceForSyncCursor.LastPostUpdateID": "last_post_id",
	"GroupSyncable.Type":                          "syncable_type",
	"PropertyFieldSearchOpts.TargetIDs":           "target_id",
	"PropertyValueSearchOpts.TargetIDs":           "target_id",
	"PushNotification.ContentAvailable":           "cont_ava",
	"PushNotification.IsCRTEnabled":               "is_crt",
	"SearchParams.ExcludedDate":                   "excluded_dates",
	"SearchParams.OrTerms":                        "is_or_search",
}

// fieldsNotInContract are the fields of models that do not cross: the contract has no field for them yet.
var fieldsNotInContract = map[string][]string{}

// fieldsNotInModel are the fields of the contract that this Mattermost has nothing for: they are not read.
var fieldsNotInModel = map[string][]string{
	"CreateDefaultMembershipParams": {"scope_teams", "scope_channels"}, // flags, where Mattermost takes ids
	"PropertyFieldSearchOpts":       {"page", "target_ids"},            // Mattermost pages by a cursor; target_id is read
	"PropertyValueSearchOpts":       {"page", "target_ids"},
	"RegisterPluginOpts":            {"description"},
	"SearchParams":                  {"page", "per_page"}, // Mattermost gives all that is found
}
