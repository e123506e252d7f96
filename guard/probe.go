package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const settle = 250 * time.Millisecond // between two rounds

// probe is the check of a pod whose ways out are shut by others: it runs as the agent, without a right. It waits for the proxy;
// then it tries every way until none is open, because network plugins may take a while to put a policy into force. The agent
// has not started meanwhile. At last it fetches what the agent trusts from the proxy.
func probe(ctx context.Context, s settings) (finding, []attempt) {
	begun := time.Now()
	self := performer{}
	who := self.do(order{Do: "identity"})
	user, err := probeUser(who)
	users := []agent{user}
	if err != nil {
		return conclude(pairedPod, users, nil, err, time.Since(begun)), nil
	}
	l, err := readLocality(s.podIPs)
	if err == nil {
		err = l.onHost(s.hostIPs)
	}
	if err == nil {
		err = awaitProxy(ctx, s)
	}
	if err != nil {
		return conclude(pairedPod, users, nil, err, time.Since(begun)), nil
	}
	ways := probedWays(s, l)
	end := time.Now().Add(s.wait)
	for {
		attempts := probeAll(user, ways, s.bound)
		f := conclude(pairedPod, users, attempts, nil, time.Since(begun))
		if f.Outcome == enforced && s.trust != "" {
			if err := fetchTrust(ctx, s); err != nil {
				return conclude(pairedPod, users, attempts, fmt.Errorf("what the agent trusts was not to be had: %w", err), time.Since(begun)), attempts
			}
		}
		if f.Outcome == enforced || time.Now().After(end) || ctx.Err() != nil {
			return f, attempts
		}
		time.Sleep(settle)
	}
}

func probeUser(who outcome) (agent, error) {
	if who.Identity == nil {
		return agent{}, fmt.Errorf("who is it: %s", who)
	}
	var a agent
	if _, err := fmt.Sscanf(who.Identity.UIDs+" "+who.Identity.GIDs, "%d %d %d %d %d", &a.UID, new(int), new(int), new(int), &a.GID); err != nil {
		return agent{}, fmt.Errorf("who is it: %w", err)
	}
	if a.UID == 0 {
		return a, fmt.Errorf("the probe runs as root, and no agent does")
	}
	return a, who.Identity.lacksRights()
}

func awaitProxy(ctx context.Context, s settings) error {
	end := time.Now().Add(s.wait)
	for {
		came := connectTCP(order{To: s.proxy.String(), Bound: s.bound.Nanoseconds()})
		if came.succeeded() {
			return nil
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("the proxy at %s does not answer within %s: %s", s.proxy, s.wait, came)
		}
		time.Sleep(settle / 5)
	}
}

// probedWays leaves out what this side of the network cannot see the effect of: a datagram that nobody answers, a forged
// source, a port that only the proxy's pod could have taken.
func probedWays(s settings, l locality) []way {
	ways := []way{}
	for _, each := range append(outwardWays(s, l), trickWays(s, l)...) {
		if each.order.Spoof || each.order.Device == "lo" {
			continue
		}
		if each.order.Do == "udp" || each.order.Do == "ping" {
			to := netip.MustParseAddrPort(each.order.To).Addr()
			if !slices.Contains(s.resolvers, to) && !slices.Contains(publicResolvers, to) {
				continue
			}
			each.order.Answer = true
		}
		ways = append(ways, each)
	}
	admin := netip.AddrPortFrom(s.proxy.Addr(), s.adminPort).String()
	ways = append(ways, way{"tcp admin-port " + admin, outward, order{Do: "tcp", To: admin}})
	ways = append(ways, localWays(s)...)
	return append(ways, way{"tcp data-port " + s.proxy.String(), need, order{Do: "tcp", To: s.proxy.String()}})
}

// probeAll tries all ways at once: where packets are dropped each takes its whole bound.
func probeAll(user agent, ways []way, bound time.Duration) []attempt {
	attempts := make([]attempt, len(ways))
	var running sync.WaitGroup
	for i, each := range ways {
		running.Go(func() {
			o := each.order
			o.Bound = bound.Nanoseconds()
			came := (&performer{}).do(o)
			attempts[i] = attempt{User: user, Way: each.name, Result: judgeProbed(each, came), Micros: (came.Nanos + 500) / 1000,
				Detail: came.String()}
		})
	}
	running.Wait()
	return attempts
}
