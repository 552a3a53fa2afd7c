package wasmhost

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/linearmem"
	"github.com/mmpy/mmpy/wasmhost/internal/store"
)

// The defaults.
const (
	DefaultMemoryLimit = 256 << 20        // bytes of memory of one instance
	DefaultGrace       = 2 * time.Second  // between a call's deadline and the end of the instance
	DefaultNesting     = 32               // calls of one instance on top of each other, before more become slow
	DefaultQueue       = 1024             // calls that wait for their turn at one instance
	DefaultWakeTimeout = 30 * time.Second // for what the guest does between hooks without a pause
	DefaultLogLine     = 16 << 10         // bytes of a line that reach the log
)

// What /tmp of one instance holds.
const (
	TmpBytes   = 64 << 20
	TmpEntries = 4096
)

const (
	pageSize       = 64 << 10
	maxMemoryLimit = 4<<30 - pageSize // the size of a whole 4 GiB does not fit the 32 bits that wazero has for it
)

// RuntimeConfig says how a Runtime is made. Its methods give a changed copy.
type RuntimeConfig struct {
	cacheDir    string // "" is the default
	noCache     bool
	code        string // a file with compiled code, or ""
	log         *slog.Logger
	memoryLimit uint64
	memoryPool  *MemoryPool
	guest       func() (guest, error)
}

// NewRuntimeConfig gives the defaults: compiled code is kept in the user's cache folder, 256 MiB of memory for each
// instance, and what there is to say goes to slog.Default().
func NewRuntimeConfig() RuntimeConfig {
	return RuntimeConfig{memoryLimit: DefaultMemoryLimit, guest: embedded}
}

// DefaultCacheDir is where compiled code and snapshots are kept, unless WithCacheDir or WithoutCache says otherwise.
func DefaultCacheDir() (string, error) { return store.DefaultPath() }

// WithCacheDir keeps compiled code in dir. Compiling takes seconds, loading what was compiled before a fraction of one.
// The folder must belong to the user, without rights for others to write; it is made when it is missing. When it cannot
// be used, there is a warning in the log, and no cache.
func (c RuntimeConfig) WithCacheDir(dir string) RuntimeConfig {
	c.cacheDir, c.noCache = dir, false
	return c
}

// WithCode takes compiled code from a file that Runtime.WriteCode has written. When it is damaged, or of another version or
// processor, there is a line in the log, and the code comes from the cache.
func (c RuntimeConfig) WithCode(file string) RuntimeConfig {
	c.code = file
	return c
}

// WithoutCache compiles anew each time and keeps nothing on disk.
func (c RuntimeConfig) WithoutCache() RuntimeConfig {
	c.noCache = true
	return c
}

// WithLogger sets where the runtime says what it does: that it compiles, that a cache entry is damaged. What Python code
// says goes to InstanceConfig.Log.
func (c RuntimeConfig) WithLogger(log *slog.Logger) RuntimeConfig {
	c.log = log
	return c
}

// WithMemoryLimit sets how much memory an instance may use, in bytes, rounded down to 64 KiB and at most 4 GiB. Python
// itself starts with 20 MiB.
func (c RuntimeConfig) WithMemoryLimit(bytes uint64) RuntimeConfig {
	c.memoryLimit = min(bytes, maxMemoryLimit) / pageSize * pageSize
	return c
}

// WithMemoryPool takes the memory of all instances from a pool, which several runtimes may share. Where it is used up no
// further instance begins, and those that run get no more, as at the limit of their own.
func (c RuntimeConfig) WithMemoryPool(pool *MemoryPool) RuntimeConfig {
	c.memoryPool = pool
	return c
}

// MemoryPool is how much memory the instances of several runtimes may have together.
type MemoryPool = linearmem.Pool

// NewMemoryPool makes a pool of that many bytes.
func NewMemoryPool(bytes uint64) *MemoryPool { return linearmem.NewPool(bytes) }

// WithInterpreter runs another build of the interpreter than the one that is part of this program: a module that keeps to
// the ABI, and the standard library that belongs to it, a zip. Only whoever builds and measures interpreters needs it.
func (c RuntimeConfig) WithInterpreter(wasm, library []byte) RuntimeConfig {
	c.guest = func() (guest, error) { return given(wasm, library), nil }
	return c
}

// ProgramConfig says what a program consists of.
//
// File systems must not lead out of their root: take one in memory, a zip.Reader, or that of an os.Root, which does not
// follow links out. os.DirFS does, and is refused.
type ProgramConfig struct {
	Files     fs.FS            // at /plugin; may be nil
	Libraries map[string]fs.FS // each at /lib/NAME
	Mounts    map[string]fs.FS // each at an absolute path of its own, for the code to read
	Entry     string           // the entry module; not needed for Main
	Argument  string           // passed to the entry module's load(argument: str)

	// Snapshot is a file that Program.WriteSnapshot has written, or "". Where it is of another program, another version, or
	// damaged, there is a line in the log, and a snapshot is made, and kept in the cache.
	Snapshot   string
	NoSnapshot bool // load the program anew for each instance
}

// InstanceConfig connects one instance to its host. The zero value is useful.
type InstanceConfig struct {
	Caller Caller // carries out API calls; without one they are not implemented

	// HTTP answers requests to other servers: it gets an OutboundHTTPRequest and gives an OutboundHTTPResponse, serialized, on
	// the same terms as the Caller. nil: there is no network.
	HTTP func(ctx context.Context, request []byte) (response []byte, err error)

	// Log gets what the guest logs, and each line that it writes to standard output (as Info) and standard error (as
	// Warn), unless Stdout and Stderr are set. It is called from the goroutine that runs the guest, and from those that carry out
	// what the guest has submitted; it must not call the instance. nil discards.
	Log func(level slog.Level, message string)

	// Files are shown to the guest, read-only, each at an absolute path of its own. They are this instance's: a snapshot of the
	// program knows nothing of them, so what an instance begins with may differ from what it finds here.
	Files map[string][]byte

	Stdin  io.Reader // nil is empty
	Stdout io.Writer // nil is Log
	Stderr io.Writer // nil is Log

	// Streams are what the guest can read and write, and the pipes that it opens for its API calls. The Caller, or whoever
	// calls Hook, adds to them. nil: there are none.
	Streams *Streams

	Grace time.Duration // between a call's deadline and the end of the instance; 0 is DefaultGrace
	// WakeTimeout is how long code of the guest may run without a pause while no hook's deadline bounds it: tasks, timers,
	// what is left of a hook that was answered. Then it gets an exception, as a hook does. 0 is DefaultWakeTimeout.
	WakeTimeout time.Duration

	Nesting int // how many calls may be on top of each other before more become slow; 0 is DefaultNesting
	Queue   int // how many calls may wait for their turn; further ones fail with Overloaded. 0 is DefaultQueue

	Limits Limits
	// Limited is told whenever a limit is reached, and how; may be nil. Its context is that of the call which has reached it,
	// where that is known. It is called on the goroutine that has reached it, and must not call the instance.
	Limited func(ctx context.Context, limit Limit, detail string)
	// Refuse gives the response to an API request that is too long, and why it is; nil: the guest gets abi.StatusQuota.
	Refuse func(method abi.Method, why string) []byte
	// MaySay is asked before the guest says something, in its log, its standard output or its standard error, where these go to
	// Log: how many lines, and how many bytes of them. What it does not allow is dropped. nil allows everything.
	MaySay func(lines, bytes int) bool
	// Charge is told how long the guest has computed since it was last told; may be nil.
	Charge func(time.Duration)
	// Delay is asked whenever the guest wants to be woken: it is not woken before that time; may be nil.
	Delay func() time.Duration
}
