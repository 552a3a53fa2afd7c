package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryLinkedModuleIsNamed(t *testing.T) {
	t.Chdir("../../..")
	file, err := os.ReadFile("THIRD_PARTY_LICENSES")
	require.NoError(t, err)
	modules, err := moduleFolders("./cmd/mmpy")
	require.NoError(t, err)
	for _, m := range modules {
		require.Contains(t, string(file), m.name, "run: go run ./pyodide-build/cmd/licenses ~/.cache/mmpy/runtime > THIRD_PARTY_LICENSES")
	}
}

func TestLicencesAreRecognised(t *testing.T) {
	for name, text := range map[string]string{
		"Apache-2.0":   "                                 Apache License\n                           Version 2.0, January 2004",
		"MPL-2.0":      "Mozilla Public License, version 2.0\n\n1. Definitions",
		"MIT":          "Permission is hereby granted, free of charge, to any person",
		"BSD-2-Clause": "Redistribution and use in source and binary forms, with or without",
		"BSD-3-Clause": "Redistribution and use in source and binary forms …\n * Neither the name of Google Inc. nor",
		"":             "All rights reserved.",
	} {
		require.Equal(t, name, licenseName(text))
	}
}

func TestTheFirstCommentLosesItsFrame(t *testing.T) {
	require.Equal(t, "MIT License\n\nCopyright", firstComment("/* MIT License\n *\n * Copyright\n */\n#include <a.h>\n/* b */"))
}
