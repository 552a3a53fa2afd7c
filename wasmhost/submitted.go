package wasmhost

import (
	"context"
	"sync"

	"github.com/mmpy/mmpy/abi"
)

// submitted are the API calls of one instance that the guest has submitted: those under way, and those whose response it
// has not collected. They belong to the instance, not to the hook that has submitted them.
//
// What they hold outside of the guest's memory, requests and responses, is never more than that memory may be.
type submitted struct {
	mu        sync.Mutex
	last      int64                    // ticket
	calls     map[int64]*submittedCall // by ticket
	forgotten int                      // calls without a ticket that are still under way
	held      uint64                   // bytes of requests and responses
	limit     uint64                   // of held
	changed   chan struct{}            // closed, and another one made, when a call completes
	stopped   bool                     // contexts are cancelled from the start
}

type submittedCall struct {
	ticket    int64
	ctx       context.Context
	cancel    context.CancelFunc
	complete  bool
	forgotten bool
	response  []byte
	status    abi.Status // below 0: there is no response
}

func newSubmitted(limit uint64) *submitted {
	return &submitted{calls: map[int64]*submittedCall{}, limit: limit, changed: make(chan struct{})}
}

// add notes a call with a request of that length, which is to be carried out with the context that it is given.
func (s *submitted) add(ctx context.Context, request int) (*submittedCall, abi.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls)+s.forgotten >= abi.MaxSubmitted || s.held+uint64(request) > s.limit {
		return nil, abi.StatusQuota
	}
	s.last++
	call := &submittedCall{ticket: s.last}
	call.ctx, call.cancel = context.WithCancel(ctx)
	if s.stopped {
		call.cancel()
	}
	s.held += uint64(request)
	s.calls[call.ticket] = call
	return call, 0
}

// complete notes the outcome of a call whose request had that length.
func (s *submitted) complete(call *submittedCall, request int, response []byte, status abi.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.cancel()
	call.complete = true
	s.held -= uint64(request)
	if call.forgotten {
		s.forgotten--
		return
	}
	if s.held+uint64(len(response)) > s.limit {
		response, status = nil, abi.StatusQuota
	}
	call.response, call.status = response, status
	s.held += uint64(len(response))
	close(s.changed)
	s.changed = make(chan struct{})
}

// sort moves the tickets of complete calls to the front and says how many they are. It is false when one is no ticket.
// When changed is closed it is time to look again.
func (s *submitted) sort(tickets []int64) (complete int, changed <-chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, ticket := range tickets {
		call := s.calls[ticket]
		if call == nil {
			return 0, nil, false
		}
		if call.complete {
			tickets[complete], tickets[n] = ticket, tickets[complete]
			complete++
		}
	}
	return complete, s.changed, true
}

// collect gives the outcome of a complete call, whose ticket is void from then on.
func (s *submitted) collect(ticket int64) (response []byte, status abi.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := s.calls[ticket]
	if call == nil || !call.complete {
		return nil, abi.StatusInvalid
	}
	delete(s.calls, ticket)
	s.held -= uint64(len(call.response))
	return call.response, call.status
}

// forget voids a ticket. A call that is under way has its context cancelled.
func (s *submitted) forget(ticket int64) abi.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := s.calls[ticket]
	if call == nil {
		return abi.StatusInvalid
	}
	delete(s.calls, ticket)
	if call.complete {
		s.held -= uint64(len(call.response))
		return 0
	}
	call.forgotten = true
	s.forgotten++
	call.cancel()
	return 0
}

// stop cancels the contexts of all calls, and of those to come.
func (s *submitted) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	for _, call := range s.calls {
		call.cancel()
	}
}
