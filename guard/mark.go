package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// The device that has it is in every network namespace, and a container finds it at /sys/class/net/lo/ifalias.
	markedDevice = "lo"
	// The proxy knows it by heart: dev.sallyport.sidecar.main.Fence.
	fencedMark = "sallyport: fenced"
	readyPause = 10 * time.Millisecond
)

// mark tells the proxy, which waits for it before it opens a port, that the rules are in force and proved. It is the alias of a
// network device (ip-link(8)), which needs NET_ADMIN to be set and is gone with the network namespace: unlike a file in a volume it
// cannot outlive the rules that it vouches for.
func mark(text string) error {
	device, err := net.InterfaceByName(markedDevice)
	if err != nil {
		return fmt.Errorf("the mark: %w", err)
	}
	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("the mark: netlink socket: %w", err)
	}
	defer unix.Close(socket)
	// struct ifinfomsg of linux/rtnetlink.h: family, padding, type, index, flags, change.
	payload := binary.NativeEndian.AppendUint32(make([]byte, 4), uint32(device.Index))
	payload = append(payload, make([]byte, 8)...)
	payload = append(payload, attribute(unix.IFLA_IFALIAS, []byte(text))...)
	const sequence = 1
	err = errors.Join(
		unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, timeval(2*time.Second)),
		unix.Sendto(socket, netlinkMessage(unix.RTM_SETLINK, unix.NLM_F_REQUEST|unix.NLM_F_ACK, sequence, payload), 0,
			&unix.SockaddrNetlink{Family: unix.AF_NETLINK}),
	)
	if err != nil {
		return fmt.Errorf("the mark: %w", err)
	}
	answer := make([]byte, 4096)
	length, _, err := unix.Recvfrom(socket, answer, 0)
	switch {
	case err != nil:
		return fmt.Errorf("the mark: %w", err)
	case length < unix.NLMSG_HDRLEN+4 || binary.NativeEndian.Uint16(answer[4:]) != unix.NLMSG_ERROR:
		return errors.New("the mark: netlink: an answer to another question")
	}
	if errno := unix.Errno(-int32(binary.NativeEndian.Uint32(answer[unix.NLMSG_HDRLEN:]))); errno != 0 {
		return fmt.Errorf("the mark: %w", errno)
	}
	return nil
}

// forget takes back what an earlier start may have left behind: the mark, and the proxy's word that it takes requests.
func forget(s settings) error {
	if err := mark(""); err != nil {
		return err
	}
	if s.ready == "" {
		return nil
	}
	if err := os.Remove(s.ready); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// awaitReady waits until the proxy says by a file that it takes requests, as long as that takes: it may wait for a Secret.
func awaitReady(ctx context.Context, file string) error {
	for {
		if _, err := os.Lstat(file); err == nil {
			return nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("whether the proxy takes requests: %w", err)
		}
		select {
		case <-ctx.Done():
			return errors.New("the guard was told to end before the proxy took requests")
		case <-time.After(readyPause):
		}
	}
}
