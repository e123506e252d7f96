package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheShippedRulesAreEnforcedForEveryUserAndWay(t *testing.T) {
	p := newPod(t)

	run := p.guard("", usual(), "guard")

	if run.finding.Outcome != enforced {
		t.Fatalf("%s: %s\n%v\n%s", run.finding.Outcome, run.finding.Reason, run.finding.Open, run.errors)
	}
	t.Logf("%d ways, %d attempts, %d ms", run.finding.Ways, run.finding.Tried, run.finding.Millis)
	if run.finding.Tried != len(run.attempts) || run.finding.Tried != 2*run.finding.Ways || run.finding.Ways < 80 || run.finding.Omitted != 0 {
		t.Errorf("%+v after %d attempts", run.finding, len(run.attempts))
	}
	for _, way := range []string{
		"tcp api-server 10.43.0.1:443", "tcp node 10.99.1.1:6443", "tcp kubelet 10.99.1.1:10250", "tcp gateway 10.99.0.1:10250",
		"tcp other-pod 10.99.2.2:8080", "tcp other-pod [fd99:2::2]:8080", "tcp public 1.1.1.1:443",
		"tcp public [2606:4700:4700::1111]:443", "tcp metadata 169.254.169.254:80", "tcp metadata [fd00:ec2::254]:80",
		"tcp dns 10.43.0.10:53", "udp dns 10.43.0.10:53", "tcp dns 8.8.8.8:53", "udp dns 8.8.8.8:53", "udp dns [fd43::10]:53",
		"udp spoofed-source [fd43::10]:53", "udp spoofed-source [::1]:53", "tcp api-server via eth0", "tcp api-server via lo",
		"udp loopback 127.0.0.1:53", "tcp admin-port 127.0.0.1:15002", "tcp admin-port 127.0.0.2:15002",
		"tcp admin-port 0.0.0.0:15002", "tcp admin-port [::]:15002", "tcp admin-port [::ffff:10.99.0.2]:15002",
		"tcp admin-port [fd99::2]:15002", "take 127.0.0.2:15001", "take 127.0.0.2:15002", "ping 10.43.0.10", "ping fd43::10",
		"udp answered flow of the proxy, open 10.43.0.10:53", "udp answered flow of the proxy, just closed [fd43::10]:53",
		"membership report igmp", "membership report mld", "tcp further-port of the proxy",
	} {
		if !slices.Equal(run.result(way), []result{refused, refused}) {
			t.Errorf("%s: %v", way, run.result(way))
		}
	}
	for _, way := range []string{"raw-socket ipv4", "packet-socket", "user-namespace", "become-proxy", "become-root", "netfilter", "vsock",
		"bind 0.0.0.0:15001", "bind [::]:15002"} {
		if !slices.Equal(run.result(way), []result{denied, denied}) {
			t.Errorf("%s: %v", way, run.result(way))
		}
	}
	for _, way := range []string{"tcp data-port 127.0.0.1:15001", "tcp data-port [::1]:15001", "tcp loopback between agents"} {
		if !slices.Equal(run.result(way), []result{reached, reached}) {
			t.Errorf("%s: %v", way, run.result(way))
		}
	}
	if !slices.ContainsFunc(run.attempts, func(a attempt) bool {
		return strings.HasPrefix(a.Way, "tcp admin-port [fe80::") && a.Result == refused
	}) {
		t.Error("the admin port was not tried at a link-local address")
	}
}

// Each part of the rules that matters: without it, the proof must fail, and for that very reason.
func TestNoPartOfTheRulesCanBeTakenAwayUnnoticed(t *testing.T) {
	p := newPod(t)
	const answers = "		ct state established,related accept\n		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n		# An agent"
	for _, mutation := range []struct {
		name, part, instead, finding string
	}{
		{"TCP is refused by an ICMP error", "		meta l4proto tcp reject with tcp reset\n", "", "tcp other-pod [fd99:2::2]:8080: TimedOut"},
		{"TCP is dropped", "reject with tcp reset", "drop", "tcp api-server 10.43.0.1:443: TimedOut"},
		{"the reset of a refusal does not get out", answers, "		# An agent", "tcp api-server 10.43.0.1:443: TimedOut"},
		{"packets with an owner are treated as those without", "		meta skuid $anyone goto agent\n", "", "take 127.0.0.2:15002: Open"},
		{"who is not the proxy is matched by that", "meta skuid $anyone goto agent", "meta skuid != $proxy counter drop", "TimedOut"},
		{"packets without an owner may begin", answers, strings.Replace(answers, "established,", "new,established,", 1), "membership report igmp: TimedOut"},
		{"IGMP gets out", `igmp counter name "igmp_reports" drop`, "igmp accept", "membership report igmp: TimedOut"},
		{"MLD gets out", `counter name "mld_reports" drop`, "accept", "membership report mld: TimedOut"},
		{"what is established may go on", "meta l4proto tcp ct direction reply ct state established accept", "ct state established,related accept",
			"udp answered flow of the proxy, just closed 10.43.0.10:53: Open"},
		{"also on IPv6", "meta l4proto tcp ct direction reply ct state established accept", "meta nfproto ipv6 ct state established,related accept",
			"udp answered flow of the proxy, open [fd43::10]:53: Open"},
		{"the proxy's ports can be taken", "		tcp sport { $data, $admin } goto refuse\n", "", "take 127.0.0.2:15002: Open"},
		{"the data port can be taken", "tcp sport { $data, $admin }", "tcp sport $admin", "take 127.0.0.2:15001: Open"},
		{"the admin port can be taken", "tcp sport { $data, $admin }", "tcp sport $data", "take 127.0.0.2:15002: Open"},
		{"UDP on loopback", "		meta l4proto tcp accept\n", "		accept\n", "udp spoofed-source [::1]:53: Open"},
		{"loopback leads to others", "		fib daddr type != local goto refuse\n", "", "tcp api-server via lo: TimedOut"},
		{"others' packets are forwarded", "filter hook forward priority filter; policy drop;", "filter hook forward priority filter; policy accept;", "chain forward"},
		{"no rule for forwarding", "	chain forward {\n		type filter hook forward priority filter; policy drop;\n	}\n", "", "chain forward"},
		{"the proxy answers on all its ports", "		tcp sport $data accept\n", "		accept\n", "tcp further-port of the proxy: Open"},
		{"the proxy answers on none", "		tcp sport $data accept\n", "", "data-port"},
		{"anything comes in", "filter hook input priority filter; policy drop;", "filter hook input priority filter; policy accept;", "chain input"},
		{"no hook for what comes in", "		type filter hook input priority filter; policy drop;\n", "", "chain input"},
		{"anything goes out by default", "filter hook output priority filter; policy drop;", "filter hook output priority filter; policy accept;", "chain output"},
		{"the admin port is open inside", "		tcp dport $admin goto refuse\n", "", "tcp admin-port [::1]:15002: TimedOut"},
		{"loopback is shut", "		oif \"lo\" goto loopback\n", "", "tcp data-port"},
		{"one agent is forgotten", "	chain agent {\n", "	chain agent {\n		meta skuid 2000 accept\n", "tcp api-server 10.43.0.1:443: Open"},
		{"IPv6 is forgotten", "	chain agent {\n", "	chain agent {\n		meta nfproto ipv6 accept\n", "tcp metadata [fd00:ec2::254]:80: Open"},
		{"IPv4 is forgotten", "	chain agent {\n", "	chain agent {\n		meta nfproto ipv4 accept\n", "udp dns 8.8.8.8:53: Open"},
		{"DNS is allowed", "	chain agent {\n", "	chain agent {\n		udp dport 53 accept\n", "udp dns 10.43.0.10:53: Open"},
		{"ping is allowed", "	chain agent {\n", "	chain agent {\n		meta l4proto { icmp, icmpv6 } accept\n", "ping fd43::10: Open"},
		{"multicast is allowed", "	chain agent {\n", "	chain agent {\n		ip6 daddr ff00::/8 accept\n", "udp multicast [ff02::fb%eth0]:5353: Open"},
		{"nothing counts", `		counter name "refused"` + "\n", "", "tcp api-server 10.43.0.1:443: Unproved"},
		{"no counter", "	counter refused {\n	}\n", "", "nft cannot load the rules"},
	} {
		t.Run(mutation.name, func(t *testing.T) {
			p := p
			p.t = t
			if strings.Count(rulesetTemplate, mutation.part) != 1 {
				t.Fatalf("not once in the rules: %q", mutation.part)
			}
			environment := usual()
			// Only so that what hangs does not take long.
			environment["SALLYPORT_GUARD_BOUND_MILLIS"] = "60"

			run := p.guard(strings.Replace(rulesetTemplate, mutation.part, mutation.instead, 1), environment, "guard")

			if run.finding.Outcome == enforced {
				t.Fatal("Enforced")
			}
			said := strings.Join(append(run.finding.Open, run.finding.Reason), "\n")
			if !strings.Contains(said, mutation.finding) {
				t.Errorf("nothing of %q in %s:\n%s", mutation.finding, run.finding.Outcome, said)
			}
		})
	}
}

// With nothing refused, every way to the world must be found open: what is refused otherwise is refused by the rules.
func TestEveryWayIsOpenWithoutTheRules(t *testing.T) {
	p := newPod(t)
	rules := strings.Replace(rulesetTemplate, "	chain agent {\n", "	chain agent {\n		accept\n", 1)
	rules = strings.Replace(rules, "	chain proxy {\n", "	chain proxy {\n		accept\n", 1)

	run := p.guard(rules, usual(), "guard")

	if run.finding.Outcome != isOpen {
		t.Fatalf("%s: %s", run.finding.Outcome, run.finding.Reason)
	}
	for _, a := range run.attempts {
		network := strings.HasPrefix(a.Way, "tcp ") || strings.HasPrefix(a.Way, "udp ") || strings.HasPrefix(a.Way, "ping ") ||
			strings.HasPrefix(a.Way, "take ") || strings.HasPrefix(a.Way, "mptcp ")
		// The kernel has no route from a foreign IPv4 source, and none from loopback to others; IGMP and MLD have no owner.
		elsewhere := strings.HasSuffix(a.Way, " via lo") || strings.HasPrefix(a.Way, "udp spoofed-source 10.")
		if network && !elsewhere && a.Result != open && a.Result != reached {
			t.Errorf("%s is %s (%s)", a.Way, a.Result, a.Detail)
		}
	}
}

// The input hook cannot be tried from inside.
func TestOnlyDeclaredPortsAreOpenToOthers(t *testing.T) {
	p := newPod(t)
	run := p.guard("", usual(), "guard")
	if run.finding.Outcome != enforced {
		t.Fatalf("%s: %s", run.finding.Outcome, run.finding.Reason)
	}
	p.listen(1000, "8080", "3000")
	p.listen(65533, "15002")

	open := p.call(podIP4+":8080", "["+podIP6+"]:8080", podIP4+":15002", "["+podIP6+"]:15002")
	shut := p.call(podIP4+":3000", "["+podIP6+"]:3000", podIP4+":15001", podIP4+":22")

	if want := "open open open open"; open != want {
		t.Errorf("declared: %s", open)
	}
	if want := "refused refused refused refused"; shut != want {
		t.Errorf("not declared: %s", shut)
	}
}

func TestLoadingTwiceLeavesTheSameRules(t *testing.T) {
	p := newPod(t)
	var lists []string
	for range 2 {
		if run := p.guard("", usual(), "guard"); run.finding.Outcome != enforced {
			t.Fatalf("%s: %s", run.finding.Outcome, run.finding.Reason)
		}
		list, err := exec.Command("ip", "netns", "exec", p.name, "nft", "--stateless", "list", "ruleset").Output()
		fatal(t, err)
		lists = append(lists, string(list))
	}

	if lists[0] != lists[1] || !strings.Contains(lists[0], "chain output") {
		t.Errorf("%s\n%s", lists[0], lists[1])
	}
}

func TestNothingIsVouchedForThatCannotBeProved(t *testing.T) {
	p := newPod(t)
	fails := filepath.Join(p.directory, "nft")
	fatal(t, os.WriteFile(fails, []byte("#!/bin/sh\necho Operation not permitted >&2\nexit 1\n"), 0o755))
	for _, each := range []struct{ name, variable, value, reason string }{
		{"no nft", "SALLYPORT_GUARD_NFT", "/no/nft", "nft cannot load the rules"},
		{"nft fails", "SALLYPORT_GUARD_NFT", fails, "Operation not permitted"},
		{"an agent is the proxy", "SALLYPORT_GUARD_AGENTS", "1000:1000,65533:1000", "has the proxy's UID"},
		{"the host's network by status", "HOST_IPS", podIP4, "on the host's network"},
		{"the host's network by its devices", "HOST_IPS", "127.0.0.1", "on the host's network"},
		{"no agents", "SALLYPORT_GUARD_AGENTS", "", "agents: missing"},
		{"another pod's address", "POD_IPS", "10.99.0.77", "no network device has an address of the pod"},
		{"an agent that may gain privileges", "TEST_PRIVILEGES", "yes", "no_new_privs is not set"},
	} {
		t.Run(each.name, func(t *testing.T) {
			p := p
			p.t = t
			environment := usual()
			environment[each.variable] = each.value

			run := p.guard("", environment, "guard")

			if run.finding.Outcome != isFailed || !strings.Contains(run.finding.Reason, each.reason) {
				t.Errorf("%s: %s", run.finding.Outcome, run.finding.Reason)
			}
		})
	}
}

func TestProbeFindsAnOpenNetworkAndAShutOne(t *testing.T) {
	p := newPod(t)
	environment := usual()
	environment["SALLYPORT_GUARD_PROXY"] = otherIP4 + ":8080"
	environment["SALLYPORT_GUARD_WAIT_SECONDS"] = "0"
	delete(environment, "SALLYPORT_GUARD_AGENTS")
	environment["TEST_USER"] = "1000"

	run := p.guard("", environment, "probe")

	if run.finding.Outcome != isOpen || run.finding.Placement != pairedPod {
		t.Fatalf("%s: %s", run.finding.Outcome, run.finding.Reason)
	}
	for _, way := range []string{"tcp api-server 10.43.0.1:443", "udp dns 10.43.0.10:53", "udp dns [fd43::10]:53", "tcp kubelet [fd99:1::1]:10250"} {
		if !slices.Equal(run.result(way), []result{open}) {
			t.Errorf("%s: %v", way, run.result(way))
		}
	}
	// Outside, as a network plugin does it.
	for _, how := range []string{"drop", "reject"} {
		p.nftInWorld("add table inet shut; delete table inet shut; table inet shut { chain in { type filter hook input priority 0;" +
			" iifname pod ip daddr " + otherIP4 + " tcp dport { 8080 } accept;" +
			" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; iifname pod " + how + "; }; }")
		shut := usual()
		for name, value := range environment {
			shut[name] = value
		}
		delete(shut, "SALLYPORT_GUARD_AGENTS")
		shut["SALLYPORT_GUARD_TARGETS"] = "other-pod=tcp://[" + otherIP6 + "]:8080"

		run = p.guard("", shut, "probe")

		if run.finding.Outcome != enforced {
			t.Errorf("%s: %s: %s %v", how, run.finding.Outcome, run.finding.Reason, run.finding.Open)
		}
	}
	environment["SALLYPORT_GUARD_PROXY"] = otherIP4 + ":8081"
	if run = p.guard("", environment, "probe"); run.finding.Outcome != isFailed || !strings.Contains(run.finding.Reason, "does not answer") {
		t.Errorf("%s: %s", run.finding.Outcome, run.finding.Reason)
	}
	delete(environment, "TEST_USER")
	if run = p.guard("", environment, "probe"); run.finding.Outcome != isFailed || !strings.Contains(run.finding.Reason, "root") {
		t.Errorf("%s: %s", run.finding.Outcome, run.finding.Reason)
	}
}

// The kernel's parser takes the rendered rules too where the whole guard cannot run.
func TestTheRenderedRulesAreWellFormed(t *testing.T) {
	rules, err := renderRuleset(rulesetTemplate, settings{proxyUID: 65533, dataPort: 15001, adminPort: 15002, ports: []uint16{8080, 9090}})
	fatal(t, err)
	golden := filepath.Join("testdata", "ruleset.nft")
	want, err := os.ReadFile(golden)
	fatal(t, err)
	if rules != string(want) {
		t.Errorf("not %s:\n%s", golden, rules)
	}
	p := newPod(t)
	check := exec.Command("ip", "netns", "exec", p.name, "nft", "-c", "-f", "-")
	check.Stdin = bytes.NewReader([]byte(rules))
	if said, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
}
