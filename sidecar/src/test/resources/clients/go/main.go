// As client.py: does what it is told on standard input, with net/http. Its argument says how plain-text HTTP is spoken:
// "go" as by default, "go-h2c" in HTTP/2 with prior knowledge.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
)

const document = `{"model":"claude-x","text":"wörld"}`

var key = os.Getenv("API_KEY")

func say(fields ...string) { fmt.Println(strings.Join(fields, "\t")) }

func main() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if os.Args[1] == "go-h2c" {
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetUnencryptedHTTP2(true)
		transport.Protocols.SetHTTP2(true)
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	tasks := map[string]func(*http.Client, []string) error{
		"post": post, "download": download, "upload": upload, "events": events, "abort": abort, "many": many,
		"follow": follow, "trailers": trailers,
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if err := tasks[fields[0]](client, fields[1:]); err != nil {
			say("failed", "error="+strings.NewReplacer("\n", " ", "\t", " ").Replace(err.Error()))
		}
	}
}

// ask sends; with credentials where it says so.
func ask(client *http.Client, method, url string, body io.Reader, credentials bool) (*http.Response, error) {
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		return nil, err
	}
	if credentials {
		request.Header.Set("Authorization", "Bearer "+key)
		request.Header.Set("X-Api-Key", key)
	}
	if method == "POST" {
		request.Header.Set("Content-Type", "application/json")
	}
	return client.Do(request)
}

func common(answer *http.Response) []string {
	version := answer.Proto
	if version == "HTTP/2.0" {
		version = "HTTP/2"
	}
	return []string{"done", "status=" + strconv.Itoa(answer.StatusCode), "version=" + version,
		"reason=" + answer.Header.Get("Sallyport-Reason")}
}

func tell(answer *http.Response) error {
	defer answer.Body.Close()
	digest := sha256.New()
	length, err := io.Copy(digest, answer.Body)
	if err != nil {
		return err
	}
	fields := append(common(answer), fmt.Sprint("bytes=", length), "sha256="+hex.EncodeToString(digest.Sum(nil)))
	for name, values := range answer.Trailer {
		fields = append(fields, "trailer-"+strings.ToLower(name)+"="+strings.Join(values, ","))
	}
	say(fields...)
	return nil
}

func text(answer *http.Response) error {
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	say(append(common(answer), "text="+strings.ReplaceAll(string(body), "\n", " "))...)
	return nil
}

func post(client *http.Client, arguments []string) error {
	answer, err := ask(client, "POST", arguments[0], strings.NewReader(document), true)
	if err != nil {
		return err
	}
	return tell(answer)
}

func download(client *http.Client, arguments []string) error {
	answer, err := ask(client, "GET", arguments[0], nil, false)
	if err != nil {
		return err
	}
	return tell(answer)
}

func upload(client *http.Client, arguments []string) error {
	file, err := os.Open(arguments[1])
	if err != nil {
		return err
	}
	defer file.Close()
	// Not the file itself, whose length would be known.
	answer, err := ask(client, "PUT", arguments[0], io.MultiReader(file), true)
	if err != nil {
		return err
	}
	return text(answer)
}

func events(client *http.Client, arguments []string) error {
	answer, err := ask(client, "GET", arguments[0], nil, false)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	say("open")
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		if data, found := strings.CutPrefix(lines.Text(), "data:"); found {
			say("event", strings.TrimSpace(data))
		}
	}
	if lines.Err() != nil {
		return lines.Err()
	}
	say(common(answer)...)
	return nil
}

func abort(client *http.Client, arguments []string) error {
	answer, err := ask(client, "GET", arguments[0], nil, false)
	if err != nil {
		return err
	}
	if _, err := io.ReadFull(answer.Body, make([]byte, 1)); err != nil {
		return err
	}
	answer.Body.Close()
	say(common(answer)...)
	return nil
}

func many(client *http.Client, arguments []string) error {
	number, err := strconv.Atoi(arguments[1])
	if err != nil {
		return err
	}
	var (
		all      sync.WaitGroup
		guard    sync.Mutex
		statuses = map[string]bool{}
		digests  = map[string]bool{}
		problem  error
	)
	for n := range number {
		all.Go(func() {
			answer, err := ask(client, "GET", fmt.Sprint(arguments[0], "&number=", n), nil, false)
			var body []byte
			if err == nil {
				body, err = io.ReadAll(answer.Body)
				answer.Body.Close()
			}
			guard.Lock()
			defer guard.Unlock()
			if err != nil {
				problem = err
				return
			}
			digest := sha256.Sum256(body)
			statuses[strconv.Itoa(answer.StatusCode)] = true
			digests[hex.EncodeToString(digest[:])] = true
		})
	}
	all.Wait()
	if problem != nil {
		return problem
	}
	say("done", fmt.Sprint("number=", number), "status="+joined(statuses), "sha256="+joined(digests))
	return nil
}

func joined(set map[string]bool) string {
	var all []string
	for one := range set {
		all = append(all, one)
	}
	sort.Strings(all)
	return strings.Join(all, ",")
}

func follow(client *http.Client, arguments []string) error {
	following := &http.Client{Transport: client.Transport}
	answer, err := ask(following, "GET", arguments[0], nil, true)
	if err != nil {
		return err
	}
	return text(answer)
}

// trailers sends a body of unknown length, and tells the trailers that come.
func trailers(client *http.Client, arguments []string) error {
	answer, err := ask(client, "POST", arguments[0], io.MultiReader(strings.NewReader(document)), false)
	if err != nil {
		return err
	}
	return tell(answer)
}
