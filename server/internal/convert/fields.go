package convert

import (
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Fields that the contract has another type for than Mattermost.

// A list of URLs is one text, with white space between them.
func oAuthAppCallbackUrlsToProto(urls model.StringArray) string   { return strings.Join(urls, "\n") }
func oAuthAppCallbackUrlsFromProto(text string) model.StringArray { return strings.Fields(text) }

// Whether a shared channel's home is this server is "true" or nothing.
func sharedChannelHomeFromProto(home string) bool { return flag(home) }
func sharedChannelHomeToProto(home bool) string {
	if home {
		return "true"
	}
	return ""
}

// Numbers of a push notification are text.
func pushNotificationBadgeFromProto(badge string) int              { return number[int](badge) }
func pushNotificationBadgeToProto(badge int) string                { return decimal(badge) }
func pushNotificationContentAvailableFromProto(content string) int { return number[int](content) }
func pushNotificationContentAvailableToProto(content int) string   { return decimal(content) }

// Beside Mattermost's list of targets, users or channels the contract has one of them: the first.
func propertyFieldSearchOptsTargetIDsFromProto(id string) []string { return listOfOne(id) }
func propertyFieldSearchOptsTargetIDsToProto(ids []string) string  { return first(ids) }
func propertyValueSearchOptsTargetIDsFromProto(id string) []string { return listOfOne(id) }
func propertyValueSearchOptsTargetIDsToProto(ids []string) string  { return first(ids) }
func getFileInfosOptionsUserIdsFromProto(id string) []string       { return listOfOne(id) }
func getFileInfosOptionsUserIdsToProto(ids []string) string        { return first(ids) }
func getFileInfosOptionsChannelIdsFromProto(id string) []string    { return listOfOne(id) }
func getFileInfosOptionsChannelIdsToProto(ids []string) string     { return first(ids) }

// A sort_order of "desc" puts the newest file first.
func getFileInfosOptionsSortDescendingFromProto(order string) bool {
	return strings.EqualFold(order, "desc")
}
func getFileInfosOptionsSortDescendingToProto(descending bool) string {
	if descending {
		return "desc"
	}
	return ""
}

// Whether posts are missing because they are too old, rather than since when.
func postListFirstInaccessiblePostTimeToProto(millis int64) bool { return millis != 0 }
func postListFirstInaccessiblePostTimeFromProto(bool) int64      { return 0 }

// listOfOne gives a list with a text in it, or none for no text.
func listOfOne(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// The contract has a list for each date that a search leaves out, Mattermost one date: the first.
func searchParamsExcludedDateFromProto(dates []string) string       { return first(dates) }
func searchParamsExcludedDateToProto(date string) []string          { return listOfOne(date) }
func searchParamsExcludedAfterDateFromProto(dates []string) string  { return first(dates) }
func searchParamsExcludedAfterDateToProto(date string) []string     { return listOfOne(date) }
func searchParamsExcludedBeforeDateFromProto(dates []string) string { return first(dates) }
func searchParamsExcludedBeforeDateToProto(date string) []string    { return listOfOne(date) }

func first(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}

// RawMessageToProto gives the message of a JSON text; nil where it is none.
func RawMessageToProto(text json.RawMessage) *structpb.Value {
	value := &structpb.Value{}
	if protojson.Unmarshal(text, value) != nil {
		return nil
	}
	return value
}

// RawMessageFromProto is the inverse of RawMessageToProto.
func RawMessageFromProto(value *structpb.Value) json.RawMessage {
	if value == nil {
		return nil
	}
	text, err := json.Marshal(ValueFromProto(value))
	if err != nil {
		return nil
	}
	return text
}

// RawMessageExact gives the JSON text of a value, word for word where exact is still its text.
func RawMessageExact(value *structpb.Value, exact []byte) json.RawMessage {
	if exact != nil && sameJSON(RawMessageToProto(exact), value) {
		return exact
	}
	return RawMessageFromProto(value)
}

func sameJSON(a, b *structpb.Value) bool {
	return (a == nil) == (b == nil) && equalValues(a, b)
}

// KeyValuesFromProto gives keys and values in turn, as Mattermost's methods for the log take them.
func KeyValuesFromProto(pairs []*pb.KeyValuePair) []any {
	flat := make([]any, 0, 2*len(pairs))
	for _, pair := range pairs {
		flat = append(flat, pair.GetKey(), ValueFromProto(pair.GetValue(), pair.GetValueNumbers()...))
	}
	return flat
}
