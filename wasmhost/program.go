package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/experimental/sys"

	"github.com/mmpy/mmpy/wasmhost/internal/guestfs"
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
	runtime      *Runtime
	entry        string
	argument     string
	mounts       []mount
	path         []byte // sys.path, each entry NUL-terminated
	noSnapshot   bool
	snapshotFile string
	freezer      freezer
}

type mount struct {
	at    string
	from  fs.FS
	files sys.FS // what the guest sees of it
}

// NewProgram checks the configuration. Nothing runs yet.
func (r *Runtime) NewProgram(config ProgramConfig) (*Program, error) {
	for what, text := range map[string]string{"entry module": config.Entry, "argument": config.Argument} {
		if strings.ContainsRune(text, 0) {
			return nil, fmt.Errorf("new program: the %s contains a NUL", what)
		}
	}
	p := &Program{
		runtime: r, entry: config.Entry, argument: config.Argument, noSnapshot: config.NoSnapshot, snapshotFile: config.Snapshot,
		freezer: freezer{lock: make(chan struct{}, 1)},
	}
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
	if _, _, err := p.root(false, &Limits{}); err != nil {
		return nil, fmt.Errorf("new program: %w", err)
	}
	return p, nil
}

var hostDir = reflect.TypeOf(os.DirFS("."))

func (p *Program) mount(at string, files fs.FS) {
	m := mount{at: at, from: files}
	if reflect.TypeOf(files) != hostDir {
		m.files = guestfs.ReadOnly(files)
	}
	p.mounts = append(p.mounts, m)
}

// root makes the file system of one instance. A timeless one says nothing of when the program's files were changed.
func (p *Program) root(timeless bool, limits *Limits) (*guestfs.Root, *guestfs.Memory, error) {
	open, quota := limits.files()
	root := guestfs.NewRoot()
	root.MaxOpen = open
	library := p.runtime.guest.stdlib
	if err := root.File(stdlibZip, library.size, library.load); err != nil {
		return nil, nil, err
	}
	tmp := guestfs.NewMemory(quota)
	if err := root.Mount(tmpDir, tmp); err != nil {
		return nil, nil, err
	}
	for _, m := range p.mounts {
		files := m.files
		if timeless {
			files = guestfs.Timeless(m.from)
		}
		if err := root.Mount(m.at, files); err != nil {
			return nil, nil, err
		}
	}
	return root, tmp, nil
}

// Instantiate makes an instance in which the program is loaded: the entry module was imported and its load function called,
// now or when the snapshot was made that the instance begins with. The context bounds that, as it does a call of Hook; the
// instance does not depend on it.
func (p *Program) Instantiate(ctx context.Context, config InstanceConfig) (*Instance, error) {
	if p.entry == "" {
		return nil, &Error{Code: BadGuest, Op: "instantiate", Message: "the program has no entry module"}
	}
	s, err := p.frozen(ctx)
	if err != nil {
		return nil, err
	}
	if s != nil && len(s.header.Refused) > 0 {
		s = nil
	}
	i, err := p.start(ctx, config, beginning{snapshot: s})
	if err != nil {
		return nil, err
	}
	if s != nil {
		err = i.restore(ctx, s)
	} else {
		err = i.load(ctx)
	}
	if err != nil {
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
	i, err := p.start(ctx, config, beginning{})
	if err != nil {
		return -1, err
	}
	i.grace = 0
	exitCode, err = i.main(ctx, request)
	i.fail(&Error{Code: Closed, Op: "python"})
	return exitCode, err
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
