package server

import (
	"testing"
	"time"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/metrics"
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
	var counts metrics.Recorder
	response := []byte("x")
	b.ReportAllocs()
	for b.Loop() {
		counts.Method(abi.GetUser, metrics.Since(metrics.Now()), metrics.OfCall(response, nil))
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
