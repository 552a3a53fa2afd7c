package wire

import "google.golang.org/protobuf/types/known/structpb"

// Struct writes the fields of a google.protobuf.Struct.
func (w *Writer) Struct(s *structpb.Struct) {
	for key, value := range s.GetFields() {
		entry := w.Begin("\x0a")
		w.PutText("\x0a", key)
		inner := w.Begin("\x12")
		w.Value(value)
		w.End(inner)
		w.End(entry)
	}
}

// ListValue writes the fields of a google.protobuf.ListValue.
func (w *Writer) ListValue(l *structpb.ListValue) {
	for _, value := range l.GetValues() {
		element := w.Begin("\x0a")
		w.Value(value)
		w.End(element)
	}
}

// Value writes the field of a google.protobuf.Value.
func (w *Writer) Value(v *structpb.Value) {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_NullValue:
		w.PutNumber("\x08", uint64(int64(kind.NullValue)))
	case *structpb.Value_NumberValue:
		w.PutDouble("\x11", kind.NumberValue)
	case *structpb.Value_StringValue:
		w.PutText("\x1a", kind.StringValue)
	case *structpb.Value_BoolValue:
		w.PutBool("\x20", kind.BoolValue)
	case *structpb.Value_StructValue:
		inner := w.Begin("\x2a")
		w.Struct(kind.StructValue)
		w.End(inner)
	case *structpb.Value_ListValue:
		inner := w.Begin("\x32")
		w.ListValue(kind.ListValue)
		w.End(inner)
	}
}

// Struct reads a google.protobuf.Struct.
func (r *Reader) Struct(s *structpb.Struct) {
	for r.Next() {
		if r.Tag != 0x0a {
			r.Fail()
			return
		}
		var key string
		var value *structpb.Value
		outer := r.Enter()
		for r.Next() {
			switch {
			case r.Tag == 0x0a:
				key = r.Text()
			case r.Tag == 0x12 && value == nil:
				value = r.enterValue()
			default:
				r.Fail()
			}
		}
		r.Leave(outer)
		if s.Fields == nil {
			s.Fields = map[string]*structpb.Value{}
		}
		if value == nil {
			value = new(structpb.Value)
		}
		s.Fields[key] = value
	}
}

// ListValue reads a google.protobuf.ListValue.
func (r *Reader) ListValue(l *structpb.ListValue) {
	for r.Next() {
		if r.Tag != 0x0a {
			r.Fail()
			return
		}
		l.Values = append(l.Values, r.enterValue())
	}
}

// Value reads a google.protobuf.Value.
func (r *Reader) Value(v *structpb.Value) {
	if read := r.value(); read.Kind != nil {
		v.Kind = read.Kind
	}
}

func (r *Reader) enterValue() *structpb.Value {
	outer := r.Enter()
	value := r.value()
	r.Leave(outer)
	return value
}

// value reads a google.protobuf.Value. One that is told in two parts is protobuf's to merge.
func (r *Reader) value() *structpb.Value {
	if !r.Next() {
		return new(structpb.Value)
	}
	value := r.kind()
	if r.Next() {
		r.Fail()
	}
	return value
}

// kind reads the field of a Value. A value and what it holds are allocated as one.
func (r *Reader) kind() *structpb.Value {
	switch r.Tag {
	case 0x11:
		made := &struct {
			value structpb.Value
			kind  structpb.Value_NumberValue
		}{kind: structpb.Value_NumberValue{NumberValue: r.Double()}}
		made.value.Kind = &made.kind
		return &made.value
	case 0x1a:
		made := &struct {
			value structpb.Value
			kind  structpb.Value_StringValue
		}{kind: structpb.Value_StringValue{StringValue: r.Text()}}
		made.value.Kind = &made.kind
		return &made.value
	case 0x2a:
		made := &struct {
			value structpb.Value
			kind  structpb.Value_StructValue
			inner structpb.Struct
		}{}
		made.kind.StructValue, made.value.Kind = &made.inner, &made.kind
		outer := r.Enter()
		r.Struct(&made.inner)
		r.Leave(outer)
		return &made.value
	case 0x32:
		made := &struct {
			value structpb.Value
			kind  structpb.Value_ListValue
			inner structpb.ListValue
		}{}
		made.kind.ListValue, made.value.Kind = &made.inner, &made.kind
		outer := r.Enter()
		r.ListValue(&made.inner)
		r.Leave(outer)
		return &made.value
	case 0x08:
		return &structpb.Value{Kind: &structpb.Value_NullValue{NullValue: structpb.NullValue(int32(r.Number()))}}
	case 0x20:
		return &structpb.Value{Kind: &structpb.Value_BoolValue{BoolValue: r.Bool()}}
	}
	r.Fail()
	return new(structpb.Value)
}
