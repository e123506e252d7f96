package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

func oneHome(root, into string, files ...homeFile) homeFiles {
	order := homeFiles{Files: files, Homes: []home{{User: "1000:1000", Root: root, Into: into, Files: []int{}, Access: "Owner"}}}
	for i := range files {
		order.Homes[0].Files = append(order.Homes[0].Files, i)
	}
	return order
}

func settingsFile(path string) homeFile { return homeFile{Path: path, Content: "ours", Mode: "0600"} }

// tree is all that is below a directory, by path: what it is, its mode, and what it holds.
func tree(t *testing.T, root string) string {
	t.Helper()
	var all strings.Builder
	fatal(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		status, err := os.Lstat(path)
		fatal(t, err)
		below, _ := filepath.Rel(root, path)
		held := ""
		switch {
		case status.Mode().IsRegular():
			content, err := os.ReadFile(path)
			fatal(t, err)
			held = string(content)
		case status.Mode()&fs.ModeSymlink != 0:
			held, _ = os.Readlink(path)
		}
		fmt.Fprintf(&all, "%s %s %s\n", below, status.Mode(), held)
		return nil
	}))
	return all.String()
}

func TestFilesAndTheDirectoriesAboveThemAreMadeForTheirUserAlone(t *testing.T) {
	root := t.TempDir()

	fatal(t, oneHome(root, "1000", settingsFile(".claude.json"), homeFile{".codex/a/config.toml", "x = 1\n", "0644"}).placeHere())

	want := "1000 drwx------ \n1000/.claude.json -rw------- ours\n1000/.codex drwx------ \n1000/.codex/a drwx------ \n" +
		"1000/.codex/a/config.toml -rw-r--r-- x = 1\n\n"
	if got := tree(t, root); got != want {
		t.Errorf("%s", got)
	}
}

func TestWhoMakesThemForAnotherUserLeavesThemToIt(t *testing.T) {
	root := t.TempDir()
	order := oneHome(root, "2000", settingsFile(".a/b"))
	order.Homes[0].Access = "All"

	fatal(t, order.placeHere())

	if got := tree(t, root); got != "2000 drwxrwxrwx \n2000/.a drwxrwxrwx \n2000/.a/b -rw-rw-rw- ours\n" {
		t.Errorf("%s", got)
	}
}

func TestWhatIsThereIsNeverChanged(t *testing.T) {
	for _, what := range []string{"file", "empty file", "directory", "fifo", "dangling link", "link to a file", "link to a directory"} {
		root, outside := t.TempDir(), t.TempDir()
		fatal(t, os.WriteFile(filepath.Join(outside, "there"), []byte("theirs"), 0o666))
		at := filepath.Join(root, ".claude.json")
		switch what {
		case "file":
			fatal(t, os.WriteFile(at, []byte("theirs"), 0o666))
		case "empty file":
			fatal(t, os.WriteFile(at, nil, 0o666))
		case "directory":
			fatal(t, os.Mkdir(at, 0o777))
		case "fifo":
			fatal(t, unix.Mkfifo(at, 0o666))
		case "dangling link":
			fatal(t, os.Symlink(filepath.Join(outside, "new"), at))
		case "link to a file":
			fatal(t, os.Symlink(filepath.Join(outside, "there"), at))
		case "link to a directory":
			fatal(t, os.Symlink(outside, at))
		}
		before := tree(t, root) + tree(t, outside)

		fatal(t, oneHome(root, "", settingsFile(".claude.json")).placeHere())

		if after := tree(t, root) + tree(t, outside); after != before {
			t.Errorf("%s: %s", what, after)
		}
	}
}

func TestNoLinkOnTheWayLeadsOutOfTheHome(t *testing.T) {
	for _, way := range []string{"a", "a/b", "a/b/c"} {
		for _, target := range []string{"outside", "dangling", "above", "itself", "inside", "file", "fifo"} {
			root, outside := t.TempDir(), t.TempDir()
			fatal(t, os.Mkdir(filepath.Join(root, "real"), 0o777))
			at := filepath.Join(root, "home", way)
			fatal(t, os.MkdirAll(filepath.Dir(at), 0o777))
			switch target {
			case "outside":
				fatal(t, os.Symlink(outside, at))
			case "dangling":
				fatal(t, os.Symlink(filepath.Join(outside, "none"), at))
			case "above":
				fatal(t, os.Symlink(strings.Repeat("../", strings.Count(way, "/")+1)+"real", at))
			case "itself":
				fatal(t, os.Symlink(filepath.Base(at), at))
			case "inside":
				fatal(t, os.Symlink(".", at))
			case "file":
				fatal(t, os.WriteFile(at, []byte("theirs"), 0o666))
			case "fifo":
				fatal(t, unix.Mkfifo(at, 0o666))
			}
			before := tree(t, root) + tree(t, outside)

			err := oneHome(root, "home", settingsFile("a/b/c/d")).placeHere()

			if after := tree(t, root) + tree(t, outside); err == nil || after != before {
				t.Errorf("%s at %s: %v: %s", target, way, err, after)
			}
		}
	}
}

func TestTheHomeItselfMayBeNoLink(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	fatal(t, os.Symlink(outside, filepath.Join(root, "1000")))

	err := oneHome(root, "1000", settingsFile(".claude.json")).placeHere()

	if err == nil || tree(t, outside) != "" {
		t.Errorf("%v: %s", err, tree(t, outside))
	}
}

// An agent of another pod has the volume too, and swaps a directory for a link while the file is made.
func TestAHomeThatChangesMeanwhileLeadsNowhereElse(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	fatal(t, os.Symlink(outside, filepath.Join(root, "link")))
	fatal(t, os.Mkdir(filepath.Join(root, "a"), 0o777))
	stop := make(chan struct{})
	var swapping sync.WaitGroup
	swapping.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_ = unix.Renameat2(unix.AT_FDCWD, filepath.Join(root, "a"), unix.AT_FDCWD, filepath.Join(root, "link"), unix.RENAME_EXCHANGE)
			}
		}
	})
	made := 0
	for i := range 5000 {
		if oneHome(root, "", settingsFile(fmt.Sprintf("a/%d", i))).placeHere() == nil {
			made++
		}
	}
	close(stop)
	swapping.Wait()

	if tree(t, outside) != "" || made == 0 || made == 5000 {
		t.Errorf("%d made, outside: %s", made, tree(t, outside))
	}
}

func TestAFileThatCannotBeMadeKeepsNoOtherFromBeingMade(t *testing.T) {
	root := t.TempDir()
	fatal(t, os.WriteFile(filepath.Join(root, "a"), nil, 0o600))
	order := oneHome(root, "", settingsFile("a/b"), settingsFile("c"))
	order.Homes = append(order.Homes, home{User: "1:1", Root: filepath.Join(root, "none"), Files: []int{0}, Access: "Owner"})
	order.Homes[0], order.Homes[1] = order.Homes[1], order.Homes[0]
	var log bytes.Buffer

	order.place(context.Background(), true, &log)

	if strings.Count(log.String(), "egress-guard: the home of ") != 2 || !strings.HasSuffix(tree(t, root), "c -rw------- ours\n") {
		t.Errorf("%s\n%s", log.String(), tree(t, root))
	}
}

func TestTheChildHasTheHomesUserAndGroupsAndNoRight(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	openProgram(t)
	// Directories of the test that another user may enter.
	root, err := os.MkdirTemp("/tmp", "homes")
	fatal(t, err)
	defer os.RemoveAll(root)
	fatal(t, os.Chmod(root, 0o755))
	fatal(t, os.Mkdir(filepath.Join(root, "own"), 0o700))
	fatal(t, os.Chown(filepath.Join(root, "own"), 1234, 5678))
	fatal(t, os.Mkdir(filepath.Join(root, "group"), 0o770))
	fatal(t, os.Chmod(filepath.Join(root, "group"), 0o770)) // whatever the umask
	fatal(t, os.Chown(filepath.Join(root, "group"), 0, 4321))
	fatal(t, os.Mkdir(filepath.Join(root, "roots"), 0o700))
	order := homeFiles{Files: []homeFile{settingsFile(".claude.json")}, Homes: []home{
		{User: "1234:5678", Groups: []uint32{4321}, Root: root, Into: "own", Files: []int{0}, Access: "Owner"},
		{User: "1234:5678", Groups: []uint32{4321}, Root: root, Into: "group", Files: []int{0}, Access: "Owner"},
		{User: "1234:5678", Groups: []uint32{4321}, Root: root, Into: "roots", Files: []int{0}, Access: "Owner"}}}
	var log bytes.Buffer

	asContainer(t, func() { order.place(context.Background(), false, &log) })

	for _, into := range []string{"own", "group"} {
		status, err := os.Stat(filepath.Join(root, into, ".claude.json"))
		if err != nil {
			t.Fatalf("%v: %s", err, log.String())
		}
		var owner unix.Stat_t
		fatal(t, unix.Stat(filepath.Join(root, into, ".claude.json"), &owner))
		if owner.Uid != 1234 || owner.Gid != 5678 || status.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d:%d %s", into, owner.Uid, owner.Gid, status.Mode())
		}
	}
	if tree(t, filepath.Join(root, "roots")) != "" || strings.Count(log.String(), "egress-guard") != 1 || !strings.Contains(log.String(), "permission denied") {
		t.Errorf("%s", log.String())
	}
}

func TestAChildThatCouldGainRightsDoesNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	openProgram(t)
	root := t.TempDir()
	order := oneHome(root, "", settingsFile("a"))
	order.Homes[0].User = "1234:5678"
	var log bytes.Buffer

	order.place(context.Background(), false, &log) // without no_new_privs

	if !strings.Contains(log.String(), "no_new_privs") || tree(t, root) != "" {
		t.Errorf("%s", log.String())
	}
}

func TestTheHomesAreFilledByAGuardThatHasProvedThePodAndByNoOther(t *testing.T) {
	p := newPod(t)
	// The place is fixed: an order names no other directory of the guard's container.
	root := "/homes/9876"
	fatal(t, os.MkdirAll(root, 0o755))
	t.Cleanup(func() {
		_ = os.RemoveAll(root)
		_ = os.Remove(filepath.Dir(root)) // unless it is somebody else's too
	})
	fatal(t, os.Chmod(root, 0o777))
	order, err := json.Marshal(homeFiles{Files: []homeFile{settingsFile(".claude.json")}, Homes: []home{
		{User: "1000:1000", Groups: []uint32{}, Root: root, Into: "1000", Files: []int{0}, Access: "Owner"},
		{User: "2000:2000", Groups: []uint32{}, Root: root, Into: "2000", Files: []int{0}, Access: "Owner"}}})
	fatal(t, err)
	environment := usual()
	environment["SALLYPORT_GUARD_HOME_FILES"] = string(order)

	open := p.guard(strings.Replace(rulesetTemplate, "tcp dport $admin goto refuse", "", 1), environment, "guard")
	before := tree(t, root)
	shut := p.guard("", environment, "guard")

	if open.finding.Outcome != isOpen || before != "" {
		t.Errorf("%s: %s", open.finding.Outcome, before)
	}
	want := "1000 drwx------ \n1000/.claude.json -rw------- ours\n2000 drwx------ \n2000/.claude.json -rw------- ours\n"
	if shut.finding.Outcome != enforced || tree(t, root) != want {
		t.Errorf("%s: %s\n%s", shut.finding.Outcome, shut.errors, tree(t, root))
	}
	var owner unix.Stat_t
	fatal(t, unix.Stat(filepath.Join(root, "2000"), &owner))
	if owner.Uid != 2000 || owner.Gid != 2000 {
		t.Errorf("the home is of %d:%d", owner.Uid, owner.Gid)
	}
}

// openProgram lets every user start this program, which Go's tool puts into directories of its own user's.
func openProgram(t *testing.T) {
	t.Helper()
	program, err := os.Executable()
	fatal(t, err)
	for directory := filepath.Dir(program); strings.HasPrefix(directory, os.TempDir()+"/"); directory = filepath.Dir(directory) {
		fatal(t, os.Chmod(directory, 0o755))
	}
}

// asContainer runs something in a thread whose children can gain no rights, as in a container.
func asContainer(t *testing.T, run func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		if err == nil {
			run()
		}
		done <- err
	}()
	fatal(t, <-done)
}

func TestTheOrderIsReadStrictly(t *testing.T) {
	const file = `{"path":".a/b","content":"x","mode":"0600"}`
	const place = `{"user":"1000:1000","groups":[7],"root":"/homes/0","into":"1000","files":[0],"access":"Owner"}`
	whole := `{"files":[` + file + `],"homes":[` + place + `]}`
	order, err := parseHomeFiles(whole)
	fatal(t, err)
	if order.Files[0] != (homeFile{".a/b", "x", "0600"}) || order.Homes[0].Groups[0] != 7 || order.Homes[0].Into != "1000" {
		t.Errorf("%+v", order)
	}
	for _, change := range []struct{ from, to string }{
		{`".a/b"`, `"../b"`}, {`".a/b"`, `"/b"`}, {`".a/b"`, `"a//b"`}, {`".a/b"`, `"a/./b"`}, {`".a/b"`, `"a/../../b"`}, {`".a/b"`, `""`},
		{`".a/b"`, `"a/"`}, {`".a/b"`, `"a\u0000b"`}, {`".a/b"`, `"a\nb"`}, {`".a/b"`, `"` + strings.Repeat("a", 256) + `"`},
		{`".a/b"`, `"` + strings.Repeat("a/", 40) + `a"`},
		{`"0600"`, `"600"`}, {`"0600"`, `"04755"`}, {`"0600"`, `"0999"`}, {`"0600"`, `""`}, {`"0600"`, `384`},
		{`"1000:1000"`, `"0:0,1:1"`}, {`"1000:1000"`, `"1000"`}, {`"1000:1000"`, `"-1:0"`}, {`"1000:1000"`, `"root:root"`},
		{`"/homes/0"`, `"/"`}, {`"/homes/0"`, `"/homes/../etc"`}, {`"/homes/0"`, `"homes/0"`}, {`"/homes/0"`, `"/homes/00000"`},
		{`"1000",`, `"..",`}, {`"1000",`, `"/etc",`}, {`[0]`, `[1]`}, {`[0]`, `[-1]`}, {`[0]`, `[0.5]`}, {`"Owner"`, `"All "`}, {`"Owner"`, `"owner"`},
		{`[7]`, `[-7]`}, {`[7]`, `["7"]`}, {`"content":"x"`, `"content":"x","content":"y"`}, {`"content":"x"`, `"content":"x","more":"y"`},
		{`"content":"x",`, ``}, {`{"files"`, `{"extra":1,"files"`}, {whole, whole + whole}, {whole, whole + "x"}, {whole, ""}, {whole, "null"}, {whole, "[]"},
		{`"content":"x"`, `"content":"` + strings.Repeat("x", homeFilesMost) + `"`}, {`"content":"x"`, "\"content\":\"\xff\""},
	} {
		changed := strings.Replace(whole, change.from, change.to, 1)
		if changed == whole {
			t.Fatalf("%s is nowhere", change.from)
		}
		if _, err := parseHomeFiles(changed); err == nil {
			t.Errorf("%.200s was read", changed)
		}
	}
}

func TestAnOrderThatCannotBeReadKeepsThePodFromStarting(t *testing.T) {
	_, err := parseSettings([]string{"guard"}, environment(map[string]string{"SALLYPORT_GUARD_HOME_FILES": `{"files":[],"homes":[{}]}`}))

	if err == nil || !strings.Contains(err.Error(), "home-files") {
		t.Errorf("%v", err)
	}
}

func FuzzAnOrderThatIsReadLeadsNowhereButDown(f *testing.F) {
	f.Add(`{"files":[{"path":".a/b","content":"x","mode":"0600"}],"homes":[{"user":"1:1","groups":[],"root":"/homes/0","into":"","files":[0],"access":"All"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		order, err := parseHomeFiles(text)
		if err != nil {
			return
		}
		for _, h := range order.Homes {
			for _, index := range h.Files {
				below := filepath.Join(h.Root, h.Into, order.Files[index].Path)
				if !strings.HasPrefix(below, h.Root+"/") {
					t.Errorf("%s", below)
				}
			}
		}
		if _, err := json.Marshal(order); err != nil {
			t.Error(err)
		}
	})
}
