package convert

import (
	"encoding/json"
	"strconv"
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
func pushNotificationBadgeToProto(badge int) string                { return strconv.Itoa(badge) }
func pushNotificationBadgeFromProto(badge string) int              { return number[int](badge) }
func pushNotificationContentAvailableToProto(content int) string   { return strconv.Itoa(content) }
func pushNotificationContentAvailableFromProto(content string) int { return number[int](content) }

// The contract asks for one target where Mattermost takes several.
func propertyFieldSearchOptsTargetIDsFromProto(id string) []string { return listOfOne(id) }
func propertyValueSearchOptsTargetIDsFromProto(id string) []string { return listOfOne(id) }

// The value that a search looks for is JSON's text.
func propertyValueSearchOptsValueFromProto(text []byte) json.RawMessage { return text }

// listOfOne gives a list with an id in it, or none for no id.
func listOfOne(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

// The contract has a list for each date that a search leaves out, Mattermost one date: the first.
func searchParamsExcludedDateFromProto(dates []string) string       { return first(dates) }
func searchParamsExcludedAfterDateFromProto(dates []string) string  { return first(dates) }
func searchParamsExcludedBeforeDateFromProto(dates []string) string { return first(dates) }

func first(dates []string) string {
	if len(dates) == 0 {
		return ""
	}
	return dates[0]
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

// KeyValuesFromProto gives keys and values in turn, as Mattermost's methods for the log take them.
func KeyValuesFromProto(pairs []*pb.KeyValuePair) []any {
	flat := make([]any, 0, 2*len(pairs))
	for _, pair := range pairs {
		flat = append(flat, pair.GetKey(), ValueFromProto(pair.GetValue()))
	}
	return flat
}
