package site

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a program that runs until stop. It gets the interrupt signal when it is told to stop, and also when the
// program that started it ends without telling it.
type process struct {
	name   string
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // what Wait returned, once exited is closed
}

// startProcess starts cmd, in a process group of its own so that an interrupt from the terminal reaches it only once.
// What cmd.SysProcAttr says already is kept.
func startProcess(name string, cmd *exec.Cmd) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	p := &process{name: name, cmd: cmd, exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux sends Pdeathsig when the thread that started the process ends, so this one stays.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// stop interrupts the process and waits until it is gone; after the grace time it kills it.
func (p *process) stop(grace time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGINT) // fails only when it is gone
	select {
	case <-p.exited:
		return nil
	case <-time.After(grace):
	}
	_ = p.cmd.Process.Kill()
	<-p.exited
	return fmt.Errorf("stop %s: still running %v after the interrupt, killed", p.name, grace)
}
