package main

import (
	"encoding/binary"
	"errors"
	"fmt"

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
type netfilter struct{ *netlink }

func openNetfilter() (*netfilter, error) {
	kernel, err := openNetlink(unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, err
	}
	return &netfilter{kernel}, nil
}

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
	const family = 1 // NFPROTO_INET
	// struct nfgenmsg, here and before the attributes of the answer.
	header := []byte{family, unix.NFNETLINK_V0, 0, 0}
	answer, err := n.ask(uint16(unix.NFNL_SUBSYS_NFTABLES<<8|message), 0, append(header, attributes...))
	switch {
	case err != nil:
		return nil, err
	case answer == nil:
		return nil, errors.New("netlink: an answer without an object")
	}
	return parseAttributes(answer[len(header):])
}

func text(kind uint16, value string) []byte { return attribute(kind, append([]byte(value), 0)) }

func join(parts ...[]byte) []byte {
	var joined []byte
	for _, part := range parts {
		joined = append(joined, part...)
	}
	return joined
}
