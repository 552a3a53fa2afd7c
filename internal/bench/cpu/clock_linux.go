package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is the processor time of the current thread.
func threadTime() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano()), err
}
