// Package handmade makes guests for tests: WebAssembly modules that keep to the ABI and do with the host's functions what
// no compiler would, and no interpreter. Whoever has taken over an interpreter's memory can do the same.
package handmade

import (
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/mmpy/mmpy/abi"
)

// Where things are in a guest's memory, and how much there is.
const (
	Buffer = 0x8000 // where mm_alloc puts every request
	Result = 0x100  // where a hook puts a function's result
	Page   = 64 << 10
)

// The hooks: each calls one function, with parameters from the hook's request.
const (
	API = iota // answers with the result, an i64
	Take
	Respond
	Log
	Trap
	Spin
	Flood // one fd_write of the request's iovecs to standard output
	Keep  // an API call whose response is kept, then take: answers with what take gave
	other // and from here on, Functions: answer with the result
)

// A Function is one of the host's that a guest calls with parameters from the request: an i64, I in the signature, takes
// two words, and an i32, i, takes one.
type Function struct{ Module, Name, Signature string }

// Functions are those that have a hook of their own.
var Functions = append(hostFunctions(
	"wait iiI:I", "collect Iii:I", "forget I:I", "stream_read iii:I", "stream_write iii:I", "stream_control iii:I",
	"stream_close ii:I", "stream_pipe :I", "complete Iiii:I", "defer :I", "alarm I:", "over I:i", "http_request iiii:I",
), wasiFunctions(
	"clock_res_get ii:i", "clock_time_get iIi:i", "environ_get ii:i", "environ_sizes_get ii:i", "fd_advise iIIi:i", "fd_close i:i",
	"fd_datasync i:i", "fd_fdstat_get ii:i", "fd_fdstat_set_flags ii:i", "fd_filestat_get ii:i", "fd_filestat_set_size iI:i",
	"fd_filestat_set_times iIIi:i", "fd_pread iiiIi:i", "fd_prestat_dir_name iii:i", "fd_prestat_get ii:i", "fd_pwrite iiiIi:i",
	"fd_read iiii:i", "fd_readdir iiiIi:i", "fd_seek iIii:i", "fd_sync i:i", "fd_tell ii:i", "path_create_directory iii:i",
	"path_filestat_get iiiii:i", "path_filestat_set_times iiiiIIi:i", "path_link iiiiiii:i", "path_open iiiiiIIii:i",
	"path_readlink iiiiii:i", "path_remove_directory iii:i", "path_rename iiiiii:i", "path_symlink iiiii:i",
	"path_unlink_file iii:i", "poll_oneoff iiii:i", "proc_exit i:", "random_get ii:i", "sched_yield :i", "sock_accept iii:i",
	"sock_recv iiiiii:i", "sock_send iiiii:i", "sock_shutdown ii:i",
)...)

func hostFunctions(list ...string) []Function { return functions(abi.HostModule, list) }

func wasiFunctions(list ...string) []Function {
	return functions(wasi_snapshot_preview1.ModuleName, list)
}

func functions(module string, list []string) (all []Function) {
	for _, text := range list {
		name, signature, _ := strings.Cut(text, " ")
		all = append(all, Function{module, name, signature})
	}
	return all
}

// HookOf is the id of the hook that calls one of Functions.
func HookOf(name string) uint32 {
	for n, f := range Functions {
		if f.Name == name {
			return uint32(other + n)
		}
	}
	panic(name)
}

// Hooks is how many hooks there are, besides those of Guest.Hooks, which have the ids from there on.
func Hooks() uint32 { return uint32(other + len(Functions)) }

// Guest is one of them. The zero value is one that works.
type Guest struct {
	Method  string    // the API method that it calls
	Extra   [3]string // one more import: module, name, signature
	Version byte
	Omit    string   // an export that is missing
	Alloc   []byte   // of mm_alloc
	Info    []byte   // of mm_interrupt_info
	Memory  uint64   // pages
	Hooks   [][]byte // the code of further hooks, which leaves nothing on the stack
	Trees   [][]byte // the code of functions (i32) -> (i32), for these; see Tree
}

// The functions that every guest imports before Functions, by their index.
const (
	callAPI = iota
	callTick
	callTake
	callRespond
	callLog
	callWrite
	imported
)

// Tree is the index of a function of Guest.Trees.
func Tree(n int) byte { return byte(imported + len(Functions) + len(exported) + n) }

// OfExport is the index of the function that is exported by a name of the ABI's.
func OfExport(name string) byte {
	return byte(imported + len(Functions) + slices.IndexFunc(exported, func(export string) bool { return strings.HasPrefix(export, name+" ") }))
}

// exported are the functions that the ABI asks for, in the order of their indexes.
var exported = []string{
	"_initialize :", "mm_abi_version :i", "mm_alloc i:i", "mm_init ii:i", "mm_load ii:i", "mm_hook iii:i", "mm_wake I:i",
	"mm_main ii:i", "mm_interrupt_info :i",
}

// Wasm puts the module together.
func (g Guest) Wasm() []byte {
	if g.Method == "" {
		g.Method = "GetUser"
	}
	if g.Version == 0 {
		g.Version = abi.Version
	}
	if g.Memory == 0 {
		g.Memory = 1
	}
	if g.Alloc == nil {
		g.Alloc = I32Const(Buffer)
	}
	if g.Info == nil {
		g.Info = I32Const(0x200) // zeroes: the words to write are at 0
	}
	m := &module{memory: g.Memory}
	m.imports(
		Function{abi.APIModule, g.Method, "iiii:I"}, Function{abi.HostModule, "tick", ":"}, Function{abi.HostModule, "take", "ii:I"},
		Function{abi.HostModule, "respond", "ii:"}, Function{abi.HostModule, "log", "iii:"},
		Function{wasi_snapshot_preview1.ModuleName, "fd_write", "iiii:i"},
	)
	m.imports(Functions...)
	extra := 0
	code := map[string][]byte{
		"mm_abi_version": I32Const(int32(g.Version)), "mm_alloc": g.Alloc, "mm_init": I32Const(0), "mm_load": I32Const(0),
		"mm_hook": g.hookCode(), "mm_wake": I32Const(0), "mm_main": I32Const(7), "mm_interrupt_info": g.Info,
	}
	if g.Extra != [3]string{} {
		m.imports(Function{g.Extra[0], g.Extra[1], g.Extra[2]})
		extra = 1
	}
	for n, text := range exported {
		name, signature, _ := strings.Cut(text, " ")
		m.function(signature, code[name])
		if name != g.Omit {
			m.export(name, imported+len(Functions)+extra+n)
		}
	}
	for _, tree := range g.Trees {
		m.function("i:i", tree)
	}
	return m.bytes()
}

// hookCode is mm_hook(id, request, length): by the id, one function with parameters from the request.
func (g Guest) hookCode() []byte {
	parameter := func(n byte) []byte { return []byte{0x20, 1, 0x28, 2, 4 * n} } // local.get 1, i32.load offset=4n
	parameters := func(count byte) (code []byte) {
		for n := range count {
			code = Join(code, parameter(n))
		}
		return code
	}
	storeI64 := func(value []byte) []byte { return Join(I32Const(Result), value, []byte{0x37, 3, 0}) }
	answer := Join(I32Const(Result), I32Const(8), Call(callRespond))
	on := func(id int, code []byte) []byte { // if (id == local 0) { code }
		return Join([]byte{0x20, 0}, I32Const(int32(id)), []byte{0x46, 0x04, 0x40}, code, []byte{0x0b})
	}
	function := func(n int) (code []byte) {
		parameters, result, _ := strings.Cut(Functions[n].Signature, ":")
		at := byte(0)
		for _, kind := range parameters {
			if kind == 'i' {
				code = Join(code, []byte{0x20, 1, 0x28, 2, at})
				at += 4
			} else { // i64.load, wherever it lies
				code = Join(code, []byte{0x20, 1, 0x29, 0, at})
				at += 8
			}
		}
		code = Join(code, Call(byte(imported+n)))
		switch result {
		case "":
			return code
		case "i":
			code = Join(code, []byte{0xac}) // i64.extend_i32_s
		}
		return Join(storeI64(code), answer)
	}
	var hooks []byte
	for n := range Functions {
		hooks = Join(hooks, on(other+n, function(n)))
	}
	for n, code := range g.Hooks {
		hooks = Join(hooks, on(int(Hooks())+n, code))
	}
	return Join(hooks,
		on(API, Join(storeI64(Join(parameters(4), Call(callAPI))), answer)),
		on(Take, Join(storeI64(Join(parameters(2), Call(callTake))), answer)),
		on(Respond, Join(parameters(2), Call(callRespond))),
		on(Log, Join(parameters(3), Call(callLog))),
		on(Trap, []byte{0x00}),
		on(Spin, Join([]byte{0x03, 0x40}, Call(callTick), []byte{0x0c, 0, 0x0b})),
		on(Flood, Join(I32Const(1), []byte{0x20, 1, 0x20, 2, 0x41, 3, 0x76}, // length >> 3
			I32Const(Result), Call(callWrite), []byte{0x1a})), // drop
		on(Keep, Join(parameters(4), Call(callAPI), []byte{0x1a}, // drop
			storeI64(Join([]byte{0x20, 1, 0x28, 2, 16, 0x20, 1, 0x28, 2, 20}, Call(callTake))), answer)),
		I32Const(0),
	)
}
