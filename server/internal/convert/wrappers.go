package convert

import (
	"math"

	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Int64ValueToProto gives the message of a number that may be missing.
func Int64ValueToProto[T ~int | ~int64](p *T) *wrapperspb.Int64Value {
	if p == nil {
		return nil
	}
	return wrapperspb.Int64(int64(*p))
}

// Int32ValueToProto gives the message of a number that may be missing; one that is too great or too small for it is the
// greatest or the smallest there is.
func Int32ValueToProto[T ~int | ~int64](p *T) *wrapperspb.Int32Value {
	if p == nil {
		return nil
	}
	return wrapperspb.Int32(int32(max(math.MinInt32, min(math.MaxInt32, int64(*p)))))
}
