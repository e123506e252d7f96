package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

const (
	table       = "sallyport"
	verdictDrop = 0 // NF_DROP of linux/netfilter.h
)

// Hooks of linux/netfilter.h.
const (
	hookInput   = 1
	hookForward = 2
	hookOutput  = 3
)

// netfilter reads nf_tables through netlink: a counter takes microseconds, where the nft program takes milliseconds.
// The layout is linux/netfilter/nf_tables.h and nfnetlink.h.
type netfilter struct {
	socket   int
	sequence uint32
}

func openNetfilter() (*netfilter, error) {
	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, fmt.Errorf("netlink socket: %w", err)
	}
	err = errors.Join(
		unix.Bind(socket, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}),
		unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, timeval(2*time.Second)),
	)
	if err != nil {
		return nil, errors.Join(err, unix.Close(socket))
	}
	return &netfilter{socket: socket}, nil
}

func (n *netfilter) close() error { return unix.Close(n.socket) }

// packets reads a named counter.
func (n *netfilter) packets(counter string) (uint64, error) {
	attributes, err := n.get(unix.NFT_MSG_GETOBJ, join(
		text(unix.NFTA_OBJ_TABLE, table),
		text(unix.NFTA_OBJ_NAME, counter),
		attribute(unix.NFTA_OBJ_TYPE, binary.BigEndian.AppendUint32(nil, unix.NFT_OBJECT_COUNTER)),
	))
	if err != nil {
		return 0, fmt.Errorf("counter %s: %w", counter, err)
	}
	data, err := parseAttributes(attributes[unix.NFTA_OBJ_DATA])
	if err != nil || len(data[unix.NFTA_COUNTER_PACKETS]) != 8 {
		return 0, fmt.Errorf("counter %s: an answer without packets", counter)
	}
	return binary.BigEndian.Uint64(data[unix.NFTA_COUNTER_PACKETS]), nil
}

// dropsByDefault tells whether a chain of the table stands at a hook and drops what none of its rules decides.
func (n *netfilter) dropsByDefault(chain string, hook uint32) error {
	attributes, err := n.get(unix.NFT_MSG_GETCHAIN, join(
		text(unix.NFTA_CHAIN_TABLE, table),
		text(unix.NFTA_CHAIN_NAME, chain),
	))
	if err != nil {
		return fmt.Errorf("chain %s: %w", chain, err)
	}
	at, err := parseAttributes(attributes[unix.NFTA_CHAIN_HOOK])
	if err != nil || len(at[unix.NFTA_HOOK_HOOKNUM]) != 4 || binary.BigEndian.Uint32(at[unix.NFTA_HOOK_HOOKNUM]) != hook {
		return fmt.Errorf("chain %s is not at its hook", chain)
	}
	policy := attributes[unix.NFTA_CHAIN_POLICY]
	if len(policy) != 4 || binary.BigEndian.Uint32(policy) != verdictDrop {
		return fmt.Errorf("chain %s does not drop by default", chain)
	}
	return nil
}

// get sends one request for one object and returns the attributes of its answer.
func (n *netfilter) get(message int, attributes []byte) (map[uint16][]byte, error) {
	n.sequence++
	const family = 1 // NFPROTO_INET
	payload := append([]byte{family, unix.NFNETLINK_V0, 0, 0}, attributes...)
	kind := uint16(unix.NFNL_SUBSYS_NFTABLES<<8 | message)
	if err := unix.Sendto(n.socket, netlinkMessage(kind, unix.NLM_F_REQUEST, n.sequence, payload), 0,
		&unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
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
	if binary.NativeEndian.Uint16(answer[4:]) == unix.NLMSG_ERROR {
		return nil, unix.Errno(-int32(binary.NativeEndian.Uint32(answer[unix.NLMSG_HDRLEN:])))
	}
	end := int(binary.NativeEndian.Uint32(answer))
	if end < unix.NLMSG_HDRLEN+4 || end > length {
		return nil, errors.New("netlink: an answer cut short")
	}
	return parseAttributes(answer[unix.NLMSG_HDRLEN+4 : end])
}

func netlinkMessage(kind uint16, flags int, sequence uint32, payload []byte) []byte {
	message := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(payload)))
	message = binary.NativeEndian.AppendUint16(message, kind)
	message = binary.NativeEndian.AppendUint16(message, uint16(flags))
	message = binary.NativeEndian.AppendUint32(message, sequence)
	message = binary.NativeEndian.AppendUint32(message, 0)
	return append(message, payload...)
}

func attribute(kind uint16, value []byte) []byte {
	encoded := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)))
	encoded = binary.NativeEndian.AppendUint16(encoded, kind)
	encoded = append(encoded, value...)
	return append(encoded, make([]byte, -len(encoded)&3)...)
}

func text(kind uint16, value string) []byte { return attribute(kind, append([]byte(value), 0)) }

func join(parts ...[]byte) []byte {
	var joined []byte
	for _, part := range parts {
		joined = append(joined, part...)
	}
	return joined
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

func timeval(d time.Duration) *unix.Timeval {
	value := unix.NsecToTimeval(d.Nanoseconds())
	return &value
}
