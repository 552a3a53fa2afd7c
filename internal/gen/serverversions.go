package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"

	"golang.org/x/tools/go/packages"
)

// versionOverrides are the server versions that brought methods whose own comment in Mattermost does not say, or says
// wrongly.
var versionOverrides = map[string]string{}

// minimumVersion is what Mattermost writes above each method of its plugin API and above each hook.
var minimumVersion = regexp.MustCompile(`(?m)^Minimum server version: (\d+\.\d+)$`)

// readServerVersions reads from Mattermost's own source which server version brought each method of an interface of
// package plugin. A method whose comment does not say has the version "".
func readServerVersions(root, interfaceName string) (map[string]string, error) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles, Dir: root}, pluginPath)
	if err != nil {
		return nil, fmt.Errorf("find Mattermost's source: %w", err)
	}
	versions := map[string]string{}
	for _, path := range loaded[0].GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("read Mattermost's source: %w", err)
		}
		for _, declaration := range file.Decls {
			collectVersions(declaration, interfaceName, versions)
		}
	}
	if len(versions) == 0 {
		return nil, fmt.Errorf("read Mattermost's source: package plugin has no interface %s", interfaceName)
	}
	return versions, nil
}

// collectVersions notes the methods of the interface, if that is what is declared.
func collectVersions(declaration ast.Decl, interfaceName string, versions map[string]string) {
	types, ok := declaration.(*ast.GenDecl)
	if !ok || types.Tok != token.TYPE {
		return
	}
	for _, spec := range types.Specs {
		named := spec.(*ast.TypeSpec)
		of, ok := named.Type.(*ast.InterfaceType)
		if !ok || named.Name.Name != interfaceName {
			continue
		}
		for _, method := range of.Methods.List {
			for _, name := range method.Names {
				versions[name.Name] = ""
				if match := minimumVersion.FindStringSubmatch(method.Doc.Text()); match != nil {
					versions[name.Name] = match[1]
				}
			}
		}
	}
}
