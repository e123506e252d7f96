package main

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// locality is what the pod's own network looks like.
type locality struct {
	device    string // that has the pod's address
	multicast bool   // whether the device sends to groups
	addresses []netip.Addr
	gateways  []netip.Addr
}

func readLocality(podIPs []netip.Addr) (locality, error) {
	var l locality
	devices, err := net.Interfaces()
	if err != nil {
		return l, fmt.Errorf("network devices: %w", err)
	}
	for _, device := range devices {
		addresses, err := device.Addrs()
		if err != nil {
			return l, fmt.Errorf("addresses of %s: %w", device.Name, err)
		}
		for _, address := range addresses {
			prefix, err := netip.ParsePrefix(address.String())
			if err != nil {
				return l, fmt.Errorf("addresses of %s: %w", device.Name, err)
			}
			ip := prefix.Addr()
			if slices.Contains(podIPs, ip) && l.device == "" {
				l.device = device.Name
				const needed = net.FlagUp | net.FlagRunning | net.FlagMulticast
				l.multicast = device.Flags&needed == needed
			}
			if ip.Is6() && ip.IsLinkLocalUnicast() {
				ip = ip.WithZone(device.Name)
			}
			l.addresses = append(l.addresses, ip)
		}
	}
	if l.device == "" {
		return l, fmt.Errorf("no network device has an address of the pod (%v)", podIPs)
	}
	l.gateways, err = readGateways()
	return l, err
}

// onHost tells whether this is the node's own network, whatever the pod's status says.
func (l locality) onHost(hostIPs []netip.Addr) error {
	for _, ip := range hostIPs {
		if slices.Contains(l.addresses, ip) {
			return fmt.Errorf("the pod is on the host's network: it has the node's address %s", ip)
		}
	}
	return nil
}

func (l locality) has6() bool {
	return slices.ContainsFunc(l.addresses, func(ip netip.Addr) bool { return ip.Is6() })
}

func readGateways() ([]netip.Addr, error) {
	routes, err := os.ReadFile("/proc/net/route")
	if err != nil {
		return nil, fmt.Errorf("routes: %w", err)
	}
	var gateways []netip.Addr
	for _, line := range strings.Split(string(routes), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		raw, err := hex.DecodeString(fields[2])
		if err != nil || len(raw) != 4 {
			continue // the heading
		}
		slices.Reverse(raw)
		if ip := netip.AddrFrom4([4]byte(raw)); !ip.IsUnspecified() && !slices.Contains(gateways, ip) {
			gateways = append(gateways, ip)
		}
	}
	return gateways, nil
}
