package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
)

// methodComments gives the comments above the methods of an interface, by the methods' names, from the source files of
// its package.
func methodComments(files []string, name string) (map[string]string, error) {
	comments := map[string]string{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("read Mattermost's comments: %w", err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			declared, ok := node.(*ast.TypeSpec)
			if !ok || declared.Name.Name != name {
				return true
			}
			if of, ok := declared.Type.(*ast.InterfaceType); ok {
				for _, method := range of.Methods.List {
					for _, ident := range method.Names {
						comments[ident.Name] = method.Doc.Text()
					}
				}
			}
			return false
		})
	}
	return comments, nil
}

var minimumVersion = regexp.MustCompile(`Minimum server version: (\d+(?:\.\d+)+)`)

// versionIn gives the Mattermost version that a method's comment says it came with; "" where it says none.
func versionIn(comment string) string {
	found := minimumVersion.FindStringSubmatch(comment)
	if found == nil {
		return ""
	}
	return found[1]
}
