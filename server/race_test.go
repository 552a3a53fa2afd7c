//go:build race

package server

// streamedBytes is how much the test of large bodies moves: less under the race detector, which makes each byte slow.
const streamedBytes = 128 << 20

// shadows says that memory is shadowed: the detector keeps some for every address that was ever used.
const shadows = true
