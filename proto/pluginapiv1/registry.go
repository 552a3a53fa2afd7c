// Package pluginapiv1 holds the Go types of the contract, package mattermost.pluginapi.v1: requests and responses of
// the methods of Mattermost's plugin.API and plugin.Hooks, and the models in them. Its sources are the .proto files in
// proto/mattermost/pluginapi/v1; import it as pb.
//
// Message types are in protoregistry.GlobalTypes. File descriptors are not in protoregistry.GlobalFiles but in Files:
// the files have names as short as "user.proto", and two packages with the same file name cannot share a registry.
package pluginapiv1

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// Files holds the descriptors of this package's files, by names such as "common.proto".
var Files = new(protoregistry.Files)

// registry is where the generated files register and look for descriptors: Files first, then the global one, which has
// those of protobuf itself.
type registry struct{}

func (registry) RegisterFile(file protoreflect.FileDescriptor) error { return Files.RegisterFile(file) }

func (registry) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if file, err := Files.FindFileByPath(path); err == nil {
		return file, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

func (registry) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if descriptor, err := Files.FindDescriptorByName(name); err == nil {
		return descriptor, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}
