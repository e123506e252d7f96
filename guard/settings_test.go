package main

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

func environment(changes map[string]string) []string {
	values := usual()
	for name, value := range changes {
		values[name] = value
	}
	var list []string
	for name, value := range values {
		list = append(list, name+"="+value)
	}
	return list
}

func TestSettingsAreReadFromTheEnvironment(t *testing.T) {
	s, err := parseSettings([]string{"guard"}, append(environment(map[string]string{
		"SALLYPORT_GUARD_PORTS": "8080,9090", "SALLYPORT_GUARD_READY": "/run/ready", "SALLYPORT_GUARD_MESSAGE_BYTES": "1024", "SALLYPORT_GUARD_TARGETS": "a=tcp://10.0.0.1:1,b=udp://[fd00::1]:2"}), "PATH=/bin"))

	fatal(t, err)
	want := settings{
		command: "guard", agents: []agent{{1000, 1000}, {2000, 2000}}, ports: []uint16{8080, 9090},
		resolvers: []netip.Addr{netip.MustParseAddr(dnsIP4), netip.MustParseAddr(dnsIP6)},
		targets: []target{{"a", false, netip.MustParseAddrPort("10.0.0.1:1")},
			{"b", true, netip.MustParseAddrPort("[fd00::1]:2")}},
		apiServer: netip.MustParseAddrPort("10.43.0.1:443"),
		podIPs:    []netip.Addr{netip.MustParseAddr(podIP4), netip.MustParseAddr(podIP6)},
		hostIPs:   []netip.Addr{netip.MustParseAddr(nodeIP4), netip.MustParseAddr(nodeIP6)},
		proxyUID:  65533, dataPort: 15001, adminPort: 15002, bound: 500 * time.Millisecond, wait: time.Minute,
		terminationMessage: "/dev/termination-log", nft: "/usr/sbin/nft", ready: "/run/ready", messageBytes: 1024,
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v", s)
	}
}

func TestFlagsWinAndThePortsMayBeNone(t *testing.T) {
	s, err := parseSettings([]string{"guard", "--agents=7:8", "--ports=", "--bound-millis", "1000", "--api-host", "fd00::1"}, environment(nil))

	fatal(t, err)
	if !reflect.DeepEqual(s.agents, []agent{{7, 8}}) || s.ports != nil || s.bound != time.Second || s.apiServer.String() != "[fd00::1]:443" {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsMissingOrMalformedIsRefusedWithItsName(t *testing.T) {
	for _, each := range []struct{ variable, value, problem string }{
		{"SALLYPORT_GUARD_AGENTS", "", "agents: missing"},
		{"SALLYPORT_GUARD_MESSAGE_BYTES", "4097", "message-bytes"},
		{"SALLYPORT_GUARD_READY", "ready", "ready: not a file's whole path"},
		{"SALLYPORT_GUARD_AGENTS", "1000", "not UID:GID"},
		{"SALLYPORT_GUARD_AGENTS", "0:0", "is root"},
		{"SALLYPORT_GUARD_AGENTS", "65533:1", "the proxy's UID"},
		{"SALLYPORT_GUARD_AGENTS", "65534:1", "overflow UID"},
		{"SALLYPORT_GUARD_AGENTS", "01000:1", "not a number"},
		{"SALLYPORT_GUARD_AGENTS", "1000:1 ", "not a number"},
		{"SALLYPORT_GUARD_AGENTS", "+1000:1", "not a number"},
		{"SALLYPORT_GUARD_AGENTS", "4294967295:1", "not a number"},
		{"SALLYPORT_GUARD_AGENTS", "4294968296:1", "not a number"},
		{"SALLYPORT_GUARD_AGENTS", "1000:1,", "not UID:GID"},
		{"SALLYPORT_GUARD_AGENTS", "1000:1,1000:1", "twice"},
		{"SALLYPORT_GUARD_AGENTS", strings.Repeat("1:1,", 64) + "2:2", "twice"},
		{"SALLYPORT_GUARD_PORTS", "0", "not a number"},
		{"SALLYPORT_GUARD_PORTS", "65536", "not a number"},
		{"SALLYPORT_GUARD_PORTS", "8080-8090", "not a number"},
		{"SALLYPORT_GUARD_PORTS", "8080 } accept; #", "not a number"},
		{"SALLYPORT_GUARD_PORTS", "53/UDP", "UDP cannot be served"},
		{"SALLYPORT_GUARD_PORTS", "15001", "is the proxy's"},
		{"SALLYPORT_GUARD_PORTS", "15002", "is the proxy's"},
		{"SALLYPORT_GUARD_RESOLVERS", "", "resolvers: missing"},
		{"SALLYPORT_GUARD_RESOLVERS", "kube-dns", "not an IP address"},
		{"SALLYPORT_GUARD_RESOLVERS", "0.0.0.0", "not an IP address"},
		{"SALLYPORT_GUARD_TARGETS", "tcp://10.0.0.1:1", "NAME=tcp"},
		{"SALLYPORT_GUARD_TARGETS", "a=http://10.0.0.1:1", "NAME=tcp"},
		{"SALLYPORT_GUARD_TARGETS", "a b=tcp://10.0.0.1:1", "NAME=tcp"},
		{"SALLYPORT_GUARD_TARGETS", "a=tcp://10.0.0.1", "not IP:PORT"},
		{"SALLYPORT_GUARD_TARGETS", "a=tcp://example.com:1", "not IP:PORT"},
		{"SALLYPORT_GUARD_TARGETS", "a=tcp://[fe80::1%eth0]:1", "not IP:PORT"},
		{"SALLYPORT_GUARD_PROXY_UID", "0", "not a number"},
		{"SALLYPORT_GUARD_PROXY_UID", "65534", "not a number"},
		{"SALLYPORT_GUARD_DATA_PORT", "15002", "the same"},
		{"SALLYPORT_GUARD_BOUND_MILLIS", "0", "not a number"},
		{"SALLYPORT_GUARD_AGENT", "1000:1000", "unknown variable"},
		{"POD_IPS", "", "pod-ips: missing (variable POD_IPS"},
		{"POD_IPS", "10.0.0.1, 10.0.0.2", "not an IP address"},
		{"HOST_IPS", "", "host-ips: missing"},
		{"HOST_IPS", podIP4, "on the host's network"},
		{"HOST_IPS", nodeIP4 + "," + podIP6, "on the host's network"},
		{"KUBERNETES_SERVICE_HOST", "", "api-host: missing"},
		{"KUBERNETES_SERVICE_HOST", "kubernetes", "not IP:PORT"},
		{"KUBERNETES_SERVICE_PORT", "https", "not IP:PORT"},
	} {
		_, err := parseSettings([]string{"guard"}, environment(map[string]string{each.variable: each.value}))

		if err == nil || !strings.Contains(err.Error(), each.problem) {
			t.Errorf("%s=%s: %v", each.variable, each.value, err)
		}
	}
	for _, arguments := range [][]string{{}, {"gard"}, {"guard", "more"}, {"guard", "--agent=1:1"}, {"guard", "--nft=a", "--nft=b"}, {"probe"}} {
		if _, err := parseSettings(arguments, environment(nil)); err == nil {
			t.Errorf("%v is accepted", arguments)
		}
	}
}
