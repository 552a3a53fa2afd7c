package main

const plugins = "./server/hostile"

// ofPlugin are those around a plugin: its output, its calls of the API, and what happens when it fails.
var ofPlugin = []guard{
	{
		name: "writes look at the time", file: "wasmhost/output.go",
		old: "	w.instance.current.watch() // as in watchedWriter\n", new: "",
		pkg: suite, run: "TestHostileOutput/.*_log$",
	},
	{
		name: "bytes of output", file: "wasmhost/output.go",
		old: "if !w.instance.maySay(0, len(data)) {", new: "if false {",
		pkg: plugins, run: "TestHostileOutput/100_MB",
	},
	{
		name: "lines of output", file: "wasmhost/output.go",
		old: "if w.instance.maySay(1, 0) {", new: "if true {",
		pkg: plugins, run: "TestHostileOutput/print",
	},
	{
		name: "length of a line", file: "wasmhost/output.go",
		old: "kept := min(len(part), w.instance.line()-len(w.line))", new: "kept := len(part)",
		pkg: plugins, run: "TestHostileOutput/a_line",
	},
	{
		name: "records through the API", file: "server/internal/quota/quota.go",
		old: "return nil, !q.log(ctx, request, length)", new: "return nil, false",
		pkg: plugins, run: "TestHostileOutput/records_of",
	},
	{
		name: "length of a record", file: "server/internal/logtext/logtext.go",
		old: "if line.Len()+length > limit {", new: "if line.Len()+length > limit+1<<30 {",
		pkg: plugins, run: "TestHostileOutput/an_exception",
	},
	{
		name: "texts of an exception", file: "wasmhost/output.go",
		old: "kept := min(len(data), limit)", new: "kept := len(data)",
		pkg: suite, run: "TestHostileOutput/an_exception",
	},
	{
		name: "escaping", file: "server/internal/logtext/logtext.go",
		old: "if len(text) <= max && isClean(text) {", new: "if true {",
		pkg: plugins, run: "TestHostileOutput/forged",
	},
	{
		name: "lines of a traceback are indented", file: "server/internal/logtext/logtext.go",
		old: `if line != "" && !strings`, new: `if line == "\x00" && !strings`,
		pkg: plugins, run: "TestHostileOutput/forged",
	},
	{
		name: "records of the audit are mmpy's own", file: "server/limits.go",
		old: "notOurs(message, audit.MessagePrefix)", new: "notOurs(message, audit.MessagePrefix+audit.MessagePrefix)",
		pkg: plugins, run: "TestHostileOutput/forged",
	},
	{
		name: "secrets in exceptions", file: "server/masked.go",
		old: "masker.Replace(failure.Message), masker.Replace(failure.Traceback)", new: "failure.Message, failure.Traceback+masker.Replace(\"\")",
		pkg: plugins, run: "TestHostileOutput/a_traceback",
	},
	{
		name: "grants", file: "server/internal/handlers/caller.go",
		old: "if denial := c.Grant.Call(method); denial != nil {", new: "if denial := c.Grant.Call(method); denial != nil && false {",
		pkg: plugins, run: "TestHostileAPI/(each|can)",
	},
	{
		name: "the audit of denials", file: "server/audit.go",
		old: "p.audit.Record(ctx, entry)", new: "_ = entry",
		pkg: plugins, run: "TestHostileAPI/each",
	},
	{
		name: "the rate of calls", file: "server/internal/quota/quota.go",
		old: "q.calls[method].Take(now, 1) {", new: "true {",
		pkg: plugins, run: "TestHostileAPI/calls",
	},
	{
		name: "keys", file: "server/internal/quota/quota.go",
		old: "case !q.kvKeys.Take(now, 1):", new: "case false:",
		pkg: plugins, run: "TestHostileAPI/keys_without",
	},
	{
		name: "bytes of keys", file: "server/internal/quota/quota.go",
		old: "case !q.kvBytes.Take(now, size):", new: "case false:",
		pkg: plugins, run: "TestHostileAPI/values",
	},
	{
		name: "length of a request", file: "wasmhost/limits.go",
		old: "	if limit == 0 || length <= limit {\n		return nil, nil, false", new: "	if true {\n		return nil, nil, false",
		pkg: plugins, run: "TestHostileAPI/a_request_of",
	},
	{
		name: "length of an answer", file: "wasmhost/limits.go",
		old: "	if limit == 0 || length <= limit {\n		return nil\n", new: "	if true {\n		return nil\n",
		pkg: plugins, run: "TestHostileAPI/an_answer",
	},
	{
		name: "length of a response", file: "server/internal/quota/quota.go",
		old: "if int64(length) <= q.limits.Response {", new: "if true {",
		pkg: plugins, run: "TestHostileAPI/a_response",
	},
	{
		name: "props", file: "server/internal/quota/quota.go",
		old: "if post.GetProps() == nil || propsFit(post.Props, q.limits.Props) {", new: "if true {",
		pkg: plugins, run: "TestHostileAPI/props",
	},
	{
		name: "bodies that are announced", file: "server/limits.go",
		old: "if length <= p.grant.Limits.BodyBytes {", new: "if length > 0 || length <= p.grant.Limits.BodyBytes {",
		pkg: plugins, run: "TestHostileAPI/a_request_whose_body_is",
	},
	{
		name: "bodies", file: "server/limits.go",
		old: "if int64(n) > l.left {", new: "if false {",
		pkg: plugins, run: "TestHostileAPI/a_request_whose_body_is",
	},
	{
		name: "the share of CPU time", file: "server/internal/quota/quota.go",
		old: "wait := q.cpu.wait(now)", new: "wait := 0 * q.cpu.wait(now)",
		pkg: plugins, run: "TestHostileAPI/jobs_without_end,",
	},
	{
		name: "CPU time of a hook", file: "wasmhost/cpu.go",
		old: "if limit == 0 || used <= limit ||", new: "if true ||",
		pkg: plugins, run: "TestHostileHooks/a_hook_that_computes",
	},
	{
		name: "time of a hook that somebody waits for", file: "server/limits.go",
		old: "_, limit := p.grant.Limits.TimeOf(hook)\n	return limit", new: "return p.grant.Limits.HookTime",
		pkg: plugins, run: "TestHostileHooks/a_hook_that_waits",
	},
	{
		name: "hooks on top of each other", file: "wasmhost/internal/gate/gate.go",
		old: "return g.bound > 0 && len(g.levels) >= g.bound", new: "return false",
		pkg: plugins, run: "TestHostileHooks/a_filter",
	},
	{
		name: "failing closed", file: "server/closed.go",
		old: "if p.grant.OnFailure != grant.Closed ||", new: "if true ||",
		pkg: plugins, run: "TestHostileClosed",
	},
	{
		name: "hooks in flight", file: "wasmhost/limits.go",
		old: "if limit == 0 || c.level", new: "if true || c.level",
		pkg: plugins, run: "TestHostileClosed/messages",
	},
	{
		name: "the rate of calls that cause others", file: "server/internal/quota/bucket.go",
		old: "if next-int64(now) > int64(b.burst) {", new: "if false {",
		pkg: plugins, run: "TestHostileNeighbours/two",
	},
	{
		name: "memory of the host, for plugins", file: "wasmhost/internal/linearmem/pool.go",
		old: "if bytes > p.size-used {", new: "if false {",
		pkg: plugins, run: "TestHostileNeighbours/20",
	},
}
