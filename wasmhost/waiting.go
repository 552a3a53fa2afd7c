package wasmhost

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/guestmem"
)

// forever is a timeout that never ends.
const forever time.Duration = -1

// pause lets others in until ready is closed, the timeout is over, another call has ended on top of this one (when
// c.visits is made) or the time of this one is over. It says whether an exception was raised in the guest.
func (c *call) pause(ready <-chan struct{}, timeout time.Duration) (interrupted bool) {
	done := c.done()
	if c.over {
		done = nil
		until := c.hard
		if c.instance.interrupts.known && c.next.Before(until) {
			until = c.next
		}
		if left := max(time.Until(until), 0); timeout < 0 || left < timeout {
			timeout = left
		}
	} else if c.driving || c.inherited {
		if left := max(time.Until(c.soft), 0); timeout < 0 || left < timeout {
			timeout = left
		}
	}
	var doneBelow <-chan struct{}
	if !c.over && c.below != nil {
		doneBelow = c.below.done()
	}
	var alarm <-chan time.Time
	if timeout >= 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		alarm = timer.C
	}
	c.stepOut(now())
	select {
	case <-ready:
	case <-alarm:
	case <-c.visits:
	case <-done:
	case <-doneBelow:
	case <-c.instance.died:
	}
	return c.stepIn()
}

// submit starts an API call and gives the ticket for it. It is carried out whatever becomes of the hook, with what the
// hook's context holds but not its end.
func (c *call) submit(memory api.Memory, method abi.Method, span guestmem.Span, wake bool) int64 {
	i := c.instance
	switch {
	case !span.In(memory):
		return int64(abi.StatusBadPointer)
	case c.over:
		return int64(abi.StatusCancelled)
	}
	answer, failure, tooLong := c.oversize(method, span.Len())
	var request []byte
	if !tooLong {
		request, _ = span.Append(memory, nil)
	}
	call, status := i.submitted.add(context.WithoutCancel(c.callContext()), len(request))
	if status < 0 {
		return int64(status)
	}
	if wake {
		i.waking.began()
	} else if c.caused == 0 { // what it causes may arrive before this call waits for it
		c.caused = i.gate.Event()
	}
	i.background.run(func() {
		response, err := answer, failure
		if !tooLong {
			response, err = i.callOut(call.ctx, method, request)
		}
		var status abi.Status
		if err != nil {
			status = i.statusOf(method, err)
		}
		i.submitted.complete(call, len(request), response, status)
		if wake {
			i.returned()
		}
	})
	return call.ticket
}

// wait waits until one of the submitted calls is complete, whose tickets lie at the pointer, and moves the tickets of
// those that are to the front.
func (c *call) wait(memory api.Memory, pointer, count uint64, timeout time.Duration) int64 {
	const size = 8 // of a ticket
	if api.DecodeU32(count) > abi.MaxSubmitted {
		return int64(abi.StatusInvalid)
	}
	array := guestmem.At(pointer, size*uint64(api.DecodeU32(count)))
	view, ok := array.View(memory)
	if !ok {
		return int64(abi.StatusBadPointer)
	}
	tickets := make([]int64, len(view)/size)
	for n := range tickets {
		tickets[n] = int64(binary.LittleEndian.Uint64(view[size*n:]))
	}
	end := time.Now().Add(timeout)
	interrupted, over := c.watch(), c.over
	for {
		complete, changed, ok := c.instance.submitted.sort(tickets)
		switch {
		case !ok:
			return int64(abi.StatusInvalid)
		case complete > 0:
			sorted := make([]byte, 0, array.Len())
			for _, ticket := range tickets {
				sorted = binary.LittleEndian.AppendUint64(sorted, uint64(ticket))
			}
			array.Write(memory, sorted)
			return int64(complete)
		case interrupted || c.over && !over:
			return int64(abi.StatusCancelled)
		}
		left := forever
		if timeout >= 0 {
			if left = time.Until(end); left <= 0 {
				return 0
			}
		}
		if len(tickets) == 0 {
			changed = nil
		}
		c.visits, c.visited = make(chan struct{}, 1), false
		interrupted = c.pause(changed, left)
		c.visits = nil
		switch { // who was here may have changed what the guest waits for, and collected some of it
		case c.visited && interrupted:
			return int64(abi.StatusCancelled)
		case c.visited:
			return 0
		}
	}
}

// collect is what a direct call would have given, had it been the one of that ticket.
func (c *call) collect(memory api.Memory, ticket int64, response guestmem.Span) int64 {
	c.kept = nil
	c.watch()
	if !response.In(memory) {
		return int64(abi.StatusBadPointer)
	}
	answer, status := c.instance.submitted.collect(ticket)
	if status < 0 {
		return int64(status)
	}
	return c.give(memory, answer, response)
}
