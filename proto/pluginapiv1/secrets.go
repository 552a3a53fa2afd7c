package pluginapiv1

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// Secrets cross where Mattermost's plugin API gives them to a plugin, and are for that plugin alone: whatever shows a
// message to people shows it Masked.

// Mask stands for a secret.
const Mask = "•••"

// secretWords are in the names of secrets: of fields, and of entries of configurations, props, headers and log lines.
// Upper case and underscores do not count.
var secretWords = []string{
	"password", "passwd", "passphrase", "secret", "token", "credential", "cookie", "authorization", "authdata", "salt",
	"privatekey", "encryptkey", "apikey", "accesskey", "developerkey", "splitkey", "datasource",
}

// otherSecrets are fields that are secret and whose names do not say so.
var otherSecrets = []protoreflect.Name{
	"PushNotification.signature", // a signed token
	"Team.invite_id",             // whoever has it may join
}

// notSecret are fields whose names sound secret and that are none.
var notSecret = []protoreflect.Name{
	"DialogElement.data_source", // "users" or "channels"
	"DialogElement.data_source_url",
	"PostAction.data_source",
	"RevokeUserAccessTokenRequest.token_id",
}

// IsSecret says whether a field is not for people to read. Only texts and bytes are.
func IsSecret(field protoreflect.FieldDescriptor) bool {
	if kind := field.Kind(); kind != protoreflect.StringKind && kind != protoreflect.BytesKind {
		return false
	}
	name := field.FullName().Parent().Name() + "." + field.Name()
	if slices.Contains(otherSecrets, name) {
		return true
	}
	return soundsSecret(string(field.Name())) && !slices.Contains(notSecret, name)
}

// soundsSecret says whether a name is that of a secret.
func soundsSecret(name string) bool {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(plain, word) })
}

// Masked gives a copy of a message in which Mask takes the place of each secret.
func Masked(message proto.Message) proto.Message {
	if message == nil {
		return nil
	}
	masked := proto.Clone(message)
	mask(masked.ProtoReflect())
	return masked
}

// mask takes the secrets out of a message.
func mask(m protoreflect.Message) {
	switch special := m.Interface().(type) {
	case *structpb.Struct:
		for key, value := range special.GetFields() {
			if soundsSecret(key) {
				special.Fields[key] = structpb.NewStringValue(Mask)
				continue
			}
			mask(value.ProtoReflect())
		}
		return
	case *ExactNumber:
		if slices.ContainsFunc(special.GetPath(), soundsSecret) {
			special.Number = Mask
		}
		return
	case *HTTPHeader:
		if soundsSecret(special.GetKey()) {
			special.Values = []string{Mask}
		}
		return
	case *KeyValuePair:
		if soundsSecret(special.GetKey()) {
			special.Value, special.ValueNumbers = structpb.NewStringValue(Mask), nil
		}
	}
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsMap():
			maskMap(field, value.Map())
		case field.IsList():
			list := value.List()
			for i := range list.Len() {
				list.Set(i, maskedValue(field, list.Get(i)))
			}
		default:
			m.Set(field, maskedValue(field, value))
		}
		return true
	})
}

// maskMap takes the secrets out of a map: the entries whose keys sound like one.
func maskMap(field protoreflect.FieldDescriptor, m protoreflect.Map) {
	m.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		if field.MapValue().Kind() == protoreflect.StringKind && soundsSecret(key.String()) {
			m.Set(key, protoreflect.ValueOfString(Mask))
		} else {
			m.Set(key, maskedValue(field.MapValue(), value))
		}
		return true
	})
}

// maskedValue gives a value of a field without its secrets.
func maskedValue(field protoreflect.FieldDescriptor, value protoreflect.Value) protoreflect.Value {
	switch {
	case field.Kind() == protoreflect.MessageKind:
		mask(value.Message())
	case IsSecret(field) && field.Kind() == protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(Mask))
	case IsSecret(field) && value.String() != "":
		return protoreflect.ValueOfString(Mask)
	case field.Kind() == protoreflect.BytesKind && strings.HasSuffix(string(field.Name()), "_json"):
		return protoreflect.ValueOfBytes(maskedJSON(value.Bytes()))
	}
	return value
}

// maskedJSON gives a document without its secrets; nothing of one that is no JSON.
func maskedJSON(document []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var plain any
	if decoder.Decode(&plain) != nil {
		return []byte(Mask)
	}
	maskPlain(plain)
	masked, err := json.Marshal(plain)
	if err != nil {
		return []byte(Mask)
	}
	return masked
}

func maskPlain(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			maskPlain(item)
		}
	case map[string]any:
		for key, item := range value {
			if soundsSecret(key) && item != nil && item != "" && item != false && item != true {
				value[key] = Mask
				continue
			}
			maskPlain(item)
		}
	}
}
