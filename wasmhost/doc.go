// Package wasmhost runs Python programs in a sandbox: CPython, compiled to WebAssembly, inside wazero.
//
// A [Runtime] holds the interpreter, compiled once. A [Program] is Python code with an entry module. An [Instance] is one
// running program: it has loaded its entry module, and answers calls of [Instance.Hook] with the module's dispatch
// function. The Python code calls back through the built-in module _mmpy, which ends in a [Caller]. The package knows
// the ABI (package abi), and nothing of Mattermost.
//
//	root, err := os.OpenRoot("greeter")
//	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
//	program, err := runtime.NewProgram(wasmhost.ProgramConfig{Files: root.FS(), Entry: "main"})
//	instance, err := program.Instantiate(ctx, wasmhost.InstanceConfig{Caller: caller})
//	response, err := instance.Hook(ctx, 0, request)
//
// # What the Python code sees
//
//	/lib/python313.zip   the standard library, read-only
//	/lib/NAME            each of ProgramConfig.Libraries, read-only
//	/plugin              ProgramConfig.Files, read-only
//	/tmp                 files in memory, with a quota, gone with the instance
//
// No environment, no arguments (but those of [Program.Main]), no network, no processes; real clocks and entropy.
//
// # Concurrency
//
// Any number of goroutines may call one instance. It runs one hook at a time, in the order of arrival, and while a hook
// waits for its Caller further hooks run on top of it; they end before the one below goes on. So a plugin whose API call
// leads to one of its own hooks does not wait for itself. The same holds while it waits for calls that it has submitted, or
// for a [Stream]. Which hooks are let in on top is what package internal/gate is about.
// The queue is bounded (InstanceConfig.Queue); Instance.Stats tells how long it is.
//
// The Python code may also put a hook off: then nothing of it is in the guest, its caller waits, and any number of others
// run. The host wakes the guest when something has happened that it waits for, or when it has asked for that: so it can
// have tasks and timers of its own, which go on between hooks, and end with [Instance.Close].
//
// # Time
//
// When a call's context ends, the Python code gets an exception, again and again, until it ends or the grace time is over
// ([InstanceConfig]). Then the instance dies. What runs on top of a call has no more time than that. Go's garbage collector and scheduler can always interrupt a guest.
package wasmhost
