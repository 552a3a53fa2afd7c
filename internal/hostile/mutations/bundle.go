package main

const bundles = "./internal/bundle"

// ofBundle are those that look at what is in a bundle, and at its image.
var ofBundle = []guard{
	{
		name: "names that climb out", file: "internal/bundle/names.go",
		old: `case part == "..":`, new: `case part == "\x00":`,
		pkg: bundles, run: "TestHostileArchives",
	},
	{
		name: "names that are absolute", file: "internal/bundle/names.go",
		old: `case strings.HasPrefix(name, "/"):`, new: "case false:",
		pkg: bundles, run: "TestHostileArchives",
	},
	{
		name: "links and devices", file: "internal/bundle/names.go",
		old: "case !mode.IsRegular() && !mode.IsDir():", new: "case false:",
		pkg: bundles, run: "TestHostile(Archives|Special)",
	},
	{
		name: "setuid in archives", file: "internal/bundle/unpack.go",
		old: "if header.Mode&^0o777 != 0 {", new: "if false {",
		pkg: bundles, run: "TestHostileArchives",
	},
	{
		name: "setuid in folders", file: "internal/bundle/names.go",
		old: "case mode.IsRegular() && mode&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky) != 0:", new: "case false:",
		pkg: bundles, run: "TestHostileFiles",
	},
	{
		name: "case of names", file: "internal/bundle/names.go",
		old: "least = min(least, other)", new: "_ = other",
		pkg: bundles, run: "TestHostile(Archives|Files)",
	},
	{
		name: "what a terminal obeys in names", file: "internal/bundle/names.go",
		old: "return !unicode.IsPrint(r) }); at >= 0 {", new: "return !unicode.IsPrint(r) }); at >= 1<<20 {",
		pkg: bundles, run: "TestHostileFiles",
	},
	{
		name: "modules of Python's and the SDK's", file: "internal/bundle/modules.go",
		old: "if whose, is := foreign()[module]; is {", new: "if whose, is := foreign()[module]; is && false {",
		pkg: bundles, run: "TestHostileFiles",
	},
	{
		name: ".pth files", file: "internal/bundle/modules.go",
		old: `if path.Ext(name) == ".pth" {`, new: "if false {",
		pkg: bundles, run: "TestHostileFiles",
	},
	{
		name: "bombs", file: "internal/bundle/unpack.go",
		old: "bool { return size > smallSize &&", new: "bool { return false && size > smallSize &&",
		pkg: bundles, run: "TestHostileArchives",
	},
	{
		name: "bytes of all files", file: "internal/bundle/names.go",
		old: "if size < 0 || size > MaxSize-n.size {", new: "if false {",
		pkg: bundles, run: "TestHostileArchives",
	},
	{
		name: "one folder for all files", file: "internal/bundle/unpack.go",
		old: "case first != u.folder:", new: "case false:",
		pkg: bundles, run: "TestHostileArchives",
	},
	{
		name: "ids that are reserved", file: "internal/bundle/list.go",
		old: "if reason := reservedID(m.Model.Id); reason != \"\" {", new: "if reason := reservedID(m.Model.Id); reason == \"\\x00\" {",
		pkg: bundles, run: "TestHostileIDs",
	},
	{
		name: "files of a folder on a server", file: "internal/bundle/list.go",
		old: "	names, err := List(dir, files, m)\n	return m, names, err", new: "	names, _ := List(dir, files, m)\n	return m, names, nil",
		pkg: plugins, run: "TestHostileBundles",
	},
	{
		name: "an image is of this plugin", file: "wasmhost/snapshot.go",
		old: `case key != "" && s.header.Key != key:`, new: "case false:",
		pkg: plugins, run: "TestHostileBundles/an_image_of",
	},
	{
		name: "the sum of an image", file: "wasmhost/snapshot.go",
		old: "		err = s.file.Verify()", new: "		err = nil",
		pkg: plugins, run: "TestHostileBundles/an_image",
	},
	{
		name: "executables are this mmpy", file: "internal/inspect/programs.go",
		old: "if part.SHA256 == i.own {", new: "if true {",
		pkg: "./internal/inspect", run: "TestHostileBundlesAreNotGenuine",
	},
	{
		name: "machine code is this mmpy's", file: "internal/inspect/prepared.go",
		old: "same, err := equal(file, reader)", new: "_, err = equal(file, reader)\n	same := true",
		pkg: "./internal/inspect", run: "TestHostileBundlesAreNotGenuine",
	},
}
