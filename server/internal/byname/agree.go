package byname

import (
	"encoding/json"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// agreeing are older fields that say the same as another one of their message, by "Message.field": the first item of a
// list, a map as JSON, or the field of a message. Where two such fields differ the older one would be the newer word.
var agreeing = map[string]string{
	"CommandArgs.channel_mention":        "channel_mentions",
	"CommandArgs.user_mention":           "user_mentions",
	"GetFileInfosOptions.channel_id":     "channel_ids",
	"GetFileInfosOptions.user_id":        "user_ids",
	"GroupSearchOpts.page_opts_page":     "page_opts",
	"GroupSearchOpts.page_opts_per_page": "page_opts",
	"PropertyFieldSearchOpts.target_id":  "target_ids",
	"PropertyValueSearchOpts.target_id":  "target_ids",
}

// agree makes the older fields of a message say what the newer ones do.
func agree(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		older := fields.Get(i)
		name, ok := agreeing[string(m.Descriptor().Name())+"."+string(older.Name())]
		newer := fields.ByName(protoreflect.Name(name))
		switch {
		case !ok || !m.Has(newer):
		case newer.IsMap():
			entries := map[string]string{}
			m.Get(newer).Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
				entries[key.String()] = value.String()
				return true
			})
			encoded, _ := json.Marshal(entries) // texts always have JSON
			m.Set(older, protoreflect.ValueOfString(string(encoded)))
		case newer.IsList():
			m.Set(older, m.Get(newer).List().Get(0))
		default: // page_opts_per_page is per_page of page_opts
			inner := m.Get(newer).Message()
			field := inner.Descriptor().Fields().ByName(older.Name()[len("page_opts_"):])
			m.Set(older, protoreflect.ValueOfInt32(int32(inner.Get(field).Int())))
		}
	}
}

// said gives the field that says what a field does: an older one, where that alone is set.
func said(m protoreflect.Message, field protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		older := fields.Get(i)
		if agreeing[string(m.Descriptor().Name()+"."+older.Name())] == string(field.Name()) && m.Has(older) && !m.Has(field) {
			return older
		}
	}
	return field
}
