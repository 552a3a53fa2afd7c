package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	goruntime "runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/mmpy/mmpy/wasmhost/internal/codecache"
)

// maxWorkers bounds how many threads compile: each needs about 150 MB.
const maxWorkers = 4

// Runtime is the Python interpreter, compiled, of which programs make instances. It is safe for concurrent use. Programs
// that must not trust each other belong in separate Runtimes; these may share a cache folder.
type Runtime struct {
	log         *slog.Logger
	memoryLimit uint64
	memoryStart uint64 // what the guest begins with, in bytes
	stdlib      []byte

	engine   wazero.Runtime
	cache    wazero.CompilationCache // may be nil
	compiled wazero.CompiledModule

	mu        sync.Mutex
	instances map[*Instance]struct{} // those that still hold resources
	closed    bool
}

// NewRuntime compiles the interpreter, or loads it from the cache.
func NewRuntime(ctx context.Context, config RuntimeConfig) (*Runtime, error) {
	r := &Runtime{log: config.log, memoryLimit: config.memoryLimit, instances: map[*Instance]struct{}{}}
	if r.log == nil {
		r.log = slog.Default()
	}
	guest, err := config.guest()
	if err != nil {
		return nil, fmt.Errorf("load the Python interpreter: %w", err)
	}
	r.stdlib = guest.stdlib
	if err := r.compile(ctx, guest.wasm, r.openCache(config, guest.wasm)); err != nil {
		return nil, fmt.Errorf("compile the Python interpreter: %w", err)
	}
	r.memoryStart = uint64(r.compiled.ExportedMemories()[exportMemory].Min()) * pageSize
	if err := r.instantiateHost(ctx); err != nil {
		return nil, errors.Join(err, r.closeEngine())
	}
	debug.FreeOSMemory() // compiling takes hundreds of megabytes, loading from the cache 50; it costs 3 ms
	return r, nil
}

func (r *Runtime) openCache(config RuntimeConfig, wasm []byte) *codecache.Dir {
	if config.noCache {
		return nil
	}
	root, err := config.cacheDir, error(nil)
	if root == "" {
		root, err = codecache.DefaultRoot()
	}
	var dir *codecache.Dir
	if err == nil {
		dir, err = codecache.Open(root, wasm, r.log)
	}
	if err != nil {
		r.log.Warn("the cache for compiled code cannot be used, so starting takes seconds longer", "error", err)
		return nil
	}
	return dir
}

// compile compiles the guest, with the cache unless dir is nil.
func (r *Runtime) compile(ctx context.Context, wasm []byte, dir *codecache.Dir) error {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2).
		WithMemoryLimitPages(uint32(r.memoryLimit / pageSize)).
		WithDebugInfoEnabled(false)
	if dir != nil {
		cache, err := wazero.NewCompilationCacheWithDir(dir.Path())
		if err != nil {
			return err
		}
		r.cache = cache
		config = config.WithCompilationCache(cache)
	}
	r.engine = wazero.NewRuntimeWithConfig(ctx, config)

	cold := dir == nil || dir.Empty()
	if cold {
		r.log.Info("compiling the Python interpreter, which takes some seconds", "cached", dir != nil)
	}
	start := time.Now()
	workers := min(goruntime.GOMAXPROCS(0), maxWorkers)
	compiled, err := r.engine.CompileModule(experimental.WithCompilationWorkers(ctx, workers), wasm)
	if err == nil {
		err = checkExports(compiled)
	}
	if err != nil {
		err = errors.Join(err, r.closeEngine())
		if dir == nil || r.compile(ctx, wasm, nil) != nil {
			return err
		}
		r.log.Warn("the cache for compiled code has failed and is emptied", "error", err)
		if err := dir.Clear(); err != nil {
			r.log.Warn("the cache for compiled code cannot be emptied", "error", err)
		}
		return nil
	}
	r.compiled = compiled
	if cold {
		r.log.Info("compiled the Python interpreter", "duration", time.Since(start).Round(time.Millisecond))
	}
	if dir != nil {
		if err := dir.Seal(); err != nil {
			r.log.Warn("compiled code cannot be kept in the cache", "error", err)
		}
	}
	return nil
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
	err := r.engine.Close(ctx)
	if r.cache != nil {
		err = errors.Join(err, r.cache.Close(ctx))
		r.cache = nil
	}
	return err
}
