package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/tetratelabs/wazero"

	"github.com/mmpy/mmpy/wasmhost/internal/linearmem"
	"github.com/mmpy/mmpy/wasmhost/internal/nativecode"
	"github.com/mmpy/mmpy/wasmhost/internal/store"
)

// Runtime is the Python interpreter, compiled, of which programs make instances. It is safe for concurrent use. Programs
// that must not trust each other belong in separate Runtimes; these may share a cache folder.
type Runtime struct {
	log         *slog.Logger
	memoryLimit uint64
	memoryPool  *linearmem.Pool // may be nil
	memoryStart uint64          // what the guest begins with, in bytes
	guest       guest

	engine  wazero.Runtime
	feed    *nativecode.Feed
	store   *store.Dir // may be nil
	code    *nativecode.Code
	shell   wazero.CompiledModule // for instances that begin with a snapshot
	wholeMu sync.Mutex
	whole   wazero.CompiledModule // for those that do not; nil as long as there is none

	mu        sync.Mutex
	instances map[*Instance]struct{} // those that still hold resources
	closed    bool
}

// NewRuntime compiles the interpreter, or loads it from the cache.
func NewRuntime(ctx context.Context, config RuntimeConfig) (*Runtime, error) {
	r := &Runtime{log: config.log, memoryLimit: config.memoryLimit, memoryPool: config.memoryPool, instances: map[*Instance]struct{}{}}
	if r.log == nil {
		r.log = slog.Default()
	}
	var err error
	if r.guest, err = config.guest(); err != nil {
		return nil, fmt.Errorf("load the Python interpreter: %w", err)
	}
	r.store = r.openStore(config)
	err = r.compile(ctx, config)
	if err == nil {
		err = checkExports(r.shell)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("compile the Python interpreter: %w", err), r.closeEngine())
	}
	r.memoryStart = uint64(r.shell.ExportedMemories()[exportMemory].Min()) * pageSize
	if err := r.instantiateHost(ctx); err != nil {
		return nil, errors.Join(err, r.closeEngine())
	}
	return r, nil
}

// Close closes all instances, as Instance.Close does, and then the runtime. When ctx ends first, that is the error, and
// the rest happens when the last call has ended.
func (r *Runtime) Close(ctx context.Context) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	instances := make([]*Instance, 0, len(r.instances))
	for i := range r.instances {
		instances = append(instances, i)
	}
	r.mu.Unlock()

	if len(instances) == 0 {
		return r.closeEngine()
	}
	var all sync.WaitGroup
	errs := make([]error, len(instances))
	for n, i := range instances {
		all.Go(func() { errs[n] = i.Close(ctx) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// add makes the runtime wait for the instance when it is closed.
func (r *Runtime) add(i *Instance) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return &Error{Code: Closed, Op: "instantiate", Message: "the runtime"}
	}
	r.instances[i] = struct{}{}
	return nil
}

// remove forgets the instance, which holds nothing any more. Nothing of the engine is in use after the last one.
func (r *Runtime) remove(i *Instance) {
	r.mu.Lock()
	delete(r.instances, i)
	last := r.closed && len(r.instances) == 0
	r.mu.Unlock()
	if last {
		if err := r.closeEngine(); err != nil {
			r.log.Warn("closing the runtime", "error", err)
		}
	}
}

func (r *Runtime) closeEngine() error {
	ctx := context.Background()
	var err error
	if r.engine != nil {
		err = r.engine.Close(ctx)
	}
	if r.feed != nil {
		err = errors.Join(err, r.feed.Cache().Close(ctx), r.feed.Close())
	}
	if r.code != nil {
		err = errors.Join(err, r.code.Close())
	}
	return err
}
