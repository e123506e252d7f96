package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	findingSchema = "sallyport.dev/egress-finding/v1"
	messageLimit  = 4096 // kubelet's bound for a termination message, in bytes; less where a pod has more than three containers
	reasonLimit   = 1000
)

type result string

const (
	refused     result = "Refused"     // by the table: its counter went up
	denied      result = "Denied"      // the kernel gives no right to it
	absent      result = "Absent"      // this kernel does not have it
	noRoute     result = "NoRoute"     // the kernel knows no way there: nothing was sent
	reached     result = "Reached"     // what must work does
	open        result = "Open"        // it works, and must not
	timedOut    result = "TimedOut"    // neither refused nor answered; closed for the probe, not for the guard
	unproved    result = "Unproved"    // it failed, but not by our doing
	unreachable result = "Unreachable" // what must work does not
)

type verdict string

const (
	enforced verdict = "Enforced"
	isOpen   verdict = "Open"
	isFailed verdict = "Failed"
)

// attempt is a way that one user tried.
type attempt struct {
	User    agent  `json:"user"`
	Way     string `json:"way"`
	Result  result `json:"result"`
	Micros  int64  `json:"micros"`
	Detail  string `json:"detail"`
	Refused uint64 `json:"refused"` // packets that the table refused meanwhile
}

// finding is the termination message.
type finding struct {
	Schema    string   `json:"schema"`
	Placement string   `json:"placement"`
	Outcome   verdict  `json:"outcome"`
	Reason    string   `json:"reason,omitempty"`
	Tried     int      `json:"tried"` // attempts in all
	Ways      int      `json:"ways"`  // different ones
	Users     []string `json:"users"`
	Millis    int64    `json:"millis"`
	Open      []string `json:"open"`
	Attempts  []group  `json:"attempts"`
	Omitted   int      `json:"omitted,omitempty"` // ways for which there was no room in open or attempts
}

// group is the ways that had the same result for the same users.
type group struct {
	Result result   `json:"result"`
	Users  []string `json:"users,omitempty"` // none: all of the finding's
	Micros int64    `json:"micros"`          // of the slowest
	Ways   []string `json:"ways"`
}

// judgeGuarded says what an outcome means where the table's counter is known.
func judgeGuarded(w way, o outcome, refusals uint64) result {
	switch {
	case o.Broken != "":
		return unproved
	case w.kind == need:
		if o.succeeded() {
			return reached
		}
		return unreachable
	case w.kind == forbid || o.Step != "connect" && o.Step != "send" && o.Errno != 0:
		return judgeRight(o)
	case w.kind == silent && refusals > 0 && (o.TimedOut || refusalErrno(o.Errno) || w.order.Do == "ping" && o.succeeded()):
		return refused // an IPv6 ping is sent, says the kernel, though the table has refused it
	case o.succeeded():
		return open
	case o.TimedOut:
		return timedOut
	case refusals > 0 && refusalErrno(o.Errno):
		return refused
	case refusals == 0 && o.NoRoute:
		return noRoute
	}
	return unproved
}

// refusalErrno is what a reset comes to, or a packet dropped on its way out.
func refusalErrno(errno unix.Errno) bool { return errno == unix.ECONNREFUSED || errno == unix.EPERM }

// judgeRight says what the kernel's answer to a system call means that no agent may make.
func judgeRight(o outcome) result {
	switch o.Errno {
	case 0:
		return open
	case unix.EPERM, unix.EACCES, unix.EADDRINUSE:
		return denied
	case unix.EAFNOSUPPORT, unix.EPROTONOSUPPORT, unix.ESOCKTNOSUPPORT, unix.ENOPROTOOPT, unix.ENOSYS, unix.ENODEV:
		return absent
	case unix.EADDRNOTAVAIL, unix.ENOSPC, unix.EUSERS: // an address that is not the pod's; a sysctl that allows no user namespaces
		return denied
	}
	return unproved
}

// judgeProbed says what an outcome means where others refuse, in the network or on the node, and may do so by silence.
func judgeProbed(w way, o outcome) result {
	switch {
	case o.Broken != "":
		return unproved
	case w.kind == need && o.succeeded():
		return reached
	case w.kind == need:
		return unreachable
	case w.kind == forbid || o.Step != "connect" && o.Step != "send" && o.Step != "recv" && o.Errno != 0:
		return judgeRight(o)
	case o.succeeded() || o.Answered:
		return open
	case o.TimedOut || o.Errno == unix.ETIMEDOUT:
		return timedOut
	case o.NoRoute:
		return noRoute
	case refusalErrno(o.Errno) || o.Errno == unix.EHOSTUNREACH || o.Errno == unix.ENETUNREACH || o.Errno == unix.EACCES:
		return refused
	}
	return unproved
}

// failing tells whether a result keeps the pod from starting.
func (r result) failing(placement string) bool {
	switch r {
	case refused, denied, absent, noRoute, reached:
		return false
	case timedOut:
		return placement != pairedPod
	}
	return true
}

const (
	sidecar   = "Sidecar"
	pairedPod = "PairedPod"
)

// conclude makes the finding of a run. A run that could not try everything has an error.
func conclude(placement string, users []agent, attempts []attempt, failure error, took time.Duration) finding {
	f := finding{Schema: findingSchema, Placement: placement, Outcome: enforced, Tried: len(attempts), Users: names(users),
		Millis: took.Milliseconds(), Open: []string{}}
	shut := ""
	for _, a := range attempts {
		if a.Result.failing(placement) {
			if a.Result == unreachable {
				shut = fmt.Sprintf("%s: %s does not work (%s)", a.User, a.Way, a.Detail)
				continue
			}
			entry := fmt.Sprintf("%s: %s (%s)", a.Way, a.Result, a.Detail)
			if !slices.Contains(f.Open, entry) {
				f.Open = append(f.Open, entry)
			}
		}
	}
	switch {
	case len(f.Open) > 0:
		f.Outcome, f.Reason = isOpen, "not shown to be shut: "+f.Open[0]
	case failure != nil:
		f.Outcome, f.Reason = isFailed, failure.Error()
	case shut != "":
		f.Outcome, f.Reason = isFailed, shut
	case len(attempts) == 0:
		f.Outcome, f.Reason = isFailed, "nothing was tried"
	}
	f.Reason = clip(f.Reason, reasonLimit)
	f.Attempts, f.Ways = grouped(attempts, users)
	return f
}

func names(users []agent) []string {
	list := []string{}
	for _, user := range users {
		list = append(list, user.String())
	}
	return list
}

// grouped joins what several users tried with the same result, and then the ways of the same result and users.
func grouped(attempts []attempt, users []agent) ([]group, int) {
	type key struct {
		way    string
		result result
	}
	type seen struct {
		key
		users  []string
		micros int64
	}
	var ways []string
	var order []*seen
	byKey := map[key]*seen{}
	for _, a := range attempts {
		if !slices.Contains(ways, a.Way) {
			ways = append(ways, a.Way)
		}
		k := key{a.Way, a.Result}
		if byKey[k] == nil {
			byKey[k] = &seen{key: k}
			order = append(order, byKey[k])
		}
		if user := a.User.String(); !slices.Contains(byKey[k].users, user) {
			byKey[k].users = append(byKey[k].users, user)
		}
		byKey[k].micros = max(byKey[k].micros, a.Micros)
	}
	groups := []group{}
	for _, s := range order {
		who := s.users
		if len(who) == len(users) {
			who = nil
		}
		at := slices.IndexFunc(groups, func(g group) bool { return g.Result == s.result && slices.Equal(g.Users, who) })
		if at < 0 {
			groups = append(groups, group{Result: s.result, Users: who})
			at = len(groups) - 1
		}
		groups[at].Ways = append(groups[at].Ways, s.way)
		groups[at].Micros = max(groups[at].Micros, s.micros)
	}
	return groups, len(ways)
}

// message is the finding in JSON, in at most so many bytes, but for what must be there: what does not fit is left out from the end and counted, first
// of the attempts that were in vain, then of the ways that are open, of which the reason names the first.
func (f finding) message(most int) []byte {
	f.Attempts = slices.Clone(f.Attempts)
	slices.SortStableFunc(f.Attempts, func(a, b group) int {
		return rank(b.Result.failing(f.Placement)) - rank(a.Result.failing(f.Placement))
	})
	for {
		encoded, err := json.Marshal(f)
		if err != nil {
			// Strings and numbers only: it cannot be.
			return []byte(`{"schema":"` + findingSchema + `","outcome":"Failed","reason":"no JSON"}`)
		}
		if len(encoded) <= most || f.Reason == "" && len(f.Attempts)+len(f.Open)+len(f.Users) == 0 {
			return encoded
		}
		f.Omitted++
		switch last := len(f.Attempts) - 1; {
		case last >= 0 && len(f.Attempts[last].Ways) > 1:
			f.Attempts[last].Ways = f.Attempts[last].Ways[:len(f.Attempts[last].Ways)-1]
		case last >= 0:
			f.Attempts = f.Attempts[:last]
		case len(f.Open) > 1:
			f.Open = f.Open[:len(f.Open)-1]
		case len(f.Users) > 0:
			f.Users = f.Users[:len(f.Users)-1]
		default:
			f.Reason = clip(f.Reason, len(f.Reason)/2)
			f.Open = []string{}
		}
	}
}

func rank(failing bool) int {
	if failing {
		return 1
	}
	return 0
}

// clip cuts at a character's end, and takes what no terminal should get out.
func clip(text string, most int) string {
	text = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text), "?")
	for i := range text {
		if i > most {
			return text[:i] + "..."
		}
	}
	return text
}

// log writes every attempt of every user, one a line, and the finding as the last.
func (f finding) log(out io.Writer, attempts []attempt) error {
	encoder := json.NewEncoder(out)
	for _, a := range attempts {
		if err := encoder.Encode(a); err != nil {
			return err
		}
	}
	return encoder.Encode(f)
}
