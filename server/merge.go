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
	var room [8]step
	c := cleared{at: room[:0]}
	c.compare(reflect.ValueOf(sent).Elem(), reflect.ValueOf(reply).Elem())
	return c.fields
}

// cleared compares a value with the one that is to replace it. Almost always nothing was cleared, so where it is gets
// words only when something was.
type cleared struct {
	at     []step
	fields []string
}

// step leads from a value to one in it: the field of a struct, or an entry or element when it is of no struct.
type step struct {
	in    reflect.Type
	field int
	key   any
}

func (c *cleared) compare(sent, reply reflect.Value) {
	switch sent.Kind() {
	case reflect.Struct:
		for i := range sent.NumField() {
			field, replaced := sent.Field(i), reply.Field(i)
			if field.CanInterface() && !mergesAlone(field, replaced) {
				c.enter(step{in: sent.Type(), field: i}, field, replaced)
			}
		}
	case reflect.Pointer:
		switch {
		case sent.IsNil() || sent.UnsafePointer() == reply.UnsafePointer():
		case reply.IsNil():
			c.report()
		default:
			c.compare(sent.Elem(), reply.Elem())
		}
	case reflect.Map:
		if sent.UnsafePointer() == reply.UnsafePointer() {
			return
		}
		for entries := sent.MapRange(); entries.Next(); {
			if !reply.MapIndex(entries.Key()).IsValid() {
				c.at = append(c.at, step{key: entries.Key().Interface()})
				c.report()
				c.at = c.at[:len(c.at)-1]
			}
		}
	case reflect.Slice:
		c.compareElements(sent, reply)
	default:
		if reply.IsZero() && !sent.IsZero() {
			c.report()
		}
	}
}

// mergesAlone says of a plain value that it was not cleared.
func mergesAlone(sent, reply reflect.Value) bool {
	switch sent.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
		return !reply.IsZero() || sent.IsZero()
	}
	return false
}

func (c *cleared) compareElements(sent, reply reflect.Value) {
	if reply.Len() == 0 {
		if sent.Len() > 0 {
			c.report()
		}
		return
	}
	if kind := sent.Type().Elem().Kind(); kind == reflect.Pointer || kind == reflect.Struct {
		for i := range min(sent.Len(), reply.Len()) {
			c.enter(step{key: i}, sent.Index(i), reply.Index(i))
		}
	}
}

func (c *cleared) enter(s step, sent, reply reflect.Value) {
	c.at = append(c.at, s)
	c.compare(sent, reply)
	c.at = c.at[:len(c.at)-1]
}

// report adds where it is, in the names that a plugin's author knows the fields by.
func (c *cleared) report() {
	var path strings.Builder
	for _, s := range c.at {
		switch key := s.key.(type) {
		case nil:
			if path.Len() > 0 {
				path.WriteByte('.')
			}
			path.WriteString(jsonName(s.in.Field(s.field)))
		case string:
			fmt.Fprintf(&path, "[%q]", key)
		default:
			fmt.Fprintf(&path, "[%v]", key)
		}
	}
	c.fields = append(c.fields, path.String())
}

func jsonName(field reflect.StructField) string {
	if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
		return name
	}
	return field.Name
}
