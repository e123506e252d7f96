package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	loadLimit  = 20 * time.Second // for nft
	guardLimit = 40 * time.Second // for all attempts: those of open ways may take their bound each
	// How long the proxy's flow may take to be answered, after all else has been tried.
	flowLimit = 100 * time.Millisecond
)

// How long an attempt waits for an answer that the table keeps from coming. The refusal is inside the call itself, unless the
// machine is busy; only an open way, or a broken one, takes its whole bound.
var moments = []time.Duration{time.Millisecond, 20 * time.Millisecond}

// proof is a run of the guard, in the pod's network namespace with NET_ADMIN.
type proof struct {
	settings settings
	locality locality
	counters *netfilter
	proxy    *worker // has the proxy's UID, and stands in for it
	agents   []*worker
	attempts []attempt
}

// guard loads the rules, proves them, and marks the network as fenced. The finding says Failed or Open unless everything was tried and shown to be shut.
func guard(ctx context.Context, s settings) (finding, []attempt) {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, guardLimit)
	defer cancel()
	p := proof{settings: s}
	err := p.run(ctx)
	if err == nil {
		err = ctx.Err()
	}
	f := conclude(sidecar, s.agents, p.attempts, err, time.Since(begun))
	if f.Outcome == enforced {
		if err := mark(fencedMark); err != nil {
			f = conclude(sidecar, s.agents, p.attempts, err, time.Since(begun))
		}
	}
	return f, p.attempts
}

func (p *proof) run(ctx context.Context) (err error) {
	if p.locality, err = readLocality(p.settings.podIPs); err != nil {
		return err
	}
	if err = p.locality.onHost(p.settings.hostIPs); err != nil {
		return err
	}
	if err = forget(p.settings); err != nil {
		return err
	}
	// Beside each other, since both take most of their time to start programs. Nothing is tried before both are there.
	defer func() { err = errors.Join(err, p.endWorkers()) }()
	loaded := make(chan error, 1)
	go func() { loaded <- load(ctx, p.settings) }()
	err = p.startWorkers(ctx)
	if err = errors.Join(<-loaded, err); err != nil {
		return err
	}
	if p.counters, err = openNetfilter(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.counters.close()) }()
	if err = errors.Join(
		p.counters.dropsByDefault("output", hookOutput),
		p.counters.dropsByDefault("input", hookInput),
		p.counters.dropsByDefault("forward", hookForward),
	); err != nil {
		return fmt.Errorf("the rules are not in force: %w", err)
	}
	return p.tryAll(ctx)
}

// load puts the rules into the kernel in one transaction.
func load(ctx context.Context, s settings) error {
	rules, err := renderRuleset(rulesetTemplate, s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	nft := exec.CommandContext(ctx, s.nft, "-f", "-")
	nft.Stdin = strings.NewReader(rules)
	nft.Env = []string{}
	nft.WaitDelay = time.Second
	if said, err := nft.CombinedOutput(); err != nil {
		return fmt.Errorf("nft cannot load the rules: %w: %s", err, strings.TrimSpace(string(said)))
	}
	return nil
}

func (p *proof) startWorkers(ctx context.Context) error {
	users := append([]agent{{UID: p.settings.proxyUID, GID: p.settings.proxyUID}}, p.settings.agents...)
	workers, errs := make([]*worker, len(users)), make([]error, len(users))
	var starting sync.WaitGroup
	for i, user := range users {
		starting.Go(func() { workers[i], errs[i] = startWorker(ctx, user) })
	}
	starting.Wait()
	p.proxy, p.agents = workers[0], workers[1:]
	return errors.Join(errs...)
}

func (p *proof) endWorkers() error {
	var errs []error
	for _, w := range append(p.agents, p.proxy) {
		if w != nil {
			errs = append(errs, w.end())
		}
	}
	return errors.Join(errs...)
}

// tryAll goes from what needs the proxy's ports to be free to what needs somebody to serve there.
func (p *proof) tryAll(ctx context.Context) error {
	reports, err := p.joinGroups()
	if err != nil {
		return err
	}
	for _, w := range p.agents {
		if err := errors.Join(p.take(w, p.settings.dataPort), p.take(w, p.settings.adminPort)); err != nil {
			return err
		}
	}
	other, err := p.serveAsProxy()
	if err != nil {
		return err
	}
	flows, err := p.openFlows()
	if err != nil {
		return err
	}
	for _, w := range p.agents {
		for _, each := range p.waysOfAgent(other) {
			if ctx.Err() != nil {
				return fmt.Errorf("no time was left after %d attempts", len(p.attempts))
			}
			if err := p.try(w, each); err != nil {
				return err
			}
		}
	}
	if err := p.stealFlows(flows); err != nil {
		return err
	}
	return p.awaitReports(reports)
}

func (p *proof) waysOfAgent(other uint16) []way {
	s, l := p.settings, p.locality
	ways := outwardWays(s, l)
	ways = append(ways, trickWays(s, l)...)
	ways = append(ways, adminWays(s, l)...)
	ways = append(ways, portWays(s, l)...)
	ways = append(ways, localWays(s)...)
	ways = append(ways, neededWays(s, l)...)
	forgotten := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), other).String()
	return append(ways, way{"tcp further-port of the proxy", silent, order{Do: "tcp", To: forgotten}})
}

// try has an agent try one way, and reads before and after how much the table refused: nobody else sends meanwhile.
func (p *proof) try(w *worker, each way) error { return p.tryBy(w, w, each) }

// tryBy notes for one worker what came of another one's call.
func (p *proof) tryBy(w, caller *worker, each way) error {
	before, err := p.counters.packets("refused")
	if err != nil {
		return err
	}
	bounds := []time.Duration{p.settings.bound}
	if each.kind == silent {
		bounds = append(slices.Clone(moments), bounds...)
	}
	for i, bound := range bounds {
		o := each.order
		o.Bound = bound.Nanoseconds()
		came := caller.do(o)
		after, err := p.counters.packets("refused")
		if err != nil {
			return err
		}
		if i == len(bounds)-1 || !came.TimedOut || after != before {
			p.note(w, each, came, after-before)
			break
		}
	}
	return nil
}

func (p *proof) note(w *worker, each way, came outcome, refusals uint64) {
	p.attempts = append(p.attempts, attempt{User: w.user, Way: each.name, Result: judgeGuarded(each, came, refusals),
		Micros: (came.Nanos + 500) / 1000, Detail: came.String(), Refused: refusals})
}

// take has an agent listen on a port of the proxy's while the proxy is not there, and a process that the rules let through
// call there. The bind succeeds; what counts is that the agent's answer is refused, so that the call comes to nothing.
func (p *proof) take(w *worker, port uint16) error {
	at := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), port).String()
	name := "take " + at
	if taken := w.do(order{Do: "take", To: at}); !taken.succeeded() {
		return fmt.Errorf("%s cannot be tried as %s: %s", name, w.user, taken)
	}
	caller := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.3"), p.settings.dataPort).String()
	if err := p.tryBy(w, p.proxy, way{name, silent, order{Do: "tcp", To: at, From: caller}}); err != nil {
		return err
	}
	if released := w.do(order{Do: "release"}); !released.succeeded() {
		return fmt.Errorf("the worker for %s: %s", w.user, released)
	}
	return nil
}

// serveAsProxy opens the proxy's ports as the proxy will, and one that nobody declared, which it returns.
func (p *proof) serveAsProxy() (uint16, error) {
	data, admin := p.settings.dataPort, p.settings.adminPort
	at := []string{fmt.Sprintf("127.0.0.1:%d", data), fmt.Sprintf(":%d", admin)}
	if p.locality.has6() {
		at = append(at, fmt.Sprintf("[::1]:%d", data))
	}
	for _, address := range at {
		if came := p.proxy.do(order{Do: "serve", To: address}); !came.succeeded() {
			return 0, fmt.Errorf("no listener at %s as the proxy: %s", address, came)
		}
	}
	came := p.proxy.do(order{Do: "serve", To: "127.0.0.1:0"})
	if !came.succeeded() {
		return 0, fmt.Errorf("no further listener as the proxy: %s", came)
	}
	return came.Port, nil
}

// opened is a UDP flow of the proxy's, which the kernel remembers.
type opened struct {
	to, from string
}

// openFlows asks the first resolver of each family as the proxy.
func (p *proof) openFlows() ([]opened, error) {
	var flows []opened
	families := map[bool]bool{}
	for _, ip := range p.settings.resolvers {
		if families[ip.Is6()] {
			continue
		}
		to := netip.AddrPortFrom(ip, 53).String()
		came := p.proxy.do(order{Do: "flow", To: to})
		if came.NoRoute || came.Errno != 0 && ip.Is6() {
			continue // nothing to steal
		}
		if !came.succeeded() {
			return nil, fmt.Errorf("the proxy's user cannot send to the resolver %s: %s", ip, came)
		}
		families[ip.Is6()] = true
		any := netip.IPv4Unspecified()
		if ip.Is6() {
			any = netip.IPv6Unspecified()
		}
		flows = append(flows, opened{to, netip.AddrPortFrom(any, came.Port).String()})
	}
	return flows, nil
}

// stealFlows has each agent send from the port of a flow of the proxy's to the same server, first while the proxy still has
// it, then after. What rides on such a flow is established for the kernel, if the server has answered.
func (p *proof) stealFlows(flows []opened) error {
	answered := map[opened]string{}
	for _, f := range flows {
		came := p.proxy.do(order{Do: "flow-answered", From: f.from, Bound: flowLimit.Nanoseconds()})
		if came.Broken != "" {
			return errors.New(came.Broken)
		}
		answered[f] = "unanswered"
		if came.Answered {
			answered[f] = "answered"
		}
	}
	for _, when := range []string{"open", "just closed"} {
		for _, f := range flows {
			name := fmt.Sprintf("udp %s flow of the proxy, %s %s", answered[f], when, f.to)
			for _, w := range p.agents {
				if err := p.try(w, way{name, outward, order{Do: "udp", To: f.to, From: f.from}}); err != nil {
					return err
				}
			}
		}
		if when == "open" {
			if released := p.proxy.do(order{Do: "release"}); !released.succeeded() {
				return fmt.Errorf("the proxy's worker: %s", released)
			}
		}
	}
	return nil
}

// report is a membership report that the kernel must have tried to send for a group that an agent chose.
type report struct {
	way     way
	worker  *worker
	counter string
	joined  outcome
	before  uint64
}

// joinGroups has each agent join a group of its own. The kernel reports that some milliseconds later.
func (p *proof) joinGroups() ([]report, error) {
	var reports []report
	kinds := []struct{ counter, group string }{{"igmp_reports", groupOfIPv4}}
	if p.locality.has6() {
		kinds = append(kinds, struct{ counter, group string }{"mld_reports", groupOfIPv6})
	}
	for _, kind := range kinds {
		before, err := p.counters.packets(kind.counter)
		if err != nil {
			return nil, err
		}
		for i, w := range p.agents {
			group := fmt.Sprintf(kind.group, i+1)
			each := way{"membership report " + strings.TrimSuffix(kind.counter, "_reports"), silent,
				order{Do: "join", To: group, Device: p.locality.device}}
			joined := outcome{}
			if p.locality.multicast {
				joined = w.do(each.order)
			} else {
				joined.Errno, joined.Step = unix.ENODEV, "no multicast on "+p.locality.device
			}
			reports = append(reports, report{each, w, kind.counter, joined, before})
		}
	}
	return reports, nil
}

// awaitReports waits until the table has dropped a report for each kind of group.
func (p *proof) awaitReports(reports []report) error {
	for _, r := range reports {
		begun := time.Now()
		dropped := uint64(0)
		for r.joined.succeeded() {
			now, err := p.counters.packets(r.counter)
			if err != nil {
				return err
			}
			if dropped = now - r.before; dropped > 0 || time.Since(begun) > p.settings.bound {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if r.joined.succeeded() { // the join itself, which says nothing of the report
			r.joined.TimedOut = true
		}
		p.note(r.worker, r.way, r.joined, dropped)
	}
	return nil
}
