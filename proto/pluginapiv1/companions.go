package pluginapiv1

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// IsCompanion says whether a field holds what the field beside it, of the same name without the ending, is too narrow
// for; common.proto describes the endings.
func IsCompanion(field protoreflect.FieldDescriptor) bool {
	for _, ending := range []string{"_exact", "_numbers"} {
		base, ok := strings.CutSuffix(string(field.Name()), ending)
		if ok && field.ContainingMessage().Fields().ByName(protoreflect.Name(base)) != nil {
			return true
		}
	}
	return false
}
