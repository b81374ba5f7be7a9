package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// marker is the environment variable that makes a process a keeper. It holds
// the keeper's duty. It is no argument, so that it works for test binaries too.
const marker = "LOJA_EMBEDDED_KEEPER"

// A duty is what a keeper is told at birth.
type duty struct {
	Base   string         // where its temporary folder is made; "" for the first place that will do
	Memory bool           // make it in memory, if there is room
	Lock   string         // a folder to hold for itself alone, made if missing; "" for none
	Wait   time.Duration  // how long to wait for that folder
	Owner  *owner         // whom server and folders belong to; nil for ourselves
	Stop   syscall.Signal // asks the server to stop
}

// An owner is a user that a server runs as.
type owner struct {
	UID, GID uint32
}

// An order is one thing a keeper does; exactly one field is set.
type order struct {
	Run   []string // run a command to its end
	Serve []string // start a server; done when it is ready
	Kill  bool     // kill the server with SIGKILL, as a crash would
	Fetch string   // unpack PostgreSQL from this Maven repository, into the temporary folder
}

// An answer is what a keeper says after an order, and once at birth.
type answer struct {
	Folder string // at birth: the temporary folder
	Error  string
}

// A keeper holds a server and its temporary folder for as long as we live.
// This is our end of it; the other is in keep.
type keeper struct {
	folder string

	mu      sync.Mutex
	cmd     *exec.Cmd
	orders  *os.File
	answers *os.File
	hear    *json.Decoder
	closed  bool
	ended   error
}

// startKeeper starts a keeper and waits until its folders are ready.
func startKeeper(ctx context.Context, d duty) (*keeper, error) {
	if runtime.GOOS == "windows" {
		return nil, errors.New("no private servers on Windows: set LOJA_DATABASE_URL")
	}
	if !hooked.Load() {
		return nil, errNotHooked
	}
	self, err := program()
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	theirIn, orders, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = theirIn.Close() }()
	answers, theirOut, err := os.Pipe()
	if err != nil {
		_ = orders.Close()
		return nil, err
	}
	defer func() { _ = theirOut.Close() }()

	cmd := exec.Command(self)
	cmd.Args = []string{"loja-keeper"}
	cmd.Env = append(os.Environ(), marker+"="+string(told),
		"GORACE=atexit_sleep_ms=0") // under the race detector it would take a second to end
	cmd.Stdin, cmd.Stdout = theirIn, theirOut
	cmd.SysProcAttr = detached()
	k := &keeper{cmd: cmd, orders: orders, answers: answers, hear: json.NewDecoder(answers)}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start keeper: %w", err), orders.Close(), answers.Close())
	}
	born, err := k.answer(ctx)
	if err != nil {
		return nil, errors.Join(err, k.close())
	}
	k.folder = born.Folder
	return k, nil
}

// program returns the file of this program. On Linux it is there even when it
// was replaced or removed since.
func program() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// do gives an order and waits until it is done. A keeper that was not heard to
// the end, because ctx ended, is closed.
func (k *keeper) do(ctx context.Context, o order) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return os.ErrClosed
	}
	if err := json.NewEncoder(k.orders).Encode(o); err != nil {
		return fmt.Errorf("keeper is gone: %w", err)
	}
	_, err := k.answer(ctx)
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), k.closeLocked())
	}
	return err
}

func (k *keeper) answer(ctx context.Context) (answer, error) {
	stop := context.AfterFunc(ctx, func() { _ = k.answers.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var a answer
	if err := k.hear.Decode(&a); err != nil {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		return answer{}, fmt.Errorf("keeper is gone: %w", err)
	}
	if a.Error != "" {
		return answer{}, errors.New(a.Error)
	}
	return a, nil
}

// close stops the server, removes the temporary folder and waits until that is
// done. Calling it again does nothing.
func (k *keeper) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closeLocked()
}

func (k *keeper) closeLocked() error {
	if k.closed {
		return k.ended
	}
	k.closed = true
	_ = k.orders.Close()
	if err := k.cmd.Wait(); err != nil {
		k.ended = fmt.Errorf("keeper: %w", err)
	}
	_ = k.answers.Close()
	return k.ended
}
