package wire

import "google.golang.org/protobuf/types/known/wrapperspb"

// Int64Value writes the field of a google.protobuf.Int64Value.
func (w *Writer) Int64Value(v *wrapperspb.Int64Value) { w.Number("\x08", uint64(v.GetValue())) }

// Int32Value writes the field of a google.protobuf.Int32Value.
func (w *Writer) Int32Value(v *wrapperspb.Int32Value) {
	w.Number("\x08", uint64(int64(v.GetValue())))
}
