package redis

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lojavirtual/bot"
)

// shuffled is the messages of some people, each several times and mixed, the
// first of each in order.
func shuffled(people []int, messages, times int) []bot.Message {
	next := map[int][]int{}
	var slots []int
	for _, p := range people {
		order := rand.Perm(messages * times)
		seen := map[int]int{}
		for i, n := range order {
			n %= messages
			if _, ok := seen[n]; !ok {
				seen[n] = len(seen)
			}
			order[i] = seen[n]
			slots = append(slots, p)
		}
		next[p] = order
	}
	rand.Shuffle(len(slots), func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	all := make([]bot.Message, len(slots))
	for i, p := range slots {
		all[i] = message(p, next[p][0])
		next[p] = next[p][1:]
	}
	return all
}

// putAll puts everything from some goroutines at once.
func putAll(t *testing.T, m *Mail, people, messages, times int) {
	const putters = 8
	var putting sync.WaitGroup
	for g := range putters {
		var mine []int
		for p := g; p < people; p += putters {
			mine = append(mine, p)
		}
		putting.Go(func() {
			for _, msg := range shuffled(mine, messages, times) {
				if err := put(m, msg); err != nil {
					t.Errorf("put %s: %v", msg.ID, err)
					return
				}
			}
		})
	}
	putting.Wait()
}

// await waits for all letters.
func (k *sink) await(t *testing.T, want int64, limit time.Duration) {
	t.Helper()
	began := time.Now()
	for k.fresh.Load() < want {
		if time.Since(began) > limit {
			t.Fatalf("%d of %d letters after %v", k.fresh.Load(), want, limit)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestKilledWorkers(t *testing.T) {
	people, messages := 1000, 20
	if testing.Short() {
		people = 100
	}
	srv := startServer(t)
	k := newSink()
	path := filepath.Join(srv.dir, "sink.sock")
	k.listen(t, path)

	var mu sync.Mutex
	workers := make([]*exec.Cmd, 4)
	start := func(i int) {
		mu.Lock()
		defer mu.Unlock()
		workers[i] = startWorker(t, "serve", srv.address(), path)
		if err := workers[i].Start(); err != nil {
			t.Error(err)
		}
	}
	kill := func(i int) {
		mu.Lock()
		defer mu.Unlock()
		_ = workers[i].Process.Kill()
		_ = workers[i].Wait()
	}
	for i := range workers {
		start(i)
	}
	t.Cleanup(func() {
		for i := range workers {
			kill(i)
		}
	})

	want := expected(people, messages)
	var killing sync.WaitGroup
	for i := range 2 {
		at := want/10 + rand.Int64N(want*7/10)
		killing.Go(func() {
			for k.fresh.Load() < at {
				time.Sleep(time.Millisecond)
			}
			kill(i)
			t.Logf("killed a worker after letter %d of %d", k.fresh.Load(), want)
			start(i)
		})
	}
	m := open(t, srv.address(), Settings{})
	began := time.Now()
	putAll(t, m, people, messages, 3)
	t.Logf("all put after %v", time.Since(began))
	k.await(t, want, 3*time.Minute)
	killing.Wait()
	t.Logf("%d people, %d letters after %v", people, want, time.Since(began))
	k.check(t, m, people, messages)
	settledDown(t, m)
}

// settledDown waits until nothing waits and nobody is held.
func settledDown(t *testing.T, m *Mail) {
	t.Helper()
	m.mu.Lock()
	if m.outboxes["test"] == nil { // for Stats and the sweep
		m.outboxes["test"] = newDesk(m.giveBackLetters)
	}
	m.mu.Unlock()
	var s Stats
	for range 1000 {
		var err error
		if s, err = m.Stats(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.Inbox == (Queue{}) && s.Outbox["test"] == (Queue{}) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("something is left: %+v", s)
}

// serveHere runs hands and posts in this process until the returned function
// has stopped them.
func serveHere(m *Mail, ch bot.Channel, hands, posts int) (stop func()) {
	taking, stopHands := context.WithCancel(context.Background())
	posting, stopPosts := context.WithCancel(context.Background())
	var atWork, atPost sync.WaitGroup
	for range hands {
		atWork.Go(func() { hand(taking, m) })
	}
	for range posts {
		atPost.Go(func() { bot.Post(posting, m, ch, slog.New(slog.DiscardHandler), nil) })
	}
	return sync.OnceFunc(func() {
		stopHands()
		atWork.Wait()
		stopPosts()
		atPost.Wait()
	})
}

func TestRedisKilled(t *testing.T) {
	people, messages := 100, 20
	if testing.Short() {
		people = 20
	}
	srv := startServer(t, "--appendonly", "yes", "--appendfsync", "always")
	k := newSink()
	m := open(t, srv.address(), Settings{Lease: 2 * time.Second, Sending: 3 * time.Second})
	defer serveHere(m, k, 16, 16)()

	want := expected(people, messages)
	var killing sync.WaitGroup
	killing.Go(func() {
		for n := range int64(2) {
			for k.fresh.Load() < want*(1+2*n)/4 {
				time.Sleep(time.Millisecond)
			}
			srv.kill()
			time.Sleep(300 * time.Millisecond)
			srv.start()
			t.Logf("killed Redis near letter %d of %d", k.fresh.Load(), want)
		}
	})
	putAll(t, m, people, messages, 3)
	k.await(t, want, 2*time.Minute)
	killing.Wait()
	k.check(t, m, people, messages)
	settledDown(t, m)
}

func TestStoppedWorkerIsLate(t *testing.T) {
	srv := startServer(t)
	m := open(t, srv.address(), Settings{Lease: 2 * time.Second})
	worker := startWorker(t, "once", srv.address(), "")
	in, err := worker.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := worker.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = worker.Process.Kill()
		_ = worker.Wait()
	}()
	lines := bufio.NewReader(out)
	if err := put(m, message(0, 0)); err != nil {
		t.Fatal(err)
	}
	if said, _ := lines.ReadString('\n'); said != "taken\n" {
		t.Fatalf("the worker says %q", said)
	}
	_ = worker.Process.Signal(syscall.SIGSTOP)
	k := newSink()
	stop := serveHere(m, k, 1, 1)
	k.await(t, expected(1, 1), time.Minute)
	stop()
	_ = worker.Process.Signal(syscall.SIGCONT)
	_, _ = fmt.Fprintln(in)
	if said, _ := lines.ReadString('\n'); strings.TrimSpace(said) != bot.ErrLate.Error() {
		t.Errorf("the worker settles: %q, want %q", said, bot.ErrLate)
	}
	k.check(t, m, 1, 1)
	settledDown(t, m)
}

func TestPoison(t *testing.T) {
	srv := startServer(t)
	m := open(t, srv.address(), Settings{Lease: 2 * time.Second})
	poisoned := message(1, 0)
	poisoned.Text = "meu CPF é 529.982.247-25"
	if err := put(m, poisoned); err != nil {
		t.Fatal(err)
	}
	if err := put(m, message(1, 1)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_ = startWorker(t, "die", srv.address(), "").Run()
	}
	msg, s, err := m.Take(t.Context())
	if err != nil || msg.ID != poisoned.ID || msg.Tries != 3 {
		t.Fatalf("took %+v, %v; want the first message with 3 tries", msg, err)
	}
	next, replies := answer(s, msg)
	if err := m.Settle(t.Context(), msg, next, replies); err != nil {
		t.Fatal(err)
	}
	dead := m.client.LRange(t.Context(), key(partition(msg.Session()), "x"), 0, -1).Val()
	if len(dead) != 1 || !strings.Contains(dead[0], poisoned.ID) || strings.Contains(dead[0], "982") {
		t.Errorf("put aside: %q", dead)
	}
	if stats, err := m.Stats(t.Context()); err != nil || stats.Dead != 1 {
		t.Errorf("%+v, %v; want one put aside", stats, err)
	}
	msg, _, err = m.Take(t.Context())
	if err != nil || msg.ID != message(1, 1).ID || msg.Tries != 0 {
		t.Errorf("then took %+v, %v; want the second message", msg, err)
	}
}

// slow is a channel to which one person cannot be reached at first.
type slow struct {
	*sink
	refuse string
	left   atomic.Int64
}

type soon struct{}

func (soon) Error() string             { return "too many requests" }
func (soon) Temporary() bool           { return true }
func (soon) RetryAfter() time.Duration { return 2 * time.Second }

func (c *slow) Send(ctx context.Context, l bot.Letter) error {
	if l.To == c.refuse && c.left.Add(-1) >= 0 {
		return soon{}
	}
	return c.sink.Send(ctx, l)
}

func TestSlowPerson(t *testing.T) {
	srv := startServer(t)
	m := open(t, srv.address(), Settings{})
	ch := &slow{sink: newSink(), refuse: "0"}
	ch.left.Store(1)
	defer serveHere(m, ch, 4, 2)()
	began := time.Now()
	const people, messages = 20, 5
	putAll(t, m, people, messages, 1)

	var theirs int64
	var s bot.Session
	for i := range messages {
		var replies []bot.Reply
		s, replies = answer(s, message(0, i))
		theirs += int64(len(replies))
	}
	want := expected(people, messages)
	ch.await(t, want-theirs, time.Minute)
	if took := time.Since(began); took > 1800*time.Millisecond {
		t.Logf("the others waited %v on a slow machine", took)
	}
	ch.mu.Lock()
	if got := len(ch.got["test:0"]); got > 0 && time.Since(began) < 1900*time.Millisecond {
		t.Errorf("the slow person got %d letters before the others had theirs", got)
	}
	ch.mu.Unlock()
	ch.await(t, want, time.Minute)
	ch.check(t, m, people, messages)
	if tries := ch.got["test:0"][0].Tries; tries != 1 {
		t.Errorf("the letter was tried %d times before, want 1", tries)
	}
	for _, l := range ch.got["test:0"][1:] {
		if l.Tries != 0 {
			t.Errorf("a later letter was tried %d times before", l.Tries)
		}
	}
}

func TestIdle(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	stop := serveHere(m, newSink(), 8, 8)
	defer stop()
	time.Sleep(time.Second)
	trips := count(m)
	before := commands(t, m)
	time.Sleep(5 * time.Second)
	calls := commands(t, m) - before
	t.Logf("in 5 idle seconds: %d trips, %d commands in scripts and out", trips.sum(), calls)
	if trips.sum() > 10 || calls > 1000 { // two BLPOPs, and a renewal that finds nothing
		t.Errorf("%d trips and %d commands in 5 idle seconds", trips.sum(), calls)
	}
}

// commands is what Redis says it has run, those in scripts too.
func commands(t *testing.T, m *Mail) (n int) {
	info := m.client.Info(t.Context(), "stats").Val()
	_, rest, _ := strings.Cut(info, "total_commands_processed:")
	_, err := fmt.Sscan(rest, &n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
