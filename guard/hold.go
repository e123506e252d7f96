package main

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// listen opens a listening socket, in spite of others if that is possible.
func (p *performer) listen(o order, hold bool) outcome {
	at, err := parseEndpoint(o.To)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	socket, result := prepared(order{}, at, unix.SOCK_STREAM)
	if !result.succeeded() {
		return result
	}
	for _, option := range []int{unix.SO_REUSEADDR, unix.SO_REUSEPORT} {
		if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, option, 1); err != nil {
			unix.Close(socket)
			return failed("setsockopt", err)
		}
	}
	if result = failed("bind", unix.Bind(socket, at.address)); result.succeeded() {
		result = failed("listen", unix.Listen(socket, 16))
	}
	if hold && result.succeeded() {
		p.held = append(p.held, socket)
		return result
	}
	unix.Close(socket)
	return result
}

func (p *performer) join(o order) outcome {
	device, err := net.InterfaceByName(o.Device)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	group, err := netip.ParseAddr(o.To)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	family := unix.AF_INET
	if group.Is6() {
		family = unix.AF_INET6
	}
	socket, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return failed("socket", err)
	}
	p.held = append(p.held, socket)
	if group.Is6() {
		return failed("join", unix.SetsockoptIPv6Mreq(socket, unix.SOL_IPV6, unix.IPV6_JOIN_GROUP,
			&unix.IPv6Mreq{Multiaddr: group.As16(), Interface: uint32(device.Index)}))
	}
	return failed("join", unix.SetsockoptIPMreqn(socket, unix.SOL_IP, unix.IP_ADD_MEMBERSHIP,
		&unix.IPMreqn{Multiaddr: group.As4(), Ifindex: int32(device.Index)}))
}

// loopback connects to a listener of its own, as agent containers do among each other.
func (p *performer) loopback(o order) outcome {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	defer listener.Close()
	return connectTCP(order{To: listener.Addr().String(), Bound: o.Bound})
}

// serve listens and answers nobody, but holds who comes: a connection that ended again would look refused.
func (p *performer) serve(o order) outcome {
	listener, err := net.Listen("tcp", o.To)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	p.listened = append(p.listened, listener)
	go func() {
		var accepted []*net.TCPConn
		defer func() {
			for _, connection := range accepted {
				_ = connection.SetLinger(0)
				_ = connection.Close()
			}
		}()
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			accepted = append(accepted, connection.(*net.TCPConn))
		}
	}()
	return outcome{Port: uint16(listener.Addr().(*net.TCPAddr).Port)}
}

// openFlow asks a DNS server from a port that others may share, and leaves the socket open.
func (p *performer) openFlow(o order) outcome {
	to, err := parseEndpoint(o.To)
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	any := "0.0.0.0:0"
	if to.family == unix.AF_INET6 {
		any = "[::]:0"
	}
	socket, result := prepared(order{From: any}, to, unix.SOCK_DGRAM)
	if socket < 0 {
		return result
	}
	if result.succeeded() {
		result = failed("send", unix.Sendto(socket, dnsQuery, 0, to.address))
	}
	if name, err := unix.Getsockname(socket); err == nil && result.succeeded() {
		switch at := name.(type) {
		case *unix.SockaddrInet4:
			result.Port = uint16(at.Port)
		case *unix.SockaddrInet6:
			result.Port = uint16(at.Port)
		}
	}
	p.flows = append(p.flows, flow{socket, result.Port})
	return result
}

func (p *performer) flowAnswered(o order) outcome {
	for _, opened := range p.flows {
		if strings.HasSuffix(o.From, fmt.Sprintf(":%d", opened.port)) {
			return outcome{Answered: poll(opened.socket, unix.POLLIN, time.Duration(o.Bound))}
		}
	}
	return outcome{Broken: "no such flow"}
}

func (p *performer) release() {
	for _, socket := range p.held {
		unix.Close(socket)
	}
	for _, opened := range p.flows {
		unix.Close(opened.socket)
	}
	for _, listener := range p.listened {
		_ = listener.Close()
	}
	p.held, p.flows, p.listened = nil, nil, nil
}
