package byname

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// isStream says that a field gives the number of a stream, in the place of the bytes in another.
func isStream(field protoreflect.FieldDescriptor) bool {
	return field.Kind() == protoreflect.Uint32Kind && strings.HasSuffix(string(field.Name()), "_stream")
}

// Whole gives a message as if what came through its stream had been in it: content is what was read from the stream.
func Whole(m protoreflect.Message, content func() []byte) protoreflect.Message {
	whole := proto.Clone(m.Interface()).ProtoReflect()
	fields := whole.Descriptor().Fields()
	for i := range fields.Len() {
		number := fields.Get(i)
		if !isStream(number) || !whole.Has(number) {
			continue
		}
		name := strings.TrimSuffix(string(number.Name()), "_stream")
		for j := range fields.Len() {
			if field := fields.Get(j); field.Kind() == protoreflect.BytesKind && strings.HasPrefix(string(field.Name()), name) {
				whole.Set(field, protoreflect.ValueOfBytes(content()))
			}
		}
		whole.Clear(number)
	}
	return whole
}

// Content gives what the reader among a method's arguments, or the body of a request, holds; it can be read again.
func Content(arguments []any) []byte {
	for i, argument := range arguments {
		reader, ok := argument.(io.Reader)
		request, isRequest := argument.(*http.Request)
		if isRequest {
			reader, ok = request.Body, true
		}
		if !ok {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			content = []byte(err.Error())
		}
		if isRequest {
			request.Body = io.NopCloser(bytes.NewReader(content))
		} else {
			arguments[i] = bytes.NewReader(content)
		}
		return content
	}
	return nil
}
