package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

const (
	// homeFilesCommand makes the program put files into one home. Nobody gains by calling it: it has the rights of the caller.
	homeFilesCommand = "home-files"
	homeFilesMost    = 120 << 10 // bytes of the order: what the kernel lets into one variable is hardly more
	homesMost        = 1024
	filesMost        = 256
	homeFilesLimit   = 10 * time.Second // for one home: its file system may be somewhere else
)

// homeFiles is the order: what is put into which homes where it is not there.
type homeFiles struct {
	Files []homeFile `json:"files"`
	Homes []home     `json:"homes"`
}

type homeFile struct {
	Path    string `json:"path"` // below the home
	Content string `json:"content"`
	Mode    string `json:"mode"` // four octal digits
}

// home is a directory that an agent of an earlier pod may have filled with what it liked.
type home struct {
	User   string   `json:"user"`   // UID:GID
	Groups []uint32 `json:"groups"` // further ones
	Root   string   `json:"root"`   // where a volume is mounted
	Into   string   `json:"into"`   // the home below it; "": the root itself
	Files  []int    `json:"files"`
	Access string   `json:"access"` // Owner; All: who puts the files there is not who has the home
}

var (
	homeName = regexp.MustCompile(`^[^/\x00-\x1f\x7f]{1,255}$`)
	homeMode = regexp.MustCompile(`^0[4-7][0-7][0-7]$`)
	homeRoot = regexp.MustCompile(`^/homes/[0-9]{1,4}$`)
)

func parseHomeFiles(text string) (homeFiles, error) { return parseOrder(text, homeRoot.MatchString) }

func parseOrder(text string, isRoot func(string) bool) (homeFiles, error) {
	if len(text) > homeFilesMost || !utf8.ValidString(text) {
		return homeFiles{}, fmt.Errorf("more than %d bytes, or not UTF-8", homeFilesMost)
	}
	var order homeFiles
	if err := decodeStrictly([]byte(text), &order); err != nil {
		return homeFiles{}, err
	}
	return order, order.check(isRoot)
}

// decodeStrictly takes exactly one value, without unknown and without duplicate members.
func decodeStrictly(text []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return fmt.Errorf("not what it should be: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	again, err := json.Marshal(to)
	if err != nil {
		return err
	}
	// Of two members of one name the last is taken, so that what was read says less than what was written.
	if countMembers(text) != countMembers(again) {
		return errors.New("a member is there twice, or missing")
	}
	return nil
}

func countMembers(text []byte) int {
	decoder, members := json.NewDecoder(bytes.NewReader(text)), 0
	for {
		token, err := decoder.Token()
		if err != nil {
			return members
		}
		if _, ok := token.(string); ok {
			members++
		}
	}
}

func (o homeFiles) check(isRoot func(string) bool) error {
	if len(o.Files) > filesMost || len(o.Homes) > homesMost {
		return errors.New("more files or homes than there can be")
	}
	for _, f := range o.Files {
		if f.Path == "" || !isBelow(f.Path) || !homeMode.MatchString(f.Mode) {
			return errors.New("a file's path or mode")
		}
	}
	for _, h := range o.Homes {
		if _, err := parseAgents(h.User); err != nil || strings.Contains(h.User, ",") {
			return errors.New("a home's user")
		}
		if !isRoot(h.Root) || !isBelow(h.Into) || h.Access != "Owner" && h.Access != "All" || len(h.Groups) > 64 {
			return errors.New("a home's root, place, access or groups")
		}
		for _, index := range h.Files {
			if index < 0 || index >= len(o.Files) {
				return errors.New("a home's file that is not there")
			}
		}
	}
	return nil
}

// isBelow tells whether a path leads nowhere but down, spelled in the one way.
func isBelow(text string) bool {
	if text == "" {
		return true
	}
	names := strings.Split(text, "/")
	return len(names) <= 32 && !slices.ContainsFunc(names, func(name string) bool {
		return name == "." || name == ".." || !homeName.MatchString(name)
	})
}

// place puts the files into all homes. What cannot be done is told and stands in nobody's way: an agent could spoil its home so
// that its pod never starts again, and without the files its program only asks what it would not have asked.
func (o homeFiles) place(ctx context.Context, asSelf bool, log io.Writer) {
	for _, h := range o.Homes {
		part := homeFiles{Files: []homeFile{}, Homes: []home{h}}
		part.Homes[0].Files = []int{}
		for i, index := range h.Files {
			part.Files = append(part.Files, o.Files[index])
			part.Homes[0].Files = append(part.Homes[0].Files, i)
		}
		how := part.placeAsUser
		if asSelf {
			how = func(context.Context) error { return part.placeHere() }
		}
		if err := how(ctx); err != nil {
			fmt.Fprintf(log, "egress-guard: the home of %s at %s: %s\n", h.User, path.Join(h.Root, h.Into), clip(err.Error(), reasonLimit))
		}
	}
}

// placeAsUser does it in a child that has the home's user and no right. What the child opens is opened with that user's rights, so
// that no trick in the home leads it to what the agent could not reach itself.
func (o homeFiles) placeAsUser(ctx context.Context) error {
	h := o.Homes[0]
	users, err := parseAgents(h.User)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, homeFilesLimit+grace)
	defer cancel()
	child := exec.CommandContext(ctx, program, homeFilesCommand)
	child.Env = []string{"GOMAXPROCS=1"}
	child.Dir = "/"
	child.Stdin = bytes.NewReader(text)
	child.WaitDelay = time.Second
	// Not Kill: the guard may not. The child ends by itself.
	child.Cancel = func() error { return nil }
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: users[0].UID, Gid: users[0].GID, Groups: h.Groups}}
	said, err := child.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(said)))
	}
	return nil
}

// runHomeFiles is the child.
func runHomeFiles(in io.Reader) error {
	end := time.AfterFunc(homeFilesLimit, func() { os.Exit(2) })
	defer end.Stop()
	who := readIdentity()
	if who.Identity == nil {
		return fmt.Errorf("who is it: %s", who)
	}
	if err := who.Identity.lacksRights(); err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(in, homeFilesMost+1))
	if err != nil {
		return err
	}
	order, err := parseOrder(string(text), path.IsAbs)
	if err != nil {
		return err
	}
	return order.placeHere()
}

// placeHere puts the files into the homes as this process's user.
func (o homeFiles) placeHere() error {
	unix.Umask(0)
	var errs []error
	for _, h := range o.Homes {
		root, err := unix.Open(h.Root, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			errs = append(errs, &os.PathError{Op: "open", Path: h.Root, Err: err})
			continue
		}
		for _, index := range h.Files {
			f := o.Files[index]
			if err := f.place(root, path.Join(h.Into, f.Path), h.Access == "All"); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", f.Path, err))
			}
		}
		unix.Close(root)
	}
	return errors.Join(errs...)
}

// place makes the file and the directories above it. Every name is opened below the directory before it and never through a link,
// whatever somebody changes meanwhile; the file itself is made by this call or not at all.
func (f homeFile) place(root int, below string, forAll bool) error {
	directories, name := path.Split(below)
	at, err := unix.Dup(root)
	if err != nil {
		return err
	}
	defer func() { unix.Close(at) }()
	directoryMode, mode := uint32(0o700), uint32(0)
	if _, err := fmt.Sscanf(f.Mode, "%o", &mode); err != nil {
		return err
	}
	if forAll {
		directoryMode, mode = 0o777, mode|0o666
	}
	for _, directory := range strings.Split(strings.Trim(directories, "/"), "/") {
		if directory == "" {
			continue
		}
		next, err := openDirectory(at, directory, directoryMode)
		if err != nil {
			return fmt.Errorf("%s: %w", directory, err)
		}
		unix.Close(at)
		at = next
	}
	file, err := unix.Openat(at, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
	if errors.Is(err, unix.EEXIST) {
		return nil // whatever it is, it is the home's own
	}
	if err != nil {
		return err
	}
	made := os.NewFile(uintptr(file), name)
	_, err = made.WriteString(f.Content)
	if err = errors.Join(err, made.Close()); err != nil {
		// Half a file would be taken for a whole one at the next start.
		return errors.Join(err, unix.Unlinkat(at, name, 0))
	}
	return nil
}

func openDirectory(at int, name string, mode uint32) (int, error) {
	const flags = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	directory, err := unix.Openat(at, name, flags, 0)
	if !errors.Is(err, unix.ENOENT) {
		return directory, err
	}
	if err := unix.Mkdirat(at, name, mode); err != nil && !errors.Is(err, unix.EEXIST) {
		return -1, err
	}
	return unix.Openat(at, name, flags, 0)
}
