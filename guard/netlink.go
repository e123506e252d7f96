package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// netlink speaks with one part of the kernel (netlink(7)): a message, and one answer to it.
type netlink struct {
	socket   int
	sequence uint32
}

func openNetlink(protocol int) (*netlink, error) {
	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return nil, fmt.Errorf("netlink socket: %w", err)
	}
	timeout := unix.NsecToTimeval((2 * time.Second).Nanoseconds())
	err = errors.Join(
		unix.Bind(socket, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}),
		unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout),
	)
	if err != nil {
		return nil, errors.Join(err, unix.Close(socket))
	}
	return &netlink{socket: socket}, nil
}

func (n *netlink) close() error { return unix.Close(n.socket) }

// ask sends one message and returns what its answer carries, which is nothing where that is an acknowledgement; an error of the
// kernel's is a unix.Errno.
func (n *netlink) ask(kind uint16, flags uint16, payload []byte) ([]byte, error) {
	n.sequence++
	message := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(payload)))
	message = binary.NativeEndian.AppendUint16(message, kind)
	message = binary.NativeEndian.AppendUint16(message, unix.NLM_F_REQUEST|flags)
	message = binary.NativeEndian.AppendUint32(message, n.sequence)
	message = binary.NativeEndian.AppendUint32(message, 0)
	message = append(message, payload...)
	if err := unix.Sendto(n.socket, message, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	buffer := make([]byte, 16384)
	length, _, err := unix.Recvfrom(n.socket, buffer, 0)
	if err != nil {
		return nil, err
	}
	answer := buffer[:length]
	if length < unix.NLMSG_HDRLEN+4 || binary.NativeEndian.Uint32(answer[8:]) != n.sequence {
		return nil, errors.New("netlink: an answer to another question")
	}
	end := int(binary.NativeEndian.Uint32(answer))
	if end < unix.NLMSG_HDRLEN+4 || end > length {
		return nil, errors.New("netlink: an answer cut short")
	}
	if binary.NativeEndian.Uint16(answer[4:]) != unix.NLMSG_ERROR {
		return answer[unix.NLMSG_HDRLEN:end], nil
	}
	if errno := unix.Errno(-int32(binary.NativeEndian.Uint32(answer[unix.NLMSG_HDRLEN:]))); errno != 0 {
		return nil, errno
	}
	return nil, nil
}

func attribute(kind uint16, value []byte) []byte {
	encoded := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)))
	encoded = binary.NativeEndian.AppendUint16(encoded, kind)
	encoded = append(encoded, value...)
	return append(encoded, make([]byte, -len(encoded)&3)...)
}

func parseAttributes(encoded []byte) (map[uint16][]byte, error) {
	attributes := map[uint16][]byte{}
	for len(encoded) >= 4 {
		length := int(binary.NativeEndian.Uint16(encoded))
		if length < 4 || length > len(encoded) {
			return nil, errors.New("netlink: an attribute of a wrong length")
		}
		const kindMask = 0x3fff // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
		attributes[binary.NativeEndian.Uint16(encoded[2:])&kindMask] = encoded[4:length]
		encoded = encoded[min((length+3)&^3, len(encoded)):]
	}
	return attributes, nil
}
