package main

import (
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// withoutStreams gives the request's fields but for those of streamFields: no parameters of Mattermost's method, but
// other ways to fill one.
func (h *apiHandler) withoutStreams(fields []*protogen.Field) ([]*protogen.Field, error) {
	kinds := map[string]protoreflect.Kind{}
	for _, field := range fields {
		kinds[string(field.Desc.Name())] = field.Desc.Kind()
	}
	var left []*protogen.Field
	for _, field := range fields {
		key := h.rpc.GoName + "." + string(field.Desc.Name())
		bytes, ok := streamFields[key]
		if !ok {
			left = append(left, field)
			continue
		}
		h.tables.used("streamFields", key)
		if field.Desc.Kind() != protoreflect.Uint32Kind || kinds[bytes] != protoreflect.BytesKind {
			return nil, fmt.Errorf("streamFields lists %s, which is no uint32 beside the bytes %s", key, bytes)
		}
	}
	return left, nil
}
