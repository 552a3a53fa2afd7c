//go:build amd64 || arm64

package confine

// Seal refuses, from now on and to all threads, every system call that the process does not need: new programs and
// processes, sockets (unless the room has the network: then those of TCP and UDP), new listeners, signals to other processes,
// and what few programs ever call. What it needs is a list, so what a kernel learns later is refused as well. Call it when
// the process listens for its server.
func (w *Walls) Seal() {
	if w.Mode == Off {
		return
	}
	program, err := allowOnly(systemCalls(w.room.Network))
	if err == nil {
		err = filterThreads(program)
	}
	w.note("seccomp", err)
}

// SealCode refuses, from now on and to all threads, that memory becomes code: what was compiled until then is all that the
// process can ever run.
func (w *Walls) SealCode() {
	if w.Mode == Off {
		return
	}
	program, err := allowNoCode()
	if err == nil {
		err = filterThreads(program)
	}
	w.note("no new code", err)
}
