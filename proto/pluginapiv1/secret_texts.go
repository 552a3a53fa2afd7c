package pluginapiv1

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// minSecret is the length of the shortest secret that is looked for in a text, in bytes: shorter ones are everywhere.
const minSecret = 4

// TextMasker gives what puts Mask in the place of the secrets of a message wherever they stand in a text, such as that of
// an exception: as they are, and as Python, JSON or a URL would write them. Of cookies and Authorization headers it looks
// for the values in them, too.
func TextMasker(message proto.Message) *strings.Replacer {
	found := secretTexts{}
	if message != nil {
		found.of(message.ProtoReflect())
	}
	all := map[string]bool{}
	for secret := range found {
		for _, form := range forms(secret) {
			all[form] = true
		}
	}
	sorted := make([]string, 0, len(all))
	for form := range all {
		sorted = append(sorted, form)
	}
	slices.SortFunc(sorted, func(a, b string) int { // the longer ones first: one may be a part of another
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	pairs := make([]string, 0, 2*len(sorted))
	for _, form := range sorted {
		pairs = append(pairs, form, Mask)
	}
	return strings.NewReplacer(pairs...)
}

// secretTexts collects the secrets of a message; mask is its twin.
type secretTexts map[string]bool

func (s secretTexts) add(secret string) {
	if len(secret) >= minSecret {
		s[secret] = true
	}
}

func (s secretTexts) of(m protoreflect.Message) {
	switch special := m.Interface().(type) {
	case *structpb.Struct:
		for key, value := range special.GetFields() {
			if soundsSecret(key) {
				s.within(value.AsInterface())
				continue
			}
			s.of(value.ProtoReflect())
		}
		return
	case *ExactNumber:
		if slices.ContainsFunc(special.GetPath(), soundsSecret) {
			s.add(special.GetNumber())
		}
		return
	case *HTTPHeader:
		if soundsSecret(special.GetKey()) {
			for _, value := range special.GetValues() {
				s.header(value)
			}
		}
		return
	case *KeyValuePair:
		if soundsSecret(special.GetKey()) {
			s.within(special.GetValue().AsInterface())
		}
	}
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsMap():
			value.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
				if field.MapValue().Kind() == protoreflect.StringKind && soundsSecret(key.String()) {
					s.add(value.String())
				} else {
					s.value(field.MapValue(), value)
				}
				return true
			})
		case field.IsList():
			for i := range value.List().Len() {
				s.value(field, value.List().Get(i))
			}
		default:
			s.value(field, value)
		}
		return true
	})
}

func (s secretTexts) value(field protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch {
	case field.Kind() == protoreflect.MessageKind:
		s.of(value.Message())
	case IsSecret(field) && field.Kind() == protoreflect.BytesKind:
		s.add(string(value.Bytes()))
	case IsSecret(field):
		s.add(value.String())
	case field.Kind() == protoreflect.BytesKind && strings.HasSuffix(string(field.Name()), "_json"):
		var document any
		if json.Unmarshal(value.Bytes(), &document) == nil {
			s.document(document)
		}
	}
}

// document takes the secrets out of a JSON document.
func (s secretTexts) document(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			s.document(item)
		}
	case map[string]any:
		for key, item := range value {
			if soundsSecret(key) {
				s.within(item)
				continue
			}
			s.document(item)
		}
	}
}

// within takes all texts in a value.
func (s secretTexts) within(value any) {
	switch value := value.(type) {
	case string:
		s.add(value)
	case []any:
		for _, item := range value {
			s.within(item)
		}
	case map[string]any:
		for _, item := range value {
			s.within(item)
		}
	}
}

// header takes a header's value, and what it carries: the values of cookies, the credentials behind a scheme, and the
// password in those of HTTP's basic authentication.
func (s secretTexts) header(value string) {
	s.add(value)
	if cookies, err := http.ParseCookie(value); err == nil {
		for _, cookie := range cookies {
			s.add(cookie.Value)
		}
	}
	scheme, credentials, _ := strings.Cut(value, " ")
	s.add(credentials)
	if strings.EqualFold(scheme, "Basic") {
		if decoded, err := base64.StdEncoding.DecodeString(credentials); err == nil {
			_, password, _ := strings.Cut(string(decoded), ":")
			s.add(string(decoded))
			s.add(password)
		}
	}
}

// forms lists how a secret may be written.
func forms(secret string) []string {
	all := []string{secret, python(secret, utf8.MaxRune, ""), python(secret, utf8.MaxRune, "'"), python(secret, utf8.RuneSelf-1, "'"),
		pythonBytes(secret), url.QueryEscape(secret), url.PathEscape(secret)}
	for _, quoted := range []string{jsonText(secret), python(secret, utf8.RuneSelf-1, `"`)} {
		all = append(all, strings.Trim(quoted, `"`))
	}
	return all
}

// python writes a text as repr and ascii do: characters above greatest, the quote and those that are not to be seen with
// a backslash.
func python(text string, greatest rune, quote string) string {
	var written strings.Builder
	for _, char := range text {
		switch {
		case char == '\\' || quote != "" && strings.ContainsRune(quote, char):
			written.WriteByte('\\')
			written.WriteRune(char)
		case char == '\n':
			written.WriteString(`\n`)
		case char == '\r':
			written.WriteString(`\r`)
		case char == '\t':
			written.WriteString(`\t`)
		case char < ' ' || char == 0x7F || char > greatest && char < 0x100:
			fmt.Fprintf(&written, `\x%02x`, char)
		case char > greatest && char < 0x10000:
			fmt.Fprintf(&written, `\u%04x`, char)
		case char > greatest:
			fmt.Fprintf(&written, `\U%08x`, char)
		default:
			written.WriteRune(char)
		}
	}
	return written.String()
}

// pythonBytes writes a text as repr writes its bytes.
func pythonBytes(text string) string {
	latin := make([]rune, len(text))
	for n := range len(text) {
		latin[n] = rune(text[n])
	}
	return python(string(latin), utf8.RuneSelf-1, "")
}

func jsonText(text string) string {
	var written strings.Builder
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return text
	}
	return strings.TrimSuffix(written.String(), "\n")
}
