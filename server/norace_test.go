//go:build !race

package server

// streamedBytes is how much the test of large bodies moves.
const streamedBytes = 1 << 30

// shadows says that memory is shadowed, as by the race detector.
const shadows = false
