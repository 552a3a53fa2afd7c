package main

import "embed"

// training is the plugin whose hooks and commands are what the interpreter does while it is profiled.
//
//go:embed training
var training embed.FS

// programs are the modules of the training plugin that its command runs.
var programs = []string{"language", "data", "text", "asynchronous"}
