package byname

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// goNames are the Go fields whose names differ from those of the contract's fields, by "Message.field".
var goNames = map[string]string{
	"AuditEventData.resulting_state":          "ResultState",
	"AuditEventError.status_code":             "Code",
	"CommandArgs.channel_mention":             "ChannelMentions",
	"CommandArgs.user_mention":                "UserMentions",
	"CommandResponse.attachments":             "ExtraResponses",
	"CommandResponse.message_attachments":     "Attachments",
	"FileData.data":                           "Body",
	"GetPostsSinceForSyncCursor.last_post_id": "LastPostUpdateID",
	"GroupSyncable.syncable_type":             "Type",
	"MessageAttachment.ts":                    "Timestamp",
	"PushNotification.cont_ava":               "ContentAvailable",
	"PushNotification.is_crt":                 "IsCRTEnabled",
	"SearchParams.excluded_dates":             "ExcludedDate",
	"SearchParams.is_or_search":               "OrTerms",
	"SidebarCategoryWithChannels.channel_ids": "Channels",
	"AuditRecord.event":                       "EventName",
}

// notCompared are the fields of the contract that have no field of their own in Go, and why.
var notCompared = map[string]string{
	"AppError.params":                              "not exported in Go",
	"AuditRecord.id":                               "in the record's meta",
	"AuditRecord.create_at":                        "in the record's meta",
	"AuditRecord.level":                            "in the record's meta",
	"AuditRecord.api_path":                         "in the record's meta",
	"AuditRecord.meta":                             "holds more than the field",
	"AuditRecord.user_id":                          "in the record's actor",
	"AuditRecord.session_id":                       "in the record's actor",
	"AuditRecord.client":                           "in the record's actor",
	"AuditRecord.ip_address":                       "in the record's actor",
	"AuditRecord.x_forwarded_for":                  "in the record's actor",
	"AutocompleteArg.text":                         "in Data",
	"AutocompleteArg.static_list":                  "in Data",
	"AutocompleteArg.dynamic_list":                 "in Data",
	"AutocompleteArg.other":                        "in Data",
	"CommandArgs.t":                                "no longer in Mattermost",
	"CommandResponse.props":                        "holds the attachments too",
	"CreateDefaultMembershipParams.scope_teams":    "a flag, where Mattermost takes an id",
	"CreateDefaultMembershipParams.scope_channels": "a flag, where Mattermost takes an id",
	"GetFileInfosOptions.channel_id":               "a list in Go",
	"GetFileInfosOptions.user_id":                  "a list in Go",
	"GetFileInfosOptions.sort_order":               "a flag in Go",
	"GroupSearchOpts.filter_has_member":            "a flag, where Mattermost takes an id",
	"GroupSearchOpts.include_channel_member_count": "a flag, where Mattermost takes an id",
	"GroupSearchOpts.include_total_member_count":   "the same as include_member_count",
	"GroupSearchOpts.page_opts_page":               "in PageOpts",
	"GroupSearchOpts.page_opts_per_page":           "in PageOpts",
	"PropertyFieldSearchOpts.page":                 "Mattermost pages by a cursor",
	"PropertyFieldSearchOpts.target_id":            "the first of target_ids",
	"PropertyValueSearchOpts.page":                 "Mattermost pages by a cursor",
	"PropertyValueSearchOpts.target_id":            "the first of target_ids",
	"RegisterPluginOpts.description":               "no longer in Mattermost",
	"SearchParams.page":                            "Mattermost gives all that is found",
	"SearchParams.per_page":                        "Mattermost gives all that is found",
	"SidebarCategoryWithChannels.sorting":          "a number for a word",
	"WebsocketBroadcast.connection_id":             "the connection that is left out",
	"WebsocketBroadcast.omit_connection_id":        "the connection that is left out",
	"WebsocketBroadcast.contention_free_broadcast": "no longer in Mattermost",
	"WebsocketBroadcast.omit_users":                "a map in Go",
}

// A Comparison lists where messages and Go values differ. It knows nothing of the conversions: it matches names.
type Comparison struct {
	Differences []string
	compared    int
}

// Differs notes that what is at path is not the same.
func (c *Comparison) Differs(path string, message, goValue any) {
	c.Differences = append(c.Differences, fmt.Sprintf("%s: the message has %v, Go has %v", path, message, goValue))
}

// Message compares each field of a message with the Go field of its name.
func (c *Comparison) Message(path string, m protoreflect.Message, g reflect.Value) {
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		key := string(m.Descriptor().Name()) + "." + string(field.Name())
		if _, ok := notCompared[key]; ok || pb.IsCompanion(field) {
			continue
		}
		name := strings.ReplaceAll(string(field.Name()), "_", "")
		if other, ok := goNames[key]; ok {
			name = other
		}
		goField := g.FieldByNameFunc(func(candidate string) bool { return strings.EqualFold(candidate, name) })
		if !goField.IsValid() {
			c.Differs(path+"."+string(field.Name()), "the field", "none")
			continue
		}
		c.Of(path+"."+string(field.Name()), m, said(m, field), goField)
	}
}

// Of compares a message's field, made exact by its companions, with a Go value.
func (c *Comparison) Of(path string, m protoreflect.Message, field protoreflect.FieldDescriptor, g reflect.Value) {
	field, numbers := exact(m, field)
	if !isDocument(field) || !m.Has(field) {
		c.Field(path, field, m.Get(field), g)
		return
	}
	c.compared++
	plain, err := documentIn(m, field, numbers)
	if err != nil {
		c.Differs(path, err, g)
		return
	}
	if message, goText := canonical(plain), documentOf(g); message != goText {
		c.Differs(path, message, goText)
	}
}

// exact gives the field that holds what a field says, which may be its companion, and the companion for its numbers.
func exact(m protoreflect.Message, field protoreflect.FieldDescriptor) (holds, numbers protoreflect.FieldDescriptor) {
	fields := m.Descriptor().Fields()
	numbers = fields.ByName(field.Name() + "_numbers")
	if exact := fields.ByName(field.Name() + "_exact"); exact != nil && m.Has(exact) {
		return exact, numbers
	}
	return field, numbers
}

// Field compares a field of a message with a Go value.
func (c *Comparison) Field(path string, field protoreflect.FieldDescriptor, v protoreflect.Value, g reflect.Value) {
	if g.Kind() == reflect.Interface && !g.IsNil() {
		g = g.Elem()
	}
	if reader, ok := g.Interface().(io.Reader); ok {
		content, err := io.ReadAll(reader)
		if err != nil || string(content) != string(v.Bytes()) {
			c.Differs(path, string(v.Bytes()), string(content))
		}
		return
	}
	if g.Kind() == reflect.Pointer {
		if g.IsNil() {
			g = reflect.Zero(g.Type().Elem())
			if field.Message() != nil && !field.IsList() && !field.IsMap() && !v.Message().IsValid() {
				return
			}
		} else {
			g = g.Elem()
		}
	}
	switch {
	case field.IsMap():
		if g.Kind() != reflect.Map || g.Len() != v.Map().Len() {
			c.Differs(path, v, g)
			return
		}
		v.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			entry := g.MapIndex(reflect.ValueOf(key.String()).Convert(g.Type().Key()))
			if !entry.IsValid() {
				c.Differs(path, key, "no such key")
				return true
			}
			c.single(path+"["+key.String()+"]", field.MapValue(), value, entry)
			return true
		})
	case field.IsList() && g.Kind() == reflect.Slice:
		if g.Len() != v.List().Len() {
			c.Differs(path, v, g)
			return
		}
		for i := range g.Len() {
			c.single(fmt.Sprintf("%s[%d]", path, i), field, v.List().Get(i), g.Index(i))
		}
	case field.IsList(): // of none or one
		if v.List().Len() > 0 {
			c.single(path, field, v.List().Get(0), g)
		} else if !g.IsZero() {
			c.Differs(path, "none", g)
		}
	default:
		c.single(path, field, v, g)
	}
}

// single compares one value of a message with a Go value.
func (c *Comparison) single(path string, field protoreflect.FieldDescriptor, v protoreflect.Value, g reflect.Value) {
	if field.Message() != nil {
		c.submessage(path, v.Message(), g)
		return
	}
	c.compared++
	var message, goText string
	switch field.Kind() {
	case protoreflect.BytesKind:
		message = string(v.Bytes())
		if g.Kind() == reflect.Slice {
			goText = string(g.Bytes())
		} else { // a document as JSON
			message, goText = documentAs(g.Type(), v.Bytes()), documentOf(g)
		}
	case protoreflect.EnumKind:
		message, goText = enumText(field.Enum().Values().ByNumber(v.Enum()).Name()), g.String()
	default:
		message, goText = v.String(), goScalar(g)
		if at, ok := g.Interface().(time.Time); ok && field.Kind() == protoreflect.StringKind {
			goText = at.Format(time.RFC3339Nano)
		}
		if strings.HasSuffix(path, "_mention") {
			encoded, _ := json.Marshal(g.Interface())
			goText = string(encoded)
		}
		if field.Kind() == protoreflect.BoolKind && g.CanInt() { // first_inaccessible_post_time
			goText = fmt.Sprint(g.Int() != 0)
		}
	}
	if message != goText && (message != "" || !g.IsZero()) {
		c.Differs(path, message, goText)
	}
}

func (c *Comparison) submessage(path string, m protoreflect.Message, g reflect.Value) {
	var plain any
	switch special := m.Interface().(type) {
	case *structpb.Struct:
		if special != nil {
			plain = special.AsMap()
		}
	case *structpb.Value:
		plain = special.AsInterface()
	default:
		if strings.HasSuffix(string(m.Descriptor().Name()), "StringList") {
			c.Field(path, m.Descriptor().Fields().Get(0), m.Get(m.Descriptor().Fields().Get(0)), g)
			return
		}
		for g.Kind() == reflect.Pointer {
			if g.IsNil() {
				c.Differs(path, "a message", "nil")
				return
			}
			g = g.Elem()
		}
		c.Message(path, m, g)
		return
	}
	message, _ := json.Marshal(plain)
	goJSON, err := json.Marshal(g.Interface())
	if err != nil || string(message) != string(goJSON) {
		c.Differs(path, string(message), string(goJSON))
	}
}

// goScalar writes a Go value as the contract would.
func goScalar(g reflect.Value) string {
	switch {
	case g.Type() == reflect.TypeFor[time.Time]():
		return fmt.Sprint(g.Interface().(time.Time).UnixMilli())
	case g.Kind() == reflect.String:
		return g.String()
	case g.CanInt():
		return fmt.Sprint(g.Int())
	case g.Kind() == reflect.Slice: // of texts, which the contract has in one
		var words []string
		for i := range g.Len() {
			words = append(words, g.Index(i).String())
		}
		return strings.Join(words, "\n")
	case g.Kind() == reflect.Struct: // known by its id or its name: a permission, a level
		if id := g.FieldByName("Id"); id.IsValid() {
			return id.String()
		}
		return g.FieldByName("Name").String()
	}
	return fmt.Sprint(g.Interface())
}

// Compared counts the values that were compared.
func (c *Comparison) Compared() int { return c.compared }
