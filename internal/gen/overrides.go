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

// streamFields are the request fields that give, instead of the bytes in the field beside them, the number of a stream to
// read these from, by "Method.field".
var streamFields = map[string]string{
	"InstallPlugin.file_stream":                         "file_data",
	"ReceiveSharedChannelAttachmentSyncMsg.data_stream": "data",
	"UploadData.data_stream":                            "data",
}

// fieldNames are the message fields of model fields whose names differ from them, by "Model.Field".
var fieldNames = map[string]string{
	"AuditEventData.ResultState":                  "resulting_state",
	"AuditEventError.Code":                        "status_code",
	"CommandArgs.ChannelMentions":                 "channel_mention",
	"CommandArgs.UserMentions":                    "user_mention",
	"FileData.Body":                               "data",
	"GetFileInfosOptions.ChannelIds":              "channel_id",
	"GetFileInfosOptions.SortDescending":          "sort_order",
	"GetFileInfosOptions.UserIds":                 "user_id",
	"GetPostsSinceForSyncCursor.LastPostUpdateID": "last_post_id",
	"GroupSyncable.Type":                          "syncable_type",
	"MessageAttachment.Timestamp":                 "ts",
	"PropertyFieldSearchOpts.TargetIDs":           "target_id",
	"PropertyValueSearchOpts.TargetIDs":           "target_id",
	"PushNotification.ContentAvailable":           "cont_ava",
	"PushNotification.IsCRTEnabled":               "is_crt",
	"SearchParams.ExcludedDate":                   "excluded_dates",
	"SearchParams.OrTerms":                        "is_or_search",
	"SidebarCategoryWithChannels.Channels":        "channel_ids",
}

// otherCompanions are the companions of fields that are not called X_exact, by "Message.field": they have the name of
// Mattermost's own field.
var otherCompanions = map[string]string{
	"CommandArgs.channel_mention":       "channel_mentions",
	"CommandArgs.user_mention":          "user_mentions",
	"GetFileInfosOptions.channel_id":    "channel_ids",
	"GetFileInfosOptions.sort_order":    "sort_descending",
	"GetFileInfosOptions.user_id":       "user_ids",
	"PropertyFieldSearchOpts.target_id": "target_ids",
	"PropertyValueSearchOpts.target_id": "target_ids",
}

// secondMessages are the messages of models that have another message, of their own name, and those models. The
// conversions are named for the message.
var secondMessages = map[string]string{"DialogElementOption": "PostActionOptions", "PostEmoji": "Emoji"}

// neverNil are the models that a message which is not there gives too, empty: Mattermost dereferences them.
var neverNil = map[string]bool{"BotGetOptions": true, "GetFileInfosOptions": true}

// fieldsNotInContract are the fields of models that do not cross; docs/not-carried.md says why.
var fieldsNotInContract = map[string][]string{
	"CommandArgs":      {"T"},
	"WebSocketRequest": {"T"},
}

// fieldsNotInModel are the fields of the contract that this Mattermost has nothing for: they are not read.
var fieldsNotInModel = map[string][]string{
	"CommandArgs":                   {"t"},
	"CreateDefaultMembershipParams": {"scope_teams", "scope_channels"}, // flags, where Mattermost takes ids
	"PropertyFieldSearchOpts":       {"page"},                          // Mattermost pages by a cursor
	"PropertyValueSearchOpts":       {"page"},
	"RegisterPluginOpts":            {"description"},
	"SearchParams":                  {"page", "per_page"}, // Mattermost gives all that is found
}
