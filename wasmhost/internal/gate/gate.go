// Package gate decides whose turn it is to run an instance.
//
// An instance runs one thing at a time, but its turns nest: while the holder of the turn is outside (its guest code
// waits in a function of the host), another caller may enter on top of it, and the one below comes back only when
// everything above it has left. Whoever enters keeps its own goroutine, so an uncontended turn costs a mutex and
// nothing else.
//
// Callers enter in the order of their arrival. One that wants to come back goes before those that want to enter, so
// that a steady stream of newcomers cannot keep it out.
//
// Nobody says which caller has to enter before which turn can come back (the host function that the turn waits in may
// lead to a call of the same instance), so a gate that filled up with callers who have nothing to do with each other
// would wait for itself. But what a turn causes arrives after the turn has stepped out. So
//   - below a quarter of the limit anyone may enter;
//   - from there on only who has come after the innermost turn stepped out: it alone can be what that waits for;
//   - from the limit on not even that.
//
// Where that is wrong, because a turn waits for what another one has caused, one more may enter when the innermost turn
// has stayed outside for longer than Patience.
//
// A gate may have a bound that no turn goes beyond. There, who has come after the innermost turn stepped out, which may wait for
// that for ever, is refused when it has been outside for longer than LastPatience. Who came before waits. One
// that enters anyway, which the turns below may wait for, still does.
package gate

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// Patience is how long a gate that is crowded takes a turn that is outside to be busy with something else than to wait for
// a turn on top of it.
const Patience = 10 * time.Millisecond

// LastPatience is how long the innermost turn of as many as there may be can be outside before callers are refused. It is more
// than most of what a turn waits for takes, so that a crowd with nothing to do with each other waits instead.
const LastPatience = 500 * time.Millisecond

// ErrFull says that as many callers wait to enter as may.
var ErrFull = errors.New("too many wait already")

// ErrDeep says that as many turns are on top of each other as may.
var ErrDeep = errors.New("too many are on top of each other already")

// Gate hands out nested turns. Make one with New.
type Gate struct {
	mu      sync.Mutex
	limit   int
	bound   int       // no more turns than that; 0: there is no bound
	room    int       // for how many in the queue
	events  uint64    // counts arrivals and steps out
	levels  []level   // the turns that were entered and not left, the innermost last
	inside  bool      // the innermost turn runs; otherwise it is outside, or there is none
	queue   list.List // of *waiter, in the order of arrival
	shut    error     // nobody enters any more
	cut     bool      // and nobody comes back
	away    uint64    // how many callers found no room
	deepest int       // the most turns there have been on top of each other
	left    int       // how many of levels have left after the cut, when they go in any order
}

type level struct {
	out   uint64        // which event it was that it stepped out, or had begun what it waits for
	stuck bool          // it has been outside for long
	full  bool          // and at the bound, for so long that callers are refused
	back  chan struct{} // closed when the turn may go on; nil unless it waits for that
}

type waiter struct {
	arrived  uint64
	anyway   bool          // others may wait for it, whatever they do
	admitted chan struct{} // closed when the turn was given, or will never be
	level    int           // of the turn, or refused
	err      error         // why it was refused, if that is not the gate's
}

const refused = -1

// New makes a gate that is reluctant to have more than limit turns on top of each other, with a queue for room callers.
func New(limit, room int) *Gate {
	return &Gate{limit: limit, room: room, levels: make([]level, 0, limit)}
}

// NewBounded is New for a gate that never has more turns on top of each other than bound, unless that is 0.
func NewBounded(limit, bound, room int) *Gate {
	g := New(limit, room)
	g.bound = bound
	return g
}

// Enter waits for a turn and gives its level: 0 for the outermost, 1 for one on top of it, …. The error is that of
// Shut, ErrFull, or ctx's when it ends first. Each turn must be given back with Leave.
func (g *Gate) Enter(ctx context.Context) (int, error) { return g.enter(ctx, false) }

// EnterAnyway is Enter for a turn that others may wait for, whenever it has arrived: it enters in its order, as if the
// innermost turn had stepped out before, and there is always room for it.
func (g *Gate) EnterAnyway(ctx context.Context) (int, error) { return g.enter(ctx, true) }

func (g *Gate) enter(ctx context.Context, anyway bool) (int, error) {
	g.mu.Lock()
	if g.shut != nil {
		defer g.mu.Unlock()
		return 0, g.shut
	}
	g.events++
	if g.mayEnter(g.events, anyway) { // whoever waits and might enter now has done so
		defer g.mu.Unlock()
		return g.push(), nil
	}
	if depth := len(g.levels); g.atBound() && g.levels[depth-1].full && !g.inside && !anyway {
		defer g.mu.Unlock()
		return 0, ErrDeep
	}
	if g.queue.Len() >= g.room && !anyway {
		g.away++
		g.mu.Unlock()
		return 0, ErrFull
	}
	w := &waiter{arrived: g.events, anyway: anyway, admitted: make(chan struct{})}
	place := g.queue.PushBack(w)
	g.mu.Unlock()

	select {
	case <-w.admitted:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-w.admitted: // at the same moment: then the turn is the caller's all the same
		if w.level == refused {
			if w.err != nil {
				return 0, w.err
			}
			return 0, g.shut
		}
		return w.level, nil
	default:
		g.queue.Remove(place)
		return 0, ctx.Err()
	}
}

// Leave gives the turn back; it is the innermost and inside, or the gate has been cut. idle says that the gate has been
// shut and that this was the last turn.
func (g *Gate) Leave(level int) (idle bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cut {
		g.left++
		return g.idle()
	}
	g.mustBeInside(level)
	g.levels = g.levels[:level]
	g.inside = false
	g.next()
	return g.idle()
}

// Event marks this moment, for StepOutSince.
func (g *Gate) Event() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.events++
	return g.events
}

// StepOut lets others enter on top of the turn, which must be inside.
func (g *Gate) StepOut(level int) { g.StepOutSince(level, 0) }

// StepOutSince is StepOut for a turn that has caused what it waits for at an earlier moment, unless that is 0.
func (g *Gate) StepOutSince(level int, out uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cut {
		return
	}
	g.mustBeInside(level)
	if out == 0 {
		g.events++
		out = g.events
	}
	g.levels[level].out, g.levels[level].stuck, g.levels[level].full = out, false, false
	g.inside = false
	switch {
	case g.atBound():
		time.AfterFunc(LastPatience, func() { g.fill(level, out) })
	case len(g.levels) >= g.crowd():
		time.AfterFunc(Patience, func() { g.lose(level, out) })
	}
	g.next()
}

// lose ends the patience with a turn that stepped out then.
func (g *Gate) lose(level int, out uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.inside && level == len(g.levels)-1 && g.levels[level].out == out {
		g.levels[level].stuck = true
		g.next()
	}
}

// fill ends the last patience with a turn that stepped out then.
func (g *Gate) fill(level int, out uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside || level != len(g.levels)-1 || g.levels[level].out != out {
		return
	}
	g.levels[level].full = true
	for place := g.queue.Front(); place != nil; {
		w, next := place.Value.(*waiter), place.Next()
		if w.arrived > out && !w.anyway {
			g.queue.Remove(place)
			w.level, w.err = refused, ErrDeep
			close(w.admitted)
		}
		place = next
	}
}

// StepIn waits until everything on top of the turn has left, however long that takes, and goes inside again. It returns
// false when the gate has been cut: then the turn must leave.
func (g *Gate) StepIn(level int) bool {
	g.mu.Lock()
	if g.cut {
		g.mu.Unlock()
		return false
	}
	if level == len(g.levels)-1 {
		g.inside = true
		g.mu.Unlock()
		return true
	}
	back := make(chan struct{})
	g.levels[level].back = back
	g.mu.Unlock()

	<-back
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.cut
}

// Shut refuses everyone who waits or comes to enter with err; who has entered goes on. The first error stays. idle says
// that no turn is left, now and for good.
func (g *Gate) Shut(err error) (idle bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse(err)
	return g.idle()
}

// Cut shuts the gate, and who is outside cannot come back any more. Turns may now leave in any order.
func (g *Gate) Cut(err error) (idle bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse(err)
	if !g.cut {
		g.cut = true
		for i := range g.levels {
			g.wake(i)
		}
	}
	return g.idle()
}

// Waiting is the number of callers that wait to enter.
func (g *Gate) Waiting() int { return g.Stats().Waiting }

// Depth is the number of turns that were entered and not left.
func (g *Gate) Depth() int { return g.Stats().Depth }

// Stats are what a gate knows of itself.
type Stats struct {
	Waiting    int    // callers that wait to enter
	Depth      int    // turns that were entered and not left
	Deepest    int    // the most that Depth has been
	TurnedAway uint64 // callers that got ErrFull
}

// Stats tells how things are now.
func (g *Gate) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{g.queue.Len(), len(g.levels) - g.left, g.deepest, g.away}
}

// What follows needs g.mu.

func (g *Gate) idle() bool { return g.shut != nil && len(g.levels) == g.left }

// crowd is from which depth on not everybody may enter.
func (g *Gate) crowd() int { return (g.limit + 3) / 4 }

// atBound says whether there are as many turns as may be.
func (g *Gate) atBound() bool { return g.bound > 0 && len(g.levels) >= g.bound }

// mayEnter says whether a caller that arrived then may enter now.
func (g *Gate) mayEnter(arrived uint64, anyway bool) bool {
	depth := len(g.levels)
	switch {
	case g.inside:
		return false
	case g.atBound():
		return anyway && depth == g.bound
	case depth < g.crowd():
		return true
	}
	innermost := g.levels[depth-1]
	return innermost.stuck || depth < g.limit && (anyway || arrived > innermost.out)
}

func (g *Gate) push() int {
	g.levels = append(g.levels, level{})
	g.inside = true
	g.deepest = max(g.deepest, len(g.levels))
	return len(g.levels) - 1
}

// next gives the turn to whoever is first: the innermost that wants back, then the queue.
func (g *Gate) next() {
	if innermost := len(g.levels) - 1; innermost >= 0 && g.levels[innermost].back != nil {
		g.inside = true
		g.wake(innermost)
		return
	}
	for place := g.queue.Front(); place != nil; place = place.Next() {
		if w := place.Value.(*waiter); g.mayEnter(w.arrived, w.anyway) {
			g.queue.Remove(place)
			w.level = g.push()
			close(w.admitted)
			return
		}
	}
}

func (g *Gate) wake(i int) {
	if back := g.levels[i].back; back != nil {
		g.levels[i].back = nil
		close(back)
	}
}

func (g *Gate) refuse(err error) {
	if g.shut == nil {
		g.shut = err
	}
	for first := g.queue.Front(); first != nil; first = g.queue.Front() {
		w := g.queue.Remove(first).(*waiter)
		w.level = refused
		close(w.admitted)
	}
}

func (g *Gate) mustBeInside(level int) {
	if level != len(g.levels)-1 || !g.inside {
		panic("gate: only the innermost turn can do that, and only when it is inside")
	}
}
