package convert

import (
	"math"
	"time"
)

// What companions hold (see common.proto) and how the two are read. A writer fills X_exact where X says less than the
// value does; a reader takes it where X is still what the writer makes of it, for an X that somebody changed is the
// newer word.

// Unless gives what X_exact holds of a value: nothing where X says the same.
func Unless[T any](same bool, exact T) *T {
	if same {
		return nil
	}
	return &exact
}

// Exact reads X and X_exact: is says whether X_exact is there, toProto makes X of a value and fromProto a value of X.
func Exact[V any, X comparable](is bool, exact V, x X, toProto func(V) X, fromProto func(X) V) V {
	if is && toProto(exact) == x {
		return exact
	}
	return fromProto(x)
}

// ExactOrAlone is Exact for companions that are Mattermost's own field, which code may well set alone.
func ExactOrAlone[V any, X comparable](is bool, exact V, x X, toProto func(V) X, fromProto func(X) V) V {
	var nothing X
	if is && x == nothing {
		return exact
	}
	return Exact(is, exact, x, toProto, fromProto)
}

// Empty gives what X_exact holds where X cannot tell nothing from the zero value: that one, if it is there.
func Empty[To, From comparable](p *From) *To {
	var zero From
	if p == nil || *p != zero {
		return nil
	}
	return new(To)
}

// Given is the inverse of Empty and ZeroIfNil.
func Given[T, E comparable](x T, exact *E) *T {
	var zero T
	var none E
	if x == zero && (exact == nil || *exact != none) {
		return nil
	}
	return &x
}

// EmptyBytes is Empty for bytes. Mattermost's key-value store tells no value from an empty one.
func EmptyBytes(value []byte) []byte {
	if value == nil || len(value) > 0 {
		return nil
	}
	return value
}

// GivenBytes is the inverse of EmptyBytes: nil where there is neither a value nor an empty one.
func GivenBytes(x, exact []byte) []byte {
	if len(x) > 0 {
		return x
	}
	if exact != nil && len(exact) == 0 {
		return exact
	}
	return nil
}

// TimeExact gives what expires_at_exact and its like hold of a time: what milliseconds in UTC leave out.
func TimeExact(t time.Time) *string {
	if whole := TimeFromMillis(TimeToMillis(t)); t.Equal(whole) && offset(t) == 0 {
		return nil
	}
	return new(t.Format(time.RFC3339Nano))
}

// TimeFromProto is the inverse of TimeToMillis and TimeExact.
func TimeFromProto(millis int64, exact *string) time.Time {
	if exact != nil {
		if t, err := time.Parse(time.RFC3339Nano, *exact); err == nil && TimeToMillis(t) == millis {
			return t
		}
	}
	return TimeFromMillis(millis)
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}

// Int32 gives the number for a field of 32 bits, which stops at the greatest and the least of those.
func Int32[T ~int | ~int64](number T) int32 {
	return int32(min(max(int64(number), math.MinInt32), math.MaxInt32))
}

// Int32Pointer is Int32 for a number that may be missing.
func Int32Pointer[T ~int | ~int64](p *T) *int32 {
	if p == nil {
		return nil
	}
	return new(Int32(*p))
}
