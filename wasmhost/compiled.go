package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	goruntime "runtime"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/mmpy/mmpy/wasmhost/internal/nativecode"
	"github.com/mmpy/mmpy/wasmhost/internal/store"
)

// maxWorkers bounds how many threads compile: each needs about 150 MB.
const maxWorkers = 4

// openStore opens the user's folder for what takes long to make; nil when there is none.
func (r *Runtime) openStore(config RuntimeConfig) *store.Dir {
	if config.noCache {
		return nil
	}
	path, err := config.cacheDir, error(nil)
	if path == "" {
		path, err = store.DefaultPath()
	}
	var dir *store.Dir
	if err == nil {
		dir, err = store.Open(path)
	}
	if err != nil {
		r.log.Warn("the cache for compiled code cannot be used, so starting takes seconds longer", "error", err)
		return nil
	}
	return dir
}

// codeName is the name of the guest's code in the store. Machine code that is for another processor has another name
// where Go knows the difference; where wazero knows more of them, the one that is used last stays.
func (r *Runtime) codeName() string {
	return fmt.Sprintf("%.32s-%s.code", r.guest.sum, r.feed.Maker())
}

// compile makes the engine and gives it the guest's code. Where the store's disk is full it does so without the store.
func (r *Runtime) compile(ctx context.Context, config RuntimeConfig) error {
	err := r.tryToCompile(ctx, config)
	if r.store == nil || !errors.Is(err, nativecode.ErrNotKept) {
		return err
	}
	r.log.Warn("the cache for compiled code cannot be used, so starting takes seconds longer", "error", err)
	if err := r.closeEngine(); err != nil {
		return err
	}
	r.engine, r.feed, r.store = nil, nil, nil
	return r.tryToCompile(ctx, config)
}

// tryToCompile makes the engine with the code of the bundle, that of the store, or new one.
func (r *Runtime) tryToCompile(ctx context.Context, config RuntimeConfig) error {
	var err error
	temporary := ""
	if r.store != nil {
		temporary = r.store.Path()
	}
	if r.feed, err = nativecode.NewFeed(temporary); err != nil {
		return err
	}
	r.engine = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2).
		WithMemoryLimitPages(maxMemoryLimit/pageSize).
		WithDebugInfoEnabled(false).
		WithCompilationCache(r.feed.Cache()))
	if config.code != "" && r.useCode(ctx, config.code) {
		return nil
	}
	if r.store != nil && r.useCode(ctx, r.store.File(r.codeName())) {
		return nil
	}
	return r.compileAnew(ctx)
}

// useCode loads the code of a file, and says whether that was possible.
func (r *Runtime) useCode(ctx context.Context, path string) bool {
	code, err := nativecode.Open(path, r.guest.sum, r.feed)
	var shell wazero.CompiledModule
	if err == nil {
		if shell, err = code.CompileShell(ctx, r.engine, r.feed); err != nil {
			_ = code.Close()
		}
	}
	switch {
	case err == nil:
		r.code, r.shell = code, shell
		return true
	case errors.Is(err, os.ErrNotExist):
	case errors.Is(err, nativecode.ErrOther):
		r.log.Info("compiled code cannot be used here", "reason", err)
	default:
		r.log.Warn("compiled code is damaged and will be made anew", "error", err)
	}
	return false
}

// compileAnew compiles the guest, and keeps the code if there is a store.
func (r *Runtime) compileAnew(ctx context.Context) error {
	r.log.Info("compiling the Python interpreter, which takes some seconds", "cached", r.store != nil)
	start := time.Now()
	wasm, err := r.guest.wasm()
	if err != nil {
		return err
	}
	workers := min(goruntime.GOMAXPROCS(0), maxWorkers)
	compiling := experimental.WithCompilationWorkers(ctx, workers)
	path, remove, err := r.keepCode(func(file *os.File) error {
		whole, err := nativecode.Make(compiling, r.engine, r.feed, r.guest.sum, wasm, file)
		if err == nil {
			r.whole = whole
		}
		return err
	})
	if err != nil {
		return err
	}
	defer remove()
	if r.code, err = nativecode.Open(path, r.guest.sum, r.feed); err != nil {
		return err
	}
	if r.shell, err = r.code.CompileShell(ctx, r.engine, r.feed); err != nil {
		return err
	}
	r.log.Info("compiled the Python interpreter", "duration", time.Since(start).Round(time.Millisecond))
	return nil
}

// keepCode has code written into the store or, where that is not possible, into a file that remove removes.
func (r *Runtime) keepCode(write func(*os.File) error) (path string, remove func(), err error) {
	if r.store != nil {
		name := r.codeName()
		if err = r.store.Put(name, write); err == nil {
			return r.store.File(name), func() {}, nil
		}
		r.log.Warn("compiled code cannot be kept in the cache", "error", err)
		r.dropWhole() // or wazero would have it already, and write nothing
	}
	path, err = temporaryFile(write)
	return path, func() { _ = os.Remove(path) }, err
}

// temporaryFile makes a file and gives its path. Who calls it removes the file.
func temporaryFile(write func(*os.File) error) (string, error) {
	file, err := os.CreateTemp("", "mmpy-")
	if err != nil {
		return "", err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// wholeModule gives the guest with its data and its functions, which an instance needs that begins with no snapshot.
func (r *Runtime) wholeModule(ctx context.Context) (wazero.CompiledModule, error) {
	r.wholeMu.Lock()
	defer r.wholeMu.Unlock()
	if r.whole != nil {
		return r.whole, nil
	}
	wasm, err := r.guest.wasm()
	if err == nil {
		r.whole, err = r.code.CompileWhole(context.WithoutCancel(ctx), r.engine, r.feed, wasm)
	}
	return r.whole, err
}

// dropWhole forgets the module that only a program without a snapshot needs. Instances that run it have it for as long
// as they are there.
func (r *Runtime) dropWhole() {
	r.wholeMu.Lock()
	defer r.wholeMu.Unlock()
	if r.whole != nil {
		_ = r.whole.Close(context.Background())
		r.whole = nil
	}
}

// WriteCode writes the compiled code, which RuntimeConfig.WithCode makes use of on machines like this one.
func (r *Runtime) WriteCode(w io.Writer) error {
	_, err := io.Copy(w, r.code.Whole())
	return err
}
