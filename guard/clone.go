package main

import "unsafe"

// cloneArguments is struct clone_args of linux/sched.h, version 0.
type cloneArguments struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls uint64
}

const cloneArgumentsSize = unsafe.Sizeof(cloneArguments{})

var newUserArguments = cloneArguments{flags: 0x10000000, exitSignal: 17} // CLONE_NEWUSER, SIGCHLD

func unsafeCloneArguments() uintptr { return uintptr(unsafe.Pointer(&newUserArguments)) }
