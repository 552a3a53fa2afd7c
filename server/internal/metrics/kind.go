package metrics

import (
	"context"
	"errors"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/wasmhost"
)

// Kind is the kind of an error; OK is none.
type Kind uint8

// The kinds. Those of hooks say what became of the handler, those of API calls what the plugin was told.
const (
	OK            Kind = iota
	Exception          // the handler raised one
	Timeout            // the handler took too long
	OutOfMemory        // the handler found no memory
	Busy               // the hook's time was over before its turn came
	Overloaded         // too many hooks were waiting
	Exited             // the interpreter exited
	Killed             // the interpreter did not stop at the deadline
	Crashed            // the interpreter crashed
	Closed             // the interpreter ended, for what another hook did
	NotRunning         // there was no interpreter
	AppError           // an AppError: the handler's answer, or Mattermost's
	Denied             // the plugin was not granted it
	Quota              // a limit of the plugin was used up
	Invalid            // the request was none
	Cancelled          // the hook's deadline had passed
	Unavailable        // Mattermost did not answer
	Unimplemented      // the method is not known
	Internal           // mmpy failed
	kinds
)

var kindNames = [kinds]string{
	Exception: "exception", Timeout: "timeout", OutOfMemory: "out_of_memory", Busy: "busy", Overloaded: "overloaded",
	Exited: "exited", Killed: "killed", Crashed: "crashed", Closed: "closed", NotRunning: "not_running",
	AppError: "app_error", Denied: "denied", Quota: "quota", Invalid: "invalid", Cancelled: "cancelled",
	Unavailable: "unavailable", Unimplemented: "unimplemented", Internal: "internal",
}

var ofCode = map[wasmhost.Code]Kind{
	wasmhost.Exception: Exception, wasmhost.Timeout: Timeout, wasmhost.OutOfMemory: OutOfMemory, wasmhost.Busy: Busy,
	wasmhost.Overloaded: Overloaded, wasmhost.Exited: Exited, wasmhost.Killed: Killed, wasmhost.Trap: Crashed,
	wasmhost.Closed: Closed, wasmhost.BadGuest: Crashed, wasmhost.TooLarge: Quota,
}

var ofStatus = map[abi.Status]Kind{
	abi.StatusDenied: Denied, abi.StatusQuota: Quota, abi.StatusInvalid: Invalid, abi.StatusCancelled: Cancelled,
	abi.StatusUnavailable: Unavailable, abi.StatusUnimplemented: Unimplemented, abi.StatusInternal: Internal,
	abi.StatusBadPointer: Invalid,
}

// OfHook is the kind of an error that a hook failed with, or an interpreter ended with.
func OfHook(err error) Kind {
	if err == nil {
		return OK
	}
	if failure, ok := errors.AsType[*wasmhost.Error](err); ok {
		if kind, ok := ofCode[failure.Code]; ok {
			return kind
		}
	}
	return Internal
}

// OfCall is the kind of error that an API call ended with.
func OfCall(response []byte, err error) Kind {
	if err == nil {
		if !hasError(response) {
			return OK
		}
		switch errorID(response) {
		case grant.DeniedID:
			return Denied
		case grant.QuotaID:
			return Quota
		}
		return AppError
	}
	var status abi.Status
	switch {
	case errors.As(err, &status):
		if kind, ok := ofStatus[status]; ok {
			return kind
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Cancelled
	}
	return Internal
}

// hasError says whether an encoded response has an AppError. That is the field 1 of every response, and is written
// first.
func hasError(response []byte) bool {
	return len(response) > 0 && response[0] == byte(1<<3|protowire.BytesType)
}

// errorID is the id of the AppError in an encoded response that has one. It is the field 1 of the error, and is written
// first, too.
func errorID(response []byte) string {
	failure, n := protowire.ConsumeBytes(response[1:])
	if n < 0 || !hasError(failure) {
		return ""
	}
	id, _ := protowire.ConsumeString(failure[1:])
	return id
}

// OfEnd is why an interpreter has ended.
func OfEnd(cause error) Kind {
	switch kind := OfHook(cause); kind {
	case Exited, Killed, Crashed, OutOfMemory:
		return kind
	}
	return Internal
}

// String is the kind's name in the metrics; "" where there was no error.
func (k Kind) String() string { return kindNames[k] }
