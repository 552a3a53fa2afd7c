package wasmhost

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero/sys"

	"github.com/mmpy/mmpy/abi"
)

// mold is an instance that a snapshot is taken of, and its host: it has loaded the program, with nothing of this machine
// around it.
type mold struct {
	instance *Instance
	clock    atomic.Int64 // what time it is there, in nanoseconds
	random   *rand.ChaCha8
	said     []Line
	room     int      // for more of that, in bytes
	reasons  []string // why it cannot be used
}

// When it is there: the clock goes on by a step each time it is read, so that code which waits for it ends.
const (
	moldTime = 1_750_000_000 * int64(time.Second)
	moldStep = int64(time.Millisecond)
)

// load makes the mold. With an error there is one all the same when it is the program that has failed.
func (p *Program) load(ctx context.Context, key string) (*mold, error) {
	m := &mold{room: maxSaid}
	m.clock.Store(moldTime)
	var seed [32]byte
	if _, err := hex.Decode(seed[:], []byte(key)); err != nil {
		return nil, err
	}
	m.random = rand.NewChaCha8(seed)
	var err error
	m.instance, err = p.start(ctx, InstanceConfig{Caller: CallerFunc(m.call), HTTP: m.http, Log: m.log}, beginning{mold: m})
	if err != nil {
		return nil, err
	}
	err = m.instance.load(ctx)
	if err == nil {
		m.reasons = append(m.reasons, m.instance.leftovers()...)
		err = m.freeze(ctx)
	}
	if err != nil {
		m.instance.fail(asError(err))
		return m, err
	}
	return m, nil
}

// freeze has the guest get ready.
func (m *mold) freeze(ctx context.Context) error {
	i := m.instance
	c, err := i.enter(ctx, operation{name: "freeze"})
	if err != nil {
		return err
	}
	defer c.leave()
	code, err := c.export(i.module.ExportedFunction(exportFreeze))
	if err != nil {
		return err
	}
	switch code {
	case 0:
	case 1:
		m.reasons = append(m.reasons, strings.Split(strings.ToValidUTF8(string(c.answer), "\uFFFD"), "\n")...)
	default:
		m.reasons = append(m.reasons, exception(c.op, c.answer, nil).Error())
	}
	if stack := i.module.ExportedGlobal(exportStackPointer); stack == nil || stack.Get() != i.stack {
		m.reasons = append(m.reasons, "it exports no "+exportStackPointer+" that is back where it was")
	}
	return nil
}

// preopened is the root itself, which is open as WASI wants it.
const preopened = 1

// leftovers are what the host holds for the instance and no snapshot does.
func (i *Instance) leftovers() (reasons []string) {
	if open := i.root.Open() - preopened; open > 0 {
		reasons = append(reasons, fmt.Sprintf("it leaves %d files open", open))
	}
	if !i.tmp.Empty() {
		reasons = append(reasons, "it leaves files in "+tmpDir)
	}
	return reasons
}

// call is the mold's Caller: whom the program would reach is not there yet.
func (m *mold) call(_ context.Context, method abi.Method, _ []byte) ([]byte, error) {
	return m.refuse("it calls " + method.String())
}

// http is the mold's network: there is none.
func (m *mold) http(context.Context, []byte) ([]byte, error) {
	return m.refuse("it makes an HTTP request")
}

func (m *mold) refuse(reason string) ([]byte, error) {
	if len(m.reasons) == 0 {
		m.reasons = append(m.reasons, reason)
	}
	return nil, abi.StatusUnavailable
}

// maxSaid is how much of what was logged a snapshot holds, in bytes; with more than that its header would be too long.
const maxSaid = 128 << 10

func (m *mold) log(level slog.Level, message string) {
	const line = 64 // what a line takes beside its text
	before := m.room
	if m.room -= len(message) + line; m.room >= 0 {
		m.said = append(m.said, Line{level, message})
	} else if before >= 0 {
		m.reasons = append(m.reasons, fmt.Sprintf("it logs more than %d KiB", maxSaid>>10))
	}
}

func (m *mold) now() int64 { return m.clock.Add(moldStep) }

// surroundings are the clocks and the entropy of an instance.
type surroundings struct {
	walltime  sys.Walltime
	nanotime  sys.Nanotime
	nanosleep sys.Nanosleep
	random    io.Reader
}

func (m *mold) surroundings() surroundings {
	return surroundings{
		walltime: func() (int64, int32) {
			now := m.now()
			return now / int64(time.Second), int32(now % int64(time.Second))
		},
		nanotime:  m.now,
		nanosleep: func(ns int64) { m.clock.Add(max(ns, 0)) },
		random:    m.random,
	}
}
