package main

import "slices"

// A guard is a line that keeps hostile guests away from something, and what it becomes when it is disabled.
type guard struct {
	name     string
	file     string
	old, new string
	pkg      string
	run      string // the attacks that it is for
}

// guards are all of them.
var guards = slices.Concat(ofInterpreter, ofPlugin, ofNetwork, ofBundle)

const suite = "./wasmhost/hostile"

// ofInterpreter are the engine's.
var ofInterpreter = []guard{
	{
		name: "pointers are inside of memory", file: "wasmhost/internal/guestmem/guestmem.go",
		old: "return s.length == 0 || s.start+s.length <= uint64(memory.Size())", new: "return true",
		pkg: suite, run: "TestHostileABI",
	},
	{
		name: "pointers are added in 64 bits", file: "wasmhost/internal/guestmem/guestmem.go",
		old: "s.start+s.length <= uint64(memory.Size())", new: "uint64(uint32(s.start+s.length)) <= uint64(memory.Size())",
		pkg: suite, run: "TestHostileABI",
	},
	{
		name: "a response is taken in its length", file: "wasmhost/hostfuncs.go",
		old: "if kept == nil || into.Len() != len(kept) {", new: "if kept == nil {",
		pkg: suite, run: "TestHostileABI",
	},
	{
		name: "no more tickets than may be", file: "wasmhost/waiting.go",
		old: "if api.DecodeU32(count) > abi.MaxSubmitted {", new: "if false {",
		pkg: suite, run: "TestHostileABI",
	},
	{
		name: "the soft deadline", file: "wasmhost/deadline.go",
		old: "	c.instance.interrupts.raise(c.instance.module.Memory())\n	c.next, c.raised, c.armed = now.Add", new: "	c.next, c.raised, c.armed = now.Add",
		pkg: suite, run: "TestHostileCPU/time.sleep|TestHostileLifecycle",
	},
	{
		name: "the hard deadline", file: "wasmhost/deadline.go",
		old: "if !now.Before(c.hard) {", new: "if false {",
		pkg: suite, run: "TestHostileCPU",
	},
	{
		name: "ticks at all", file: "wasmhost/hostfuncs.go",
		old: "		c.instance.ticks.Add(1)\n		c.watch()", new: "		c.instance.ticks.Add(1)",
		pkg: suite, run: "TestHostileCPU",
	},
	{
		name: "ticks in trees of calls", file: "pyodide-build/looptick/looptick.go",
		old: "	cut := cutRecursion(index, bodies)", new: "	cut := make([]bool, len(bodies))",
		pkg: suite, run: "TestHostileCPU/handmade",
	},
	{
		name: "ticks at large writes", file: "pyodide-build/looptick/body.go",
		old: "return sub == miscMemoryCopy || sub == miscMemoryFill", new: "return sub > 1<<30",
		pkg: suite, run: "TestHostileCPU/handmade",
	},
	{
		name: "sleep looks at the time", file: "wasmhost/deadline.go",
		old: "		timer.Reset(max(left, 0))\n		c.rest(now())\n		select {\n		case <-timer.C:\n		case <-done:\n", new: "		_ = done\n		timer.Reset(end.Sub(at))\n		c.rest(now())\n		select {\n		case <-timer.C:\n",
		pkg: suite, run: "TestHostileCPU/.*sleep",
	},
	{
		name: "memory of an instance", file: "wasmhost/config.go",
		old: "c.memoryLimit = min(bytes, maxMemoryLimit) / pageSize * pageSize", new: "",
		pkg: suite, run: "TestHostileMemory/a_request",
	},
	{
		name: "memory of the host", file: "wasmhost/internal/linearmem/pool.go",
		old: "if bytes > p.size-used {", new: "if false {",
		pkg: suite, run: "TestHostileMemory/many",
	},
	{
		name: "memory is given back to the pool", file: "wasmhost/internal/linearmem/linearmem.go",
		old: "		m.pool.give(m.committed.Load())\n", new: "",
		pkg: suite, run: "TestHostileMemory/many",
	},
	{
		name: "memory is given back to the system", file: "wasmhost/internal/linearmem/linearmem.go",
		old: "		release(m.reserved)\n", new: "",
		pkg: suite, run: "TestHostileLifecycle",
	},
	{
		name: "responses that the host keeps", file: "wasmhost/submitted.go",
		old: "if s.held+uint64(len(response)) > s.limit {", new: "if false {",
		pkg: suite, run: "TestHostileMemory/responses",
	},
	{
		name: "files that are open", file: "wasmhost/internal/guestfs/root.go",
		old: "if int(r.open.Add(1)) > r.MaxOpen {", new: "if int(r.open.Add(1)) > 1<<30 {",
		pkg: suite, run: "TestHostileFiles/200",
	},
	{
		name: "files that are closed", file: "wasmhost/internal/guestfs/root.go",
		old: "		f.closed = true\n		f.root.open.Add(-1)", new: "		f.closed = true",
		pkg: suite, run: "TestHostileFiles/200",
	},
	{
		name: "bytes of /tmp", file: "wasmhost/internal/guestfs/memory.go",
		old: "if size > old && size-old > m.quota.Bytes-m.used.Bytes {", new: "if size > 1<<30 {",
		pkg: suite, run: "TestHostileFiles/(sparse|files)",
	},
	{
		name: "bytes of /tmp that are given back", file: "wasmhost/internal/guestfs/memory.go",
		old: "if size < int64(cap(n.data))/2 {", new: "if size < old/2 {",
		pkg: suite, run: "TestHostileFiles/files",
	},
	{
		name: "entries of /tmp", file: "wasmhost/internal/guestfs/memory.go",
		old: "if m.used.Entries >= m.quota.Entries {", new: "if false {",
		pkg: suite, run: "TestHostileFiles/a_folder",
	},
	{
		name: "depth of /tmp", file: "wasmhost/internal/guestfs/node.go",
		old: `strings.Count(cleaned, "/") >= maxDepth`, new: "false",
		pkg: suite, run: "TestHostileFiles/folders",
	},
	{
		name: "what is mounted is read-only", file: "wasmhost/internal/guestfs/guestfs.go",
		old: "func (readOnly) Mkdir(string, fs.FileMode) sys.Errno    { return sys.EROFS }", new: "func (readOnly) Mkdir(string, fs.FileMode) sys.Errno    { return 0 }",
		pkg: suite, run: "TestHostileFiles/writes",
	},
	{
		name: "the queue", file: "wasmhost/internal/gate/gate.go",
		old: "if g.queue.Len() >= g.room && !anyway {", new: "if false {",
		pkg: suite, run: "TestHostileLifecycle",
	},
	{
		name: "what waits is told of the end", file: "wasmhost/instance.go",
		old: "		if i.gate.Cut(reason) {\n			i.release()\n		}", new: "",
		pkg: suite, run: "TestHostileLifecycle",
	},
	{
		name: "entropy", file: "wasmhost/starting.go",
		old: "return config.WithRandSource(rand.Reader).\n", new: "_ = rand.Reader\n	return config.\n",
		pkg: suite, run: "TestHostileSecrets",
	},
}
