package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The tests' own program plays the pod's guard, its workers, and the world outside: what is tried is what is shipped.
const (
	roleVariable  = "TEST_ROLE"
	rulesVariable = "TEST_RULES" // a file with other rules than the shipped ones
)

func TestMain(m *testing.M) {
	switch role := os.Getenv(roleVariable); {
	case len(os.Args) == 2 && (os.Args[1] == workerCommand || os.Args[1] == homeFilesCommand):
		main()
	case role == "container":
		enterContainer()
	case role == "guard":
		if file := os.Getenv(rulesVariable); file != "" {
			rules, err := os.ReadFile(file)
			if err != nil {
				panic(err)
			}
			rulesetTemplate = string(rules)
		}
		main()
	case role == "world":
		beTheWorld()
	case role == "listen":
		beAListener()
	case role == "call":
		beACaller()
	default:
		os.Exit(m.Run())
	}
}

// enterContainer gives up what the guard's container does not have, and goes on as the guard.
func enterContainer() {
	runtime.LockOSThread()
	keep := map[uintptr]bool{unix.CAP_NET_ADMIN: true, unix.CAP_SETUID: true, unix.CAP_SETGID: true}
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if !keep[c] {
			must(unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0))
		}
	}
	if os.Getenv("TEST_PRIVILEGES") == "" {
		must(unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		installSeccomp()
	}
	if user := os.Getenv("TEST_USER"); user != "" {
		id, err := strconv.Atoi(user)
		must(err)
		must(unix.Setgroups(nil))
		must(unix.Setresgid(id, id, id))
		must(unix.Setresuid(id, id, id))
	}
	must(os.Setenv(roleVariable, "guard"))
	must(unix.Exec("/proc/self/exe", os.Args, os.Environ()))
}

// installSeccomp refuses what RuntimeDefault does of all that the guard tries.
func installSeccomp() {
	const load, equal, allBits, give = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ, unix.BPF_JMP | unix.BPF_JSET, unix.BPF_RET
	refuse := func(errno unix.Errno) unix.SockFilter {
		return unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(errno)}
	}
	number, argument := unix.SockFilter{Code: load, K: 0}, unix.SockFilter{Code: load, K: 16}
	allow := unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ALLOW}
	program := []unix.SockFilter{
		number,
		{Code: equal, K: unix.SYS_SOCKET, Jf: 4},
		argument,
		{Code: equal, K: unix.AF_VSOCK, Jf: 1},
		refuse(unix.EPERM),
		allow,
		{Code: equal, K: unix.SYS_CLONE, Jf: 4},
		argument,
		{Code: allBits, K: unix.CLONE_NEWUSER, Jf: 1},
		refuse(unix.EPERM),
		allow,
		{Code: equal, K: unix.SYS_CLONE3, Jf: 1},
		refuse(unix.ENOSYS),
		{Code: equal, K: unix.SYS_UNSHARE, Jf: 1},
		refuse(unix.EPERM),
		allow,
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	must(unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const (
	podIP4, podIP6     = "10.99.0.2", "fd99::2"
	gateway4, gateway6 = "10.99.0.1", "fd99::1"
	apiIP              = "10.43.0.1"
	dnsIP4, dnsIP6     = "10.43.0.10", "fd43::10"
	nodeIP4, nodeIP6   = "10.99.1.1", "fd99:1::1"
	otherIP4, otherIP6 = "10.99.2.2", "fd99:2::2"
)

// Addresses of the world: every target of the guard answers, so that a refusal is the guard's.
var worldAddresses = []string{gateway4, gateway6, apiIP, dnsIP4, dnsIP6, nodeIP4, nodeIP6, otherIP4, otherIP6,
	"169.254.169.254", "fd00:ec2::254", "1.1.1.1", "2606:4700:4700::1111", "8.8.8.8", "2001:4860:4860::8888"}

// beTheWorld answers on all ports that the guard tries, TCP and UDP, until it has no more input.
func beTheWorld() {
	for _, port := range []int{22, 53, 80, 443, nodePort, kubeletPort, 8080} {
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		must(err)
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				go func() {
					defer connection.Close()
					_, _ = connection.Read(make([]byte, 1))
				}()
			}
		}()
		if port != 53 && port != 443 {
			continue
		}
		for _, address := range worldAddresses {
			socket, err := net.ListenPacket("udp", net.JoinHostPort(address, strconv.Itoa(port)))
			must(err)
			go func() {
				buffer := make([]byte, 2048)
				for {
					n, from, err := socket.ReadFrom(buffer)
					if err != nil {
						return
					}
					_, _ = socket.WriteTo(buffer[:n], from)
				}
			}()
		}
	}
	fmt.Println("ready")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

// beAListener accepts on ports until it has no more input.
func beAListener() {
	for _, port := range os.Args[1:] {
		listener, err := net.Listen("tcp", ":"+port)
		must(err)
		go func() {
			for {
				if _, err := listener.Accept(); err != nil {
					return
				}
			}
		}()
	}
	fmt.Println("ready")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

// beACaller connects from outside to the addresses that it is given and says how that went, one a line.
func beACaller() {
	for _, address := range os.Args[1:] {
		connection, err := net.DialTimeout("tcp", address, 20*time.Second)
		if err != nil {
			fmt.Println("refused")
			continue
		}
		fmt.Println("open")
		connection.Close()
	}
}

// pod is a network namespace like a pod's, joined to another one in which the whole world is.
type pod struct {
	t           *testing.T
	name, world string // the namespaces
	directory   string
	program     string
}

// newPod skips the test where namespaces cannot be made.
func newPod(t *testing.T) pod {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: network namespaces cannot be made")
	}
	for _, program := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	suffix := fmt.Sprintf("%d", os.Getpid())
	p := pod{t: t, name: "guarded-" + suffix, world: "world-" + suffix, directory: t.TempDir(), program: executable(t)}
	if said, err := exec.Command("ip", "netns", "add", p.name).CombinedOutput(); err != nil {
		t.Skipf("no network namespace (CAP_NET_ADMIN and CAP_SYS_ADMIN are needed): %s", said)
	}
	t.Cleanup(func() {
		_ = exec.Command("ip", "netns", "delete", p.name).Run()
		_ = exec.Command("ip", "netns", "delete", p.world).Run()
	})
	p.ip("netns", "add", p.world)
	// An address that is still being checked for duplicates answers nobody.
	p.run("ip", "netns", "exec", p.name, "sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad")
	p.ip("-n", p.name, "link", "add", "eth0", "type", "veth", "peer", "name", "pod", "netns", p.world)
	for _, device := range [][]string{{p.name, "lo"}, {p.name, "eth0"}, {p.world, "lo"}, {p.world, "pod"}} {
		p.ip("-n", device[0], "link", "set", device[1], "up")
	}
	p.ip("-n", p.name, "address", "add", podIP4+"/24", "dev", "eth0")
	p.ip("-n", p.name, "address", "add", podIP6+"/64", "dev", "eth0", "nodad")
	p.ip("-n", p.world, "address", "add", gateway4+"/24", "dev", "pod")
	p.ip("-n", p.world, "address", "add", gateway6+"/64", "dev", "pod", "nodad")
	for _, address := range worldAddresses[2:] {
		p.ip("-n", p.world, "address", "add", address, "dev", "lo", "nodad")
	}
	p.ip("-n", p.name, "route", "add", "default", "via", gateway4)
	p.ip("-n", p.name, "-6", "route", "add", "default", "via", gateway6)
	// As a pod has it from containerd and its node.
	p.run("ip", "netns", "exec", p.name, "sh", "-c",
		"echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range; echo 1 >/proc/sys/net/ipv4/ip_forward")
	p.startWorld()
	return p
}

func (p pod) ip(arguments ...string) { p.t.Helper(); p.run("ip", arguments...) }

func (p pod) run(program string, arguments ...string) {
	p.t.Helper()
	if said, err := exec.Command(program, arguments...).CombinedOutput(); err != nil {
		p.t.Fatalf("%s %v: %v: %s", program, arguments, err, said)
	}
}

func (p pod) startWorld() {
	p.t.Helper()
	p.start("world", exec.Command("ip", "netns", "exec", p.world, p.program))
}

// listen starts a process in the pod that accepts on ports as that user.
func (p pod) listen(user int, ports ...string) {
	p.t.Helper()
	id := strconv.Itoa(user)
	p.start("listen", exec.Command("ip", append([]string{"netns", "exec", p.name, "setpriv", "--reuid", id, "--regid", id, "--clear-groups",
		p.program}, ports...)...))
}

// start waits until the process is ready, and ends it with the test.
func (p pod) start(role string, process *exec.Cmd) {
	p.t.Helper()
	process.Env = append(os.Environ(), roleVariable+"="+role)
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	fatal(p.t, err)
	output, err := process.StdoutPipe()
	fatal(p.t, err)
	fatal(p.t, process.Start())
	p.t.Cleanup(func() {
		_ = input.Close()
		_ = process.Wait()
	})
	if line, err := bufio.NewReader(output).ReadString('\n'); err != nil || line != "ready\n" {
		p.t.Fatalf("%s says %q, %v", role, line, err)
	}
}

// call tries addresses of the pod from outside.
func (p pod) call(addresses ...string) string {
	p.t.Helper()
	caller := exec.Command("ip", append([]string{"netns", "exec", p.world, p.program}, addresses...)...)
	caller.Env = append(os.Environ(), roleVariable+"=call")
	output, err := caller.Output()
	fatal(p.t, err)
	return strings.Join(strings.Fields(string(output)), " ")
}

func (p pod) nftInWorld(rules string) {
	p.t.Helper()
	p.run("ip", "netns", "exec", p.world, "nft", rules)
}

// executable is the tests' own program at a place where other users may run it.
func executable(t *testing.T) string {
	t.Helper()
	program, err := os.Executable()
	fatal(t, err)
	directory, err := os.MkdirTemp("", "guard-")
	fatal(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	fatal(t, os.Chmod(directory, 0o755))
	content, err := os.ReadFile(program)
	fatal(t, err)
	copied := filepath.Join(directory, "guard")
	fatal(t, os.WriteFile(copied, content, 0o755))
	return copied
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// said is what a run of the guard left behind.
type said struct {
	finding  finding
	attempts []attempt
	exit     int
	errors   string
}

func (s said) result(way string) []result {
	var results []result
	for _, a := range s.attempts {
		if a.Way == way {
			results = append(results, a.Result)
		}
	}
	return results
}

// usual is the environment that the operator gives, and Kubernetes.
func usual() map[string]string {
	return map[string]string{
		"SALLYPORT_GUARD_AGENTS":    "1000:1000,2000:2000",
		"SALLYPORT_GUARD_PORTS":     "8080",
		"SALLYPORT_GUARD_RESOLVERS": dnsIP4 + "," + dnsIP6,
		"SALLYPORT_GUARD_TARGETS": "other-pod=tcp://" + netip.MustParseAddrPort(otherIP4+":8080").String() +
			",other-pod=tcp://[" + otherIP6 + "]:8080,other-pod=udp://" + otherIP4 + ":53,other-pod=udp://[" + otherIP6 + "]:53",
		"POD_IPS":                 podIP4 + "," + podIP6,
		"HOST_IPS":                nodeIP4 + "," + nodeIP6,
		"KUBERNETES_SERVICE_HOST": apiIP,
		"KUBERNETES_SERVICE_PORT": "443",
	}
}

// guard runs the program in the pod, as its container does, with rules other than the shipped ones if there are any.
func (p pod) guard(rules string, environment map[string]string, arguments ...string) said {
	p.t.Helper()
	message := filepath.Join(filepath.Dir(p.program), "termination-log")
	fatal(p.t, os.WriteFile(message, nil, 0o600))
	fatal(p.t, os.Chmod(message, 0o666))
	command := exec.Command("ip", append([]string{"netns", "exec", p.name, p.program}, arguments...)...)
	command.Args = append(command.Args, "--termination-message", message)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), roleVariable + "=container"}
	for name, value := range environment {
		command.Env = append(command.Env, name+"="+value)
	}
	if rules != "" {
		file := filepath.Join(p.directory, "rules")
		fatal(p.t, os.WriteFile(file, []byte(rules), 0o600))
		command.Env = append(command.Env, rulesVariable+"="+file)
	}
	var output, errors bytes.Buffer
	command.Stdout, command.Stderr = &output, &errors
	err := command.Run()
	result := said{exit: command.ProcessState.ExitCode(), errors: errors.String()}
	written, readErr := os.ReadFile(message)
	if readErr != nil {
		p.t.Fatalf("no message: %v, %v: %s%s", readErr, err, output.String(), errors.String())
	}
	fatal(p.t, json.Unmarshal(written, &result.finding))
	for _, line := range strings.Split(strings.TrimSpace(output.String()), "\n") {
		var a attempt
		fatal(p.t, json.Unmarshal([]byte(line), &a))
		if a.Way != "" {
			result.attempts = append(result.attempts, a)
		}
	}
	if (result.exit == 0) != (result.finding.Outcome == enforced) {
		p.t.Errorf("exit %d after %s", result.exit, written)
	}
	if len(written) > messageLimit {
		p.t.Errorf("a message of %d bytes", len(written))
	}
	return result
}
