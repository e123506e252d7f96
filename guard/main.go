// Egress-guard shuts a pod's ways out but for its proxy, and proves that they are shut. See docs/guard.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { os.Exit(run(os.Args[1:], os.Environ(), os.Stdout)) }

// run returns the exit code: 0 if and only if the finding says Enforced and could be written.
func run(arguments, environment []string, out io.Writer) int {
	if len(arguments) == 1 && arguments[0] == workerCommand {
		if err := work(os.Stdin, out); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			return 1
		}
		return 0
	}
	if len(arguments) == 1 && arguments[0] == homeFilesCommand {
		if err := runHomeFiles(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	s, err := parseSettings(arguments, environment)
	if err == nil && s.command == "trust" {
		keepTrust(ctx, s, os.Stderr)
		return 0
	}
	var f finding
	var attempts []attempt
	switch {
	case err != nil:
		placement := sidecar
		if len(arguments) > 0 && arguments[0] == "probe" {
			placement = pairedPod
		}
		f = conclude(placement, s.agents, nil, err, time.Duration(0))
	case s.command == "guard":
		f, attempts = guard(ctx, s)
	default:
		f, attempts = probe(ctx, s)
	}
	if f.Outcome == enforced {
		s.homeFiles.place(ctx, s.command == "probe", os.Stderr)
	}
	if err := f.log(out, attempts); err != nil {
		fmt.Fprintln(os.Stderr, "egress-guard:", err)
		return 1
	}
	if s.command == "guard" && f.Outcome == enforced && s.ready != "" {
		if err := awaitReady(ctx, s.ready); err != nil {
			f = conclude(sidecar, s.agents, attempts, err, time.Duration(0))
		}
	}
	if err := os.WriteFile(s.terminationMessage, f.message(s.messageBytes), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "egress-guard:", err)
		return 1
	}
	if f.Outcome != enforced {
		fmt.Fprintln(os.Stderr, "egress-guard:", f.Reason)
		return 1
	}
	return 0
}
