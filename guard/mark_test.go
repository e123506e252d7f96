package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func (p pod) mark() string {
	p.t.Helper()
	// Under a mount of its own for each namespace, as in a container.
	said, err := exec.Command("ip", "netns", "exec", p.name, "cat", "/sys/class/net/lo/ifalias").Output()
	fatal(p.t, err)
	return strings.TrimSuffix(string(said), "\n")
}

func TestOnlyANetworkWhoseFenceIsProvedIsMarked(t *testing.T) {
	p := newPod(t)
	if p.mark() != "" {
		t.Fatalf("marked at first: %q", p.mark())
	}

	run := p.guard("", usual(), "guard")

	if run.finding.Outcome != enforced || p.mark() != fencedMark {
		t.Fatalf("%s: %s: marked %q", run.finding.Outcome, run.finding.Reason, p.mark())
	}

	run = p.guard(strings.Replace(rulesetTemplate, "	chain agent {\n", "	chain agent {\n		udp dport 53 accept\n", 1), usual(), "guard")

	if run.finding.Outcome != isOpen || p.mark() != "" {
		t.Errorf("%s: %s: marked %q", run.finding.Outcome, run.finding.Reason, p.mark())
	}
}

func TestTheGuardEndsOnceTheProxyOfThisStartTakesRequests(t *testing.T) {
	p := newPod(t)
	environment := usual()
	ready := filepath.Join(p.directory, "ready")
	environment["SALLYPORT_GUARD_READY"] = ready
	fatal(t, os.WriteFile(ready, nil, 0o600)) // an earlier proxy's

	ended := make(chan said, 1)
	go func() { ended <- p.guard("", environment, "guard") }()
	for p.mark() != fencedMark {
		select {
		case run := <-ended:
			t.Fatalf("ended with %s before it marked anything: %s", run.finding.Outcome, run.finding.Reason)
		default:
		}
	}

	if _, err := os.Lstat(ready); !os.IsNotExist(err) {
		t.Errorf("an earlier proxy's word still counts: %v", err)
	}
	select {
	case run := <-ended:
		t.Errorf("ended with %s before the proxy took requests", run.finding.Outcome)
	case <-time.After(20 * readyPause):
	}
	fatal(t, os.WriteFile(ready, nil, 0o600))
	if run := <-ended; run.finding.Outcome != enforced || run.exit != 0 {
		t.Errorf("exit %d, %s: %s", run.exit, run.finding.Outcome, run.finding.Reason)
	}
}

func TestAGuardThatIsToldToEndDoesNotVouchForAProxy(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()

	err := awaitReady(ctx, filepath.Join(t.TempDir(), "ready"))

	if err == nil || !strings.Contains(err.Error(), "told to end") {
		t.Errorf("%v", err)
	}
}
