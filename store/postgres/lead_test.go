package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

// testBeat is how often holders show a sign of life in tests.
const testBeat = 200 * time.Millisecond

// TestLeadOfProcesses has two processes compete for an office. The holder is
// stopped until the other leads, and let go; then the other is killed. What each
// writes by virtue of the office stands in the table did, and no epoch writes
// after the next has begun.
func TestLeadOfProcesses(t *testing.T) {
	url := embedded.DatabaseForTest(t, "demo", fill)
	w := openURL(t, url)
	w.exec(`CREATE TABLE loja.did (id serial, epoch bigint)`)

	said := make(chan string)
	first, second := compete(t, url, "first", said), compete(t, url, "second", said)
	await := func(line string) {
		t.Helper()
		for got := range said {
			if got == line {
				return
			}
		}
	}
	holds := func(p *competitor) {
		t.Helper()
		await(p.name + " leads")
		await(p.name + " writes")
	}
	var leader, other *competitor
	switch got := <-said; got {
	case "first leads":
		leader, other = first, second
	case "second leads":
		leader, other = second, first
	default:
		t.Fatal(got)
	}
	await(leader.name + " writes")

	leader.signal(syscall.SIGSTOP)
	holds(other)
	leader.signal(syscall.SIGCONT)
	await(leader.name + " was fenced")
	await(other.name + " writes")

	other.signal(syscall.SIGKILL)
	holds(leader)

	if n := w.number(`SELECT count(*) FROM loja.did a JOIN loja.did b ON b.epoch > a.epoch AND b.id < a.id`); n != 0 {
		t.Errorf("%d times an older epoch wrote after a newer one", n)
	}
	if n := w.number(`SELECT count(DISTINCT epoch) FROM loja.did`); n < 3 {
		t.Errorf("%d terms, want 3 at least", n)
	}
}

// A competitor is a process that wants the office.
type competitor struct {
	t    *testing.T
	name string
	*os.Process
}

func (c *competitor) signal(s os.Signal) {
	c.t.Helper()
	if err := c.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

const competeURL = "TEST_COMPETE_URL"

// compete starts a competitor, whose lines go to said with its name before them.
func compete(t *testing.T, url, name string, said chan<- string) *competitor {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), competeURL+"="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			select {
			case said <- name + " " + lines.Text():
			case <-t.Context().Done():
				return
			}
		}
	}()
	return &competitor{t, name, cmd.Process}
}

// runCompetitor is the main of a competitor; it ends only with an error.
func runCompetitor() int {
	ctx := context.Background()
	err := func() error {
		db, err := postgres.Open(ctx, os.Getenv(competeURL))
		if err != nil {
			return err
		}
		lead := db.Lead("test")
		lead.Beat = testBeat
		for {
			term, err := lead.Take(ctx)
			if err != nil {
				return err
			}
			if term == nil {
				time.Sleep(testBeat)
				continue
			}
			fmt.Println("leads")
			if err := writeFor(ctx, term); err != nil {
				return err
			}
			term.Close()
		}
	}()
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// writeFor writes for as long as the term lasts, and then sees that it cannot.
func writeFor(ctx context.Context, term *postgres.Term) error {
	const did = `INSERT INTO did (epoch) VALUES ($1)`
	for {
		select {
		case <-term.Done():
			if _, err := term.Keys().ExecContext(ctx, did, term.Epoch()); err == nil {
				return errors.New("wrote after the end of the term")
			}
			fmt.Println("was fenced")
			return nil
		case <-time.After(testBeat / 10):
		}
		if !term.Holds() {
			continue
		}
		if _, err := term.Keys().ExecContext(ctx, did, term.Epoch()); err == nil {
			fmt.Println("writes")
		}
	}
}

func TestLead(t *testing.T) {
	w := open(t)
	lead := w.Lead("test")
	lead.Beat = time.Second
	if _, ok, err := lead.Holder(t.Context()); ok || err != nil {
		t.Fatalf("there is a holder before there was any: %v", err)
	}
	first := take(t, lead)
	if got, err := lead.Take(t.Context()); got != nil || err != nil {
		t.Fatalf("taken while it is held: %v, %v", got, err)
	}
	if h, ok, err := lead.Holder(t.Context()); !ok || err != nil || !h.Holds || h.Epoch != 1 || !strings.Contains(h.Name, fmt.Sprint(os.Getpid())) {
		t.Errorf("holder %+v, %t, %v", h, ok, err)
	}
	if !first.Holds() {
		t.Error("does not hold what it has just taken")
	}
	var schema string
	if err := first.Keys().QueryRow(`SELECT current_schema()`).Scan(&schema); err != nil || schema != "loja" {
		t.Errorf("keys in schema %q, %v", schema, err)
	}
	if err := first.WhatsApp().SetNote(t.Context(), "state", map[string]int{"a": 1}); err != nil {
		t.Error(err)
	}
	first.Close()
	if first.Holds() {
		t.Error("holds what it has given up")
	}
	if h, _, err := lead.Holder(t.Context()); err != nil || h.Holds {
		t.Errorf("holder after it gave up: %+v, %v", h, err)
	}

	second := take(t, lead) // at once
	defer second.Close()
	if second.Epoch() != 2 {
		t.Errorf("epoch %d, want 2", second.Epoch())
	}
	var kept map[string]int
	if ok, err := w.WhatsApp().Note(t.Context(), "state", &kept); !ok || err != nil || kept["a"] != 1 {
		t.Errorf("note %v, %t, %v", kept, ok, err)
	}
	if ok, err := w.WhatsApp().Note(t.Context(), "other", &kept); ok || err != nil {
		t.Errorf("a note nobody wrote: %t, %v", ok, err)
	}

	// the connection of the lock is cut: the term is over, although nobody took it
	w.exec(`SELECT pg_terminate_backend(pid) FROM loja.lead`)
	<-second.Done()
	if second.Holds() {
		t.Error("holds without its connection")
	}
	if got, err := lead.Take(t.Context()); got != nil || err != nil {
		t.Errorf("taken before a holder who cannot be asked must have given up: %v, %v", got, err)
	}
}

// TestLeadOfAnother sees that an office is none of another's business.
func TestLeadOfAnother(t *testing.T) {
	w := open(t)
	one, other := take(t, w.Lead("one")), take(t, w.Lead("other"))
	defer one.Close()
	defer other.Close()
	if err := one.Keys().PingContext(t.Context()); err != nil {
		t.Error(err)
	}
	if !one.Holds() || !other.Holds() {
		t.Error("one of two offices was lost")
	}
}

func take(t *testing.T, lead postgres.Lead) *postgres.Term {
	t.Helper()
	term, err := lead.Take(t.Context())
	if err != nil || term == nil {
		t.Fatalf("cannot take the lead: %v, %v", term, err)
	}
	return term
}
