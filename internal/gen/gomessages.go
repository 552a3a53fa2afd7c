package main

import (
	"bytes"
	"errors"
	"fmt"

	gengo "google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
)

// goMessages gives proto/pluginapiv1: what protoc-gen-go writes, but for the registry of the file descriptors.
//
// The contract's files have names as short as "user.proto". In the global registry any other package with such a name
// would end the program as it starts, so the descriptors of these files live in the package's own Files. Message and
// enum types are registered globally as always: their full names are unique.
func goMessages(c *contract) (files, error) {
	for _, file := range c.plugin.Files {
		if !isWellKnown(file.Desc) {
			gengo.GenerateFile(c.plugin, file)
		}
	}
	response := c.plugin.Response()
	if response.Error != nil {
		return nil, errors.New(response.GetError())
	}
	generated := files{}
	for _, file := range response.GetFile() {
		content, err := inOwnRegistry([]byte(file.GetContent()))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.GetName(), err)
		}
		generated[file.GetName()] = content
	}
	return generated, nil
}

// inOwnRegistry makes the file's builder register its descriptor in Files, which registry.go declares.
func inOwnRegistry(source []byte) ([]byte, error) {
	builder := []byte("File: protoimpl.DescBuilder{\n")
	if n := bytes.Count(source, builder); n != 1 {
		return nil, fmt.Errorf("found %d descriptor builders instead of one", n)
	}
	return bytes.Replace(source, builder, append(builder, "\t\t\tFileRegistry:  registry{},\n"...), 1), nil
}
