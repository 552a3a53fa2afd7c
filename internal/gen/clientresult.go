package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// resultOf gives the expression of what the method returns, made of the response; "" where it returns None. It is that of
// the stub, or follows from the response's only field and the annotation.
func (m *clientMethod) resultOf(wrappers *wrapperSet) (string, error) {
	var written string
	left := map[string]bool{}
	for _, line := range m.body {
		if expression, ok := strings.CutPrefix(line.text, "return "); ok {
			written = expression
		}
		if paths, ok := strings.CutPrefix(line.text, "del "); ok {
			for _, path := range splitPython(paths, ',') {
				if name, ok := strings.CutPrefix(path, "response."); ok {
					left[name] = true
				}
			}
		}
	}
	names := fieldNamesOf(m.api.Output)
	var fields []*protogen.Field
	var problems []error
	for _, field := range withoutCompanions(m.api.Output) {
		name := string(field.Desc.Name())
		switch {
		case name == "error":
		case left[name]:
			delete(left, name)
		case written != "" && !mentions(written, name):
			problems = append(problems, fmt.Errorf("the result %s is lost", field.Desc.FullName()))
		default:
			fields = append(fields, field)
		}
	}
	for name := range left {
		problems = append(problems, fmt.Errorf("%s has no field %s to leave out", m.api.Output.Desc.Name(), name))
	}
	if len(problems) > 0 || written != "" {
		return written, errors.Join(problems...)
	}
	if m.result == "None" && len(fields) == 0 {
		return "", nil
	}
	if len(fields) != 1 {
		return "", fmt.Errorf("%s has %d results: say what is returned", m.api.Output.Desc.Name(), len(fields))
	}
	return resultFrom(fields[0], m.result, names, wrappers)
}

// mentions says whether an expression uses response.name, or the whole response.
func mentions(expression, name string) bool {
	return strings.Contains(expression, "response."+name) || strings.Contains(expression, "(response)")
}

// resultFrom gives the expression that reads a field as the annotation says.
func resultFrom(field *protogen.Field, annotation string, names map[string]bool, wrappers *wrapperSet) (string, error) {
	value := "response." + string(field.Desc.Name())
	own := pythonAnnotation(field, wrappers)
	switch {
	case isJSON(field.Desc):
		if strings.HasPrefix(annotation, "dict[str, ") {
			return fmt.Sprintf("read_value(response, %q)", field.Desc.Name()), nil
		}
	case annotation == own+" | None" && field.Desc.Kind() == protoreflect.BytesKind && names[string(field.Desc.Name())+"_exact"]:
		return fmt.Sprintf("%s if %s or response.HasField(\"%s_exact\") else None", value, value, field.Desc.Name()), nil
	case annotation != own:
	case field.Desc.IsMap() && field.Desc.MapValue().Message() == nil:
		return "dict(" + value + ")", nil
	case field.Desc.IsList() && field.Message == nil:
		return "list(" + value + ")", nil
	case field.Desc.IsList():
		return fmt.Sprintf("list(map(wrappers.%s.from_proto, %s))", wrappers.of(field.Message), value), nil
	case field.Message == nil:
		return value, nil
	case !field.Desc.IsMap():
		return fmt.Sprintf("wrappers.%s.from_proto(%s)", wrappers.of(field.Message), value), nil
	}
	return "", fmt.Errorf("%s cannot be made of the field %s", annotation, field.Desc.FullName())
}

var recordsIn = regexp.MustCompile(`^(?:list\(map\((wrappers\.\w+)\.from_proto, response\.(\w+)\)\)|(wrappers\.\w+)\.from_proto\(response\.(\w+)\))$`)

// recordIn finds the field and the class in a result that is one record, or the list of all records, of a field: the
// client makes those of the wire form.
func recordIn(result string) (field, record string, ok bool) {
	match := recordsIn.FindStringSubmatch(result)
	if match == nil {
		return "", "", false
	}
	return match[2] + match[4], match[1] + match[3], true
}
