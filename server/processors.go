package server

import (
	"os"
	"runtime"
)

// limitProcessors leaves a plugin's process as many processors as it may have interpreters: nothing else in it computes.
// With more of them Go wakes another thread for each of the goroutines that hand a hook on, and takes the hook to another
// processor, where nothing of it is in the caches. Starting and compiling use all of them, and who has set GOMAXPROCS
// knows why.
//
// A goroutine whose guest computes gives way to others at its next tick once Go asks it to, which is after 10 ms.
func limitProcessors(interpreters int) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(min(interpreters, runtime.GOMAXPROCS(0)))
	}
}
