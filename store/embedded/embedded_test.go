//go:build unix

package embedded

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

// asParent makes the test binary a program that starts both servers, says so
// and waits to be killed.
const asParent = "EMBEDDED_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(asParent) != "" {
		Main()
		beParent()
	}
	os.Exit(Run(m))
}

func beParent() {
	ctx := context.Background()
	if _, err := StartPostgres(ctx, Options{}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if _, err := StartRedis(ctx, Options{}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	select {}
}

// quiet are options whose log is not read.
func quiet(dir string) Options {
	return Options{Dir: dir, Log: slog.New(slog.DiscardHandler)}
}

// openDir returns a temporary folder that a server started by root may enter,
// unlike those of t.TempDir.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDeath kills a program with servers in several ways and at several
// moments; no process and no file may be left.
func TestDeath(t *testing.T) {
	tests := []struct {
		name  string
		after string        // kill when this was printed
		wait  time.Duration // or, if nothing, after so long
		kill  func(*os.Process) error
	}{
		{"SIGKILL", "ready", 0, (*os.Process).Kill},
		{"Ctrl-C", "ready", 0, func(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGINT) }},
		{"SIGKILL to the group", "ready", 0, func(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }},
		{"SIGKILL while starting", "", 150 * time.Millisecond, (*os.Process).Kill},
		{"SIGKILL while starting, later", "", 600 * time.Millisecond, (*os.Process).Kill},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := openDir(t)
			parent := exec.Command(os.Args[0])
			parent.Env = append(os.Environ(), asParent+"=1", "TMPDIR="+dir)
			parent.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			out, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			var said string
			if test.after != "" {
				said, _ = bufio.NewReader(out).ReadString('\n')
				if !strings.HasPrefix(said, test.after) {
					t.Errorf("the parent says %q", said)
				}
			}
			time.Sleep(test.wait)
			if err := test.kill(parent.Process); err != nil {
				t.Error(err)
			}
			_ = parent.Wait() // killed
			eventually(t, "the temporary folders to go", func() bool {
				left, err := os.ReadDir(dir)
				return err == nil && len(left) == 0
			})
			if out, err := exec.Command("ps", "-eo", "args").Output(); err != nil {
				t.Logf("cannot list processes: %v", err)
			} else if strings.Contains(string(out), dir) {
				t.Error("a process is left")
			}
		})
	}
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// TestHookMissing: without Main a keeper would be the whole program again.
func TestHookMissing(t *testing.T) {
	hooked.Store(false)
	defer hooked.Store(true)
	if _, err := StartPostgres(t.Context(), quiet("")); err != errNotHooked {
		t.Errorf("got %v", err)
	}
}

// TestCancelled: a start that its caller gave up leaves nothing.
func TestCancelled(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := openDir(t)
	t.Setenv("TMPDIR", dir)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if p, err := StartPostgres(ctx, quiet("")); err == nil {
		t.Error("started in spite of the deadline", p.Close())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// query returns one text from a database.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	text, err := tryQuery(t.Context(), url, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func tryQuery(ctx context.Context, url, sql string) (text string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	err = conn.QueryRow(ctx, sql).Scan(&text)
	return text, err
}
