package main

import (
	"errors"
	"fmt"
	"go/types"

	"golang.org/x/tools/go/packages"
)

const (
	modelPath  = "github.com/mattermost/mattermost/server/public/model"
	pluginPath = "github.com/mattermost/mattermost/server/public/plugin"
)

// goTypes are the types of Mattermost that the contract stands for, as the compiler sees them.
type goTypes struct {
	model  *types.Package
	plugin *types.Package
	api    *types.Interface // plugin.API
	hooks  *types.Interface // plugin.Hooks

	pluginFiles []string // the source of package plugin, for what its comments say
}

// readGoTypes reads the types of the Mattermost that go.mod pins, from the module's root.
func readGoTypes(root string) (*goTypes, error) {
	config := &packages.Config{Mode: packages.NeedName | packages.NeedFiles | packages.NeedTypes, Dir: root}
	loaded, err := packages.Load(config, modelPath, pluginPath)
	if err != nil {
		return nil, fmt.Errorf("read Mattermost's types: %w", err)
	}
	t := &goTypes{}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("read Mattermost's types: %w", p.Errors[0])
		}
		switch p.PkgPath {
		case modelPath:
			t.model = p.Types
		case pluginPath:
			t.plugin, t.pluginFiles = p.Types, p.GoFiles
			t.api, t.hooks = interfaceOf(p.Types, "API"), interfaceOf(p.Types, "Hooks")
		}
	}
	if t.model == nil || t.api == nil || t.hooks == nil {
		return nil, errors.New("read Mattermost's types: no plugin.API, no plugin.Hooks or no package model")
	}
	return t, nil
}

// interfaceOf gives the interface of a name; nil where there is none.
func interfaceOf(p *types.Package, name string) *types.Interface {
	object := p.Scope().Lookup(name)
	if object == nil {
		return nil
	}
	found, _ := object.Type().Underlying().(*types.Interface)
	return found
}

// methods gives the methods of plugin.API by name.
func (t *goTypes) methods() map[string]*types.Signature { return methodsOf(t.api) }

// methodsOf gives the methods of an interface by name.
func methodsOf(of *types.Interface) map[string]*types.Signature {
	methods := map[string]*types.Signature{}
	for method := range of.Methods() {
		methods[method.Name()] = method.Signature()
	}
	return methods
}

// A structField is an exported field of a model.
type structField struct {
	name     string
	goType   types.Type
	embedded string // the struct in the model that it is in; "" for the model's own
}

// structFields gives the exported fields of a struct type, or nil where it is none. Those of a struct that is embedded
// are the type's own.
func structFields(t types.Type) []structField {
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var fields []structField
	for field := range structure.Fields() {
		if !field.Exported() {
			continue
		}
		if _, isPointer := field.Type().(*types.Pointer); field.Embedded() && !isPointer {
			for _, inner := range structFields(field.Type()) {
				inner.embedded = field.Name()
				fields = append(fields, inner)
			}
			continue
		}
		fields = append(fields, structField{name: field.Name(), goType: field.Type()})
	}
	return fields
}

// modelOf gives the named struct type that t is or points at; nil where it is neither.
func modelOf(t types.Type) (named *types.Named, isPointer bool) {
	t = types.Unalias(t)
	if pointer, ok := t.(*types.Pointer); ok {
		t, isPointer = types.Unalias(pointer.Elem()), true
	}
	named, ok := t.(*types.Named)
	if !ok {
		return nil, false
	}
	if _, ok := named.Underlying().(*types.Struct); !ok {
		return nil, false
	}
	return named, isPointer
}

// qualified writes a type as Go source does: "*model.User".
func qualified(t types.Type) string {
	return types.TypeString(t, (*types.Package).Name)
}
