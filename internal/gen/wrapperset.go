package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const (
	wrapperStubs = "internal/gen/wrappers"
	wrappersDir  = "python/mattermost_plugin/_internal/wrappers"
)

// A wrapperSet is the classes that the client takes and returns, each of which stands for a message.
type wrapperSet struct {
	files     []*stubFile
	classes   map[string]*wrapper
	byMessage map[protoreflect.FullName]*wrapper
}

// A wrapper is one of the classes.
type wrapper struct {
	*stubClass
	file    *stubFile
	message *protogen.Message // nil: it stands for none
}

// readWrappers reads the stubs of the wrappers: what the contract fixes of them. What else a message has follows from it.
func readWrappers(c *contract, root string) (*wrapperSet, error) {
	stubs, err := readStubs(filepath.Join(root, filepath.FromSlash(wrapperStubs)))
	if err != nil {
		return nil, err
	}
	set := &wrapperSet{stubs, map[string]*wrapper{}, map[protoreflect.FullName]*wrapper{}}
	var problems []error
	for _, file := range stubs {
		for _, class := range file.classes {
			w := &wrapper{stubClass: class, file: file}
			if set.classes[class.name] != nil {
				problems = append(problems, fmt.Errorf("%s is declared twice", class.name))
			}
			set.classes[class.name] = w
			name, ok := class.value("_message")
			if !ok {
				continue
			}
			module, message, _ := strings.Cut(strings.Trim(name, `"`), ".")
			w.message = c.message(message)
			if w.message == nil || pythonModuleName(w.message.Desc.ParentFile()) != module {
				problems = append(problems, fmt.Errorf("%s: the contract has no message %s", class.name, name))
				continue
			}
			set.byMessage[w.message.Desc.FullName()] = w
		}
	}
	return set, errors.Join(problems...)
}

// value gives the text of an attribute that has no annotation.
func (c *stubClass) value(name string) (string, bool) {
	for _, value := range c.values {
		if value.name == name {
			return value.fallback, true
		}
	}
	return "", false
}

func (s *wrapperSet) has(name string) bool { return s.classes[name] != nil }

// of gives the name of a message's wrapper, or "".
func (s *wrapperSet) of(message *protogen.Message) string {
	if w := s.byMessage[message.Desc.FullName()]; w != nil {
		return w.name
	}
	return ""
}

// pythonAnnotation gives the type that a field has in the client, without "| None"; "" where a message has no wrapper.
func pythonAnnotation(field *protogen.Field, wrappers *wrapperSet) string {
	switch {
	case field.Desc.IsMap():
		value := pythonAnnotation(field.Message.Fields[1], wrappers)
		if value == "" {
			return ""
		}
		return fmt.Sprintf("dict[%s, %s]", pythonType(field.Desc.MapKey()), value)
	case field.Desc.IsList():
		if one := pythonItem(field, wrappers); one != "" {
			return "list[" + one + "]"
		}
		return ""
	}
	return pythonItem(field, wrappers)
}

// pythonItem gives the type of one value of a field.
func pythonItem(field *protogen.Field, wrappers *wrapperSet) string {
	if field.Message == nil {
		return pythonType(field.Desc)
	}
	switch field.Message.Desc.FullName() {
	case "google.protobuf.Struct":
		return "dict[str, object]"
	case "google.protobuf.Value":
		return "object"
	case "mattermost.pluginapi.v1.StringList":
		return "list[str]"
	}
	return wrappers.of(field.Message)
}
