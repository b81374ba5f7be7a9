package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store"
	"lojavirtual/store/redis"
)

// A doomed process stores the journal until it kills itself at a place: with a
// batch in hand, or when it has stored one and Redis does not know.
const doomed = "LOJA_TEST_DOOMED"

// storeAndDie is the main of a doomed process.
func storeAndDie(ctx context.Context, place string) error {
	cfg, err := loadConfig(os.Environ())
	if err != nil {
		return err
	}
	l, err := open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	k := newJournalKeeper(l.db, l.mail)
	die := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	for part := 0; ; part = (part + 1) % redis.Partitions {
		_, n, _, err := l.db.StoreTurns(ctx, part, func(ctx context.Context, after string) ([]store.Turn, error) {
			turns, err := k.read(ctx, part, after)
			if place == "read" && len(turns) > 0 {
				die()
			}
			return turns, err
		})
		if err != nil {
			return err
		}
		if place == "stored" && n > 0 {
			die()
		}
	}
}

// What was said gets to PostgreSQL once, whoever stores it and wherever they die,
// whatever connections break, if Redis forgets all, and if it is stored again
// from the beginning. What is erased stays so.
func TestJournalIsStoredOnce(t *testing.T) {
	both := twoLojas(t)
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, both[0].DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the test is over
	number := func(query string) (n int) {
		t.Helper()
		if err := conn.QueryRow(ctx, query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const people, times = 25, 20
	said := 0
	say := func(from, to int) {
		t.Helper()
		var all sync.WaitGroup
		for p := from; p < to; p++ {
			all.Go(func() {
				for i := range times {
					text := fmt.Sprintf("aviso %d para %d, vez %d", i, p, said)
					if err := both[p%2].mail.Tell(ctx, fmt.Sprint("test:", p), text, []bot.Reply{{Text: text}}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		said += (to - from) * times
	}
	storeAll := func() {
		t.Helper()
		for _, l := range both {
			if _, err := newJournalKeeper(l.db, l.mail).store(ctx); err != nil {
				t.Error(err)
			}
		}
	}
	check := func(when string) {
		t.Helper()
		turns, words, sum := number(`SELECT count(*) FROM loja.turn`), number(`SELECT count(DISTINCT body) FROM loja.turn`), number(`SELECT sum(turns) FROM loja.talk`)
		if turns != said || words != said || sum != said {
			t.Fatalf("%s: %d turns, %d of them different, %d counted; %d were said", when, turns, words, sum, said)
		}
	}
	doom := func(place string) {
		t.Helper()
		c := command(t, "serve")
		c.Env = append(c.Env, doomed+"="+place, "LOJA_DATABASE_URL="+both[0].DatabaseURL, "LOJA_REDIS_URL="+both[0].RedisURL)
		out, err := c.CombinedOutput()
		if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
			t.Fatalf("%v: %s", err, out)
		}
	}

	say(0, people)
	doom("read")
	if n := number(`SELECT count(*) FROM loja.turn`); n != 0 {
		t.Errorf("%d turns of a transaction that was never ended", n)
	}
	doom("stored")
	storeAll()
	check("after two deaths")

	// Two at once, with connections that break, while more is being said.
	storing, stop := context.WithCancel(ctx)
	var keepers sync.WaitGroup
	for _, l := range both {
		keepers.Go(func() {
			k := newJournalKeeper(l.db, l.mail)
			for storing.Err() == nil {
				_, _ = k.store(ctx)
			}
		})
	}
	breaks := 0
	for range 4 {
		say(0, people)
		breaks += number(`SELECT count(pg_terminate_backend(pid))::int FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`)
	}
	stop()
	keepers.Wait()
	storeAll()
	check(fmt.Sprintf("after %d broken connections", breaks))

	if _, err := conn.Exec(ctx, `UPDATE loja.journal SET ms = 0, seq = 0`); err != nil {
		t.Fatal(err)
	}
	storeAll()
	check("stored again from the beginning")

	options, err := goredis.ParseURL(both[0].RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	client := goredis.NewClient(options)
	defer client.Close() //nolint:errcheck // the test is over
	if err := client.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	say(0, people)
	storeAll()
	check("after Redis has forgotten all")
	if _, err := conn.Exec(ctx, `UPDATE loja.journal SET ms = ms + 3600000`); err != nil { // as after a restart with a clock that is behind
		t.Fatal(err)
	}
	say(0, people)
	storeAll()
	check("with a clock that is behind")
	stored, err := both[0].db.StoredTurns(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if lag, err := both[0].mail.Lag(ctx, stored); err != nil || lag != 0 {
		t.Errorf("a lag of %v, %v", lag, err)
	}

	// Erased while it is being stored.
	var erasing sync.WaitGroup
	erasing.Go(func() {
		for range 20 {
			storeAll()
		}
	})
	say(1000, 1005)
	for p := 1000; p < 1005; p++ {
		session := fmt.Sprint("test:", p)
		if err := both[0].mail.Erase(ctx, session); err != nil {
			t.Fatal(err)
		}
		if err := both[1].db.Erase(ctx, session); err != nil {
			t.Fatal(err)
		}
	}
	erasing.Wait()
	storeAll()
	said -= 5 * times
	check("after some were erased")
}

// A running loja stores what was said and shows how far it is behind.
func TestJournalIsStoredWhileServing(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log)
	serving(t, cfg, log)
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	lines := []string{"quero a segunda via", "a matrícula é 104372-2", "700.000.101-11", "1", "trocar imóvel", "1302582", "sair"}
	for i, text := range lines {
		m := bot.Message{ID: fmt.Sprint(i), Channel: "web", From: "ana", Text: text, At: time.Now()}
		if err := l.mail.Put(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	const maria = 1043722
	var turns []store.Turn
	for len(turns) < len(lines) {
		time.Sleep(50 * time.Millisecond)
		talks, err := l.db.Talks(t.Context(), store.TalkFilter{Property: maria, Flow: "segundavia", Text: "segunda via"}, store.Talk{}, 10)
		if err == nil && len(talks) == 1 {
			turns, err = l.db.Turns(t.Context(), talks[0].Session, talks[0].Protocol)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, turn := range turns {
		if i > 0 && turn.From != turns[i-1].To {
			t.Errorf("turn %d begins at %v, and the one before ended at %v", i, turn.From, turns[i-1].To)
		}
		all, err := json.Marshal(turn)
		if err != nil || len(turn.Replies) == 0 {
			t.Errorf("%s, %v", all, err)
		}
		for _, secret := range []string{"1043722", "104372.2", "104372-2", "1302582", "130258.2", "70000010111", "700.000.101-11"} {
			if strings.Contains(string(all), secret) {
				t.Errorf("%s is in %s", secret, all)
			}
		}
	}
	if right := turns[2]; turns[0].Said != lines[0] || len(right.Steps) == 0 || right.To.Flow != "segundavia" || right.Mask != "…72.2" || !turns[6].Over {
		t.Errorf("%+v", turns)
	}
	families, err := l.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "loja_journal_lag_seconds" {
			return
		}
	}
	t.Error("there is no loja_journal_lag_seconds")
}
