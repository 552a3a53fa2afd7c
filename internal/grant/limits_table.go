package grant

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmpy/mmpy/internal/spelling"
)

// A Limit is one of the limits. Its String is the name in the manifest, in the policy, and in metrics.
type Limit uint8

// The limits, in the order of the table.
const (
	LimitMemory Limit = iota
	LimitHookTime
	LimitUserHookTime
	LimitHookCPU
	LimitCPUShare
	LimitInFlight
	LimitQueue
	LimitNesting
	LimitJobs
	LimitCallRate
	LimitCallBurst
	LimitKVKeys
	LimitKVBytes
	LimitRequest
	LimitResponse
	LimitProps
	LimitLogLines
	LimitLogBytes
	LimitLogLine
	LimitFiles
	LimitTmpBytes
	LimitTmpEntries
	LimitBodyBytes
	LimitHTTPRate
	LimitHTTPTime
	LimitHTTPRequest
	LimitHTTPAnswer

	// LimitNativeStack cannot be set: it is the engine's, and bounds how deep functions of the guest call each other.
	LimitNativeStack

	CountLimits // how many there are
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// LimitInfo is what the table says of one limit. The values are in the unit that the name ends in.
type LimitInfo struct {
	Limit                    Limit
	Name                     string
	Bounds                   string // what it bounds, in a few words
	Default, Least, Greatest float64
	Fraction                 bool // it need not be a whole number

	unit  float64 // of what the field counts
	field func(*Limits) any
}

var limitTable = []LimitInfo{
	{LimitMemory, "memory_mib", "memory of one interpreter; Python itself begins with 20", 256, 64, 4095, false, mib,
		func(l *Limits) any { return &l.Memory }},
	{LimitHookTime, "hook_seconds", "how long a hook may take, a job or task without a pause; with streams, without any movement", 30, 0.1, 600, true, seconds,
		func(l *Limits) any { return &l.HookTime }},
	{LimitUserHookTime, "user_hook_seconds", "likewise, for the hooks that somebody waits for", 30, 0.1, 60, true, seconds,
		func(l *Limits) any { return &l.UserHookTime }},
	{LimitHookCPU, "hook_cpu_seconds", "how long a hook, or a job or task without a pause, may compute; what it waits for does not count", 30, 0.1, 600, true, seconds,
		func(l *Limits) any { return &l.HookCPU }},
	{LimitCPUShare, "cpu_percent", "how much of one processor the plugin may use over a minute, all its interpreters together", 100, 1, 6400, false, 1,
		func(l *Limits) any { return &l.CPUShare }},
	{LimitInFlight, "hooks_in_flight", "hooks of one interpreter that have begun and not ended", 1024, 1, 1024, false, 1,
		func(l *Limits) any { return &l.InFlight }},
	{LimitQueue, "hooks_queued", "hooks that wait for their turn at one interpreter", 1024, 1, 16384, false, 1,
		func(l *Limits) any { return &l.Queue }},
	{LimitNesting, "hooks_nested", "hooks on top of each other, each caused by, or come during, an API call of the one below", 128, 1, 512, false, 1,
		func(l *Limits) any { return &l.Nesting }},
	{LimitJobs, "jobs", "jobs scheduled at the same time in one interpreter", 256, 0, 10000, false, 1,
		func(l *Limits) any { return &l.Jobs }},
	{LimitCallRate, "api_calls_per_second", "API calls a second in the long run, of each group of methods", 2000, 1, 1e6, false, 1,
		func(l *Limits) any { return &l.CallRate }},
	{LimitCallBurst, "api_calls_at_once", "API calls that may come at once before that counts", 4000, 1, 1e6, false, 1,
		func(l *Limits) any { return &l.CallBurst }},
	{LimitKVKeys, "kv_keys_per_minute", "keys written to the key-value store in a minute", 60000, 1, 1e7, false, 1,
		func(l *Limits) any { return &l.KVKeys }},
	{LimitKVBytes, "kv_mib_per_minute", "what is written there in a minute, keys and values", 256, 1, 16384, false, mib,
		func(l *Limits) any { return &l.KVBytes }},
	{LimitRequest, "request_mib", "one request to the API, or one answer of a hook", 64, 1, 1024, false, mib,
		func(l *Limits) any { return &l.Request }},
	{LimitResponse, "response_mib", "one response of the API, or what one hook is given", 64, 1, 1024, false, mib,
		func(l *Limits) any { return &l.Response }},
	{LimitProps, "props_kib", "the props of one post, as JSON", 1024, 1, 65536, false, kib,
		func(l *Limits) any { return &l.Props }},
	{LimitLogLines, "log_lines_per_minute", "lines that the plugin logs or prints in a minute; further ones are left out", 6000, 1, 1e6, false, 1,
		func(l *Limits) any { return &l.LogLines }},
	{LimitLogBytes, "log_mib_per_minute", "what these hold", 16, 1, 4096, false, mib,
		func(l *Limits) any { return &l.LogBytes }},
	{LimitLogLine, "log_line_kib", "one such line; what is longer is cut", 64, 1, 1024, false, kib,
		func(l *Limits) any { return &l.LogLine }},
	{LimitFiles, "open_files", "files open at the same time in one interpreter", 256, 16, 4096, false, 1,
		func(l *Limits) any { return &l.Files }},
	{LimitTmpBytes, "tmp_mib", "the files in /tmp of one interpreter", 64, 0, 4096, false, mib,
		func(l *Limits) any { return &l.TmpBytes }},
	{LimitTmpEntries, "tmp_entries", "how many files and folders these are", 4096, 0, 1e6, false, 1,
		func(l *Limits) any { return &l.TmpEntries }},
	{LimitBodyBytes, "body_mib", "the body of one request to ServeHTTP or ServeMetrics, or of one response", 1024, 1, 1 << 20, false, mib,
		func(l *Limits) any { return &l.BodyBytes }},
	{LimitHTTPRate, "http_requests_per_minute", "requests to the hosts that the plugin may reach", 600, 1, 1e6, false, 1,
		func(l *Limits) any { return &l.HTTPRate }},
	{LimitHTTPTime, "http_seconds", "how long one of them may take", 30, 0.1, 600, true, seconds,
		func(l *Limits) any { return &l.HTTPTime }},
	{LimitHTTPRequest, "http_request_mib", "the body of one of them", 64, 1, 1 << 20, false, mib,
		func(l *Limits) any { return &l.HTTPRequest }},
	{LimitHTTPAnswer, "http_response_mib", "the body of its response", 64, 1, 1 << 20, false, mib,
		func(l *Limits) any { return &l.HTTPAnswer }},
}

const seconds = float64(time.Second)

// AllLimits lists the limits that can be set.
func AllLimits() []LimitInfo { return slices.Clone(limitTable) }

func (l Limit) String() string {
	switch {
	case int(l) < len(limitTable):
		return limitTable[l].Name
	case l == LimitNativeStack:
		return "native_stack"
	}
	return fmt.Sprintf("Limit(%d)", uint8(l))
}

// Value gives a limit in the unit that its name ends in.
func (l *Limits) Value(limit Limit) float64 {
	if int(limit) >= len(limitTable) {
		return 0
	}
	return limitTable[limit].get(l)
}

// Set sets the limit of a name in the manifest or the policy to a value that was read from JSON or YAML: any kind of number.
func (l *Limits) Set(name string, value any) error {
	at := slices.IndexFunc(limitTable, func(row LimitInfo) bool { return row.Name == name })
	if at < 0 {
		if nearest := spelling.Nearest(name, limitNames()); nearest != "" {
			return fmt.Errorf("there is no limit %q: do you mean %s?", name, nearest)
		}
		return fmt.Errorf("there is no limit %q; there are %s", name, strings.Join(limitNames(), ", "))
	}
	row := &limitTable[at]
	number, ok := limitNumber(value)
	switch {
	case !ok:
		return fmt.Errorf("%s: %s is no number; allowed: %s", name, shownLimit(value), row.Range())
	case !row.Fraction && number != math.Trunc(number), !(row.Least <= number && number <= row.Greatest):
		return fmt.Errorf("%s: %s is not allowed: %s", name, shownLimit(value), row.Range())
	}
	row.put(l, number)
	return nil
}

// setAll is Set for each of several, in the order of their names.
func (l *Limits) setAll(values map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := l.Set(name, values[name]); err != nil {
			return err
		}
	}
	return nil
}

// Range says in words what is allowed.
func (i *LimitInfo) Range() string {
	kind := "a whole number"
	if i.Fraction {
		kind = "a number"
	}
	return fmt.Sprintf("%s from %s to %s", kind, plainNumber(i.Least), plainNumber(i.Greatest))
}

func (i *LimitInfo) put(l *Limits, value float64) {
	switch field := i.field(l).(type) {
	case *int:
		*field = int(math.Round(value * i.unit))
	case *int64:
		*field = int64(math.Round(value * i.unit))
	case *time.Duration:
		*field = time.Duration(math.Round(value * i.unit))
	}
}

func (i *LimitInfo) get(l *Limits) float64 {
	switch field := i.field(l).(type) {
	case *int:
		return float64(*field) / i.unit
	case *int64:
		return float64(*field) / i.unit
	case *time.Duration:
		return float64(*field) / i.unit
	}
	return 0
}

// plainNumber writes a number as a person would.
func plainNumber(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }

func limitNumber(value any) (float64, bool) {
	switch value := value.(type) {
	case int:
		return float64(value), true
	case int64:
		return float64(value), true
	case uint64:
		return float64(value), true
	case float64:
		return value, true
	case json.Number:
		number, err := value.Float64()
		return number, err == nil
	}
	return 0, false
}

// shownLimit is a value as its author may recognise it.
func shownLimit(value any) string {
	if number, ok := limitNumber(value); ok {
		return plainNumber(number)
	}
	if encoded, err := json.Marshal(value); err == nil {
		return string(encoded)
	}
	return fmt.Sprint(value)
}

func limitNames() []string {
	var names []string
	for _, row := range limitTable {
		names = append(names, row.Name)
	}
	return names
}
