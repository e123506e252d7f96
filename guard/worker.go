package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// workerCommand makes the program a worker. Nobody gains by calling it: it has the rights of the caller.
const workerCommand = "worker"

// work does orders, one a line, until there are no more: when the guard ends, its workers do. The guard could not kill them,
// for want of CAP_KILL.
func work(orders io.Reader, outcomes io.Writer) error {
	lines, encoder := json.NewDecoder(orders), json.NewEncoder(outcomes)
	var p performer
	defer p.release()
	for {
		var o order
		if err := lines.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(p.do(o)); err != nil {
			return err
		}
	}
}

// worker is a child process with another user.
type worker struct {
	user    agent
	process *exec.Cmd
	orders  io.WriteCloser
	encoder *json.Encoder
	replies chan reply
	// A worker that has not answered in time is not asked again: its answers would be taken for those to later orders.
	broken error
}

type reply struct {
	outcome outcome
	err     error
}

// grace is what an answer may take beyond the bound of the attempt, on a machine that is busy with other pods.
const grace = 10 * time.Second

func startWorker(ctx context.Context, user agent) (*worker, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process := exec.CommandContext(ctx, program, workerCommand)
	process.Env = []string{"GOMAXPROCS=1"} // it does one thing at a time
	process.Dir = "/"
	process.Stderr = os.Stderr
	process.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user.UID, Gid: user.GID}}
	// Not Kill: it may not. Closing its orders ends it.
	orders, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	process.Cancel = orders.Close
	process.WaitDelay = time.Second
	outcomes, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("becoming %s: %w", user, err)
	}
	w := &worker{user: user, process: process, orders: orders, encoder: json.NewEncoder(orders), replies: make(chan reply, 1)}
	go func() {
		decoder := json.NewDecoder(bufio.NewReader(outcomes))
		for {
			var r reply
			r.err = decoder.Decode(&r.outcome)
			w.replies <- r
			if r.err != nil {
				return
			}
		}
	}()
	return w, w.hasNoRights()
}

func (w *worker) hasNoRights() error {
	result := w.do(order{Do: "identity"})
	if result.Identity == nil {
		return fmt.Errorf("the worker for %s: %s", w.user, result)
	}
	if err := errors.Join(result.Identity.is(w.user), result.Identity.lacksRights()); err != nil {
		return fmt.Errorf("the worker for %s: %w", w.user, err)
	}
	return nil
}

func (w *worker) do(o order) outcome {
	if w.broken == nil {
		w.broken = w.encoder.Encode(o)
	}
	if w.broken != nil {
		return outcome{Broken: w.broken.Error()}
	}
	timer := time.NewTimer(time.Duration(o.Bound) + grace)
	defer timer.Stop()
	select {
	case r := <-w.replies:
		if r.err == nil {
			return r.outcome
		}
		w.broken = fmt.Errorf("the worker for %s ended: %w", w.user, r.err)
	case <-timer.C:
		w.broken = fmt.Errorf("the worker for %s does not answer", w.user)
	}
	return outcome{Broken: w.broken.Error()}
}

// end waits until the process is gone, and its ports with it.
func (w *worker) end() error {
	return errors.Join(w.orders.Close(), w.process.Wait())
}
