package wasmhost

import (
	"crypto/sha256"
	"encoding/hex"
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

// given is a guest that is at hand, unpacked.
func given(wasm, library []byte) guest {
	unpacked := func(content []byte) func() ([]byte, error) { return func() ([]byte, error) { return content, nil } }
	sum := func(content []byte) string {
		sum := sha256.Sum256(content)
		return hex.EncodeToString(sum[:])
	}
	return guest{
		wasm: unpacked(wasm), sum: sum(wasm),
		stdlib: &stdlib{size: int64(len(library)), sum: sum(library), unpack: unpacked(library)},
	}
}

// The exports that the ABI asks for.
const (
	exportInitialize    = "_initialize"
	exportVersion       = "mm_abi_version"
	exportAlloc         = "mm_alloc"
	exportInit          = "mm_init"
	exportLoad          = "mm_load"
	exportHook          = "mm_hook"
	exportWake          = "mm_wake"
	exportMain          = "mm_main"
	exportInterruptInfo = "mm_interrupt_info"
	exportMemory        = "memory"

	exportFreeze = "mm_freeze" // these two together, or neither: then there are no snapshots
	exportThaw   = "mm_thaw"

	exportStackPointer = "__stack_pointer" // needed for a snapshot too
)

var exports = map[string]struct{ parameters, results []api.ValueType }{
	exportInitialize:    {},
	exportVersion:       {results: aWord},
	exportAlloc:         {[]api.ValueType{i32}, aWord},
	exportInit:          {[]api.ValueType{i32, i32}, aWord},
	exportLoad:          {[]api.ValueType{i32, i32}, aWord},
	exportHook:          {[]api.ValueType{i32, i32, i32}, aWord},
	exportWake:          {[]api.ValueType{i64}, aWord},
	exportMain:          {[]api.ValueType{i32, i32}, aWord},
	exportInterruptInfo: {results: aWord},
}

var aWord = []api.ValueType{i32}

// checkExports says what the guest lacks that the ABI asks for.
func checkExports(compiled wazero.CompiledModule) error {
	functions := compiled.ExportedFunctions()
	for _, name := range slices.Sorted(maps.Keys(exports)) {
		function, ok := functions[name]
		if !ok {
			return badGuest("it exports no function %s", name)
		}
		want := exports[name]
		if !slices.Equal(function.ParamTypes(), want.parameters) || !slices.Equal(function.ResultTypes(), want.results) {
			return badGuest("its function %s has another signature than %v -> %v", name, names(want.parameters), names(want.results))
		}
	}
	for _, name := range []string{exportFreeze, exportThaw} {
		function, ok := functions[name]
		if ok && (len(function.ParamTypes()) != 0 || !slices.Equal(function.ResultTypes(), aWord)) {
			return badGuest("its function %s has another signature than [] -> [i32]", name)
		}
	}
	if _, ok := compiled.ExportedMemories()[exportMemory]; !ok {
		return badGuest("it exports no %s", exportMemory)
	}
	return nil
}

func names(types []api.ValueType) []string {
	all := make([]string, len(types))
	for n, t := range types {
		all[n] = api.ValueTypeName(t)
	}
	return all
}

func badGuest(format string, args ...any) *Error {
	return &Error{Code: BadGuest, Op: "guest", Message: fmt.Sprintf(format, args...)}
}
