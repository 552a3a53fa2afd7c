//go:build unix && !linux

package linearmem

const noReserve = 0
