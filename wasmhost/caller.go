package wasmhost

import (
	"context"

	"github.com/mmpy/mmpy/abi"
)

// A Caller carries out the API calls of a guest.
//
// Call gets a serialized request message, which is only valid until it returns, and gives the serialized response, which
// must not be changed any more. The context is that of the hook which makes the call. The guest gets an error's
// abi.Status, wherever in the chain it is, or else abi.StatusInternal. One instance may be in several calls at a time,
// since hooks nest and guests submit calls. The context of a submitted call has the values of its hook's but does not end
// with it: only when the guest forgets the call, or the instance dies. A Caller may call Hook on the instance that calls it, with
// the context given; it must not close it.
type Caller interface {
	Call(ctx context.Context, method abi.Method, request []byte) (response []byte, err error)
}

// CallerFunc is a function that is a Caller.
type CallerFunc func(ctx context.Context, method abi.Method, request []byte) ([]byte, error)

// Call calls the function.
func (f CallerFunc) Call(ctx context.Context, method abi.Method, request []byte) ([]byte, error) {
	return f(ctx, method, request)
}

// nobody is the Caller of an instance that was given none.
func nobody(context.Context, abi.Method, []byte) ([]byte, error) {
	return nil, abi.StatusUnimplemented
}
