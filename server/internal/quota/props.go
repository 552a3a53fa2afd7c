package quota

import (
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
)

// propsFit says whether the props of a post are not more than that many bytes as JSON. It makes no JSON, and gives up as soon
// as there are more.
func propsFit(props *structpb.Struct, most int64) bool {
	return structSize(props, most) <= most
}

// deepest is how far props are looked into. Mattermost takes none that are deeper, nor does the codec give us any.
const deepest = 1000

func structSize(s *structpb.Struct, most int64) int64 { return structAt(s, most, deepest) }

func structAt(s *structpb.Struct, most int64, depth int) int64 {
	size := int64(2)
	for key, value := range s.GetFields() {
		size += textSize(key) + 2 // the colon, and a comma
		if size += valueAt(value, most-size, depth-1); size > most {
			break
		}
	}
	return size
}

func valueAt(value *structpb.Value, most int64, depth int) int64 {
	if depth == 0 {
		return most + 1
	}
	switch kind := value.GetKind().(type) {
	case *structpb.Value_StringValue:
		return textSize(kind.StringValue)
	case *structpb.Value_NumberValue:
		return 8 // about
	case *structpb.Value_BoolValue:
		return 5
	case *structpb.Value_StructValue:
		return structAt(kind.StructValue, most, depth)
	case *structpb.Value_ListValue:
		size := int64(2)
		for _, one := range kind.ListValue.GetValues() {
			if size += valueAt(one, most-size, depth-1) + 1; size > most {
				break
			}
		}
		return size
	}
	return 4 // null
}

// textSize is the length of a text in JSON.
func textSize(text string) int64 {
	size := int64(len(text)) + 2
	for n := range len(text) {
		switch c := text[n]; {
		case c >= utf8.RuneSelf:
		case c == '"', c == '\\', c == '\n', c == '\r', c == '\t':
			size++
		case c < ' ':
			size += 5
		}
	}
	return size
}
