// Package embedded starts a private PostgreSQL and a private Redis, for the
// demo and for tests. Neither has a port or a password: each listens on a Unix
// socket in a folder that only its user may enter, so any number of them run
// side by side and none meets a server that was running before.
//
// A program that uses the package calls [Main] first thing in main; a test
// binary has
//
//	func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }
//
// # PostgreSQL: a ladder
//
// The newest PostgreSQL found on the machine is used. If there is none it is
// downloaded, once, into the user's cache, after a line in the log has said
// so. If that fails too, the error says in one line what to install or which
// variable to set.
//
// # Why a keeper
//
// A server must not outlive the program that started it, even if that is
// killed with SIGKILL. So each server is the child of a keeper, which is this
// same program started again. The keeper reads its standard input; when that
// ends, its parent has closed the server or is dead, and it stops the server,
// removes the temporary folder and leaves. It needs nothing of Linux.
//
// PostgreSQL refuses to run as root. Started by root it runs as the owner of
// the data, if there is data already, else as user postgres, else as nobody.
//
// # Why not embedded-postgres for all of it
//
// It starts the server through pg_ctl, which nobody stops if we die, on a TCP
// port, and it wipes a data directory of another version. It is asked for the
// binaries alone.
//
// # Why each server runs initdb
//
// It is most of the second that a cold start takes. Copying a finished data
// folder out of a cache was tried and took nearly as long.
//
// On Windows there is no private PostgreSQL, and Redis is the in-process one.
package embedded

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Options say how a private server is started. The zero value is a temporary
// server of which Close leaves nothing.
type Options struct {
	// Dir is a folder that keeps the data, made if missing; PostgreSQL and
	// Redis may share one. One program at a time can use it. If empty, the
	// data is temporary, and settings favour speed over surviving a power cut.
	Dir string
	// Log hears which server was started; slog.Default if nil.
	Log *slog.Logger
	// Mirror is the Maven repository PostgreSQL is downloaded from if the
	// machine has none; Maven Central if empty.
	Mirror string

	memory bool // keep temporary data in memory, if there is room
}

func (o Options) log() *slog.Logger {
	if o.Log == nil {
		return slog.Default()
	}
	return o.Log
}

// kept returns the absolute path of a folder below Dir, or "" if the data is
// temporary.
func (o Options) kept(name string) (string, error) {
	if o.Dir == "" {
		return "", nil
	}
	return filepath.Abs(filepath.Join(o.Dir, name))
}

// hooked is whether Main was called. Without it a keeper would be this whole
// program running a second time.
var hooked atomic.Bool

var errNotHooked = errors.New("embedded: call embedded.Main first thing in main, or embedded.Run in TestMain")

// Main is called first thing in main. It returns at once, unless this process
// is the keeper of a server: then it does a keeper's work and never returns.
func Main() {
	keepIfKeeper()
	hooked.Store(true)
}

// Run is called in TestMain: it calls Main, runs the tests, stops the server
// that ForTest started, and returns the code to exit with.
func Run(m interface{ Run() int }) int {
	Main()
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		if err := shared.server.Close(); err != nil {
			slog.Error("stop the tests' PostgreSQL", "error", err)
			code = max(code, 1)
		}
		shared.server = nil
	}
	return code
}

// T is what ForTest and DatabaseForTest need of a *testing.T.
type T interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
	Context() context.Context
}

// shared is the server of this test binary, started by the first test that asks.
var shared struct {
	sync.Mutex
	server *Postgres
}

// ForTest returns a temporary PostgreSQL that all tests of the binary share.
// The first call starts it; Run stops it. Its data lies in memory where that
// has a gigabyte to spare and TMPDIR is not set: clones come ten times faster.
func ForTest(t T) *Postgres {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		loud := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})
		server, err := StartPostgres(t.Context(), Options{Log: slog.New(loud), memory: true})
		if err != nil {
			t.Fatal(err)
		}
		shared.server = server
	}
	return shared.server
}

// DatabaseForTest returns the address of a database of the test's own, on the
// server of ForTest, dropped when the test ends. It is a copy of a template
// that the first call of that name makes and fills; the others cost tens of
// milliseconds. See Template and Clone.
func DatabaseForTest(t T, template string, fill func(ctx context.Context, url string) error) string {
	t.Helper()
	server := ForTest(t)
	if err := server.Template(t.Context(), template, fill); err != nil {
		t.Fatal(err)
	}
	url, drop, err := server.Clone(t.Context(), template)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(drop)
	return url
}
