package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// linkedModules are the Go modules, Go itself among them, that the program in a folder is linked from.
func linkedModules(program string) ([]part, error) {
	modules, err := moduleFolders(program)
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, m := range modules {
		text, err := licenseText(m.folder)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		license := licenseName(text)
		if license == "" {
			return nil, fmt.Errorf("%s: the licence in %s is not a known one: read it, and teach licenseName", m.name, m.folder)
		}
		parts = append(parts, part{m.name, license, text})
	}
	return parts, nil
}

type module struct {
	name   string // path and version
	folder string
}

// moduleFolders asks Go what a program is linked from; the module itself is left out.
func moduleFolders(program string) ([]module, error) {
	list, err := goOutput("list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", program)
	if err != nil {
		return nil, err
	}
	goroot, err := goOutput("env", "GOROOT")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(list, "\n")
	slices.Sort(lines)
	modules := []module{{"the standard library of Go", strings.TrimSpace(goroot)}}
	for _, line := range slices.Compact(lines) {
		if name, folder, ok := strings.Cut(line, "\t"); ok {
			modules = append(modules, module{name, folder})
		}
	}
	return modules, nil
}

func goOutput(arguments ...string) (string, error) {
	out, err := exec.Command("go", arguments...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("go %s: %w\n%s", arguments[0], err, exit.Stderr)
	}
	return string(out), err
}

// licenseText returns the licence and notice files of a module, one behind another.
func licenseText(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, entry := range entries {
		name := strings.ToUpper(entry.Name())
		if entry.IsDir() || !strings.HasPrefix(name, "LICENSE") && !strings.HasPrefix(name, "LICENCE") &&
			!strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "NOTICE") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return "", err
		}
		texts = append(texts, tidy(string(content)))
	}
	if len(texts) == 0 {
		return "", fmt.Errorf("no licence file in %s", folder)
	}
	return strings.Join(texts, "\n\n"), nil
}

// licenseName recognises the usual licences by sentences of theirs; "" if it is none of them.
func licenseName(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	var names []string
	for _, known := range []struct{ sentence, name string }{
		{"Apache License Version 2.0", "Apache-2.0"},
		{"Apache License, Version 2.0", "Apache-2.0"},
		{"Mozilla Public License, version 2.0", "MPL-2.0"},
		{"Mozilla Public License Version 2.0", "MPL-2.0"},
		{"Permission is hereby granted, free of charge", "MIT"},
		{"Permission to use, copy, modify, and/or distribute", "ISC"},
		{"Permission to use, copy, modify, and distribute this software for any purpose", "ISC"},
	} {
		if strings.Contains(words, known.sentence) && !slices.Contains(names, known.name) {
			names = append(names, known.name)
		}
	}
	if strings.Contains(words, "Redistribution and use in source and binary forms") {
		if strings.Contains(words, "either the name of") {
			names = append(names, "BSD-3-Clause")
		} else {
			names = append(names, "BSD-2-Clause")
		}
	}
	return strings.Join(names, ", ")
}
