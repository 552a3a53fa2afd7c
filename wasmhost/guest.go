package wasmhost

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/mmpy/mmpy/pyodide-build/cpython"
)

// guest is a WebAssembly module that keeps to the ABI, and the standard library that belongs to it.
type guest struct {
	wasm   func() ([]byte, error)
	sum    string // tells the module from others
	stdlib *stdlib
}

// embedded is the guest that is part of this program.
func embedded() (guest, error) {
	sum, err := cpython.WasmSum()
	if err != nil {
		return guest{}, err
	}
	library := &stdlib{unpack: cpython.Stdlib}
	var size int
	library.sum, size, err = cpython.StdlibSum()
	library.size = int64(size)
	return guest{wasm: cpython.Wasm, sum: sum, stdlib: library}, err
}

// The exports that the ABI asks for. They return an i32, unless they are in procedures.
const (
	exportInitialize    = "_initialize"
	exportVersion       = "mm_abi_version"
	exportAlloc         = "mm_alloc"
	exportInit          = "mm_init"
	exportLoad          = "mm_load"
	exportHook          = "mm_hook"
	exportMain          = "mm_main"
	exportInterruptInfo = "mm_interrupt_info"
	exportMemory        = "memory"

	exportFreeze = "mm_freeze" // these two together, or neither: then there are no snapshots
	exportThaw   = "mm_thaw"

	exportStackPointer = "__stack_pointer" // needed for a snapshot too
)

var exports = map[string]struct{ parameters, results int }{
	exportInitialize:    {0, 0},
	exportVersion:       {0, 1},
	exportAlloc:         {1, 1},
	exportInit:          {2, 1},
	exportLoad:          {2, 1},
	exportHook:          {3, 1},
	exportMain:          {2, 1},
	exportInterruptInfo: {0, 1},
}

// checkExports says what the guest lacks that the ABI asks for.
func checkExports(compiled wazero.CompiledModule) error {
	functions := compiled.ExportedFunctions()
	for _, name := range slices.Sorted(maps.Keys(exports)) {
		function, ok := functions[name]
		if !ok {
			return badGuest("it exports no function %s", name)
		}
		want := exports[name]
		if !areI32(function.ParamTypes(), want.parameters) || !areI32(function.ResultTypes(), want.results) {
			return badGuest("its function %s has not %d parameters and %d results, all i32", name, want.parameters, want.results)
		}
	}
	for _, name := range []string{exportFreeze, exportThaw} {
		function, ok := functions[name]
		if ok && (len(function.ParamTypes()) != 0 || !areI32(function.ResultTypes(), 1)) {
			return badGuest("its function %s has not 0 parameters and 1 results, all i32", name)
		}
	}
	if _, ok := compiled.ExportedMemories()[exportMemory]; !ok {
		return badGuest("it exports no %s", exportMemory)
	}
	return nil
}

func areI32(types []api.ValueType, count int) bool {
	return len(types) == count && !slices.ContainsFunc(types, func(t api.ValueType) bool { return t != api.ValueTypeI32 })
}

func badGuest(format string, args ...any) *Error {
	return &Error{Code: BadGuest, Op: "guest", Message: fmt.Sprintf(format, args...)}
}
