package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A stubFile is a file that declares methods or classes of the SDK: what a person decides of them.
type stubFile struct {
	area    string // the file's name without its ending: "users"
	doc     []string
	imports []stubImport
	classes []*stubClass
}

// A stubImport is a module of hand-written code that expressions in a stub use: "from … import properties".
type stubImport struct{ from, name string }

// A stubFunction is the declaration of one method.
type stubFunction struct {
	name       string
	rpc        string          // where it is not the one that the name says
	parameters []stubParameter // without self
	result     string
	doc        []string
	body       []*pythonLine
	line       int
}

// A stubParameter is one parameter; "*" and "**kwargs" are names too.
type stubParameter struct{ name, annotation, fallback string }

// String writes the parameter as Python does.
func (p stubParameter) String() string {
	text := p.name
	if p.annotation != "" {
		text += ": " + p.annotation
	}
	if p.fallback != "" && p.annotation != "" {
		return text + " = " + p.fallback
	}
	if p.fallback != "" {
		return text + "=" + p.fallback
	}
	return text
}

// A stubClass is the declaration of one class.
type stubClass struct {
	name, base string
	doc        []string
	fields     []stubParameter // annotated attributes, with their defaults
	values     []stubParameter // attributes without annotation
	methods    []*stubFunction
	line       int
}

// readStubs reads the stubs of a folder, in the order of their names.
func readStubs(dir string) ([]*stubFile, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.pyi"))
	if err != nil {
		return nil, err
	}
	var stubs []*stubFile
	for _, path := range paths {
		stub, err := readStub(path)
		if err != nil {
			return nil, err
		}
		stubs = append(stubs, stub)
	}
	if len(stubs) == 0 {
		return nil, fmt.Errorf("no stubs in %s", dir)
	}
	return stubs, nil
}

// readStub reads one file of declarations, which may also be an ordinary module: then bodies are there and not looked
// at.
func readStub(path string) (*stubFile, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	stub, err := parseStub(strings.TrimSuffix(name, filepath.Ext(name)), string(source))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return stub, nil
}

func parseStub(area, source string) (*stubFile, error) {
	lines, err := parsePython(source)
	if err != nil {
		return nil, err
	}
	stub := &stubFile{area: area}
	for i, line := range lines {
		if doc, ok := pythonDoc(line); ok && i == 0 {
			stub.doc = doc
			continue
		}
		switch {
		case strings.HasPrefix(line.text, "from "):
			from, names, _ := strings.Cut(strings.TrimPrefix(line.text, "from "), " import ")
			for _, name := range splitPython(strings.Trim(names, "()"), ',') {
				stub.imports = append(stub.imports, stubImport{from, name})
			}
		case strings.HasPrefix(line.text, "class "):
			class, err := parseClass(line)
			if err != nil {
				return nil, err
			}
			stub.classes = append(stub.classes, class)
		}
	}
	return stub, nil
}

func isFunction(line *pythonLine) bool {
	return strings.HasPrefix(line.text, "def ") || strings.HasPrefix(line.text, "async def ")
}

// parseFunction reads "def name(self, …) -> result:" with its docstring and what else is in its body.
func parseFunction(line *pythonLine, decorators []string) (*stubFunction, error) {
	f := &stubFunction{line: line.number, body: line.body}
	for _, decorator := range decorators {
		if rpc, ok := strings.CutPrefix(decorator, `@rpc("`); ok {
			f.rpc = strings.TrimSuffix(rpc, `")`)
		}
	}
	text := strings.TrimPrefix(line.text, "async ")
	head, parameters, ok := strings.Cut(strings.TrimPrefix(text, "def "), "(")
	end := strings.LastIndex(parameters, ")")
	if !ok || end < 0 || !strings.HasSuffix(parameters, ":") {
		return nil, fmt.Errorf("line %d: this is no declaration of a function: %s", line.number, line.text)
	}
	f.name = head
	if arrow, result, ok := strings.Cut(parameters[end:], "->"); ok && strings.TrimSpace(arrow) == ")" {
		f.result = strings.TrimSpace(strings.TrimSuffix(result, ":"))
	}
	for i, text := range splitPython(parameters[:end], ',') {
		if text == "self" && i == 0 {
			continue
		}
		f.parameters = append(f.parameters, parseParameter(text))
	}
	if len(f.body) > 0 {
		if doc, ok := pythonDoc(f.body[0]); ok {
			f.doc, f.body = doc, f.body[1:]
		}
	}
	f.body = slices.DeleteFunc(slices.Clone(f.body), func(line *pythonLine) bool { return line.text == "..." })
	return f, nil
}

// parseParameter reads "name: annotation = default", each but the name optional.
func parseParameter(text string) stubParameter {
	var p stubParameter
	left, fallback, _ := cutAssignment(text)
	p.fallback = fallback
	name, annotation, _ := strings.Cut(left, ":")
	p.name, p.annotation = strings.TrimSpace(name), strings.Join(strings.Fields(annotation), " ")
	return p
}

// cutAssignment cuts at the first "=" outside of brackets.
func cutAssignment(text string) (left, right string, ok bool) {
	parts := splitPython(text, '=')
	if len(parts) < 2 {
		return text, "", false
	}
	at := strings.Index(text[len(parts[0]):], "=") + len(parts[0])
	return parts[0], strings.TrimSpace(text[at+1:]), true
}

// parseClass reads a class: its docstring, annotated attributes, values and methods.
func parseClass(line *pythonLine) (*stubClass, error) {
	head := strings.TrimSuffix(strings.TrimPrefix(line.text, "class "), ":")
	name, base, _ := strings.Cut(head, "(")
	c := &stubClass{name: name, base: strings.TrimSuffix(base, ")"), line: line.number}
	var decorators []string
	for i, member := range line.body {
		if doc, ok := pythonDoc(member); ok && i == 0 {
			c.doc = doc
			continue
		}
		switch {
		case isFunction(member):
			function, err := parseFunction(member, decorators)
			if err != nil {
				return nil, err
			}
			c.methods = append(c.methods, function)
			decorators = nil
		case strings.HasPrefix(member.text, "@"):
			decorators = append(decorators, member.text)
		case member.text == "...":
		default:
			attribute := parseParameter(member.text)
			if attribute.annotation == "" {
				c.values = append(c.values, attribute)
			} else {
				c.fields = append(c.fields, attribute)
			}
		}
	}
	return c, nil
}
