package pluginapiv1_test

import (
	"net/http"
	"net/url"
	"reflect"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
)

// notCarried are the exported fields that have no place in the contract, and why. docs/not-carried.md tells people.
var notCarried = map[string]string{
	"CommandArgs.T":          "a function",
	"Permission.Description": "the id stands for it: the server looks at nothing else",
	"Permission.Name":        "the id stands for it: the server looks at nothing else",
	"Permission.Scope":       "the id stands for it: the server looks at nothing else",
	"WebSocketRequest.T":     "a function",
}

// otherForms are the fields that the contract holds whole, but not as a field of the same type.
var otherForms = map[string]string{
	"AuditRecord.Actor":                 "its fields are the record's own",
	"AutocompleteArg.Data":              "a oneof of the types that it may have",
	"Permission.Id":                     "a permission_id of the request",
	"PushNotification.Badge":            "in decimal",
	"PushNotification.ContentAvailable": "in decimal",
	"SearchParams.ExcludedAfterDate":    "a list of one",
	"SearchParams.ExcludedBeforeDate":   "a list of one",
	"SearchParams.ExcludedDate":         "a list of one",
}

// otherWays are the types of arguments and results that are no field of their request or response.
var otherWays = map[string]string{
	"*http.Request":            "its parts are fields of the request",
	"*http.Response":           "its parts are fields of the response",
	"*model.Config":            "JSON",
	"*model.EmailNotification": "JSON",
	"*model.License":           "JSON",
	"*model.Permission":        "its id",
	"*model.ProductLimits":     "JSON in GetCloudLimits",
	"*model.SyncMsg":           "JSON, and a message for what that leaves out",
	"*model.UserGetOptions":    "its fields are the request's",
	"*model.UserSearch":        "its fields are the request's",
	"*saml2.AssertionInfo":     "JSON",
	"[]interface {}":           "pairs of a text and a value",
	"interface {}":             "the plugin's settings as JSON",
	"io.Reader":                "a stream",
	"io.Writer":                "a stream",
}

// fieldNames are the contract's names of fields, where they do not follow from Mattermost's.
var fieldNames = map[string]string{
	"AuditRecord.EventData":                       "event_data",
	"AuditRecord.EventName":                       "event",
	"CommandResponse.Attachments":                 "message_attachments",
	"CommandResponse.ExtraResponses":              "attachments",
	"FileData.Body":                               "data",
	"GetPostsSinceForSyncCursor.LastPostUpdateID": "last_post_id",
	"GroupSyncable.Type":                          "syncable_type",
	"OAuthApp.MattermostAppID":                    "mattermostAppId",
	"PushNotification.IsCRTEnabled":               "is_crt",
	"RegisterPluginOpts.AutoShareDMs":             "auto_share_dms",
	"RegisterPluginOpts.Displayname":              "display_name",
	"SearchParams.OrTerms":                        "is_or_search",
	"httpRequest.Header":                          "headers",
	"httpResponse.Header":                         "headers",
}

// messagesOf are the messages of a type, where they do not have its name.
var messagesOf = map[reflect.Type][]string{
	reflect.TypeFor[plugin.Context]():          {"PluginContext"},
	reflect.TypeFor[model.UserGetOptions]():    {"GetUsersRequest"},
	reflect.TypeFor[model.UserSearch]():        {"SearchUsersRequest"},
	reflect.TypeFor[model.Emoji]():             {"Emoji", "PostEmoji"},
	reflect.TypeFor[model.PostActionOptions](): {"PostActionOptions", "DialogElementOption"},
	reflect.TypeFor[model.AuditEventActor]():   {"AuditRecord"},
	reflect.TypeFor[mlog.Level]():              {"LogLevel"},
	reflect.TypeFor[httpRequest]():             {"ServeHTTPRequestInit", "PluginHTTPRequest"},
	reflect.TypeFor[httpResponse]():            {"PluginHTTPResponse"},
}

// crossAsJSON are the types that the contract has as JSON.
var crossAsJSON = []reflect.Type{
	reflect.TypeFor[model.Config](), reflect.TypeFor[model.License](),
	reflect.TypeFor[model.EmailNotification](), samlAssertion,
}

// samlAssertion is the saml2.AssertionInfo of OnSAMLLogin.
var samlAssertion = reflect.TypeOf(plugin.Hooks.OnSAMLLogin).In(3).Elem()

// behindInterfaces are types that no signature names.
var behindInterfaces = []reflect.Type{
	reflect.TypeFor[model.AutocompleteTextArg](), reflect.TypeFor[model.AutocompleteStaticListArg](),
	reflect.TypeFor[model.AutocompleteDynamicListArg](),
	reflect.TypeFor[model.EmailNotificationContent](), reflect.TypeFor[httpRequest](), reflect.TypeFor[httpResponse](),
}

// An httpRequest has what Mattermost itself carries of an http.Request from the server to a plugin and between plugins,
// an httpResponse what comes back; bodies are streams.
type (
	httpRequest struct {
		Method, Proto, Host, RemoteAddr, RequestURI string
		ProtoMajor, ProtoMinor                      int
		URL                                         url.URL
		Header                                      http.Header
	}
	httpResponse struct {
		Status, Proto                      string
		StatusCode, ProtoMajor, ProtoMinor int
		Header                             http.Header
		ContentLength                      int64
	}
)
