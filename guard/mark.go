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
	if err := setAlias(markedDevice, text); err != nil {
		return fmt.Errorf("the mark: %w", err)
	}
	return nil
}

func setAlias(name, text string) error {
	device, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	kernel, err := openNetlink(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer kernel.close()
	// struct ifinfomsg of linux/rtnetlink.h: family, padding, type, index, flags, change.
	payload := binary.NativeEndian.AppendUint32(make([]byte, 4), uint32(device.Index))
	payload = append(payload, make([]byte, 8)...)
	payload = append(payload, attribute(unix.IFLA_IFALIAS, []byte(text))...)
	_, err = kernel.ask(unix.RTM_SETLINK, unix.NLM_F_ACK, payload)
	return err
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
