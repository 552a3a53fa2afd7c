package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
)

// guestHeader gives abi/mm_abi_gen.h: what the guest's C code has to know of the ABI.
func guestHeader(c *contract) (files, error) {
	version, err := c.abi.find("Version")
	if err != nil {
		return nil, err
	}
	apiModule, err := c.abi.find("APIModule")
	if err != nil {
		return nil, err
	}
	hostModule, err := c.abi.find("HostModule")
	if err != nil {
		return nil, err
	}

	var b bytes.Buffer
	fmt.Fprintf(&b, `// %s
//
// The ABI between host and guest, as package abi has it; ABI.md is the text.
#ifndef MM_ABI_GEN_H
#define MM_ABI_GEN_H

// What mm_abi_version returns.
#define MM_ABI_VERSION %s

// The modules that host functions are imported from.
#define MM_API_MODULE %s
#define MM_HOST_MODULE %s

// The statuses: what a host function returns below zero.
`, generatedBy, version, apiModule, hostModule)
	for _, constant := range c.abi {
		if status, ok := strings.CutPrefix(constant.name, "Status"); ok && status != "" {
			fmt.Fprintf(&b, "#define MM_STATUS_%s (%s) // %s\n", screamingSnake(status), constant.value, constant.doc)
		}
	}

	fmt.Fprint(&b, "\n// As a response's capacity: the call is submitted; as its address then: with a wake at its end. What mm_hook returns\n"+
		"// when it answers later. The length of mm_alloc's own buffer. The limits of one instance.\n")
	for _, name := range []string{"Submit", "Wake", "HookPending", "RequestBuffer", "MaxSubmitted", "MaxDeferred", "MaxStreams", "MaxStreamBytes"} {
		value, err := c.abi.find(name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "#define MM_%s %su\n", screamingSnake(name), value)
	}

	fmt.Fprintf(&b, `
// MM_API_METHODS(X) is X(Name) for every API method, in the order of the service PluginAPI. Each is imported from
// MM_API_MODULE by its name:
//
//   int64_t Name(const void *request, uint32_t request_length, void *response, uint32_t response_capacity);
#define MM_API_METHOD_COUNT %d
#define MM_API_METHODS(X)`, len(c.api.Methods))
	for _, m := range c.api.Methods {
		fmt.Fprintf(&b, " \\\n    X(%s)", m.Desc.Name())
	}
	fmt.Fprintf(&b, "\n\n#endif\n")
	return files{abiDir + "/mm_abi_gen.h": b.Bytes()}, nil
}

// screamingSnake turns BadPointer into BAD_POINTER.
func screamingSnake(camel string) string {
	var b strings.Builder
	for i, r := range camel {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}
