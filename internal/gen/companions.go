package main

import (
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
)

// The endings of companions, see common.proto: fields that hold what the one before them is too narrow for.
var companionEndings = []string{"_exact", "_numbers"}

// narrowFields gives the fields of a message that the rules of handlers and conversions fill and read: all but the
// companions, which they do not know yet.
func narrowFields(message *protogen.Message) []*protogen.Field {
	names := map[string]bool{}
	for _, field := range message.Fields {
		names[string(field.Desc.Name())] = true
	}
	var fields []*protogen.Field
	for _, field := range message.Fields {
		if !isCompanion(string(field.Desc.Name()), names) {
			fields = append(fields, field)
		}
	}
	return fields
}

func isCompanion(name string, names map[string]bool) bool {
	for _, ending := range companionEndings {
		if base, ok := strings.CutSuffix(name, ending); ok && names[base] {
			return true
		}
	}
	return false
}
