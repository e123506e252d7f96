package main

import (
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// order is one thing that a worker is told to do. Workers have the user that matters; the guard, which may read the counters,
// tells them what to do one by one.
type order struct {
	Do       string `json:"do"`
	To       string `json:"to,omitempty"`     // IP:PORT, with a zone where it needs one
	From     string `json:"from,omitempty"`   // source address to bind
	Spoof    bool   `json:"spoof,omitempty"`  // From is not the pod's: bind it all the same
	Device   string `json:"device,omitempty"` // to bind to
	Family   int    `json:"family,omitempty"` // for do socket; address families of do tcp and udp follow To
	Type     int    `json:"type,omitempty"`
	Protocol int    `json:"protocol,omitempty"`
	FastOpen bool   `json:"fastOpen,omitempty"` // send data with the SYN
	Answer   bool   `json:"answer,omitempty"`   // wait for a datagram back
	UID      uint32 `json:"uid,omitempty"`
	Bound    int64  `json:"bound,omitempty"` // nanoseconds
}

// outcome is what came of an order. Without an error number it succeeded, unless it timed out.
type outcome struct {
	Errno    unix.Errno `json:"errno,omitempty"`
	Step     string     `json:"step,omitempty"` // the system call that failed
	TimedOut bool       `json:"timedOut,omitempty"`
	Answered bool       `json:"answered,omitempty"`
	NoRoute  bool       `json:"noRoute,omitempty"` // the kernel has no route: nothing was sent
	Port     uint16     `json:"port,omitempty"`
	Detail   string     `json:"detail,omitempty"`
	Nanos    int64      `json:"nanos"`
	Identity *identity  `json:"identity,omitempty"`
	Broken   string     `json:"broken,omitempty"` // the worker could not do it at all
}

func (o outcome) succeeded() bool { return o.Errno == 0 && !o.TimedOut && o.Broken == "" }

func (o outcome) String() string {
	switch {
	case o.Broken != "":
		return o.Broken
	case o.TimedOut:
		return "no answer"
	case o.Errno != 0:
		return o.Step + ": " + errnoName(o.Errno)
	case o.Detail != "":
		return o.Detail
	}
	return "success"
}

func errnoName(errno unix.Errno) string {
	if name := unix.ErrnoName(errno); name != "" {
		return name
	}
	return fmt.Sprintf("errno %d", int(errno))
}

// performer does orders as the user of this process. What it opens on order it holds until it is told to release it.
type performer struct {
	held     []int
	flows    []flow
	listened []net.Listener
}

type flow struct {
	socket int
	port   uint16
}

func (p *performer) do(o order) outcome {
	begun := time.Now()
	result := p.perform(o)
	result.Nanos = time.Since(begun).Nanoseconds()
	return result
}

func (p *performer) perform(o order) outcome {
	switch o.Do {
	case "identity":
		return readIdentity()
	case "tcp":
		return connectTCP(o)
	case "udp":
		return sendUDP(o)
	case "ping":
		return ping(o)
	case "socket":
		return openSocket(o)
	case "families":
		return openFamilies()
	case "user-namespace":
		return newUserNamespace()
	case "become":
		_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(o.UID), uintptr(o.UID), uintptr(o.UID))
		return failed("setresuid", errno)
	case "netfilter":
		return touchNetfilter()
	case "bind":
		return p.listen(o, false)
	case "take":
		return p.listen(o, true)
	case "join":
		return p.join(o)
	case "loopback":
		return p.loopback(o)
	case "serve":
		return p.serve(o)
	case "flow":
		return p.openFlow(o)
	case "flow-answered":
		return p.flowAnswered(o)
	case "release":
		p.release()
		return outcome{}
	}
	return outcome{Broken: "unknown order " + o.Do}
}

func failed(step string, err error) outcome {
	errno, ok := err.(unix.Errno)
	switch {
	case err == nil || ok && errno == 0:
		return outcome{}
	case ok:
		return outcome{Errno: errno, Step: step}
	}
	return outcome{Broken: step + ": " + err.Error()}
}
