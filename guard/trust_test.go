package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const testToken = "sallyport-0123456789abcdefghijklmnopqrstuvwxyz"

// trustProxy serves the files as the proxy does; the authority says which proxy it is.
func trustProxy(t *testing.T, authority *atomic.Value) (*httptest.Server, settings) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, found := strings.CutPrefix(r.URL.Path, "/~"+testToken+"/~trust/")
		if !found {
			w.Header().Set("Sallyport-Reason", "ProxyCredentialRequired")
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		io.WriteString(w, authority.Load().(string)+" "+name)
	}))
	t.Cleanup(server.Close)
	proxy := netip.MustParseAddrPort(server.Listener.Addr().String())
	return server, settings{proxy: proxy, token: testToken, trust: t.TempDir()}
}

func trusted(t *testing.T, s settings, name string) string {
	content, err := os.ReadFile(filepath.Join(s.trust, name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(content)
}

func TestWhatTheAgentTrustsIsFetchedForEveryUserToRead(t *testing.T) {
	var authority atomic.Value
	authority.Store("one")
	_, s := trustProxy(t, &authority)

	fatal(t, fetchTrust(context.Background(), s))

	for _, name := range trustFiles {
		if trusted(t, s, name) != "one "+name {
			t.Errorf("%s: %q", name, trusted(t, s, name))
		}
		status, err := os.Stat(filepath.Join(s.trust, name))
		fatal(t, err)
		if status.Mode().Perm() != 0o644 {
			t.Errorf("%s: %s", name, status.Mode())
		}
	}
	if list, _ := os.ReadDir(s.trust); len(list) != len(trustFiles) {
		t.Errorf("%v", list)
	}
}

func TestTheWrongTokenFetchesNothingAndIsNotTold(t *testing.T) {
	var authority atomic.Value
	authority.Store("one")
	_, s := trustProxy(t, &authority)
	s.token = strings.ToUpper(testToken)

	err := fetchTrust(context.Background(), s)

	if err == nil || !strings.Contains(err.Error(), "407 (ProxyCredentialRequired)") || strings.Contains(err.Error(), s.token) {
		t.Errorf("%v", err)
	}
	if list, _ := os.ReadDir(s.trust); len(list) != 0 {
		t.Errorf("%v", list)
	}
}

func TestAnotherProxysAuthorityIsTakenWhenTheConnectionEnds(t *testing.T) {
	var authority atomic.Value
	authority.Store("one")
	server, s := trustProxy(t, &authority)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { keepTrust(ctx, s, io.Discard); close(ended) }()
	await(t, func() bool { return trusted(t, s, "sandbox-ca.crt") == "one sandbox-ca.crt" })

	authority.Store("two")
	server.CloseClientConnections()

	await(t, func() bool { return trusted(t, s, "sandbox-ca.crt") == "two sandbox-ca.crt" })
	if got := trusted(t, s, "truststore.p12"); got != "two truststore.p12" {
		t.Errorf("%q", got)
	}
	stop()
	<-ended
}

func await(t *testing.T, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come")
		}
	}
}

func TestTheTokenIsAVariableOnlyAndNeverQuoted(t *testing.T) {
	environment := []string{"SALLYPORT_GUARD_PROXY=10.43.0.17:15001", "SALLYPORT_GUARD_TRUST=/trust", "SALLYPORT_GUARD_TOKEN=" + testToken}

	s, err := parseSettings([]string{"trust"}, environment)
	fatal(t, err)
	if s.token != testToken || s.trust != "/trust" || s.proxy.String() != "10.43.0.17:15001" {
		t.Errorf("%+v", s)
	}

	if _, err = parseSettings([]string{"trust", "--token", testToken}, environment); err == nil || strings.Contains(err.Error(), testToken) {
		t.Errorf("%v", err)
	}
	for _, wrong := range []string{"", "short", testToken + "/", testToken + "\n", strings.Repeat("a", 129)} {
		environment[2] = "SALLYPORT_GUARD_TOKEN=" + wrong
		if _, err = parseSettings([]string{"trust"}, environment); err == nil || wrong != "" && strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	environment[2] = "SALLYPORT_GUARD_TOKEN=" + testToken
	environment[1] = "SALLYPORT_GUARD_TRUST=trust"
	if _, err = parseSettings([]string{"trust"}, environment); err == nil {
		t.Error("a path that begins nowhere is taken")
	}
}
