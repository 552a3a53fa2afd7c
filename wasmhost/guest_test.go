package wasmhost

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/mmpy/mmpy/abi"
)

// A handmade guest does with the host's functions what no compiler would. It has one page of memory, gives out the buffer
// at buffer, and takes the parameters of the function that a hook's id names from the hook's request.
const (
	buffer = 0x8000 // where mm_alloc puts every request
	result = 0x100  // where a hook puts the function's result
)

const (
	hookAPI = iota // answers with the result, an i64
	hookTake
	hookRespond
	hookLog
	hookTrap
	hookSpin
	hookFlood // one fd_write of the request's iovecs to standard output
	hookKeep  // an API call whose response is kept, then take: answers with what take gave
	hookOther // and from here on, the functions of others: answer with the result
)

// others are host functions that a handmade guest calls with parameters from the request: an i64 takes two words.
var others = []struct{ name, signature string }{
	{"wait", "iiI:I"}, {"collect", "Iii:I"}, {"forget", "I:I"}, {"stream_read", "iii:I"}, {"stream_write", "iii:I"},
	{"stream_control", "iii:I"}, {"stream_close", "ii:I"}, {"stream_pipe", ":I"},
}

// hookOf is the id of the hook that calls one of others.
func hookOf(name string) uint32 {
	for n, other := range others {
		if other.name == name {
			return uint32(hookOther + n)
		}
	}
	panic(name)
}

type handmade struct {
	method  string    // the API method that it calls
	extra   [3]string // one more import: module, name, signature
	version byte
	omit    string // an export that is missing
	alloc   []byte // of mm_alloc
	info    []byte // of mm_interrupt_info
	memory  uint64 // pages
}

// guest puts the module together.
func (h handmade) guest() func() (guest, error) {
	if h.method == "" {
		h.method = "GetUser"
	}
	imported := [][3]string{
		{abi.APIModule, h.method, "iiii:I"}, {abi.HostModule, "tick", ":"}, {abi.HostModule, "take", "ii:I"},
		{abi.HostModule, "respond", "ii:"}, {abi.HostModule, "log", "iii:"},
		{wasi_snapshot_preview1.ModuleName, "fd_write", "iiii:i"},
	}
	for _, other := range others {
		imported = append(imported, [3]string{abi.HostModule, other.name, other.signature})
	}
	if h.extra != [3]string{} {
		imported = append(imported, h.extra)
	}
	if h.version == 0 {
		h.version = abi.Version
	}
	if h.memory == 0 {
		h.memory = 1
	}
	if h.alloc == nil {
		h.alloc = i32Const(buffer)
	}
	if h.info == nil {
		h.info = i32Const(0x200) // zeroes: the words to write are at 0
	}
	type function struct {
		name, signature string
		code            []byte
	}
	functions := []function{
		{exportInitialize, ":", nil},
		{exportVersion, ":i", i32Const(int32(h.version))},
		{exportAlloc, "i:i", h.alloc},
		{exportInit, "ii:i", i32Const(0)},
		{exportLoad, "ii:i", i32Const(0)},
		{exportHook, "iii:i", hookCode()},
		{exportMain, "ii:i", i32Const(7)},
		{exportInterruptInfo, ":i", h.info},
	}
	signatures, types := map[string]int{}, [][]byte{}
	typeOf := func(signature string) []byte {
		if _, ok := signatures[signature]; !ok {
			signatures[signature] = len(types)
			types = append(types, functionType(signature))
		}
		return uleb(uint64(signatures[signature]))
	}
	var imports, declared, exports, codes [][]byte
	for _, i := range imported {
		imports = append(imports, join(name(i[0]), name(i[1]), []byte{0}, typeOf(i[2])))
	}
	exports = append(exports, join(name(exportMemory), []byte{2, 0}))
	for n, f := range functions {
		declared = append(declared, typeOf(f.signature))
		if f.name != h.omit {
			exports = append(exports, join(name(f.name), []byte{0}, uleb(uint64(len(imported)+n))))
		}
		codes = append(codes, sized(join([]byte{0}, f.code, []byte{0x0b})))
	}
	wasm := join([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, types), section(2, imports), section(3, declared),
		section(5, [][]byte{join([]byte{0}, uleb(h.memory))}), section(7, exports), section(10, codes))
	return func() (guest, error) {
		return guest{
			wasm:   func() ([]byte, error) { return wasm, nil },
			sum:    fmt.Sprintf("%x", sha256.Sum256(wasm)),
			stdlib: &stdlib{unpack: func() ([]byte, error) { return nil, nil }},
		}, nil
	}
}

// hookCode is mm_hook(id, request, length): by the id, one function with parameters from the request.
func hookCode() []byte {
	parameter := func(n byte) []byte { return []byte{0x20, 1, 0x28, 2, 4 * n} } // local.get 1, i32.load offset=4n
	parameters := func(count byte) (code []byte) {
		for n := range count {
			code = join(code, parameter(n))
		}
		return code
	}
	call := func(function byte) []byte { return []byte{0x10, function} }
	storeI64 := func(value []byte) []byte { return join(i32Const(result), value, []byte{0x37, 3, 0}) }
	answer := join(i32Const(result), i32Const(8), call(3))
	on := func(id int32, code []byte) []byte { // if (id == local 0) { code }
		return join([]byte{0x20, 0}, i32Const(id), []byte{0x46, 0x04, 0x40}, code, []byte{0x0b})
	}
	other := func(n int) (code []byte) {
		at := byte(0)
		for _, kind := range strings.Split(others[n].signature, ":")[0] {
			if kind == 'i' {
				code = join(code, []byte{0x20, 1, 0x28, 2, at})
				at += 4
			} else { // i64.load, wherever it lies
				code = join(code, []byte{0x20, 1, 0x29, 0, at})
				at += 8
			}
		}
		return join(storeI64(join(code, call(byte(6+n)))), answer)
	}
	var hooks []byte
	for n := range others {
		hooks = join(hooks, on(int32(hookOther+n), other(n)))
	}
	return join(hooks,
		on(hookAPI, join(storeI64(join(parameters(4), call(0))), answer)),
		on(hookTake, join(storeI64(join(parameters(2), call(2))), answer)),
		on(hookRespond, join(parameters(2), call(3))),
		on(hookLog, join(parameters(3), call(4))),
		on(hookTrap, []byte{0x00}),
		on(hookSpin, join([]byte{0x03, 0x40}, call(1), []byte{0x0c, 0, 0x0b})),
		on(hookFlood, join(i32Const(1), []byte{0x20, 1, 0x20, 2, 0x41, 3, 0x76}, // length >> 3
			i32Const(result), call(5), []byte{0x1a})), // drop
		on(hookKeep, join(parameters(4), call(0), []byte{0x1a}, // drop
			storeI64(join([]byte{0x20, 1, 0x28, 2, 16, 0x20, 1, 0x28, 2, 20}, call(2))), answer)),
		i32Const(0),
	)
}

func i32Const(n int32) []byte { return append([]byte{0x41}, sleb(int64(n))...) }

func functionType(signature string) []byte {
	code := []byte{0x60}
	var lists [2][]byte
	n := 0
	for _, c := range signature {
		switch c {
		case ':':
			n++
		case 'i':
			lists[n] = append(lists[n], 0x7f)
		case 'I':
			lists[n] = append(lists[n], 0x7e)
		}
	}
	return join(code, sized(lists[0]), sized(lists[1]))
}

func uleb(n uint64) []byte { return binary.AppendUvarint(nil, n) }

func sleb(n int64) (code []byte) {
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if (n == 0 && b&0x40 == 0) || (n == -1 && b&0x40 != 0) {
			return append(code, b)
		}
		code = append(code, b|0x80)
	}
}

func join(parts ...[]byte) (all []byte) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func sized(b []byte) []byte { return join(uleb(uint64(len(b))), b) }
func name(s string) []byte  { return sized([]byte(s)) }

func section(id byte, items [][]byte) []byte {
	return join([]byte{id}, sized(join(uleb(uint64(len(items))), join(items...))))
}

func (h handmade) config() RuntimeConfig {
	config := NewRuntimeConfig().WithoutCache().WithLogger(slog.New(slog.DiscardHandler))
	config.guest = h.guest()
	return config
}

func runtimeOf(t testing.TB, h handmade) (*Runtime, error) {
	runtime, err := NewRuntime(context.Background(), h.config())
	if err == nil {
		t.Cleanup(func() { require.NoError(t, runtime.Close(context.Background())) })
	}
	return runtime, err
}

func startHandmade(t testing.TB, h handmade, config InstanceConfig) *Instance {
	t.Helper()
	runtime, err := runtimeOf(t, h)
	require.NoError(t, err)
	return startIn(t, runtime, "", config)
}

// words is a hook's request: the parameters of a function.
func words(values ...uint32) []byte {
	var b []byte
	for _, v := range append(values, make([]uint32, 8-len(values))...) {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

func TestPointersOutsideOfMemoryAreRefused(t *testing.T) {
	called := false
	i := startHandmade(t, handmade{}, InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		called = true
		return []byte("four"), nil
	})})
	const page = 1 << 16
	for name, test := range map[string]struct {
		id         uint32
		parameters []uint32
		want       int64
	}{
		"inside":                           {hookAPI, []uint32{0, page, 0, page}, 4},
		"empty, and the pointers anywhere": {hookAPI, []uint32{math.MaxUint32, 0, math.MaxUint32, 0}, 4},
		"the request ends behind":          {hookAPI, []uint32{1, page, 0, 0}, int64(abi.StatusBadPointer)},
		"the request starts behind":        {hookAPI, []uint32{page, 1, 0, 0}, int64(abi.StatusBadPointer)},
		"the request wraps around":         {hookAPI, []uint32{math.MaxUint32, 2, 0, 0}, int64(abi.StatusBadPointer)},
		"the request is all there is":      {hookAPI, []uint32{1, math.MaxUint32, 0, 0}, int64(abi.StatusBadPointer)},
		"the response ends behind":         {hookAPI, []uint32{0, 0, page - 3, 4}, int64(abi.StatusBadPointer)},
		"the response wraps around":        {hookAPI, []uint32{0, 0, math.MaxUint32, math.MaxUint32 - 1}, int64(abi.StatusBadPointer)},
		"nothing is kept":                  {hookTake, []uint32{0, 4}, int64(abi.StatusInvalid)},
		"nothing is kept, nothing asked":   {hookTake, []uint32{0, 0}, int64(abi.StatusInvalid)},
		"taken":                            {hookKeep, []uint32{0, 0, 0, 3, 0, 4}, 4},
		"taken outside":                    {hookKeep, []uint32{0, 0, 0, 3, page - 3, 4}, int64(abi.StatusBadPointer)},
		"taken too short":                  {hookKeep, []uint32{0, 0, 0, 3, 0, 3}, int64(abi.StatusInvalid)},
		"taken too long":                   {hookKeep, []uint32{0, 0, 0, 3, 0, math.MaxUint32}, int64(abi.StatusInvalid)},
		"nothing is kept that did fit":     {hookKeep, []uint32{0, 0, 0, 4, 0, 4}, int64(abi.StatusInvalid)},
	} {
		called = false
		response := hook(t, i, test.id, string(words(test.parameters...)))
		require.Len(t, response, 8, name)
		require.Equal(t, test.want, int64(binary.LittleEndian.Uint64([]byte(response))), name)
		if test.id == hookAPI {
			require.Equal(t, test.want != int64(abi.StatusBadPointer), called, name)
		}
	}
}

func TestAKeptResponseIsDroppedWithItsHook(t *testing.T) {
	i := startHandmade(t, handmade{}, InstanceConfig{Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		return []byte("four"), nil
	})})
	require.EqualValues(t, 4, binary.LittleEndian.Uint64([]byte(hook(t, i, hookAPI, string(words(0, 0, 0, 0))))))
	response := hook(t, i, hookTake, string(words(0, 4)))
	require.Equal(t, int64(abi.StatusInvalid), int64(binary.LittleEndian.Uint64([]byte(response))))
}

func TestAGuestThatLiesAboutItsAnswerIsStopped(t *testing.T) {
	for name, id := range map[string]uint32{"respond": hookRespond, "log": hookLog} {
		i := startHandmade(t, handmade{}, InstanceConfig{})
		_, err := i.Hook(t.Context(), id, words(0, 1))
		require.NoError(t, err)
		e := hookError(t, t.Context(), i, id, string(words(1, math.MaxUint32, math.MaxUint32)))
		require.Equal(t, BadGuest, e.Code, name)
		require.ErrorIs(t, i.Err(), BadGuest)
		require.Equal(t, "hook "+string('0'+rune(id)), e.Op)
	}
}

func TestAGuestThatSpinsIsKilledAndOneThatTrapsIsRetired(t *testing.T) {
	i := startHandmade(t, handmade{}, InstanceConfig{Grace: 1})
	require.ErrorIs(t, hookError(t, within(t, 10_000_000), i, hookSpin, string(words())), Killed)
	i = startHandmade(t, handmade{}, InstanceConfig{})
	require.ErrorIs(t, hookError(t, t.Context(), i, hookTrap, string(words())), Trap)
	<-i.released
}

// A guest can make the host write gigabytes with one call, by naming the same megabytes thousands of times.
func TestAFloodOfOutputEndsAtTheDeadline(t *testing.T) {
	const pages = 256
	flood := bytes.Repeat(binary.LittleEndian.AppendUint64(nil, (pages<<16-1)<<32), 4000) // from 0, all of the memory
	for name, config := range map[string]InstanceConfig{
		"to the log": {Grace: 1}, "to a writer": {Grace: 1, Stdout: sha256.New()},
	} {
		i := startHandmade(t, handmade{memory: pages}, config)
		began := time.Now()
		e := hookError(t, within(t, 50*time.Millisecond), i, hookFlood, string(flood))
		require.Equal(t, Killed, e.Code, name)
		require.Less(t, time.Since(began), 20*time.Second, name)
	}
}

func TestAGuestThatBreaksTheABIIsRefused(t *testing.T) {
	for want, h := range map[string]handmade{
		"exports no function mm_hook":                          {omit: exportHook},
		"imports evil.f, which no host has":                    {extra: [3]string{"evil", "f", ":"}},
		"imports mmpy.f, which no host has":                    {extra: [3]string{abi.HostModule, "f", ":"}},
		"imports mmpy.tick with another":                       {extra: [3]string{abi.HostModule, "tick", "i:"}},
		"imports mattermost.pluginapi.v1.GetTeam with another": {extra: [3]string{abi.APIModule, "GetTeam", "ii:I"}},
	} {
		_, err := runtimeOf(t, h)
		require.ErrorIs(t, err, BadGuest, want)
		require.ErrorContains(t, err, want)
	}
	for want, h := range map[string]handmade{
		"version 9 of the ABI":                              {version: 9},
		"mm_alloc gives a buffer outside of its memory":     {alloc: i32Const(-1)},
		"mm_interrupt_info gives an address outside of its": {info: i32Const(-8)},
	} {
		runtime, err := runtimeOf(t, h)
		require.NoError(t, err)
		_, err = newProgram(t, runtime, "").Instantiate(t.Context(), InstanceConfig{})
		require.ErrorIs(t, err, BadGuest, want)
		require.ErrorContains(t, err, want)
	}
	runtime, err := runtimeOf(t, handmade{alloc: i32Const(0)})
	require.NoError(t, err)
	_, err = newProgram(t, runtime, "").Instantiate(t.Context(), InstanceConfig{})
	require.ErrorIs(t, err, OutOfMemory)
}

func TestAMethodThatThisHostDoesNotKnowIsAnsweredSo(t *testing.T) {
	i := startHandmade(t, handmade{method: "GetTheFuture"}, InstanceConfig{})
	response := hook(t, i, hookAPI, string(words(0, 0, 0, 0)))
	require.Equal(t, int64(abi.StatusUnimplemented), int64(binary.LittleEndian.Uint64([]byte(response))))
}

// No parameters of a host function can do more than end the instance.
func FuzzHostFunctions(f *testing.F) {
	runtime, err := runtimeOf(f, handmade{})
	require.NoError(f, err)
	program := newProgram(f, runtime, "")
	var i *Instance
	f.Add(uint32(hookAPI), uint32(0), uint32(1), uint32(2), uint32(3), uint32(4), uint32(5))
	f.Add(uint32(hookKeep), uint32(1<<16), uint32(0xffffffff), uint32(0), uint32(0), uint32(0xfffffff0), uint32(32))
	f.Add(uint32(hookAPI), uint32(0), uint32(1), uint32(2), uint32(abi.Submit), uint32(4), uint32(5))
	for n := range others {
		f.Add(uint32(hookOther+n), uint32(1), uint32(0), uint32(4), uint32(0xffffffff), uint32(0), uint32(0))
		f.Add(uint32(hookOther+n), uint32(0xfffffff8), uint32(1<<29), uint32(0), uint32(0), uint32(0), uint32(0))
	}
	f.Fuzz(func(t *testing.T, id, a, b, c, d, e, g uint32) {
		if id == hookTrap || id == hookSpin {
			return
		}
		if i == nil {
			streams := NewStreams()
			_, err = streams.Add(&memoryStream{Reader: strings.NewReader("some text")})
			require.NoError(t, err)
			i, err = program.Instantiate(context.Background(), InstanceConfig{Streams: streams, Caller: CallerFunc(
				func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
					return append([]byte(nil), request...), nil
				})})
			require.NoError(t, err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond) // what waits for ever is cut short
		defer cancel()
		if _, err := i.Hook(ctx, id, words(a, b, c, d, e, g)); err != nil && !errors.Is(err, Busy) {
			require.ErrorIs(t, err, BadGuest)
			<-i.released
			i = nil
		}
	})
}
