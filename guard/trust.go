package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const (
	trustBound   = 20 * time.Second // for one file
	trustPause   = time.Second      // before the proxy is asked again
	trustMost    = 2 << 20          // bytes of one file; all are some hundred kilobytes
	authority    = "sandbox-ca.crt" // the sandbox's own: the others change with it
	trustRequest = "GET /~%s/~trust/%s HTTP/1.1\r\nHost: %s\r\n\r\n"
)

var trustFiles = []string{"ca-bundle.crt", "truststore.p12", authority}

// keepTrust keeps what the agent trusts as its proxy has it, until it is told to end. A proxy in another pod has another
// authority; that it is another one shows when the connection to the one before ends.
func keepTrust(ctx context.Context, s settings, log io.Writer) {
	for ctx.Err() == nil {
		if err := s.followProxy(ctx); err != nil {
			fmt.Fprintln(log, "egress-guard:", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(trustPause):
		}
	}
}

// followProxy fetches what has changed, and waits for the connection's end.
func (s settings) followProxy(ctx context.Context) error {
	proxy, err := s.askProxy(ctx)
	if err != nil {
		return err
	}
	defer proxy.close()
	if err := proxy.refresh(s.trust); err != nil {
		return err
	}
	proxy.connection.SetDeadline(time.Time{})
	_, err = proxy.reader.ReadByte()
	if err == nil {
		return errors.New("the proxy says what nobody asked")
	}
	return nil
}

// fetchTrust fetches it once.
func fetchTrust(ctx context.Context, s settings) error {
	proxy, err := s.askProxy(ctx)
	if err != nil {
		return err
	}
	defer proxy.close()
	return proxy.refresh(s.trust)
}

type asked struct {
	connection net.Conn
	reader     *bufio.Reader
	token      string
	stop       func() bool
}

func (s settings) askProxy(ctx context.Context) (asked, error) {
	dialer := net.Dialer{Timeout: trustBound, KeepAlive: 15 * time.Second}
	connection, err := dialer.DialContext(ctx, "tcp", s.proxy.String())
	if err != nil {
		return asked{}, err
	}
	stop := context.AfterFunc(ctx, func() { connection.Close() })
	return asked{connection, bufio.NewReader(connection), s.token, stop}, nil
}

func (a asked) close() {
	a.stop()
	a.connection.Close()
}

// refresh writes the files if the authority is not the one that is there. The authority comes last: where it is, all is.
func (a asked) refresh(directory string) error {
	own, err := a.get(authority)
	if err != nil {
		return err
	}
	if known, err := os.ReadFile(filepath.Join(directory, authority)); err == nil && bytes.Equal(known, own) {
		return nil
	}
	for _, name := range trustFiles {
		content := own
		if name != authority {
			if content, err = a.get(name); err != nil {
				return err
			}
		}
		if err := replaceFile(filepath.Join(directory, name), content); err != nil {
			return err
		}
	}
	return nil
}

func (a asked) get(name string) ([]byte, error) {
	a.connection.SetDeadline(time.Now().Add(trustBound))
	if _, err := fmt.Fprintf(a.connection, trustRequest, a.token, name, a.connection.RemoteAddr()); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(a.reader, nil)
	if err != nil {
		return nil, fmt.Errorf("the proxy's answer to %s cannot be read", name)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, trustMost+1))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the proxy answers %d (%s) to %s", response.StatusCode, clip(response.Header.Get("Sallyport-Reason"), 100), name)
	case len(content) == 0 || len(content) > trustMost:
		return nil, fmt.Errorf("%s has %d bytes", name, len(content))
	}
	return content, nil
}

// replaceFile writes a file as a whole, for every user to read.
func replaceFile(path string, content []byte) error {
	next := path + ".next"
	if err := os.WriteFile(next, content, 0o644); err != nil {
		return err
	}
	return os.Rename(next, path)
}
