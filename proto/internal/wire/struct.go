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
		value := new(structpb.Value)
		outer := r.Enter()
		for r.Next() {
			switch r.Tag {
			case 0x0a:
				key = r.Text()
			case 0x12:
				inner := r.Enter()
				r.Value(value)
				r.Leave(inner)
			default:
				r.Fail()
			}
		}
		r.Leave(outer)
		if s.Fields == nil {
			s.Fields = map[string]*structpb.Value{}
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
		value := new(structpb.Value)
		outer := r.Enter()
		r.Value(value)
		r.Leave(outer)
		l.Values = append(l.Values, value)
	}
}

// Value reads a google.protobuf.Value. One that is told in two parts is protobuf's to merge.
func (r *Reader) Value(v *structpb.Value) {
	for r.Next() {
		if v.Kind != nil {
			r.Fail()
			return
		}
		switch r.Tag {
		case 0x08:
			v.Kind = &structpb.Value_NullValue{NullValue: structpb.NullValue(int32(r.Number()))}
		case 0x11:
			v.Kind = &structpb.Value_NumberValue{NumberValue: r.Double()}
		case 0x1a:
			v.Kind = &structpb.Value_StringValue{StringValue: r.Text()}
		case 0x20:
			v.Kind = &structpb.Value_BoolValue{BoolValue: r.Bool()}
		case 0x2a:
			inner := new(structpb.Struct)
			outer := r.Enter()
			r.Struct(inner)
			r.Leave(outer)
			v.Kind = &structpb.Value_StructValue{StructValue: inner}
		case 0x32:
			inner := new(structpb.ListValue)
			outer := r.Enter()
			r.ListValue(inner)
			r.Leave(outer)
			v.Kind = &structpb.Value_ListValue{ListValue: inner}
		default:
			r.Fail()
		}
	}
}
