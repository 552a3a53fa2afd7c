package recipe

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
)

// A BuildInfo says what a build was made from and what came out. Its text is one fact a line: a word, then its values.
type BuildInfo struct {
	Inputs   string // see Inputs
	Archives []Archive
	Wasm     Output
	Stdlib   Output
	Module   Module
}

// An Output is a file that a build made, before compression.
type Output struct {
	SHA256 string
	Size   int
}

// OutputOf measures a built file.
func OutputOf(content []byte) Output { return Output{Sum(content), len(content)} }

// A Module is what python.wasm asks for and offers.
type Module struct {
	Imports map[string][]string // function names by module, sorted
	Exports []string            // function names, sorted
}

// Inspect lists the imports and exports of a module, which it validates on the way.
func Inspect(ctx context.Context, module []byte) (Module, error) {
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer runtime.Close(ctx)
	compiled, err := runtime.CompileModule(ctx, module)
	if err != nil {
		return Module{}, fmt.Errorf("inspect the module: %w", err)
	}
	m := Module{Imports: map[string][]string{}}
	for _, f := range compiled.ImportedFunctions() {
		from, name, _ := f.Import()
		m.Imports[from] = append(m.Imports[from], name)
	}
	for _, names := range m.Imports {
		slices.Sort(names)
	}
	m.Exports = slices.Sorted(maps.Keys(compiled.ExportedFunctions()))
	return m, nil
}

// manyImports is how many functions of one module are named rather than counted.
const manyImports = 64

// String is the text of BUILDINFO.
func (b BuildInfo) String() string {
	var s strings.Builder
	fmt.Fprintln(&s, "# What python.wasm and stdlib.zip are, and what they were built from. Written by the build; see sources.lock.")
	fmt.Fprintf(&s, "inputs %s\n", b.Inputs)
	fmt.Fprintf(&s, "python.wasm %s %d\n", b.Wasm.SHA256, b.Wasm.Size)
	fmt.Fprintf(&s, "stdlib.zip %s %d\n", b.Stdlib.SHA256, b.Stdlib.Size)
	for _, from := range slices.Sorted(maps.Keys(b.Module.Imports)) {
		names := b.Module.Imports[from]
		fmt.Fprintf(&s, "imports %s %d", from, len(names))
		if len(names) <= manyImports {
			fmt.Fprintf(&s, " %s", strings.Join(names, " "))
		}
		fmt.Fprintln(&s)
	}
	fmt.Fprintf(&s, "exports %s\n", strings.Join(b.Module.Exports, " "))
	for _, a := range b.Archives {
		fmt.Fprintf(&s, "%s %s %s %s\n", a.Kind, a.Name, a.Version, a.SHA256)
	}
	return s.String()
}
