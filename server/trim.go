package server

import (
	"runtime/debug"
	"time"
)

// trimDelay is how long after its activation a plugin's process gives back what starting took.
const trimDelay = time.Second

// trimLater gives memory back that only starting has used: what is free of Go's heap, and the pages of this program's
// file that lie in memory. Those that are needed again come back from the system's cache of files.
func trimLater() {
	time.AfterFunc(trimDelay, func() {
		debug.FreeOSMemory()
		dropFilePages()
	})
}
