package server

import (
	"fmt"
	"reflect"
	"strings"
)

// unmergeable names the fields of a post or a member that a plugin cleared and that will not be cleared. Over net/rpc
// Mattermost decodes the reply of some hooks into the very object that it sent; gob leaves zero values and missing map
// entries out, so what was there before stays. That is so for every plugin in a process of its own, in Go too.
func unmergeable[T any](sent, reply *T) []string {
	var fields []string
	findUnmergeable("", reflect.ValueOf(sent).Elem(), reflect.ValueOf(reply).Elem(), func(path string) {
		fields = append(fields, path)
	})
	return fields
}

// findUnmergeable compares a value with the one that is to replace it.
func findUnmergeable(path string, sent, reply reflect.Value, report func(path string)) {
	switch sent.Kind() {
	case reflect.Struct:
		for i := range sent.NumField() {
			if field := sent.Type().Field(i); field.IsExported() {
				findUnmergeable(strings.TrimPrefix(path+"."+jsonName(field), "."), sent.Field(i), reply.Field(i), report)
			}
		}
	case reflect.Pointer:
		switch {
		case sent.IsNil():
		case reply.IsNil():
			report(path)
		default:
			findUnmergeable(path, sent.Elem(), reply.Elem(), report)
		}
	case reflect.Map:
		for _, key := range sent.MapKeys() {
			if !reply.MapIndex(key).IsValid() {
				report(fmt.Sprintf("%s[%q]", path, key))
			}
		}
	case reflect.Slice:
		if reply.Len() == 0 && sent.Len() > 0 {
			report(path)
			return
		}
		if kind := sent.Type().Elem().Kind(); kind == reflect.Pointer || kind == reflect.Struct {
			for i := range min(sent.Len(), reply.Len()) {
				findUnmergeable(fmt.Sprintf("%s[%d]", path, i), sent.Index(i), reply.Index(i), report)
			}
		}
	default:
		if reply.IsZero() && !sent.IsZero() {
			report(path)
		}
	}
}

// jsonName is the name that a plugin's author knows a field by.
func jsonName(field reflect.StructField) string {
	if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
		return name
	}
	return field.Name
}
