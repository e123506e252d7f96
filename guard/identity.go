package main

import (
	"fmt"
	"os"
	"strings"
)

// identity is what /proc/self/status says of a process's rights.
type identity struct {
	UIDs         string            `json:"uids"` // real, effective, saved, file system
	GIDs         string            `json:"gids"`
	Groups       string            `json:"groups"`
	Capabilities map[string]string `json:"capabilities"` // sets by name, in hex
	NoNewPrivs   string            `json:"noNewPrivs"`
}

func readIdentity() outcome {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return outcome{Broken: err.Error()}
	}
	fields := map[string]string{}
	for _, line := range strings.Split(string(status), "\n") {
		if name, value, found := strings.Cut(line, ":"); found {
			fields[name] = strings.Join(strings.Fields(value), " ")
		}
	}
	read := identity{UIDs: fields["Uid"], GIDs: fields["Gid"], Groups: fields["Groups"], NoNewPrivs: fields["NoNewPrivs"],
		Capabilities: map[string]string{}}
	for _, set := range []string{"CapInh", "CapPrm", "CapEff", "CapAmb"} {
		read.Capabilities[set] = fields[set]
	}
	return outcome{Identity: &read}
}

// lacksRights tells what a process has that no agent has. What an attempt of it shows would be worth nothing.
func (i identity) lacksRights() error {
	for set, value := range i.Capabilities {
		if strings.Trim(value, "0") != "" || value == "" {
			return fmt.Errorf("%s is %q", set, value)
		}
	}
	if i.NoNewPrivs != "1" {
		return fmt.Errorf("no_new_privs is not set: allowPrivilegeEscalation must be false")
	}
	return nil
}

// is tells whether the process has become that user with all its IDs and without further groups.
func (i identity) is(a agent) error {
	uids := strings.TrimSpace(strings.Repeat(fmt.Sprintf("%d ", a.UID), 4))
	gids := strings.TrimSpace(strings.Repeat(fmt.Sprintf("%d ", a.GID), 4))
	if i.UIDs != uids || i.GIDs != gids || i.Groups != "" {
		return fmt.Errorf("its users are %q, its groups %q and %q", i.UIDs, i.GIDs, i.Groups)
	}
	return nil
}
