package wasmhost_test

import (
	"context"
	"fmt"
	"log"
	"testing/fstest"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost"
)

// Python that calls a Go function. The entry module has two functions: load runs once, dispatch answers each hook.
func Example() {
	files := fstest.MapFS{"greeter.py": {Data: []byte(`
import _mmpy

def load(argument):
    global greeting
    greeting = argument
    return b"loaded"

def dispatch(id, request):
    name = _mmpy.call("GetUser", request)
    return f"{greeting}, {name.decode()}!".encode()
`)}}

	ctx := context.Background()
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer runtime.Close(ctx)

	program, err := runtime.NewProgram(wasmhost.ProgramConfig{Files: files, Entry: "greeter", Argument: "Hello"})
	if err != nil {
		log.Fatal(err)
	}
	names := map[string]string{"1": "Ada", "2": "Grace"}
	instance, err := program.Instantiate(ctx, wasmhost.InstanceConfig{
		Caller: wasmhost.CallerFunc(func(_ context.Context, method abi.Method, request []byte) ([]byte, error) {
			if method != abi.GetUser {
				return nil, abi.StatusUnimplemented
			}
			return []byte(names[string(request)]), nil
		}),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(instance.Loaded()))
	for _, id := range []string{"1", "2"} {
		response, err := instance.Hook(ctx, 0, []byte(id))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(response))
	}
	// Output:
	// loaded
	// Hello, Ada!
	// Hello, Grace!
}

// The interpreter's command line, in the sandbox.
func ExampleProgram_Main() {
	ctx := context.Background()
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer runtime.Close(ctx)
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{})
	if err != nil {
		log.Fatal(err)
	}
	exitCode, err := program.Main(ctx, wasmhost.InstanceConfig{Stdout: stdout{}}, []string{"-c", "import sys; print(sys.platform); sys.exit(3)"})
	fmt.Println(exitCode, err)
	// Output:
	// wasi
	// 3 <nil>
}

// stdout is os.Stdout as the example's output, which is not the one that the program has at start.
type stdout struct{}

func (stdout) Write(p []byte) (int, error) { return fmt.Print(string(p)) }
