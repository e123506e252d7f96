package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAnOutcomeIsJudgedByWhatProvesIt(t *testing.T) {
	for _, each := range []struct {
		name     string
		kind     kind
		came     outcome
		refusals uint64
		want     result
	}{
		{"our reset", outward, outcome{Errno: unix.ECONNREFUSED, Step: "connect"}, 1, refused},
		{"another's reset", outward, outcome{Errno: unix.ECONNREFUSED, Step: "connect"}, 0, unproved},
		{"our drop", outward, outcome{Errno: unix.EPERM, Step: "send"}, 1, refused},
		{"another's drop", outward, outcome{Errno: unix.EPERM, Step: "send"}, 0, unproved},
		{"success", outward, outcome{}, 0, open},
		{"success in spite of a refusal", outward, outcome{}, 1, open},
		{"success where none is told", silent, outcome{}, 1, open},
		{"silence", outward, outcome{TimedOut: true}, 0, timedOut},
		{"silence after a refusal", outward, outcome{TimedOut: true}, 1, timedOut},
		{"silence that proves enough", silent, outcome{TimedOut: true}, 1, refused},
		{"silence that proves nothing", silent, outcome{TimedOut: true}, 0, timedOut},
		{"no route here", outward, outcome{Errno: unix.ENETUNREACH, Step: "connect", NoRoute: true}, 0, noRoute},
		{"no route further on", outward, outcome{Errno: unix.ENETUNREACH, Step: "connect"}, 0, unproved},
		{"an error that nobody expected", outward, outcome{Errno: unix.EIO, Step: "send"}, 1, unproved},
		{"no such protocol", outward, outcome{Errno: unix.EPROTONOSUPPORT, Step: "socket"}, 0, absent},
		{"no right", forbid, outcome{Errno: unix.EPERM, Step: "socket"}, 0, denied},
		{"a right", forbid, outcome{}, 0, open},
		{"an unclear answer", forbid, outcome{Errno: unix.EINVAL, Step: "clone"}, 0, unproved},
		{"no descriptors left", forbid, outcome{Errno: unix.EMFILE, Step: "socket"}, 0, unproved},
		{"a worker that is gone", forbid, outcome{Broken: "it ended"}, 0, unproved},
		{"what must work", need, outcome{}, 0, reached},
		{"what must work and does not", need, outcome{TimedOut: true}, 0, unreachable},
	} {
		if got := judgeGuarded(way{kind: each.kind}, each.came, each.refusals); got != each.want {
			t.Errorf("%s: %s", each.name, got)
		}
	}
}

func TestOnlyAWholeRunWithoutAnOpenWayIsEnforced(t *testing.T) {
	user := agent{1000, 1000}
	shut, wide := attempt{User: user, Way: "a", Result: refused}, attempt{User: user, Way: "b", Result: open}
	for _, each := range []struct {
		attempts []attempt
		failure  error
		want     verdict
	}{
		{[]attempt{shut}, nil, enforced},
		{nil, nil, isFailed},
		{[]attempt{shut}, errors.New("no time"), isFailed},
		{[]attempt{shut, wide}, nil, isOpen},
		{[]attempt{wide}, errors.New("no time"), isOpen},
		{[]attempt{shut, {User: user, Way: "c", Result: timedOut}}, nil, isOpen},
		{[]attempt{shut, {User: user, Way: "c", Result: unproved}}, nil, isOpen},
		{[]attempt{shut, {User: user, Way: "c", Result: unreachable}}, nil, isFailed},
		{[]attempt{shut, {User: user, Way: "c", Result: "Whatever"}}, nil, isOpen},
	} {
		if f := conclude(sidecar, []agent{user}, each.attempts, each.failure, 0); f.Outcome != each.want || (f.Reason == "") != (f.Outcome == enforced) {
			t.Errorf("%v, %v: %s, %s", each.attempts, each.failure, f.Outcome, f.Reason)
		}
	}
	if f := conclude(pairedPod, []agent{user}, []attempt{{User: user, Way: "c", Result: timedOut}}, nil, 0); f.Outcome != enforced {
		t.Errorf("a silent network: %s", f.Outcome)
	}
}

func TestUsersWithTheSameResultShareALineAndOthersDoNot(t *testing.T) {
	a, b := agent{1000, 1000}, agent{2000, 2000}

	f := conclude(sidecar, []agent{a, b}, []attempt{
		{User: a, Way: "x", Result: refused, Micros: 5}, {User: a, Way: "y", Result: refused, Micros: 9},
		{User: b, Way: "x", Result: refused, Micros: 7}, {User: b, Way: "y", Result: open, Micros: 2, Detail: "success"},
	}, nil, 3*time.Millisecond)

	want := finding{Schema: findingSchema, Placement: sidecar, Outcome: isOpen, Reason: "not shown to be shut: y: Open (success)", Tried: 4, Ways: 2,
		Users: []string{"1000:1000", "2000:2000"}, Millis: 3, Open: []string{"y: Open (success)"}, Attempts: []group{
			{refused, nil, 7, []string{"x"}}, {refused, []string{"1000:1000"}, 9, []string{"y"}}, {open, []string{"2000:2000"}, 2, []string{"y"}}}}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("%+v", f)
	}
}

func TestTheMessageFitsHoweverMuchThereIsToSay(t *testing.T) {
	for _, size := range []int{1, 10, 64} {
		var users []agent
		var attempts []attempt
		for u := range size {
			users = append(users, agent{uint32(4e9) + uint32(u), 4e9})
			for w := range 200 {
				r := []result{refused, open, unproved, noRoute}[(u+w)%4]
				attempts = append(attempts, attempt{User: users[u], Way: fmt.Sprintf("way %d \"<&>\x00é%s", w, strings.Repeat("é", w)), Result: r, Detail: "x"})
			}
		}
		f := conclude(sidecar, users, attempts, errors.New(strings.Repeat("\xff\x01\"", 5000)), 0)

		message := f.message(messageLimit)

		var read finding
		fatal(t, json.Unmarshal(message, &read))
		if len(message) > messageLimit || read.Outcome != isOpen || read.Omitted == 0 || read.Tried != size*200 || len(read.Open) == 0 {
			t.Errorf("%d users: %d bytes: %s", size, len(message), message)
		}
	}
	failed := conclude(sidecar, nil, nil, errors.New(strings.Repeat("\xff\x01\"", 5000)), 0)
	if message := failed.message(messageLimit); len(message) > messageLimit || !json.Valid(message) {
		t.Errorf("%d bytes: %s", len(message), message)
	}
}

// The examples in the docs, which other programs' tests read too, are what this program writes.
func TestTheExamplesAreWhatIsWritten(t *testing.T) {
	for _, name := range []string{"enforced", "open", "failed"} {
		text, err := os.ReadFile("../docs/examples/egress-finding-" + name + ".json")
		fatal(t, err)
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.DisallowUnknownFields()
		var f finding
		fatal(t, decoder.Decode(&f))
		if written := string(f.message(messageLimit)); written != strings.TrimSpace(string(text)) {
			t.Errorf("%s: %s", name, written)
		}
	}
}

func TestAFindingIsWholeWhereAPodOfManyContainersLeavesItLittleRoom(t *testing.T) {
	var attempts []attempt
	for w := range 120 {
		attempts = append(attempts, attempt{User: agent{1000, 1000}, Way: fmt.Sprintf("tcp target-%d 10.0.0.1:443", w), Result: refused})
	}
	f := conclude(sidecar, []agent{{1000, 1000}}, attempts, nil, 0)
	for _, most := range []int{256, 512, 1755} {
		message := f.message(most)

		var read finding
		fatal(t, json.Unmarshal(message, &read))
		if len(message) > most || read.Outcome != enforced || read.Tried != 120 || read.Ways != 120 || read.Omitted == 0 {
			t.Errorf("%d: %d bytes: %s", most, len(message), message)
		}
	}
}
