package crossing

import (
	"math"
	"reflect"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
)

// InParts are the types that cross, but not as a message of their own, and how.
var InParts = map[reflect.Type]string{
	reflect.TypeFor[model.AuditEventActor](): "its fields are those of the record",
	reflect.TypeFor[model.Permission]():      "its id stands for it",
	reflect.TypeFor[mlog.Level]():            "its name, and a message beside it",
}

// An Exception is why a field does not arrive as it was, as docs/not-carried.md says.
type Exception struct {
	Why     string
	Arrives func(want any) any // what arrives
}

// Exceptions are all there are, by "Type.Field".
var Exceptions = map[string]Exception{
	"AppError.StatusCode":             bits32,
	"BotGetOptions.Page":              bits32,
	"BotGetOptions.PerPage":           bits32,
	"CommandArgs.T":                   function,
	"DialogElement.MaxLength":         bits32,
	"DialogElement.MinLength":         bits32,
	"FileInfo.Height":                 bits32,
	"FileInfo.Width":                  bits32,
	"MessagesLimits.History":          bits32,
	"PluginStatus.State":              bits32,
	"PostImage.Height":                bits32,
	"PostImage.Width":                 bits32,
	"PostSearchResults.PostList":      {"nothing and empty are the same", func(any) any { return model.PostList{} }},
	"Preference":                      {"an empty one is what a broken connection gives", func(any) any { return nil }},
	"PropertyFieldSearchOpts.PerPage": bits32,
	"PropertyValueSearchOpts.PerPage": bits32,
	"SearchParameter.Page":            bits32,
	"SearchParameter.PerPage":         bits32,
	"TeamsLimits.Active":              bits32,
	"User.FailedAttempts":             bits32,
	"UserGetOptions.Page":             bits32,
	"UserGetOptions.PerPage":          bits32,
	"UserSearch.Limit":                bits32,
	"WebSocketRequest.T":              function,
}

var (
	function = Exception{"a function", func(any) any { return nil }}
	bits32   = Exception{"32 bits in the contract of the gRPC system", func(want any) any {
		return reflect.ValueOf(min(max(reflect.ValueOf(want).Int(), math.MinInt32), math.MaxInt32)).Convert(reflect.TypeOf(want)).Interface()
	}}
)

// Excused takes the differences away that an exception explains.
func Excused(differences []Difference) []Difference {
	var left []Difference
	for _, d := range differences {
		exception, ok := Exceptions[d.Field]
		if !ok || !reflect.DeepEqual(exception.Arrives(d.Want), d.Got) {
			left = append(left, d)
		}
	}
	return left
}
