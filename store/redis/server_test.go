package redis

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"lojavirtual/bot"
)

// The test binary is also the worker process that some tests start and kill.
func TestMain(m *testing.M) {
	if os.Getenv("LOJA_TEST_WORKER") != "" {
		work()
		return
	}
	goleak.VerifyTestMain(m)
}

// A server is a redis-server of a test's own, on a socket of its own.
type server struct {
	t    testing.TB
	dir  string
	args []string
	cmd  *exec.Cmd
}

func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server on this machine")
	}
	dir, err := os.MkdirTemp("", "loja") // not t.TempDir: a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, dir: dir, args: args}
	s.start()
	t.Cleanup(func() {
		s.kill()
		_ = os.RemoveAll(dir)
	})
	return s
}

func (s *server) address() string { return "unix://" + s.socket() }
func (s *server) socket() string  { return filepath.Join(s.dir, "redis.sock") }

func (s *server) start() {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", append([]string{
		"--port", "0", "--unixsocket", s.socket(), "--dir", s.dir, "--save", "", "--loglevel", "warning",
	}, s.args...)...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 6000 {
		if c, err := net.Dial("unix", s.socket()); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatal("redis-server does not start")
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// everyRedis runs a test against a real server and the one in the process.
func everyRedis(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("redis-server", func(t *testing.T) { test(t, startServer(t).address()) })
	t.Run("miniredis", func(t *testing.T) { test(t, "redis://"+miniredis.RunT(t).Addr()) })
}

// open returns a Mail whose leases end soon.
func open(t testing.TB, address string, s Settings) *Mail {
	t.Helper()
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	m, err := Open(t.Context(), address, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// trips counts what goes to Redis and back, without the sweeps of once a second.
type trips struct{ scripts, pipelines, waits atomic.Int64 }

func count(m *Mail) *trips {
	c := &trips{}
	m.client.AddHook(c)
	m.waiting.AddHook(c)
	return c
}

func (c *trips) sum() int64 { return c.scripts.Load() + c.pipelines.Load() + c.waits.Load() }

func (c *trips) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (c *trips) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		switch cmd.Name() {
		case "blpop":
			c.waits.Add(1)
		case "evalsha", "eval":
			if cmd.Args()[1] != sweepScript.Hash() {
				c.scripts.Add(1)
			}
		}
		return next(ctx, cmd)
	}
}

func (c *trips) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		if name := cmds[0].Name(); name == "evalsha" || name == "eval" {
			c.pipelines.Add(1)
		}
		return next(ctx, cmds)
	}
}

// answer is the tests' engine: it adds the message to a chain of hashes in the
// session and replies with its new end, now and then twice.
func answer(s bot.Session, m bot.Message) (bot.Session, []bot.Reply) {
	var chain string
	_ = json.Unmarshal(s.Data, &chain)
	sum := sha256.Sum256([]byte(chain + m.ID))
	chain = hex.EncodeToString(sum[:8])
	s.Data, _ = json.Marshal(chain)
	replies := []bot.Reply{{Text: chain}}
	if sum[0]%4 == 0 {
		replies = append(replies, bot.Reply{Text: chain + " again"})
	}
	return s, replies
}

// hand is Engine.Serve with the tests' engine.
func hand(ctx context.Context, inbox bot.Inbox) {
	for {
		m, s, err := inbox.Take(ctx)
		if err != nil {
			return
		}
		next, replies := answer(s, m)
		for {
			err := inbox.Settle(context.Background(), m, next, replies)
			if !bot.IsTemporary(err) {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// put puts until it is put, as a channel does.
func put(inbox bot.Inbox, m bot.Message) error {
	for {
		err := inbox.Put(context.Background(), m)
		if !bot.IsTemporary(err) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A sink is the network that letters go to.
type sink struct {
	listener net.Listener
	mu       sync.Mutex
	got      map[string][]bot.Letter // by session, as they came
	fresh    atomic.Int64            // letters seen for the first time
	ids      map[string]string       // text by letter ID
	wrong    []string
}

func newSink() *sink { return &sink{got: map[string][]bot.Letter{}, ids: map[string]string{}} }

func (k *sink) Name() string { return "test" }

func (k *sink) Send(_ context.Context, l bot.Letter) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	text, known := k.ids[l.ID]
	switch {
	case !known:
		k.ids[l.ID] = l.Reply.Text
		k.got[l.Session] = append(k.got[l.Session], l)
		k.fresh.Add(1)
	case text != l.Reply.Text:
		k.wrong = append(k.wrong, fmt.Sprintf("letter %s was %q and then %q", l.ID, text, l.Reply.Text))
	}
	return nil
}

// listen takes letters of other processes, a JSON line each.
func (k *sink) listen(t *testing.T, path string) {
	var err error
	if k.listener, err = net.Listen("unix", path); err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	var conns sync.Map
	serving.Go(func() {
		for {
			conn, err := k.listener.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, true)
			serving.Go(func() {
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					var l bot.Letter
					if json.Unmarshal(lines.Bytes(), &l) == nil {
						_ = k.Send(context.Background(), l)
					}
					_, _ = conn.Write([]byte("ok\n"))
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = k.listener.Close()
		conns.Range(func(conn, _ any) bool { return conn.(net.Conn).Close() == nil })
		serving.Wait()
	})
}

// check compares what came and what is remembered with a run without faults.
func (k *sink) check(t *testing.T, m *Mail, people, messages int) {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, wrong := range k.wrong {
		t.Error(wrong)
	}
	for p := range people {
		var s bot.Session
		var want []string
		for i := range messages {
			var replies []bot.Reply
			s, replies = answer(s, message(p, i))
			for _, r := range replies {
				want = append(want, r.Text)
			}
		}
		id := message(p, 0).Session()
		var got []string
		for _, l := range k.got[id] {
			got = append(got, l.Reply.Text)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("%s got %d replies %v, want %d %v", id, len(got), got, len(want), want)
		}
		kept, err := m.Session(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if string(kept.Data) != string(s.Data) || kept.Version != int64(messages) {
			t.Fatalf("%s is %s after %d turns, want %s after %d", id, kept.Data, kept.Version, s.Data, messages)
		}
	}
}

// expected is how many letters a run without faults sends.
func expected(people, messages int) (n int64) {
	for p := range people {
		var s bot.Session
		for i := range messages {
			var replies []bot.Reply
			s, replies = answer(s, message(p, i))
			n += int64(len(replies))
		}
	}
	return n
}

func message(person, i int) bot.Message {
	return bot.Message{
		ID: fmt.Sprintf("%d/%d", person, i), Channel: "test", From: fmt.Sprint(person),
		Text: fmt.Sprintf("message %d", i), At: time.Unix(1_800_000_000, 0).UTC(),
	}
}

// wire is a channel to the sink of another process.
type wire struct {
	path  string
	conns chan net.Conn
}

func (w *wire) Name() string { return "test" }

func (w *wire) Send(_ context.Context, l bot.Letter) error {
	var conn net.Conn
	select {
	case conn = <-w.conns:
	default:
		var err error
		if conn, err = net.Dial("unix", w.path); err != nil {
			return err
		}
	}
	line, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if _, err = conn.Write(append(line, '\n')); err != nil {
		return err
	}
	if _, err = conn.Read(make([]byte, 8)); err != nil {
		return err
	}
	w.conns <- conn
	return nil
}

// work is a worker process: hands, and posts to the sink. With
// LOJA_TEST_WORKER=die it ends as soon as it has taken a message; with "once"
// it takes one, waits long and says how settling it went.
func work() {
	ctx := context.Background()
	s := Settings{Lease: 2 * time.Second, Sending: 3 * time.Second, Log: slog.New(slog.DiscardHandler)}
	m, err := Open(ctx, os.Getenv("LOJA_TEST_REDIS"), s)
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	switch os.Getenv("LOJA_TEST_WORKER") {
	case "die":
		_, _, _ = m.Take(ctx)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "once":
		msg, session, _ := m.Take(ctx)
		fmt.Println("taken")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		next, replies := answer(session, msg)
		fmt.Println(m.Settle(ctx, msg, next, replies))
		return
	}
	out := &wire{os.Getenv("LOJA_TEST_SINK"), make(chan net.Conn, 16)}
	for range 8 {
		go hand(ctx, m)
		go bot.Post(ctx, m, out, slog.New(slog.DiscardHandler), nil)
	}
	select {}
}

// startWorker starts this test binary as a worker process.
func startWorker(t testing.TB, kind, redis, sink string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOJA_TEST_WORKER="+kind, "LOJA_TEST_REDIS="+redis, "LOJA_TEST_SINK="+sink)
	cmd.Stderr = os.Stderr
	return cmd
}
