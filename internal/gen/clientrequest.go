package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A requestFill says what each field of a request, or of a message in one, is filled with.
type requestFill struct {
	message *protogen.Message
	values  map[protoreflect.Name]string       // an expression for the constructor
	puts    map[protoreflect.Name]string       // a value that a statement puts into a Struct or Value
	within  map[protoreflect.Name]*requestFill // a message whose fields are given one by one
	left    map[protoreflect.Name]bool         // left out on purpose
}

func newRequestFill(message *protogen.Message) *requestFill {
	return &requestFill{
		message, map[protoreflect.Name]string{}, map[protoreflect.Name]string{},
		map[protoreflect.Name]*requestFill{}, map[protoreflect.Name]bool{},
	}
}

// fillRequest decides how the method's request is filled: as the statements of the stub say, and each parameter that
// they do not use goes to the field of its name. It fails for a parameter or a field that is left over.
func (m *clientMethod) fillRequest(stub *stubFile, wrappers *wrapperSet) (*requestFill, error) {
	fill := newRequestFill(m.api.Input)
	parameters := map[string]stubParameter{}
	for _, p := range m.parameters {
		if name := strings.TrimLeft(p.name, "*"); name != "" {
			parameters[name] = p
		}
	}
	used := map[string]bool{}
	var problems []error
	problem := func(err error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	for _, line := range m.body {
		switch {
		case strings.HasPrefix(line.text, "return "):
			for _, name := range pythonNames(strings.TrimPrefix(line.text, "return ")) {
				used[name] = true
			}
			problem(checkNames(line.text, parameters, stub, "response"))
		case strings.HasPrefix(line.text, "del "):
			for _, path := range splitPython(strings.TrimPrefix(line.text, "del "), ',') {
				if fields, ok := strings.CutPrefix(path, "request."); ok {
					problem(fill.leave(fields))
				}
			}
		default:
			left, value, ok := cutAssignment(line.text)
			path, isField := strings.CutPrefix(left, "request.")
			if !ok || !isField {
				problem(fmt.Errorf("line %d: only request.… = …, del and return are known: %s", line.number, line.text))
				continue
			}
			for _, name := range pythonNames(value) {
				used[name] = true
			}
			problem(checkNames(value, parameters, stub, ""))
			problem(fill.set(path, value, parameters[value].annotation, wrappers))
		}
	}
	for _, p := range m.parameters {
		name := strings.TrimLeft(p.name, "*")
		if name == "" || used[name] {
			continue
		}
		if fill.field(protoreflect.Name(name)) == nil {
			problem(fmt.Errorf("the parameter %s has no field in %s: say where it goes", name, m.api.Input.Desc.Name()))
			continue
		}
		problem(fill.set(name, name, p.annotation, wrappers))
	}
	problem(fill.check())
	return fill, errors.Join(problems...)
}

// checkNames fails where an expression uses a name that nothing gives a meaning.
func checkNames(expression string, parameters map[string]stubParameter, stub *stubFile, also string) error {
	known := []string{"None", "True", "False", "for", "in", "if", "else", "or", "and", "not", "is", "return", "len", "list", "dict", also}
	names := pythonNames(expression)
	for i, name := range names {
		_, isParameter := parameters[name]
		isImport := slices.ContainsFunc(stub.imports, func(one stubImport) bool { return one.name == name })
		isLoop := slices.Contains(names, "for") && i > 0 && names[i-1] == "for"
		loops := slices.Index(names, "for")
		if isParameter || isImport || isLoop || slices.Contains(known, name) || loops >= 0 && loops+1 < len(names) && names[loops+1] == name {
			continue
		}
		return fmt.Errorf("%s is neither a parameter nor imported, in %s", name, expression)
	}
	return nil
}

func (f *requestFill) field(name protoreflect.Name) *protogen.Field {
	for _, field := range f.message.Fields {
		if field.Desc.Name() == name {
			return field
		}
	}
	return nil
}

// at gives the fill of the message that a path leads to, and the last name of the path.
func (f *requestFill) at(path string) (*requestFill, protoreflect.Name, error) {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		field := f.field(protoreflect.Name(name))
		if field == nil || field.Message == nil || field.Desc.IsList() || field.Desc.IsMap() {
			return nil, "", fmt.Errorf("%s has no message %s", f.message.Desc.Name(), name)
		}
		if f.within[field.Desc.Name()] == nil {
			f.within[field.Desc.Name()] = newRequestFill(field.Message)
		}
		f = f.within[field.Desc.Name()]
	}
	last := protoreflect.Name(names[len(names)-1])
	if f.field(last) == nil {
		return nil, "", fmt.Errorf("%s has no field %s", f.message.Desc.Name(), last)
	}
	return f, last, nil
}

func (f *requestFill) leave(path string) error {
	fill, name, err := f.at(path)
	if err == nil {
		fill.left[name] = true
	}
	return err
}

// set fills a field with an expression, or with a parameter: then annotation is its type, which decides how.
func (f *requestFill) set(path, value, annotation string, wrappers *wrapperSet) error {
	fill, name, err := f.at(path)
	if err != nil {
		return err
	}
	if fill.values[name] != "" || fill.puts[name] != "" {
		return fmt.Errorf("%s is filled twice", path)
	}
	if annotation == "" {
		fill.values[name] = value
		return nil
	}
	field := fill.field(name)
	expression, isPut, err := argumentFor(field, value, annotation, wrappers)
	if err != nil {
		return fmt.Errorf("the parameter %s: %w", value, err)
	}
	if isPut {
		fill.puts[name] = expression
		return nil
	}
	fill.values[name] = expression
	if exact := fill.field(name + "_exact"); exact != nil && field.Desc.Kind() == protoreflect.BytesKind {
		fill.values[exact.Desc.Name()] = fmt.Sprintf(`%s if %s == b"" else None`, value, value)
	}
	return nil
}

// check fails for fields that are neither filled nor left out on purpose. A companion follows the field before it.
func (f *requestFill) check() error {
	var problems []error
	plain := withoutCompanions(f.message)
	for _, field := range f.message.Fields {
		name := field.Desc.Name()
		filled := f.values[name] != "" || f.puts[name] != "" || f.within[name] != nil
		switch {
		case filled && f.left[name]:
			problems = append(problems, fmt.Errorf("%s is both filled and left out", field.Desc.FullName()))
		case f.left[name] && !slices.Contains(plain, field):
			problems = append(problems, fmt.Errorf("%s follows the field before it and need not be left out", field.Desc.FullName()))
		case !filled && !f.left[name] && slices.Contains(plain, field):
			problems = append(problems, fmt.Errorf("the field %s has no parameter", field.Desc.FullName()))
		}
		if within := f.within[name]; within != nil {
			problems = append(problems, within.check())
		}
	}
	return errors.Join(problems...)
}

// arguments gives the constructor's arguments, in the order of the fields; indent is where they stand when each has a line.
func (f *requestFill) arguments(modules *pythonModules, indent string) []string {
	var arguments []string
	for _, field := range f.message.Fields {
		name := field.Desc.Name()
		if within := f.within[name]; within != nil {
			call := pythonCall(fmt.Sprintf("%s%s=%s", indent, name, modules.message(within.message)), within.arguments(modules, indent+"    "), "")
			arguments = append(arguments, strings.TrimSpace(call))
		} else if value := f.values[name]; value != "" {
			arguments = append(arguments, fmt.Sprintf("%s=%s", name, value))
		}
	}
	return arguments
}

// statements gives what is put into the request after it was made.
func (f *requestFill) statements(path string) []string {
	var statements []string
	for _, field := range f.message.Fields {
		name := field.Desc.Name()
		if value := f.puts[name]; value != "" {
			statements = append(statements, fmt.Sprintf("put_value(%s, %q, %s)", path, name, value))
		}
		if within := f.within[name]; within != nil {
			statements = append(statements, within.statements(fmt.Sprintf("%s.%s", path, name))...)
		}
	}
	return statements
}

// argumentFor gives the expression that carries a parameter into a field, by their types; isPut says that it goes into a
// Struct or Value, which a statement has to fill.
func argumentFor(field *protogen.Field, value, annotation string, wrappers *wrapperSet) (expression string, isPut bool, err error) {
	kind := strings.TrimSuffix(annotation, " | None")
	switch {
	case isJSON(field.Desc):
		if strings.HasPrefix(kind, "dict[str, ") || field.Desc.Message().Name() == "Value" && kind == "object" {
			return value, true, nil
		}
	case pythonAnnotation(field, wrappers) == kind:
		if field.Message == nil || field.Desc.IsMap() {
			return value, false, nil
		}
		if field.Desc.IsList() {
			return fmt.Sprintf("[as_message(item) for item in %s]", value), false, nil
		}
		return fmt.Sprintf("as_message(%s)", value), false, nil
	}
	return "", false, fmt.Errorf("%s does not fit the field %s", annotation, field.Desc.FullName())
}

// isJSON says whether a field is a single Struct or Value.
func isJSON(field protoreflect.FieldDescriptor) bool {
	if field.Message() == nil || field.IsList() || field.IsMap() {
		return false
	}
	name := field.Message().FullName()
	return name == "google.protobuf.Struct" || name == "google.protobuf.Value"
}

// fieldNamesOf gives the names of a message's fields.
func fieldNamesOf(message *protogen.Message) map[string]bool {
	names := map[string]bool{}
	for _, field := range message.Fields {
		names[string(field.Desc.Name())] = true
	}
	return names
}
