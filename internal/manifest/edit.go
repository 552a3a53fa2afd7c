package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/mmpy/mmpy/internal/grant"
)

// WithPermissions gives the text of a manifest with these permissions, in the place of those that it has, wherever they
// stand. The rest of the text stays as it is.
func WithPermissions(text []byte, permissions grant.Permissions) ([]byte, error) {
	value := map[string][]string{"api": permissions.API, "http": permissions.HTTP, "hooks": permissions.Hooks}
	for name, list := range value {
		if list == nil {
			delete(value, name)
		}
	}
	paths := [][]string{{"server", "python", "permissions"}, {"props", "mmpy", "permissions"}}
	for _, path := range paths {
		if at, ok := find(text, path...); ok {
			return replace(text, at, value)
		}
	}
	if python, ok := find(text, "server", "python"); ok {
		return insert(text, python, "permissions", value)
	}
	server, ok := find(text, "server")
	if !ok {
		return nil, errors.New("has no server")
	}
	return insert(text, server, "python", map[string]any{"permissions": value})
}

// span is where a value stands in a text of JSON.
type span struct{ begin, end int }

// find finds the value below an object by its names.
func find(text []byte, path ...string) (span, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return span{}, false
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return span{}, false
		}
		begin := int(decoder.InputOffset())
		begin += bytes.IndexByte(text[begin:], ':') + 1
		begin += len(text[begin:]) - len(bytes.TrimLeft(text[begin:], " \t\r\n"))
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return span{}, false
		}
		if name != path[0] {
			continue
		}
		at := span{begin, int(decoder.InputOffset())}
		if len(path) == 1 {
			return at, true
		}
		below, ok := find(text[at.begin:at.end], path[1:]...)
		return span{at.begin + below.begin, at.begin + below.end}, ok
	}
	return span{}, false
}

// replace puts another value in the place of one, as it is indented.
func replace(text []byte, at span, value any) ([]byte, error) {
	encoded, err := indented(value, indentation(text, at.begin), step(text))
	if err != nil {
		return nil, err
	}
	return splice(text, at, encoded), nil
}

// insert adds a field to the end of an object.
func insert(text []byte, object span, name string, value any) ([]byte, error) {
	outer := indentation(text, object.begin)
	inner := outer + step(text)
	encoded, err := indented(value, inner, step(text))
	if err != nil {
		return nil, err
	}
	inside := bytes.TrimRight(text[object.begin+1:object.end-1], " \t\r\n")
	comma := ","
	if len(inside) == 0 {
		comma = ""
	}
	field := comma + "\n" + inner + `"` + name + `": ` + encoded + "\n" + outer
	return splice(text, span{object.begin + 1 + len(inside), object.end - 1}, field), nil
}

func splice(text []byte, at span, with string) []byte {
	return append(append(bytes.Clone(text[:at.begin]), with...), text[at.end:]...)
}

// indented writes a value whose first line is somewhere in a line that is indented by outer. A list of names is on a line of
// its own, unless that would be long.
func indented(value any, outer, step string) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(outer, step)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return lists.ReplaceAllStringFunc(strings.TrimRight(b.String(), "\n"), func(list string) string {
		line := strings.Join(strings.Fields(list), " ")
		line = strings.NewReplacer("[ ", "[", " ]", "]").Replace(line)
		if len(outer)+len(line) > 110 {
			return list
		}
		return line
	}), nil
}

// lists are those of names, in which there are no spaces and no brackets but those of addresses.
var lists = regexp.MustCompile(`\[\n[^{}]*?\n\s*\]`)

// indentation is how the line is indented in which something stands.
func indentation(text []byte, at int) string {
	line := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// step is what the text is indented by: the spaces before its first field.
func step(text []byte) string {
	_, after, _ := bytes.Cut(text, []byte("\n"))
	spaces := string(after[:len(after)-len(bytes.TrimLeft(after, " \t"))])
	if spaces == "" || strings.TrimSpace(string(after)) == "" {
		return "  "
	}
	return spaces
}
