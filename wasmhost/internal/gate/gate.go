// Package gate decides whose turn it is to run an instance.
//
// An instance runs one thing at a time, but its turns nest: while the holder of the turn is outside (its guest code
// waits in a function of the host), another caller may enter on top of it, and the one below comes back only when
// everything above it has left. Whoever enters keeps its own goroutine, so an uncontended turn costs a mutex and
// nothing else.
//
// Callers enter in the order of their arrival. One that wants to come back goes before those that want to enter, so
// that a steady stream of newcomers cannot keep it out.
package gate

import (
	"container/list"
	"context"
	"sync"
)

// Gate hands out nested turns. Make one with New.
type Gate struct {
	mu     sync.Mutex
	limit  int
	levels []level   // the turns that were entered and not left, the innermost last
	inside bool      // the innermost turn runs; otherwise it is outside, or there is none
	queue  list.List // of *waiter, in the order of arrival
	shut   error     // nobody enters any more
	cut    bool      // and nobody comes back
	left   int       // how many of levels have left after the cut, when they go in any order
}

type level struct {
	back chan struct{} // closed when the turn may go on; nil unless it waits for that
}

type waiter struct {
	admitted chan struct{} // closed when the turn was given, or will never be
	level    int           // of the turn, or refused
}

const refused = -1

// New makes a gate for at most limit nested turns.
func New(limit int) *Gate { return &Gate{limit: limit, levels: make([]level, 0, limit)} }

// Enter waits for a turn and gives its level: 0 for the outermost, 1 for one on top of it, …. The error is that of
// Shut, or ctx's when it ends first. Each turn must be given back with Leave.
func (g *Gate) Enter(ctx context.Context) (int, error) {
	g.mu.Lock()
	if g.shut != nil {
		defer g.mu.Unlock()
		return 0, g.shut
	}
	if g.queue.Len() == 0 && g.mayEnter() {
		defer g.mu.Unlock()
		return g.push(), nil
	}
	w := &waiter{admitted: make(chan struct{})}
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

// StepOut lets others enter on top of the turn, which must be inside.
func (g *Gate) StepOut(level int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cut {
		return
	}
	g.mustBeInside(level)
	g.inside = false
	g.next()
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
func (g *Gate) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.queue.Len()
}

// Depth is the number of turns that were entered and not left.
func (g *Gate) Depth() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.levels) - g.left
}

// What follows needs g.mu.

func (g *Gate) idle() bool { return g.shut != nil && len(g.levels) == g.left }

func (g *Gate) mayEnter() bool { return !g.inside && len(g.levels) < g.limit }

func (g *Gate) push() int {
	g.levels = append(g.levels, level{})
	g.inside = true
	return len(g.levels) - 1
}

// next gives the turn to whoever is first: the innermost that wants back, then the queue.
func (g *Gate) next() {
	if innermost := len(g.levels) - 1; innermost >= 0 && g.levels[innermost].back != nil {
		g.inside = true
		g.wake(innermost)
		return
	}
	if first := g.queue.Front(); first != nil && g.mayEnter() {
		w := g.queue.Remove(first).(*waiter)
		w.level = g.push()
		close(w.admitted)
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
