package wasmhost

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/experimental/sys"
	"github.com/tetratelabs/wazero/experimental/sysfs"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/gate"
	"github.com/mmpy/mmpy/wasmhost/internal/guestfs"
	"github.com/mmpy/mmpy/wasmhost/internal/linearmem"
)

// Where things are for the guest.
const (
	libDir    = "/lib"
	stdlibZip = libDir + "/python313.zip"
	pluginDir = "/plugin"
	tmpDir    = "/tmp"
)

// Program is Python code that a Runtime can run. It is safe for concurrent use, and needs no closing.
type Program struct {
	runtime  *Runtime
	entry    string
	argument string
	mounts   []mount
	path     []byte // sys.path, each entry NUL-terminated
}

type mount struct {
	at    string
	files sys.FS
}

// NewProgram checks the configuration. Nothing runs yet.
func (r *Runtime) NewProgram(config ProgramConfig) (*Program, error) {
	for what, text := range map[string]string{"entry module": config.Entry, "argument": config.Argument} {
		if strings.ContainsRune(text, 0) {
			return nil, fmt.Errorf("new program: the %s contains a NUL", what)
		}
	}
	p := &Program{runtime: r, entry: config.Entry, argument: config.Argument}
	p.path = append(p.path, stdlibZip+"\x00"...)
	for _, name := range slices.Sorted(maps.Keys(config.Libraries)) {
		at := path.Join(libDir, name)
		if path.Base(at) != name {
			return nil, fmt.Errorf("new program: %q is no name for a library", name)
		}
		p.mount(at, config.Libraries[name])
		p.path = append(p.path, at+"\x00"...)
	}
	if config.Files != nil {
		p.mount(pluginDir, config.Files)
		p.path = append(p.path, pluginDir+"\x00"...)
	}
	for _, at := range slices.Sorted(maps.Keys(config.Mounts)) {
		p.mount(at, config.Mounts[at])
	}
	for _, m := range p.mounts {
		if m.files == nil {
			return nil, fmt.Errorf("new program: what is mounted at %s follows links out of its folder: use the FS of os.OpenRoot", m.at)
		}
	}
	if _, err := p.root(); err != nil {
		return nil, fmt.Errorf("new program: %w", err)
	}
	return p, nil
}

var hostDir = reflect.TypeOf(os.DirFS("."))

func (p *Program) mount(at string, files fs.FS) {
	m := mount{at: at}
	if reflect.TypeOf(files) != hostDir {
		m.files = guestfs.ReadOnly(files)
	}
	p.mounts = append(p.mounts, m)
}

// root makes the file system of one instance.
func (p *Program) root() (*guestfs.Root, error) {
	root := guestfs.NewRoot()
	if err := root.File(stdlibZip, p.runtime.stdlib); err != nil {
		return nil, err
	}
	tmp := guestfs.NewMemory(guestfs.Quota{Bytes: TmpBytes, Entries: TmpEntries})
	for _, m := range append([]mount{{at: tmpDir, files: tmp}}, p.mounts...) {
		if err := root.Mount(m.at, m.files); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// Instantiate starts Python, imports the entry module and calls its load function. The context bounds that, as it does a
// call of Hook; the instance does not depend on it.
func (p *Program) Instantiate(ctx context.Context, config InstanceConfig) (*Instance, error) {
	if p.entry == "" {
		return nil, &Error{Code: BadGuest, Op: "instantiate", Message: "the program has no entry module"}
	}
	i, err := p.start(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := i.load(ctx); err != nil {
		i.fail(asError(err))
		return nil, err
	}
	return i, nil
}

// Main runs Python's command line in an instance of its own, with arguments as a shell would give them: "-c", "print(1)".
// It gives the exit code, -1 with an error. When ctx ends the instance dies at once, without an exception in Python; but
// not while it waits for config.Stdin.
func (p *Program) Main(ctx context.Context, config InstanceConfig, args []string) (exitCode int, err error) {
	request := append(slices.Clone(p.path), 0)
	for _, arg := range append([]string{"python"}, args...) {
		if strings.ContainsRune(arg, 0) {
			return -1, fmt.Errorf("python: the argument %q contains a NUL", arg)
		}
		request = append(append(request, arg...), 0)
	}
	i, err := p.start(ctx, config)
	if err != nil {
		return -1, err
	}
	i.grace = 0
	exitCode, err = i.main(ctx, request)
	i.fail(&Error{Code: Closed, Op: "python"})
	return exitCode, err
}

// start makes an instance in which nothing of Python runs yet.
func (p *Program) start(ctx context.Context, config InstanceConfig) (*Instance, error) {
	if config.Caller == nil {
		config.Caller = CallerFunc(nobody)
	}
	if config.Grace == 0 {
		config.Grace = DefaultGrace
	}
	if config.Nesting == 0 {
		config.Nesting = DefaultNesting
	}
	if config.WakeTimeout == 0 {
		config.WakeTimeout = DefaultWakeTimeout
	}
	i := &Instance{
		submitted: newSubmitted(p.runtime.memoryLimit),
		runtime:   p.runtime, program: p, config: config, grace: config.Grace,
		gate: gate.New(config.Nesting), died: make(chan struct{}), retired: make(chan struct{}), released: make(chan struct{}),
	}
	i.waking.busy = i.deferred.any
	if err := p.runtime.add(i); err != nil {
		return nil, err
	}
	err := i.start(ctx)
	if err != nil {
		i.fail(asError(err))
		return nil, err
	}
	return i, nil
}

func (i *Instance) start(ctx context.Context) error {
	c, err := i.enter(ctx, operation{name: "instantiate"}) // from here on: it may be closed at any time
	if err != nil {
		return err
	}
	defer c.leave()
	root, err := i.program.root()
	if err != nil {
		return err
	}
	if i.memory, err = linearmem.Reserve(i.runtime.memoryStart, i.runtime.memoryLimit); err != nil {
		return &Error{Code: OutOfMemory, Op: "instantiate", Err: err}
	}
	config := wazero.NewModuleConfig().
		WithName(""). // or there could be only one
		WithStartFunctions().
		WithFSConfig(wazero.NewFSConfig().(sysfs.FSConfig).WithSysFSMount(root, "/")).
		WithRandSource(rand.Reader).
		WithSysWalltime().
		WithSysNanotime().
		WithNanosleep(func(ns int64) { i.current.sleep(time.Duration(ns)) }).
		WithStdout(i.stdout()).
		WithStderr(i.stderr())
	if i.config.Stdin != nil {
		config = config.WithStdin(i.config.Stdin)
	}
	i.module, err = i.runtime.engine.InstantiateModule(
		experimental.WithMemoryAllocator(context.WithoutCancel(ctx), i.memory), i.runtime.compiled, config)
	if err != nil {
		return c.explain(err)
	}
	i.alloc = i.module.ExportedFunction(exportAlloc)
	if _, err := c.export(i.module.ExportedFunction(exportInitialize)); err != nil {
		return err
	}
	version, err := c.export(i.module.ExportedFunction(exportVersion))
	if err != nil {
		return err
	}
	if version != abi.Version {
		return badGuest("it has version %d of the ABI, and this host version %d", version, abi.Version)
	}
	return nil
}

// load starts the interpreter and loads the entry module.
func (i *Instance) load(ctx context.Context) error {
	c, err := i.enter(ctx, operation{name: "load"})
	if err != nil {
		return err
	}
	defer c.leave()
	if err := c.pass(0, i.program.path); err != nil {
		return err
	}
	code, err := c.export(i.module.ExportedFunction(exportInit))
	if err == nil {
		_, err = c.result(code)
	}
	if err != nil {
		return err
	}
	info, err := c.export(i.module.ExportedFunction(exportInterruptInfo))
	if err != nil {
		return err
	}
	if err := i.interrupts.find(i.module.Memory(), info); err != nil {
		return err
	}
	if err := c.pass(0, []byte(i.program.entry+"\x00"+i.program.argument+"\x00")); err != nil {
		return err
	}
	if code, err = c.export(i.module.ExportedFunction(exportLoad)); err == nil {
		i.loaded, err = c.result(code)
	}
	return err
}

func (i *Instance) main(ctx context.Context, request []byte) (int, error) {
	c, err := i.enter(ctx, operation{name: "python"})
	if err != nil {
		return -1, err
	}
	defer c.leave()
	if err := c.pass(0, request); err != nil {
		return -1, err
	}
	code, err := c.export(i.module.ExportedFunction(exportMain))
	var e *Error
	switch {
	case errors.As(err, &e) && e.Code == Exited:
		return e.ExitCode, nil
	case err != nil:
		return -1, err
	}
	return int(int32(code)), nil
}
