package codectest

import (
	"math"

	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"
)

// draw makes a random message of a type. Nested messages are fewer the deeper they lie; what is in well-known types has
// a JSON form.
func draw(t *rapid.T, messageType protoreflect.MessageType) protoreflect.Message {
	message := messageType.New()
	fill(t, message, 4)
	return message
}

func fill(t *rapid.T, message protoreflect.Message, depth int) {
	fields := message.Descriptor().Fields()
	switch message.Descriptor().FullName() {
	case "google.protobuf.Value":
		drawValue(t, message, depth)
		return
	case "google.protobuf.Timestamp":
		message.Set(fields.ByName("seconds"), protoreflect.ValueOfInt64(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds")))
		message.Set(fields.ByName("nanos"), protoreflect.ValueOfInt32(rapid.Int32Range(0, 999999999).Draw(t, "nanos")))
		return
	}
	if fields.Len() == 0 {
		return
	}
	for range rapid.IntRange(0, min(fields.Len(), 12)).Draw(t, "fields") {
		field := fields.Get(rapid.IntRange(0, fields.Len()-1).Draw(t, "field"))
		if field.Message() != nil && !field.IsMap() && depth == 0 {
			continue
		}
		fillField(t, message, field, depth)
	}
}

// drawValue sets a Value, which has no JSON form while it is unset.
func drawValue(t *rapid.T, message protoreflect.Message, depth int) {
	kinds := 6
	if depth <= 0 {
		kinds = 4
	}
	field := message.Descriptor().Fields().Get(rapid.IntRange(0, kinds-1).Draw(t, "kind"))
	switch field.Name() {
	case "null_value":
		message.Set(field, protoreflect.ValueOfEnum(0))
	case "number_value":
		message.Set(field, protoreflect.ValueOfFloat64(rapid.Float64Range(-1e18, 1e18).Draw(t, "number")))
	default:
		fillField(t, message, field, depth)
	}
}

func fillField(t *rapid.T, message protoreflect.Message, field protoreflect.FieldDescriptor, depth int) {
	switch {
	case field.IsMap():
		entries := message.Mutable(field).Map()
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			value := field.MapValue()
			if value.Message() == nil {
				entries.Set(scalar(t, field.MapKey()).MapKey(), scalar(t, value))
			} else if depth > 0 {
				fill(t, entries.Mutable(scalar(t, field.MapKey()).MapKey()).Message(), depth-1)
			}
		}
	case field.IsList():
		list := message.Mutable(field).List()
		for range rapid.IntRange(0, 4).Draw(t, "elements") {
			if field.Message() == nil {
				list.Append(scalar(t, field))
			} else {
				fill(t, list.AppendMutable().Message(), depth-1)
			}
		}
	case field.Message() != nil:
		fill(t, message.Mutable(field).Message(), depth-1)
	default:
		message.Set(field, scalar(t, field))
	}
}

func scalar(t *rapid.T, field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(rapid.String().Draw(t, "string"))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.Int32Range(-10, 10).Draw(t, "enum")))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.OneOf(rapid.Float64(), oddFloats()).Draw(t, "double"))
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(rapid.OneOf(rapid.Map(rapid.Float32(), widen), oddFloats()).Draw(t, "float")))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int32"))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(rapid.Uint32().Draw(t, "uint32"))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, "int64"))
	default:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, "uint64"))
	}
}

func widen(f float32) float64 { return float64(f) }

func oddFloats() *rapid.Generator[float64] {
	return rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN()})
}
