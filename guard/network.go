package main

import (
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// endpoint is a parsed To or From.
type endpoint struct {
	family  int
	address unix.Sockaddr
	ip      netip.Addr
	port    uint16
}

func parseEndpoint(text string) (endpoint, error) {
	addr, err := netip.ParseAddrPort(text)
	if err != nil {
		return endpoint{}, err
	}
	if addr.Addr().Is4() {
		return endpoint{unix.AF_INET, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}, addr.Addr(), addr.Port()}, nil
	}
	address := &unix.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16()}
	if zone := addr.Addr().Zone(); zone != "" {
		device, err := net.InterfaceByName(zone)
		if err != nil {
			return endpoint{}, err
		}
		address.ZoneId = uint32(device.Index)
	}
	return endpoint{unix.AF_INET6, address, addr.Addr(), addr.Port()}, nil
}

// prepared opens a socket for an order, up to and with bind. The caller closes it if it is not negative.
func prepared(o order, to endpoint, kind int) (int, outcome) {
	socket, err := unix.Socket(to.family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, o.Protocol)
	if err != nil {
		return -1, failed("socket", err)
	}
	if o.Device != "" {
		if err := unix.SetsockoptString(socket, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, o.Device); err != nil {
			return socket, failed("SO_BINDTODEVICE", err)
		}
	}
	if o.From == "" {
		return socket, outcome{}
	}
	from, err := parseEndpoint(o.From)
	if err != nil {
		return socket, outcome{Broken: err.Error()}
	}
	if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return socket, failed("SO_REUSEADDR", err)
	}
	if o.Spoof {
		level, option := unix.SOL_IP, unix.IP_FREEBIND
		if from.family == unix.AF_INET6 {
			level, option = unix.SOL_IPV6, unix.IPV6_FREEBIND
		}
		if err := unix.SetsockoptInt(socket, level, option, 1); err != nil {
			return socket, failed("FREEBIND", err)
		}
	}
	return socket, failed("bind", unix.Bind(socket, from.address))
}

func connectTCP(o order) outcome {
	to, err := parseEndpoint(o.To)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	socket, result := prepared(o, to, unix.SOCK_STREAM)
	if socket >= 0 {
		defer unix.Close(socket)
	}
	if !result.succeeded() {
		return result
	}
	// Nothing must linger on a port that the proxy will want.
	if err := unix.SetsockoptLinger(socket, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}); err != nil && o.Protocol == 0 {
		return failed("SO_LINGER", err)
	}
	if o.FastOpen {
		err = unix.Sendto(socket, dnsQuery, unix.MSG_FASTOPEN|unix.MSG_NOSIGNAL, to.address)
	} else {
		err = unix.Connect(socket, to.address)
	}
	if err == unix.EINPROGRESS {
		if !poll(socket, unix.POLLOUT, time.Duration(o.Bound)) {
			return outcome{TimedOut: true}
		}
		var code int
		if code, err = unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_ERROR); err == nil && code != 0 {
			err = unix.Errno(code)
		}
	}
	result = failed("connect", err)
	result.NoRoute = routeErrno(result.Errno) && !hasRoute(o, to)
	return result
}

// hasRoute tells without a packet whether the kernel knows a way to an address, from that source and device.
func hasRoute(o order, to endpoint) bool {
	socket, result := prepared(order{From: o.From, Spoof: o.Spoof, Device: o.Device}, to, unix.SOCK_DGRAM)
	if socket < 0 {
		return true
	}
	defer unix.Close(socket)
	return !result.succeeded() || !routeErrno(unix.Connect(socket, to.address))
}

func routeErrno(err error) bool {
	return err == unix.ENETUNREACH || err == unix.EHOSTUNREACH || err == unix.EADDRNOTAVAIL
}

// dnsQuery asks for the address of kubernetes.default.svc.cluster.local: the cluster's resolver knows it by itself. It must be
// a question that every server answers somehow; CoreDNS is silent on those in class CHAOS.
var dnsQuery = []byte("\x51\x7a\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" +
	"\x0akubernetes\x07default\x03svc\x07cluster\x05local\x00\x00\x01\x00\x01")

func sendUDP(o order) outcome {
	to, err := parseEndpoint(o.To)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	socket, result := prepared(o, to, unix.SOCK_DGRAM)
	if socket >= 0 {
		defer unix.Close(socket)
	}
	if !result.succeeded() {
		return result
	}
	if to.family == unix.AF_INET {
		if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
			return failed("SO_BROADCAST", err)
		}
	}
	if o.Answer { // an ICMP error is told to a connected socket only
		if result = failed("connect", unix.Connect(socket, to.address)); result.succeeded() {
			result = failed("send", unix.Send(socket, dnsQuery, 0))
		}
	} else {
		result = failed("send", unix.Sendto(socket, dnsQuery, 0, to.address))
	}
	// The first packet of a socket: an error is the kernel's own, no ICMP message can have come.
	result.NoRoute = routeErrno(result.Errno) && !hasRoute(o, to)
	if result.succeeded() && o.Answer {
		if !poll(socket, unix.POLLIN, time.Duration(o.Bound)) {
			return outcome{TimedOut: true}
		}
		_, _, err := unix.Recvfrom(socket, make([]byte, 512), 0)
		result = failed("recv", err)
		result.Answered = result.succeeded()
	}
	return result
}

func ping(o order) outcome {
	to, err := parseEndpoint(o.To)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	o.Protocol = unix.IPPROTO_ICMP
	echo := []byte{8, 0, 0, 0, 0, 1, 0, 1}
	if to.family == unix.AF_INET6 {
		o.Protocol, echo[0] = unix.IPPROTO_ICMPV6, 128
	}
	socket, result := prepared(o, to, unix.SOCK_DGRAM)
	if socket >= 0 {
		defer unix.Close(socket)
	}
	if !result.succeeded() {
		return result
	}
	if in6, ok := to.address.(*unix.SockaddrInet6); ok {
		in6.Port = 0
	}
	result = failed("send", unix.Sendto(socket, echo, 0, to.address))
	result.NoRoute = routeErrno(result.Errno) && !hasRoute(o, to)
	if result.succeeded() && o.Answer {
		if !poll(socket, unix.POLLIN, time.Duration(o.Bound)) {
			return outcome{TimedOut: true}
		}
		_, _, err := unix.Recvfrom(socket, make([]byte, 512), 0)
		result = failed("recv", err)
		result.Answered = result.succeeded()
	}
	return result
}

// poll waits for events on a socket; errors are events.
func poll(socket int, events int16, bound time.Duration) bool {
	end := time.Now().Add(bound)
	for {
		left := max(time.Until(end), 0)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(socket), Events: events}}, int((left+time.Millisecond-1)/time.Millisecond))
		if err == nil && n > 0 {
			return true
		}
		if err != nil && err != unix.EINTR || left == 0 {
			return false
		}
	}
}
