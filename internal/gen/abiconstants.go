package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// abiConstants are the constants of package abi's hand-written files, in the order of their declarations. They are
// read from the source because the package itself compiles only together with what is generated.
type abiConstants []abiConstant

type abiConstant struct {
	name  string // as in Go: StatusDenied
	value constant.Value
	doc   string // the comment above it or behind it, without the name; empty when there is none
}

// find gives the constant of that name.
func (c abiConstants) find(name string) (constant.Value, error) {
	i := slices.IndexFunc(c, func(c abiConstant) bool { return c.name == name })
	if i < 0 {
		return nil, fmt.Errorf("package abi lacks the constant %s", name)
	}
	return c[i].value, nil
}

// readABIConstants evaluates the exported constants of the package in dir, leaving its generated files aside.
func readABIConstants(dir string) (abiConstants, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, fmt.Errorf("find package abi: %w", err)
	}
	set := token.NewFileSet()
	var sources []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_gen.go") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("read the ABI's constants: %w", err)
		}
		sources = append(sources, source)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{
		Importer: noImports{},
		Error:    func(error) {}, // what needs imports or generated files does not matter here
	}
	_, _ = config.Check(module+"/abi", set, sources, info)

	var constants abiConstants
	for _, source := range sources {
		ast.Inspect(source, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for _, ident := range spec.Names {
				c, ok := info.Defs[ident].(*types.Const)
				if !ok || !c.Exported() || c.Val().Kind() == constant.Unknown {
					continue
				}
				doc := strings.TrimSpace(spec.Doc.Text() + spec.Comment.Text())
				constants = append(constants, abiConstant{ident.Name, c.Val(), strings.Join(strings.Fields(doc), " ")})
			}
			return true
		})
	}
	return constants, nil
}

// noImports leaves every import unresolved.
type noImports struct{}

func (noImports) Import(path string) (*types.Package, error) {
	return nil, fmt.Errorf("import %s: %w", path, fs.ErrNotExist)
}
