package main

import (
	"strings"

	"golang.org/x/sys/unix"
)

func openSocket(o order) outcome {
	socket, err := unix.Socket(o.Family, o.Type|unix.SOCK_CLOEXEC, o.Protocol)
	if err != nil {
		return failed("socket", err)
	}
	return failed("close", unix.Close(socket))
}

// Address families whose packets, where the kernel has them, pass by the table: it holds IPv4 and IPv6.
var foreignFamilies = []struct {
	name   string
	family int
}{
	{"AX25", unix.AF_AX25}, {"IPX", unix.AF_IPX}, {"APPLETALK", unix.AF_APPLETALK}, {"NETROM", unix.AF_NETROM},
	{"X25", unix.AF_X25}, {"ROSE", unix.AF_ROSE}, {"ATMPVC", unix.AF_ATMPVC}, {"ATMSVC", unix.AF_ATMSVC},
	{"RDS", unix.AF_RDS}, {"PPPOX", unix.AF_PPPOX}, {"LLC", unix.AF_LLC}, {"IB", unix.AF_IB}, {"MPLS", unix.AF_MPLS},
	{"CAN", unix.AF_CAN}, {"TIPC", unix.AF_TIPC}, {"BLUETOOTH", unix.AF_BLUETOOTH}, {"IUCV", unix.AF_IUCV},
	{"RXRPC", unix.AF_RXRPC}, {"ISDN", unix.AF_ISDN}, {"PHONET", unix.AF_PHONET}, {"IEEE802154", unix.AF_IEEE802154},
	{"CAIF", unix.AF_CAIF}, {"NFC", unix.AF_NFC}, {"QIPCRTR", unix.AF_QIPCRTR}, {"XDP", unix.AF_XDP}, {"MCTP", 45},
}

// openFamilies succeeds if a socket of any foreign family can be opened, and tells of which.
func openFamilies() outcome {
	var opened []string
	last := outcome{}
	for _, foreign := range foreignFamilies {
		for _, kind := range []int{unix.SOCK_DGRAM, unix.SOCK_STREAM, unix.SOCK_SEQPACKET, unix.SOCK_RAW, unix.SOCK_RDM} {
			result := openSocket(order{Family: foreign.family, Type: kind})
			if result.succeeded() {
				opened = append(opened, foreign.name)
				break
			}
			last = result
		}
	}
	if len(opened) > 0 {
		return outcome{Detail: strings.Join(opened, " ")}
	}
	return last
}

// newUserNamespace tries clone and clone3, which seccomp profiles treat differently. A child that comes into being ends at once.
func newUserNamespace() outcome {
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno == 0 {
		return born(pid)
	}
	first := errno
	arguments := unsafeCloneArguments()
	pid, _, errno = unix.RawSyscall(unix.SYS_CLONE3, arguments, cloneArgumentsSize, 0)
	if errno == 0 {
		return born(pid)
	}
	return failed("clone", first)
}

func born(pid uintptr) outcome {
	if pid == 0 {
		for {
			unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
	var status unix.WaitStatus
	_, err := unix.Wait4(int(pid), &status, 0, nil)
	return failed("wait", err)
}

func touchNetfilter() outcome {
	nf, err := openNetfilter()
	if err != nil {
		return outcome{Errno: unix.EPERM, Step: err.Error()}
	}
	defer nf.close()
	if _, err = nf.get(unix.NFT_MSG_GETTABLE, text(unix.NFTA_TABLE_NAME, table)); err == nil {
		return outcome{}
	}
	return failed("nf_tables", err)
}
