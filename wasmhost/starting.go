package wasmhost

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/experimental/sysfs"
	"github.com/tetratelabs/wazero/sys"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/gate"
	"github.com/mmpy/mmpy/wasmhost/internal/linearmem"
)

// beginning is what an instance begins with: a snapshot, or the guest as it was compiled, for a mold perhaps.
type beginning struct {
	snapshot *snapshot
	mold     *mold
}

// start makes an instance in which nothing of Python has run yet, or that has the snapshot's memory.
func (p *Program) start(ctx context.Context, config InstanceConfig, from beginning) (*Instance, error) {
	if config.Caller == nil {
		config.Caller = CallerFunc(nobody)
	}
	if config.Grace == 0 {
		config.Grace = DefaultGrace
	}
	if config.Nesting == 0 {
		config.Nesting = DefaultNesting
	}
	if config.Queue == 0 {
		config.Queue = DefaultQueue
	}
	if config.WakeTimeout == 0 {
		config.WakeTimeout = DefaultWakeTimeout
	}
	i := &Instance{
		runtime: p.runtime, program: p, config: config, grace: config.Grace,
		gate: gate.NewBounded(config.Nesting, config.Limits.Depth, config.Queue), died: make(chan struct{}), retired: make(chan struct{}), released: make(chan struct{}),
	}
	i.submitted = newSubmitted(i.memoryLimit())
	i.waking.busy = i.deferred.any
	if err := p.runtime.add(i); err != nil {
		return nil, err
	}
	if err := i.start(ctx, from); err != nil {
		i.fail(asError(err))
		return nil, err
	}
	return i, nil
}

func (i *Instance) start(ctx context.Context, from beginning) error {
	c, err := i.enter(ctx, operation{name: "instantiate"}) // from here on: it may be closed at any time
	if err != nil {
		return err
	}
	defer c.leave()
	if i.root, i.tmp, err = i.program.root(from.mold != nil, &i.config.Limits); err != nil {
		return err
	}
	i.root.OnFull, i.tmp.OnFull = i.full, i.full
	for at, content := range i.config.Files {
		load := func() (io.ReaderAt, error) { return bytes.NewReader(content), nil }
		if err := i.root.File(at, int64(len(content)), load); err != nil {
			return fmt.Errorf("show a file to the guest: %w", err)
		}
	}
	code := i.runtime.shell
	if from.snapshot != nil {
		i.memory, err = linearmem.Map(from.snapshot.image(), i.memoryLimit(), i.runtime.memoryPool)
	} else {
		i.memory, err = linearmem.Reserve(i.runtime.memoryStart, i.memoryLimit(), i.runtime.memoryPool)
	}
	if err != nil {
		return &Error{Code: OutOfMemory, Op: "instantiate", Err: err}
	}
	i.memory.Refused = i.refused
	if from.snapshot == nil {
		if code, err = i.runtime.wholeModule(ctx); err != nil {
			return err
		}
	}
	i.module, err = i.runtime.engine.InstantiateModule(
		experimental.WithMemoryAllocator(context.WithoutCancel(ctx), i.memory), code, i.moduleConfig(from))
	if err != nil {
		return c.explain(err)
	}
	i.alloc = i.module.ExportedFunction(exportAlloc)
	if from.snapshot != nil { // it has been initialized, and its version is that of the code
		return nil
	}
	if stack := i.module.ExportedGlobal(exportStackPointer); stack != nil {
		i.stack = stack.Get()
	}
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

// moduleConfig is what the instance sees of the world.
func (i *Instance) moduleConfig(from beginning) wazero.ModuleConfig {
	config := wazero.NewModuleConfig().
		WithName(""). // or there could be only one
		WithStartFunctions().
		WithFSConfig(wazero.NewFSConfig().(sysfs.FSConfig).WithSysFSMount(i.root, "/")).
		WithStdout(i.stdout()).
		WithStderr(i.stderr())
	if i.config.Stdin != nil {
		config = config.WithStdin(i.config.Stdin)
	}
	if from.mold != nil {
		s := from.mold.surroundings()
		return config.WithRandSource(s.random).
			WithWalltime(s.walltime, sys.ClockResolution(time.Microsecond)).
			WithNanotime(s.nanotime, sys.ClockResolution(time.Microsecond)).
			WithNanosleep(s.nanosleep)
	}
	return config.WithRandSource(rand.Reader).
		WithSysWalltime().
		WithSysNanotime().
		WithNanosleep(func(ns int64) { i.current.sleep(time.Duration(ns)) })
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
	if err := c.findInterrupts(); err != nil {
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

// restore is what an instance that begins with a snapshot does first.
func (i *Instance) restore(ctx context.Context, s *snapshot) error {
	c, err := i.enter(ctx, operation{name: "restore"})
	if err != nil {
		return err
	}
	defer c.leave()
	if err := c.findInterrupts(); err != nil {
		return err
	}
	code, err := c.export(i.module.ExportedFunction(exportThaw))
	if err == nil {
		_, err = c.result(code)
	}
	if err != nil {
		return err
	}
	i.loaded = s.header.Loaded
	if i.config.Log != nil {
		for _, line := range s.header.Said {
			i.config.Log(line.Level, line.Message)
		}
	}
	return nil
}

// findInterrupts asks the guest where an exception is raised in it.
func (c *call) findInterrupts() error {
	i := c.instance
	info, err := c.export(i.module.ExportedFunction(exportInterruptInfo))
	if err != nil {
		return err
	}
	return i.interrupts.find(i.module.Memory(), info)
}
