package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"
)

const (
	module   = "github.com/mmpy/mmpy"
	protoDir = "proto/mattermost/pluginapi/v1" // the files there import each other by their bare names
	abiDir   = "abi"
)

// wellKnown are the files of protobuf itself that Python modules are made of, whether the contract imports them or not.
var wellKnown = []string{
	"google/protobuf/empty.proto",
	"google/protobuf/struct.proto",
	"google/protobuf/timestamp.proto",
	"google/protobuf/wrappers.proto",
}

// A contract is what everything is generated from.
type contract struct {
	plugin *protogen.Plugin  // its Files, in dependency order, are the contract's and wellKnown
	api    *protogen.Service // PluginAPI
	hooks  *protogen.Service // PluginHooks
	abi    abiConstants

	mattermost *goTypes
	client     func() (*client, error) // read when it is first asked for
}

// message gives a message of the contract by its name, or nil.
func (c *contract) message(name string) *protogen.Message {
	for _, file := range c.plugin.Files {
		for _, message := range file.Messages {
			if !isWellKnown(file.Desc) && string(message.Desc.Name()) == name {
				return message
			}
		}
	}
	return nil
}

// readContract compiles the .proto files and reads the ABI's constants below the module's root.
func readContract(ctx context.Context, root string) (*contract, error) {
	plugin, err := compileProtos(ctx, filepath.Join(root, filepath.FromSlash(protoDir)))
	if err != nil {
		return nil, err
	}
	c := &contract{plugin: plugin}
	for _, file := range plugin.Files {
		for _, service := range file.Services {
			switch service.Desc.Name() {
			case "PluginAPI":
				c.api = service
			case "PluginHooks":
				c.hooks = service
			}
		}
	}
	if c.api == nil || c.hooks == nil {
		return nil, errors.New("the contract lacks the service PluginAPI or PluginHooks")
	}
	if c.abi, err = readABIConstants(filepath.Join(root, abiDir)); err != nil {
		return nil, err
	}
	c.client = sync.OnceValues(func() (*client, error) { return readClient(c, root) })
	c.mattermost, err = readGoTypes(root)
	return c, err
}

// isWellKnown tells the files of protobuf itself.
func isWellKnown(file protoreflect.FileDescriptor) bool { return file.Package() == "google.protobuf" }

// compileProtos compiles every .proto file of a folder and those of wellKnown, comments included.
func compileProtos(ctx context.Context, dir string) (*protogen.Plugin, error) {
	names, err := fs.Glob(os.DirFS(dir), "*.proto")
	if err != nil {
		return nil, fmt.Errorf("find the contract: %w", err)
	}
	names = slices.Concat(wellKnown, names)
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{dir}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(ctx, names...)
	if err != nil {
		return nil, fmt.Errorf("compile the contract: %w", err)
	}

	request := &pluginpb.CodeGeneratorRequest{FileToGenerate: names, Parameter: new("module=" + module)}
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		request.ProtoFile = append(request.ProtoFile, protoutil.ProtoFromFileDescriptor(file))
	}
	for _, file := range compiled {
		add(file)
	}
	plugin, err := protogen.Options{}.New(request)
	if err != nil {
		return nil, fmt.Errorf("read the compiled contract: %w", err)
	}
	return plugin, nil
}
