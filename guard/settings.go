package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	overflowUID = 65534 // what the kernel shows for a user that a namespace does not map: nobody's own
	maxAgents   = 64    // bounds the run time
	maxTargets  = 32
	envPrefix   = "SALLYPORT_GUARD_"
)

// agent is the user of one or more of the template's containers.
type agent struct {
	UID uint32 `json:"uid"`
	GID uint32 `json:"gid"`
}

func (a agent) String() string { return fmt.Sprintf("%d:%d", a.UID, a.GID) }

// target is an address that must be out of the agent's reach.
type target struct {
	name string
	udp  bool
	addr netip.AddrPort
}

// settings is all that a run depends on.
type settings struct {
	command            string // guard, probe or trust
	agents             []agent
	ports              []uint16 // TCP ports that the template declares
	resolvers          []netip.Addr
	targets            []target
	proxy              netip.AddrPort // of the paired proxy's Service
	token              string         // by which that proxy knows its agent
	trust              string         // the directory for what the agent trusts; "": nothing is fetched
	ready              string         // the file by which the proxy says that it takes requests; "": that is not waited for
	homeFiles          homeFiles      // what is put into the agent's homes
	apiServer          netip.AddrPort
	podIPs             []netip.Addr
	hostIPs            []netip.Addr
	proxyUID           uint32
	dataPort           uint16
	adminPort          uint16
	bound              time.Duration // for one attempt
	wait               time.Duration // for the paired proxy, and then for its NetworkPolicy
	terminationMessage string
	messageBytes       int // of the termination message
	nft                string
}

// option is one input, by flag or environment variable; flags win.
type option struct {
	name     string // of the flag; the variable is envPrefix and this in capitals
	env      string // if the variable is Kubernetes' own, its name
	value    string // the default
	required string // the commands that cannot do without
	usage    string
}

func options() []option {
	return []option{
		{name: "agents", required: "guard", usage: "users of the agent's containers: UID:GID[,UID:GID]..."},
		{name: "ports", usage: "TCP ports that the pod's template declares: PORT[,PORT]..."},
		{name: "resolvers", required: "guard probe", usage: "addresses of the cluster's DNS: IP[,IP]..."},
		{name: "targets", usage: "further addresses that must be out of reach: NAME=tcp://IP:PORT or NAME=udp://IP:PORT, by commas"},
		{name: "proxy", required: "probe trust", usage: "the paired proxy's Service: IP:PORT"},
		{name: "token", required: "trust", usage: "by which the paired proxy knows its agent; only as a variable, since others see flags"},
		{name: "trust", required: "trust", usage: "the directory into which what the agent trusts is fetched from the paired proxy"},
		{name: "ready", usage: "the file by which the proxy beside it says that it takes requests: guard waits for it at its end"},
		{name: "home-files", usage: "what is put into the agent's homes where it is not there, in JSON"},
		{name: "proxy-uid", value: "65533", usage: "the proxy's UID"},
		{name: "data-port", value: "15001", usage: "the proxy's port for the agent"},
		{name: "admin-port", value: "15002", usage: "the proxy's port for the operator and kubelet"},
		{name: "bound-millis", usage: "how long one attempt may take; 500 for guard, 1000 for probe"},
		{name: "wait-seconds", value: "60", usage: "how long probe waits for the proxy, and for its NetworkPolicy"},
		{name: "message-bytes", value: strconv.Itoa(messageLimit), usage: "how long the termination message may be"},
		{name: "termination-message", value: "/dev/termination-log", usage: "where the finding goes"},
		{name: "nft", value: "/usr/sbin/nft", usage: "the program that loads the rules"},
		{name: "pod-ips", env: "POD_IPS", required: "guard probe", usage: "the pod's status.podIPs"},
		{name: "host-ips", env: "HOST_IPS", required: "guard probe", usage: "the pod's status.hostIPs, or status.hostIP"},
		{name: "api-host", env: "KUBERNETES_SERVICE_HOST", required: "guard probe", usage: "the API server's address"},
		{name: "api-port", env: "KUBERNETES_SERVICE_PORT", required: "guard probe", usage: "the API server's port"},
	}
}

// variable is the environment variable of an option.
func (o option) variable() string {
	if o.env != "" {
		return o.env
	}
	return envPrefix + strings.ReplaceAll(strings.ToUpper(o.name), "-", "_")
}

// parseSettings reads the command line (without the program's name) and an environment as os.Environ gives it. What can be read
// of the settings is returned with an error too: where the message goes must be known to say what is wrong.
func parseSettings(arguments, environment []string) (settings, error) {
	values, err := readValues(arguments, environment)
	s := settings{terminationMessage: values["termination-message"], messageBytes: messageLimit}
	if err != nil {
		return s, err
	}
	s.command = arguments[0]
	s.nft = values["nft"]
	s.trust = values["trust"]
	s.ready = values["ready"]
	bound := values["bound-millis"]
	if bound == "" {
		bound = map[string]string{"guard": "500", "probe": "1000", "trust": "1000"}[s.command]
	}
	var millis, seconds, bytes uint32
	err = errors.Join(
		parse(&s.agents, values, "agents", parseAgents),
		parse(&s.ports, values, "ports", parsePorts),
		parse(&s.resolvers, values, "resolvers", parseAddresses),
		parse(&s.targets, values, "targets", parseTargets),
		parse(&s.proxy, values, "proxy", parseAddrPort),
		parse(&s.token, values, "token", parseToken),
		parse(&s.homeFiles, values, "home-files", parseHomeFiles),
		parse(&s.podIPs, values, "pod-ips", parseAddresses),
		parse(&s.hostIPs, values, "host-ips", parseAddresses),
		parse(&s.apiServer, map[string]string{"api-host": hostPort(values["api-host"], values["api-port"])}, "api-host", parseAddrPort),
		parse(&s.proxyUID, values, "proxy-uid", number(1, overflowUID-1)),
		parse(&millis, map[string]string{"bound-millis": bound}, "bound-millis", number(10, 5000)),
		parse(&seconds, values, "wait-seconds", number(0, 600)),
		parse(&bytes, values, "message-bytes", number(256, messageLimit)),
		parse(&s.dataPort, values, "data-port", parsePort),
		parse(&s.adminPort, values, "admin-port", parsePort),
	)
	s.messageBytes = int(bytes)
	s.bound = time.Duration(millis) * time.Millisecond
	s.wait = time.Duration(seconds) * time.Second
	if err != nil {
		return s, err
	}
	return s, s.check()
}

func readValues(arguments, environment []string) (map[string]string, error) {
	values := map[string]string{}
	known := map[string]string{}
	for _, o := range options() {
		values[o.name] = o.value
		known[o.variable()] = o.name
	}
	for _, entry := range environment {
		variable, value, _ := strings.Cut(entry, "=")
		if name, ok := known[variable]; ok {
			values[name] = value
		} else if strings.HasPrefix(variable, envPrefix) {
			return values, fmt.Errorf("unknown variable %s", variable)
		}
	}
	if len(arguments) == 0 || !slices.Contains([]string{"guard", "probe", "trust"}, arguments[0]) {
		return values, errors.New("say what to do: egress-guard guard, egress-guard probe, or egress-guard trust")
	}
	flags := flag.NewFlagSet(arguments[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	seen := map[string]bool{}
	for _, o := range options() {
		if o.name == "token" {
			continue
		}
		flags.Func(o.name, o.usage, func(value string) error {
			if seen[o.name] {
				return errors.New("given twice")
			}
			seen[o.name] = true
			values[o.name] = value
			return nil
		})
	}
	if err := flags.Parse(arguments[1:]); err != nil {
		return values, err
	}
	if flags.NArg() > 0 {
		return values, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	for _, o := range options() {
		if values[o.name] == "" && slices.Contains(strings.Fields(o.required), arguments[0]) {
			return values, fmt.Errorf("%s: missing (variable %s, or --%s)", o.name, o.variable(), o.name)
		}
	}
	return values, nil
}

// check refuses what is well formed and yet cannot be guarded.
func (s settings) check() error {
	if s.trust != "" && (!filepath.IsAbs(s.trust) || s.token == "") {
		return errors.New("trust: needs a directory's whole path, and the token")
	}
	if s.ready != "" && !filepath.IsAbs(s.ready) {
		return errors.New("ready: not a file's whole path")
	}
	if s.dataPort == s.adminPort {
		return errors.New("data-port and admin-port are the same")
	}
	for _, a := range s.agents {
		switch a.UID {
		case 0:
			return fmt.Errorf("agents: %s is root", a)
		case s.proxyUID:
			return fmt.Errorf("agents: %s has the proxy's UID, for which every way is open", a)
		case overflowUID:
			return fmt.Errorf("agents: %s has the overflow UID, which stands for every user that is not mapped", a)
		}
	}
	for _, port := range s.ports {
		if port == s.dataPort || port == s.adminPort {
			return fmt.Errorf("ports: %d is the proxy's", port)
		}
	}
	for _, ip := range s.podIPs {
		if slices.Contains(s.hostIPs, ip) {
			return fmt.Errorf("the pod is on the host's network: %s is its node's address too", ip)
		}
	}
	return nil
}

func parse[T any](to *T, values map[string]string, name string, parser func(string) (T, error)) error {
	if values[name] == "" {
		return nil
	}
	value, err := parser(values[name])
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*to = value
	return nil
}

func parseList[T comparable](text string, most int, parser func(string) (T, error)) ([]T, error) {
	var list []T
	for _, item := range strings.Split(text, ",") {
		value, err := parser(item)
		if err != nil {
			return nil, err
		}
		if slices.Contains(list, value) {
			return nil, fmt.Errorf("%q is there twice", item)
		}
		list = append(list, value)
	}
	if len(list) > most {
		return nil, fmt.Errorf("%d are too many, at most %d", len(list), most)
	}
	return list, nil
}

func parseAgents(text string) ([]agent, error) {
	return parseList(text, maxAgents, func(item string) (agent, error) {
		uid, gid, found := strings.Cut(item, ":")
		if !found {
			return agent{}, fmt.Errorf("%q is not UID:GID", item)
		}
		u, err := number(0, 1<<32-2)(uid)
		if err != nil {
			return agent{}, err
		}
		g, err := number(0, 1<<32-2)(gid)
		return agent{UID: u, GID: g}, err
	})
}

func parsePorts(text string) ([]uint16, error) {
	return parseList(text, 1024, func(item string) (uint16, error) {
		if strings.HasSuffix(strings.ToLower(item), "/udp") {
			return 0, fmt.Errorf("%q: UDP cannot be served through the guard", item)
		}
		return parsePort(item)
	})
}

func parseAddresses(text string) ([]netip.Addr, error) { return parseList(text, 16, parseAddress) }

func parseAddress(text string) (netip.Addr, error) {
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Zone() != "" || ip.Is4In6() || ip.IsUnspecified() {
		return netip.Addr{}, fmt.Errorf("%q is not an IP address", text)
	}
	return ip, nil
}

func parseAddrPort(text string) (netip.AddrPort, error) {
	addr, err := netip.ParseAddrPort(text)
	if err != nil || addr.Port() == 0 || addr.Addr().Zone() != "" || addr.Addr().Is4In6() || addr.Addr().IsUnspecified() {
		return netip.AddrPort{}, fmt.Errorf("%q is not IP:PORT", text)
	}
	return addr, nil
}

var proxyToken = regexp.MustCompile(`^[-_A-Za-z0-9]{32,128}$`)

// parseToken quotes nothing of it.
func parseToken(text string) (string, error) {
	if !proxyToken.MatchString(text) {
		return "", errors.New("not 32 to 128 letters, digits, hyphens and underscores")
	}
	return text, nil
}

var targetName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$`)

func parseTargets(text string) ([]target, error) {
	return parseList(text, maxTargets, func(item string) (target, error) {
		name, address, found := strings.Cut(item, "=")
		protocol, hostAndPort, foundToo := strings.Cut(address, "://")
		if !found || !foundToo || !targetName.MatchString(name) || protocol != "tcp" && protocol != "udp" {
			return target{}, fmt.Errorf("%q is not NAME=tcp://IP:PORT or NAME=udp://IP:PORT", item)
		}
		addr, err := parseAddrPort(hostAndPort)
		return target{name: name, udp: protocol == "udp", addr: addr}, err
	})
}

func parsePort(text string) (uint16, error) {
	port, err := number(1, 65535)(text)
	return uint16(port), err
}

// number parses decimal digits without sign, space or leading zero.
func number(least, most uint32) func(string) (uint32, error) {
	return func(text string) (uint32, error) {
		value, err := strconv.ParseUint(text, 10, 32)
		if err != nil || strconv.FormatUint(value, 10) != text || value < uint64(least) || value > uint64(most) {
			return 0, fmt.Errorf("%q is not a number from %d to %d", text, least, most)
		}
		return uint32(value), nil
	}
}

func hostPort(host, port string) string {
	if host == "" {
		return ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}
