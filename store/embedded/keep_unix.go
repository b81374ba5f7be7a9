//go:build unix

package embedded

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// grace is how long a server has to stop before it is killed.
const grace = 30 * time.Second

// keepIfKeeper does a keeper's work and exits, if this process is one or was
// started by one for a download.
func keepIfKeeper() {
	if mirror := os.Getenv(unpacker); mirror != "" {
		if err := unpackPostgres(mirror, os.TempDir()); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	told := os.Getenv(marker)
	if told == "" {
		return
	}
	var d duty
	if err := json.Unmarshal([]byte(told), &d); err != nil {
		os.Exit(2)
	}
	// Whoever stops the whole group stops our parent, which still needs its
	// server while it stops. Caught and not ignored: a child would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	runtime.LockOSThread() // a child's parent-death signal comes when the thread that made it ends
	syscall.Umask(0o022)
	if err := keep(d); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// keep makes the folders, follows orders until standard input ends, then stops
// the server and removes the temporary folder.
func keep(d duty) (err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	orders := make(chan order)
	go func() {
		defer cancel()
		for in := json.NewDecoder(os.Stdin); ; {
			var o order
			if in.Decode(&o) != nil {
				return
			}
			select {
			case orders <- o:
			case <-ctx.Done():
				return
			}
		}
	}()

	out := json.NewEncoder(os.Stdout)
	h := &household{duty: d}
	defer func() { err = errors.Join(err, h.leave()) }()
	if err := h.moveIn(ctx); err != nil {
		return out.Encode(answer{Error: err.Error()})
	}
	if err := out.Encode(answer{Folder: h.folder}); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case o := <-orders:
			var a answer
			if err := h.obey(ctx, o); err != nil {
				a.Error = err.Error()
			}
			if err := out.Encode(a); err != nil {
				return err
			}
		}
	}
}

// A household is what a keeper keeps.
type household struct {
	duty
	folder string   // temporary, removed at the end
	lock   *os.File // holds Lock as long as it or a server that inherited it is open
	server *exec.Cmd
	ended  chan struct{} // closed when the server and all its children have
}

// moveIn takes the folder to hold and makes the temporary one.
func (h *household) moveIn(ctx context.Context) error {
	if h.Lock != "" {
		if err := h.take(ctx); err != nil {
			return err
		}
	}
	base, err := h.base()
	if err != nil {
		return err
	}
	if h.folder, err = os.MkdirTemp(base, "loja-"); err != nil {
		return err
	}
	return h.give(h.folder)
}

// take makes the folder to hold, if missing, and locks it.
func (h *household) take(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(h.Lock), 0o755); err != nil {
		return err
	}
	switch err := os.Mkdir(h.Lock, 0o700); {
	case err == nil:
		if err := h.give(h.Lock); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	if !canEnter(h.Lock, h.Owner) {
		return fmt.Errorf("user %d, whom the server runs as since root may not, cannot enter %s: choose a folder outside of private ones",
			h.Owner.UID, h.Lock)
	}
	var err error
	if h.lock, err = os.Open(h.Lock); err != nil {
		return err
	}
	for wait := time.After(h.Wait); ; {
		err := syscall.Flock(int(h.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: %w", h.Lock, err)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-wait:
			return fmt.Errorf("%s is in use by another program: stop that one or choose another folder", h.Lock)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// base returns where to make the temporary folder: the owner must be able to
// enter it, and the name of a socket in it may have about 100 bytes.
func (h *household) base() (string, error) {
	if h.Base != "" {
		return h.Base, nil
	}
	dirs := []string{os.TempDir(), "/tmp", "/var/tmp"}
	if memory := memoryFolder(); h.Memory && memory != "" {
		dirs = append([]string{memory}, dirs...)
	}
	for _, dir := range dirs {
		if len(filepath.Join(dir, "loja-1234567890", ".s.PGSQL.5432")) <= 100 && canEnter(dir, h.Owner) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no folder for temporary files that a server can use: set TMPDIR to a short path that others may enter")
}

func (h *household) give(dir string) error {
	if h.Owner == nil {
		return nil
	}
	return os.Chown(dir, int(h.Owner.UID), int(h.Owner.GID))
}

func (h *household) obey(ctx context.Context, o order) error {
	switch {
	case o.Run != nil:
		said := &tail{}
		cmd := h.command(ctx, o.Run, said)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w: %s", filepath.Base(o.Run[0]), err, said)
		}
		return nil
	case o.Serve != nil:
		return h.serve(ctx, o.Serve)
	case o.Kill:
		return h.stop(syscall.SIGKILL)
	default:
		return h.fetch(ctx, o.Fetch)
	}
}

// unpacker is the environment variable, a repository's address, that makes a
// process download PostgreSQL into its folder for temporary files.
const unpacker = "LOJA_EMBEDDED_UNPACK"

// fetch has a process of its own download PostgreSQL: the library takes no
// context, and ends the process or panics over some errors.
func (h *household) fetch(ctx context.Context, mirror string) error {
	self, err := program()
	if err != nil {
		return err
	}
	said := &tail{}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), unpacker+"="+mirror, "TMPDIR="+h.folder)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = dying()
	if err := cmd.Run(); err != nil {
		return errors.New(cmp.Or(said.String(), err.Error()))
	}
	return nil
}

// command returns a command that runs as the owner in the temporary folder and
// knows nothing of our environment.
func (h *household) command(ctx context.Context, args []string, said *tail) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = h.folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TZ=UTC", "LC_ALL=C"}
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = dying()
	if h.Owner != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: h.Owner.UID, Gid: h.Owner.GID}
	}
	return cmd
}

// serve starts the server and waits until it says that it is ready.
func (h *household) serve(ctx context.Context, args []string) error {
	if h.server != nil {
		select {
		case <-h.ended: // by itself
		default:
			return fmt.Errorf("%s is running already", filepath.Base(args[0]))
		}
	}
	said := &tail{ready: make(chan struct{})}
	cmd := h.command(context.WithoutCancel(ctx), args, said)
	if h.lock != nil {
		cmd.ExtraFiles = []*os.File{h.lock}
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // ends when the last child has closed its standard error
		close(ended)
	}()
	h.server, h.ended = cmd, ended
	select {
	case <-said.ready:
		return nil
	case <-ended:
		h.server = nil
		return fmt.Errorf("%s did not start: %s", filepath.Base(args[0]), said)
	case <-ctx.Done():
		return ctx.Err() // leave stops it
	}
}

// stop stops the server with the signal and waits until it has ended.
func (h *household) stop(sig os.Signal) error {
	if h.server == nil {
		return nil
	}
	err := h.server.Process.Signal(sig)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	select {
	case <-h.ended:
	case <-time.After(grace):
		err = errors.Join(err, fmt.Errorf("server did not stop in %v: killed", grace), h.server.Process.Kill())
		<-h.ended
	}
	h.server = nil
	return err
}

func (h *household) leave() error {
	err := h.stop(h.Stop)
	if h.folder != "" {
		err = errors.Join(err, os.RemoveAll(h.folder))
	}
	return err
}

// A tail keeps the end of what a server prints, to explain why it did not
// start, and notices when it says that it is ready.
type tail struct {
	ready chan struct{} // closed then; nil if nobody waits

	mu   sync.Mutex
	kept []byte
	seen bool
}

// said by every version of PostgreSQL and Redis, in the C locale.
var readyWords = []byte("eady to accept connections")

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if t.ready != nil && !t.seen && bytes.Contains(t.kept, readyWords) {
		t.seen = true
		close(t.ready)
	}
	if over := len(t.kept) - 2048; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// String returns in one line what was printed last: the complaints, if any.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.FieldsFunc(string(t.kept), func(r rune) bool { return r == '\n' || r == '\r' })
	if wrong := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !complaint.MatchString(line) }); len(wrong) > 0 {
		lines = wrong
	}
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}

// complaint matches lines of PostgreSQL, its initdb and Redis.
var complaint = regexp.MustCompile(`(?i)\b(error|fatal|panic|hint|bad|can't)\b`)

// detached keeps the terminal's signals, which are for our parent, from a keeper.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true}
}
