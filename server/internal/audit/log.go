package audit

import (
	"container/heap"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
)

const (
	interval  = 10 * time.Second // between two records of the same
	maxSeries = 1024             // different ones that are told apart at a time
	perSecond = 10               // records of all kinds
	burst     = 200              // and at once
	others    = "(others)"       // those for which there is no room
)

// A Log writes records. It is safe for any number of goroutines. One of its own writes, and only as long as there is
// something to be written.
type Log struct {
	plugin string // its id
	log    *slog.Logger
	api    func() plugin.API // may return nil: then there is no audit log
	who    whoFunc

	mu       sync.Mutex
	series   map[seriesKey]*series
	due      queue     // those with something to be written
	next     time.Time // when there may be another record
	swept    time.Time // when series were last forgotten
	working  bool
	flushing int
	wake     chan struct{} // tells the goroutine that the first of the queue may be another
	idle     chan struct{} // closed when the goroutine has ended
}

// New makes a log of a plugin. who finds in a context on whose behalf something happens.
func New(plugin string, log *slog.Logger, api func() plugin.API, who func(context.Context) Who) *Log {
	return &Log{
		plugin: plugin, log: log, api: api, who: who,
		series: map[seriesKey]*series{}, wake: make(chan struct{}, 1),
	}
}

// seriesKey says what is the same.
type seriesKey struct {
	event  Event
	what   string
	failed bool
	code   int
}

// series is what has happened of one kind and has not been written.
type series struct {
	key     seriesKey
	count   int
	first   entry     // the particulars of the first one
	last    time.Time // when the last one was
	at      time.Time // when it may be written
	written time.Time // when it was, the last time
}

// entry is an Entry with what belongs to it.
type entry struct {
	Entry
	who Who
	at  time.Time
}

// Record notes what has happened. ctx is that of the call or the hook.
func (l *Log) Record(ctx context.Context, e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	s := l.find(seriesKey{e.Event, e.What, e.Failed, e.Code}, now)
	s.count++
	s.last = now
	if s.count > 1 {
		return
	}
	s.first = entry{e, l.who(ctx), now}
	s.first.What = s.key.what
	s.at = now
	if !s.written.IsZero() && now.Before(s.written.Add(interval)) {
		s.at = s.written.Add(interval)
	}
	heap.Push(&l.due, s)
	switch {
	case !l.working:
		l.working, l.idle = true, make(chan struct{})
		go l.work()
	case l.due[0] == s:
		l.poke()
	}
}

// find gives the series of a key; of another one where there are too many.
func (l *Log) find(key seriesKey, now time.Time) *series {
	if s := l.series[key]; s != nil {
		return s
	}
	if len(l.series) >= maxSeries && now.Sub(l.swept) >= time.Second {
		l.swept = now
		for key, s := range l.series {
			if s.count == 0 && now.After(s.written.Add(interval)) {
				delete(l.series, key)
			}
		}
	}
	if len(l.series) >= maxSeries {
		key.what = others
		if s := l.series[key]; s != nil {
			return s
		}
	}
	s := &series{key: key}
	l.series[key] = s
	return s
}

func (l *Log) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// work writes what is due until nothing is left.
func (l *Log) work() {
	for {
		first, count, last, wait := l.take()
		switch {
		case count > 0:
			l.write(first, count, last)
		case wait == 0:
			return
		default:
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-l.wake:
				timer.Stop()
			}
		}
	}
}

// take takes the first series that may be written. Where there is none yet it says how long to wait; where there will be
// none, 0: then the goroutine has ended.
func (l *Log) take() (first entry, count int, last time.Time, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.due) == 0 {
		l.working = false
		close(l.idle)
		return entry{}, 0, time.Time{}, 0
	}
	now := time.Now()
	// Each record takes its part of a second from what is left of the last burst.
	if full := now.Add(-burst * time.Second / perSecond); l.next.Before(full) {
		l.next = full
	}
	s := l.due[0]
	if l.flushing == 0 {
		if wait := max(s.at.Sub(now), l.next.Sub(now)); wait > 0 {
			return entry{}, 0, time.Time{}, wait
		}
	}
	heap.Pop(&l.due)
	l.next = l.next.Add(time.Second / perSecond)
	first, count, last = s.first, s.count, s.last
	s.first, s.count, s.written = entry{}, 0, now
	return first, count, last, 0
}

// Flush writes what is left, and returns when that is done, or ctx ends.
func (l *Log) Flush(ctx context.Context) {
	l.mu.Lock()
	if !l.working {
		l.mu.Unlock()
		return
	}
	l.flushing++
	idle := l.idle
	l.poke()
	l.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	l.mu.Lock()
	l.flushing--
	l.mu.Unlock()
}

// queue has the series that are due, the first one first.
type queue []*series

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push and Pop are for package heap.
func (q *queue) Push(s any) { *q = append(*q, s.(*series)) }

func (q *queue) Pop() any {
	n := len(*q) - 1
	s := (*q)[n]
	(*q)[n] = nil
	*q = (*q)[:n]
	return s
}
