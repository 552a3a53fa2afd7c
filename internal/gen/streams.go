package main

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// streamed is a parameter that Mattermost's method reads: from the bytes in one field of the request, or from the stream
// whose number is in another.
type streamed struct{ number, whole *protogen.Field }

// open writes the statements that make the variable content.
func (s *streamed) open(body *bytes.Buffer, answer string) {
	fmt.Fprintf(body, "content, refused := o.content(%q, r.Get%s(), r.Get%s())\n", s.number.Desc.Name(), s.number.GoName, s.whole.GoName)
	fmt.Fprintf(body, "if refused != nil {\nreturn &pb.%s{Error: refused}\n}\ndefer content.Close()\n", answer)
}

// withoutStreams gives the request's fields but for those of streamFields: no parameters of Mattermost's method, but
// other ways to fill one.
func (h *apiHandler) withoutStreams(fields []*protogen.Field) ([]*protogen.Field, error) {
	byName := map[string]*protogen.Field{}
	for _, field := range fields {
		byName[string(field.Desc.Name())] = field
	}
	var left []*protogen.Field
	for _, field := range fields {
		key := h.rpc.GoName + "." + string(field.Desc.Name())
		name, ok := streamFields[key]
		if !ok {
			left = append(left, field)
			continue
		}
		h.tables.used("streamFields", key)
		whole := byName[name]
		if field.Desc.Kind() != protoreflect.Uint32Kind || whole == nil || whole.Desc.Kind() != protoreflect.BytesKind {
			return nil, fmt.Errorf("streamFields lists %s, which is no uint32 beside the bytes %s", key, name)
		}
		h.stream = &streamed{number: field, whole: whole}
	}
	return left, nil
}
