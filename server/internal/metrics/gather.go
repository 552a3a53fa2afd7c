package metrics

import (
	"slices"
	"strings"
	"sync/atomic"

	dto "github.com/prometheus/client_model/go"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/wasmhost"
)

// State is what is not counted, but looked up when somebody asks.
type State struct {
	Instances, MaxInstances int
	Now                     wasmhost.Stats // of the interpreters that run, added up; of depths the greatest
	Past                    wasmhost.Stats // of those that have ended; only what never shrinks
}

// Add adds the figures of an interpreter that runs.
func (s *State) Add(stats wasmhost.Stats) {
	s.Instances++
	s.Now.Memory += stats.Memory
	s.Now.Ticks += stats.Ticks
	s.Now.Waiting += stats.Waiting
	s.Now.Depth = max(s.Now.Depth, stats.Depth)
	s.Now.Deepest = max(s.Now.Deepest, stats.Deepest)
	s.Now.Overloaded += stats.Overloaded
}

// AddPast adds what remains of an interpreter that has ended.
func (s *State) AddPast(stats wasmhost.Stats) {
	s.Past.Ticks += stats.Ticks
	s.Past.Deepest = max(s.Past.Deepest, stats.Deepest)
	s.Past.Overloaded += stats.Overloaded
}

// Gather gives all metrics, sorted by name. Hooks and methods that were never called are left out.
func (r *Recorder) Gather(s State) []*dto.MetricFamily {
	families := operations("hook", "hook", r.hooks[:], func(i int) string { return abi.Hook(i).String() }, hookHelp)
	families = append(families, operations("api", "method", r.methods[:], func(i int) string { return abi.Method(i).String() }, apiHelp)...)
	var denied uint64
	for i := range r.methods {
		if o := r.methods[i].Load(); o != nil {
			denied += o.errors[Denied].Load()
		}
	}
	restarts := counter("mmpy_restarts_total", "Interpreters that ended by themselves and were replaced, by cause.")
	for _, kind := range []Kind{Exited, Killed, Crashed, OutOfMemory, Internal} {
		restarts.Metric = append(restarts.Metric, counted(r.restarts[kind].Load(), "cause", kindNames[kind]))
	}
	limits := counter("mmpy_limit_total", "How often a limit of the plugin was reached.")
	for n := range r.limits {
		if count := r.limits[n].Load(); count > 0 {
			limits.Metric = append(limits.Metric, counted(count, "limit", grant.Limit(n).String()))
		}
	}
	families = append(families,
		counter("mmpy_api_denied_total", "API calls that the plugin had no permission for.", counted(denied)),
		gauge("mmpy_instances", "Interpreters of the plugin that take hooks.", s.Instances),
		gauge("mmpy_instances_max", "Interpreters that the plugin may have.", s.MaxInstances),
		restarts,
		limits,
		gauge("mmpy_queue_length", "Hooks that wait for their turn.", s.Now.Waiting),
		counter("mmpy_queue_refused_total", "Hooks that were refused because too many were waiting.", counted(s.Past.Overloaded+s.Now.Overloaded)),
		gauge("mmpy_nesting_depth", "Hooks on top of each other, in the interpreter that has most.", s.Now.Depth),
		gauge("mmpy_nesting_depth_max", "The most hooks that have been on top of each other.", max(s.Past.Deepest, s.Now.Deepest)),
		gauge("mmpy_memory_bytes", "Memory of the interpreters.", s.Now.Memory),
		counter("mmpy_ticks_total", "CPU time of the Python code, in ticks of some 20,000 iterations of the interpreter's loops each.", counted(s.Past.Ticks+s.Now.Ticks)),
	)
	families = append(families, r.http.gather()...)
	families = slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return len(f.Metric) == 0 })
	slices.SortFunc(families, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
	return families
}

type help struct{ calls, errors, duration string }

var (
	hookHelp = help{
		calls:    "Hooks that were called.",
		errors:   "Hooks that failed, by kind.",
		duration: "How long hooks took, with the time that they waited for their turn.",
	}
	apiHelp = help{
		calls:    "API calls of the plugin.",
		errors:   "API calls that failed, by kind.",
		duration: "How long API calls took.",
	}
)

// operations gives the three metrics of hooks, or of methods: calls, errors and durations.
func operations(what, label string, all []atomic.Pointer[operation], name func(int) string, text help) []*dto.MetricFamily {
	calls := counter("mmpy_"+what+"_calls_total", text.calls)
	failures := counter("mmpy_"+what+"_errors_total", text.errors)
	durations := family("mmpy_"+what+"_duration_seconds", text.duration, dto.MetricType_HISTOGRAM)
	for i := range all {
		o := all[i].Load()
		if o == nil {
			continue
		}
		histogram, count := o.duration.read()
		calls.Metric = append(calls.Metric, counted(count, label, name(i)))
		durations.Metric = append(durations.Metric, &dto.Metric{Label: labels(label, name(i)), Histogram: histogram})
		for kind := range kinds {
			if n := o.errors[kind].Load(); n > 0 {
				failures.Metric = append(failures.Metric, counted(n, label, name(i), "kind", kindNames[kind]))
			}
		}
	}
	return []*dto.MetricFamily{calls, failures, durations}
}

func family(name, help string, kind dto.MetricType, metrics ...*dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Help: &help, Type: &kind, Metric: metrics}
}

func counter(name, help string, metrics ...*dto.Metric) *dto.MetricFamily {
	return family(name, help, dto.MetricType_COUNTER, metrics...)
}

func gauge[N int | uint64](name, help string, value N) *dto.MetricFamily {
	return family(name, help, dto.MetricType_GAUGE, &dto.Metric{Gauge: &dto.Gauge{Value: new(float64(value))}})
}

func counted(value uint64, pairs ...string) *dto.Metric {
	return &dto.Metric{Label: labels(pairs...), Counter: &dto.Counter{Value: new(float64(value))}}
}

// labels makes labels of names and values.
func labels(pairs ...string) []*dto.LabelPair {
	var all []*dto.LabelPair
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, &dto.LabelPair{Name: &pairs[i], Value: &pairs[i+1]})
	}
	return all
}
