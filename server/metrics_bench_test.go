package server

import (
	"context"
	"testing"
	"time"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// What counting adds to a hook, and to an API call.

func BenchmarkCountAHook(b *testing.B) {
	p := &Plugin{}
	begin, response := time.Now(), &pb.MessageWillBePostedResponse{}
	b.ReportAllocs()
	for b.Loop() {
		p.count(b.Context(), abi.HookMessageWillBePosted, nil, time.Since(begin), nil, response)
	}
}

func BenchmarkCountAnAPICall(b *testing.B) {
	p := &Plugin{}
	response := []byte("x")
	caller := &meteredCaller{
		wasmhost.CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) { return response, nil }), &p.counts,
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = caller.Call(b.Context(), abi.GetUser, nil)
	}
}

// BenchmarkChooseAGuest is what the pool adds to a hook.
func BenchmarkChooseAGuest(b *testing.B) {
	for _, size := range []int{1, 16} {
		b.Run(map[int]string{1: "of one", 16: "of sixteen"}[size], func(b *testing.B) {
			p := newPool(size, nil)
			for range size {
				p.publish(newGuest())
			}
			b.ReportAllocs()
			for b.Loop() {
				g, err := p.acquire(b.Context(), time.Time{})
				if err != nil {
					b.Fatal(err)
				}
				g.end()
			}
		})
	}
}
