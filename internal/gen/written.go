package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// A writtenFunc is a conversion that a person wrote: its name and the types of its parameters and its result. One of two
// parameters takes a field and its companion.
type writtenFunc struct {
	name, takes, gives string
}

// writtenFuncs are the hand-written conversions of package convert, by name.
type writtenFuncs map[string]writtenFunc

// readWritten reads the hand-written conversions in dir: functions of one result whose names end in ToProto or
// FromProto.
func readWritten(dir string) (writtenFuncs, error) {
	found := writtenFuncs{}
	err := eachHandWritten(dir, func(file *ast.File) {
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !isConversion(f.Name.Name) || f.Type.Results.NumFields() != 1 {
				continue
			}
			var takes []string
			for _, parameter := range f.Type.Params.List {
				takes = append(takes, slices.Repeat([]string{types.ExprString(parameter.Type)}, max(len(parameter.Names), 1))...)
			}
			found[f.Name.Name] = writtenFunc{f.Name.Name, strings.Join(takes, ", "), types.ExprString(f.Type.Results.List[0].Type)}
		}
	})
	return found, err
}

func isConversion(name string) bool {
	return strings.HasSuffix(name, "ToProto") || strings.HasSuffix(name, "FromProto")
}

// find gives the conversion of a name that takes a type.
func (w writtenFuncs) find(name, takes string) (writtenFunc, bool) {
	f, ok := w[name]
	return f, ok && f.takes == takes
}

// gives says whether the conversion, named with or without its package, is hand-written and has that result.
func (w writtenFuncs) gives(name, result string) bool {
	return w[name[strings.LastIndexByte(name, '.')+1:]].gives == result
}

// check says whether the conversion, if it is hand-written, is of that message.
func (w writtenFuncs) check(name conversionName) error {
	f, ok := w[name.String()]
	if !ok {
		return nil
	}
	side := f.takes
	if name.toProto {
		side = f.gives
	}
	if side != "*pb."+name.message.GoIdent.GoName {
		return fmt.Errorf("the hand-written %s is of %s, not of the message %s", f.name, side, name.message.Desc.FullName())
	}
	return nil
}

// eachHandWritten parses the Go files of a folder that were not generated and are no tests.
func eachHandWritten(dir string, visit func(*ast.File)) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("read the hand-written code: %w", err)
		}
		visit(file)
	}
	return nil
}
