package main

import (
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// kind says what an attempt must come to.
type kind int

const (
	outward kind = iota // a packet, which the table must refuse: its counter proves that
	silent              // as outward, but the refusal is not told to the sender: the counter alone proves it
	forbid              // a right that the kernel must not give
	need                // what must work
)

// way is one way that an agent could try.
type way struct {
	name  string
	kind  kind
	order order
}

// Addresses of the world that are the same everywhere. That they answer does not matter to the guard: a refusal is proved by
// the table's counter.
var (
	publicAddresses = []netip.AddrPort{
		netip.MustParseAddrPort("1.1.1.1:443"),
		netip.MustParseAddrPort("[2606:4700:4700::1111]:443"),
	}
	publicResolvers = []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("2001:4860:4860::8888")}
	metadata        = []netip.AddrPort{
		netip.MustParseAddrPort("169.254.169.254:80"),
		netip.MustParseAddrPort("[fd00:ec2::254]:80"),
	}
	// RFC 3849 and RFC 5737: nobody's.
	foreignSources = map[bool]string{true: "[2001:db8::1]:0", false: "192.0.2.1:0"}
)

const (
	kubeletPort      = 10250
	nodePort         = 6443
	protocolMPTCP    = 262
	protocolUDPLite  = 136
	protocolSCTP     = 132
	protocolDCCP     = 33
	groupOfIPv4      = "239.255.83.%d"
	groupOfIPv6      = "ff05::5a11:%x"
	loopbackResolver = "127.0.0.1:53"
)

// outwardWays are the ways to other machines, by TCP and by UDP, in both placements.
func outwardWays(s settings, l locality) []way {
	var ways []way
	tcp := func(name string, to netip.AddrPort) {
		ways = append(ways, way{fmt.Sprintf("tcp %s %s", name, to), outward, order{Do: "tcp", To: to.String()}})
	}
	udp := func(name string, to netip.AddrPort) {
		ways = append(ways, way{fmt.Sprintf("udp %s %s", name, to), outward, order{Do: "udp", To: to.String()}})
	}
	tcp("api-server", s.apiServer)
	for _, ip := range s.hostIPs {
		tcp("node", netip.AddrPortFrom(ip, nodePort))
		tcp("kubelet", netip.AddrPortFrom(ip, kubeletPort))
	}
	for _, ip := range l.gateways {
		if !slices.Contains(s.hostIPs, ip) {
			tcp("gateway", netip.AddrPortFrom(ip, kubeletPort))
		}
	}
	for _, t := range s.targets {
		if t.udp {
			udp(t.name, t.addr)
		} else {
			tcp(t.name, t.addr)
		}
	}
	for i := range publicAddresses {
		tcp("public", publicAddresses[i])
		tcp("metadata", metadata[i])
	}
	for _, ip := range append(slices.Clone(s.resolvers), publicResolvers...) {
		tcp("dns", netip.AddrPortFrom(ip, 53))
		udp("dns", netip.AddrPortFrom(ip, 53))
	}
	return ways
}

// trickWays are ways to other machines that rules often forget.
func trickWays(s settings, l locality) []way {
	server, resolver := s.apiServer.String(), netip.AddrPortFrom(s.resolvers[0], 53).String()
	ways := []way{
		{"udp public " + publicAddresses[0].String(), outward, order{Do: "udp", To: publicAddresses[0].String()}},
		{"udp api-server " + server, outward, order{Do: "udp", To: server}},
		{"mptcp api-server " + server, outward, order{Do: "tcp", To: server, Protocol: protocolMPTCP}},
		{"sctp api-server " + server, outward, order{Do: "tcp", To: server, Protocol: protocolSCTP}},
		{"tcp-fastopen api-server " + server, outward, order{Do: "tcp", To: server, FastOpen: true}},
		{"udplite dns " + resolver, outward, order{Do: "udp", To: resolver, Protocol: protocolUDPLite}},
		{"tcp api-server via " + l.device, outward, order{Do: "tcp", To: server, Device: l.device}},
		{"udp dns via " + l.device, outward, order{Do: "udp", To: resolver, Device: l.device}},
		{"tcp api-server via lo", outward, order{Do: "tcp", To: server, Device: "lo"}},
		{"udp dns via lo", outward, order{Do: "udp", To: resolver, Device: "lo"}},
		{"ping " + s.resolvers[0].String(), silent, order{Do: "ping", To: resolver}},
		{"udp broadcast 255.255.255.255:67", outward, order{Do: "udp", To: "255.255.255.255:67"}},
		{"udp multicast 224.0.0.251:5353", outward, order{Do: "udp", To: "224.0.0.251:5353", Device: l.device}},
		{"udp loopback " + loopbackResolver, outward, order{Do: "udp", To: loopbackResolver}},
	}
	for _, is6 := range []bool{false, true} {
		if to, found := firstOf(s, is6); found && (!is6 || l.has6()) {
			ways = append(ways, way{"udp spoofed-source " + to, outward, order{Do: "udp", To: to, From: foreignSources[is6], Spoof: true}})
		}
	}
	if s.apiServer.Addr().Is4() {
		mapped := netip.AddrPortFrom(netip.AddrFrom16(s.apiServer.Addr().As16()), s.apiServer.Port()).String()
		ways = append(ways, way{"tcp api-server " + mapped, outward, order{Do: "tcp", To: mapped}})
	}
	if l.has6() {
		all := "[ff02::fb%" + l.device + "]:5353"
		to, _ := firstOf(s, true)
		ways = append(ways,
			way{"udp multicast " + all, outward, order{Do: "udp", To: all}},
			way{"udp loopback [::1]:53", outward, order{Do: "udp", To: "[::1]:53"}},
			way{"udp spoofed-source [::1]:53", outward, order{Do: "udp", To: "[::1]:53", From: foreignSources[true], Spoof: true}},
			way{"ping " + netip.MustParseAddrPort(to).Addr().String(), silent, order{Do: "ping", To: to}},
		)
	}
	return ways
}

// firstOf is an address of that family that most likely answers UDP.
func firstOf(s settings, is6 bool) (string, bool) {
	for _, ip := range append(append(slices.Clone(s.resolvers), s.hostIPs...), publicResolvers...) {
		if ip.Is6() == is6 {
			return netip.AddrPortFrom(ip, 53).String(), true
		}
	}
	return "", false
}

// adminWays are all addresses at which the proxy's admin port could be found from inside.
func adminWays(s settings, l locality) []way {
	addresses := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2"), netip.IPv4Unspecified()}
	if l.has6() {
		addresses = append(addresses, netip.IPv6Loopback(), netip.IPv6Unspecified(), netip.MustParseAddr("::ffff:127.0.0.1"))
	}
	for _, ip := range append(slices.Clone(s.podIPs), l.addresses...) {
		addresses = append(addresses, ip)
		if ip.Is4() && l.has6() {
			addresses = append(addresses, netip.AddrFrom16(ip.As16()))
		}
	}
	var ways []way
	seen := map[netip.Addr]bool{}
	for _, ip := range addresses {
		if !seen[ip] {
			seen[ip] = true
			to := netip.AddrPortFrom(ip, s.adminPort).String()
			ways = append(ways, way{"tcp admin-port " + to, outward, order{Do: "tcp", To: to}})
		}
	}
	return ways
}

// localWays are rights by which packets would pass the table, or the table would go.
func localWays(s settings) []way {
	return []way{
		{"raw-socket ipv4", forbid, order{Do: "socket", Family: unix.AF_INET, Type: unix.SOCK_RAW, Protocol: unix.IPPROTO_UDP}},
		{"raw-socket ipv6", forbid, order{Do: "socket", Family: unix.AF_INET6, Type: unix.SOCK_RAW, Protocol: unix.IPPROTO_UDP}},
		{"packet-socket", forbid, order{Do: "socket", Family: unix.AF_PACKET, Type: unix.SOCK_RAW}},
		{"packet-socket datagram", forbid, order{Do: "socket", Family: unix.AF_PACKET, Type: unix.SOCK_DGRAM}},
		{"vsock", forbid, order{Do: "socket", Family: unix.AF_VSOCK, Type: unix.SOCK_STREAM}},
		{"smc-socket", forbid, order{Do: "socket", Family: unix.AF_SMC, Type: unix.SOCK_STREAM}},
		{"dccp-socket", forbid, order{Do: "socket", Family: unix.AF_INET, Type: unix.SOCK_DCCP, Protocol: protocolDCCP}},
		{"foreign-socket-families", forbid, order{Do: "families"}},
		{"user-namespace", forbid, order{Do: "user-namespace"}},
		{"become-proxy", forbid, order{Do: "become", UID: s.proxyUID}},
		{"become-root", forbid, order{Do: "become", UID: 0}},
		{"netfilter", forbid, order{Do: "netfilter"}},
	}
}

// portWays try to take the ports that a listener has.
func portWays(s settings, l locality) []way {
	binds := []netip.AddrPort{
		netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.dataPort),
		netip.AddrPortFrom(netip.IPv4Unspecified(), s.dataPort),
		netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.adminPort),
		netip.AddrPortFrom(netip.IPv4Unspecified(), s.adminPort),
	}
	if l.has6() {
		binds = append(binds,
			netip.AddrPortFrom(netip.IPv6Loopback(), s.dataPort),
			netip.AddrPortFrom(netip.IPv6Unspecified(), s.adminPort))
	}
	var ways []way
	for _, at := range binds {
		ways = append(ways, way{"bind " + at.String(), forbid, order{Do: "bind", To: at.String()}})
	}
	return ways
}

// neededWays must work, or the agent would be shut in.
func neededWays(s settings, l locality) []way {
	data := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.dataPort).String()
	ways := []way{
		{"tcp data-port " + data, need, order{Do: "tcp", To: data}},
		{"tcp loopback between agents", need, order{Do: "loopback"}},
	}
	if l.has6() {
		data = netip.AddrPortFrom(netip.IPv6Loopback(), s.dataPort).String()
		ways = append(ways, way{"tcp data-port " + data, need, order{Do: "tcp", To: data}})
	}
	return ways
}
