package redis_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store/redis"
)

// eachRedis runs a test on a redis-server of its own and on the in-process one
// of the demo.
func eachRedis(t *testing.T, test func(*testing.T, goredis.UniversalClient)) {
	t.Run("miniredis", func(t *testing.T) {
		client := goredis.NewClient(&goredis.Options{Addr: miniredis.RunT(t).Addr()})
		t.Cleanup(func() { _ = client.Close() })
		test(t, client)
	})
	t.Run("redis-server", func(t *testing.T) {
		socket := filepath.Join(t.TempDir(), "s")
		serve := startRedis(t, socket)
		t.Cleanup(serve)
		client := goredis.NewClient(&goredis.Options{Network: "unix", Addr: socket})
		t.Cleanup(func() { _ = client.Close() })
		test(t, client)
	})
}

// startRedis starts a redis-server and returns what kills it.
func startRedis(t *testing.T, socket string) (kill func()) {
	t.Helper()
	server, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("there is no redis-server on this machine")
	}
	cmd := exec.Command(server, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", filepath.Dir(socket))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	client := goredis.NewClient(&goredis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	defer func() { _ = client.Close() }()
	for range 3000 {
		if client.Ping(t.Context()).Err() == nil {
			return kill
		}
		time.Sleep(20 * time.Millisecond)
	}
	kill()
	t.Fatal("redis-server does not answer")
	return nil
}

func newWeblog(t *testing.T, client goredis.UniversalClient) *redis.Weblog {
	w := redis.NewWeblog(client)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func since(t *testing.T, w *redis.Weblog, person, after string) (positions, said []string) {
	t.Helper()
	err := w.Since(t.Context(), person, after, func(position string, entry []byte) {
		positions = append(positions, position)
		said = append(said, string(entry))
	})
	if err != nil {
		t.Fatal(err)
	}
	return positions, said
}

func TestWeblog(t *testing.T) {
	eachRedis(t, func(t *testing.T, client goredis.UniversalClient) {
		ctx, w := t.Context(), newWeblog(t, client)
		add := func(person, id, entry, file string) {
			t.Helper()
			if err := w.Append(ctx, person, id, []byte(entry), []byte(file)); err != nil {
				t.Fatal(err)
			}
		}
		add("maria", "a", "one", "")
		add("maria", "b", "two", "%PDF")
		add("maria", "a", "one again", "other")
		add("joana", "a", "hers", "")

		positions, said := since(t, w, "maria", "")
		if fmt.Sprint(said) != "[one two]" {
			t.Fatalf("maria's log: %q", said)
		}
		if _, rest := since(t, w, "maria", positions[0]); fmt.Sprint(rest) != "[two]" {
			t.Errorf("after the first: %q", rest)
		}
		for _, odd := range []string{"nonsense", "1", "-", "99999999999999999999-0"} {
			if _, all := since(t, w, "maria", odd); len(all) != 2 {
				t.Errorf("after %q: %q", odd, all)
			}
		}

		for _, c := range []struct{ person, id, want string }{{"maria", "b", "%PDF"}, {"maria", "a", ""}, {"maria", "c", ""}, {"joana", "b", ""}} {
			file, ok, err := w.File(ctx, c.person, c.id)
			if err != nil || string(file) != c.want || ok != (c.want != "") {
				t.Errorf("file %s of %s: %q %v %v", c.id, c.person, file, ok, err)
			}
		}

		for i := range 205 {
			add("long", fmt.Sprint(i), fmt.Sprint(i), "file")
		}
		if _, said := since(t, w, "long", ""); len(said) != 200 || said[0] != "5" || said[199] != "204" {
			t.Errorf("a long log keeps %d, from %s", len(said), said[0])
		}
		if _, ok, _ := w.File(ctx, "long", "4"); ok {
			t.Error("the file of a dropped entry is still there")
		}
		if n := client.HLen(ctx, "w:{long}:files").Val(); n != 200 {
			t.Errorf("%d ids are kept for 200 entries", n)
		}
		for _, key := range []string{"w:{long}", "w:{long}:files"} {
			if left := client.TTL(ctx, key).Val(); left < 23*time.Hour || left > 24*time.Hour {
				t.Errorf("%s lives %v", key, left)
			}
		}

		if err := w.Forget(ctx, "maria"); err != nil {
			t.Fatal(err)
		}
		if _, said := since(t, w, "maria", ""); len(said) != 0 {
			t.Errorf("forgotten, and yet: %q", said)
		}
		if _, said := since(t, w, "joana", ""); len(said) != 1 {
			t.Errorf("joana was forgotten too")
		}
		add("maria", "c", "too late", "%PDF")
		if _, said := since(t, w, "maria", ""); len(said) != 0 {
			t.Errorf("forgotten, and then appended: %q", said)
		}
		if _, ok, err := w.File(ctx, "maria", "c"); ok || err != nil {
			t.Errorf("a file of who was forgotten: %v %v", ok, err)
		}
		for person, want := range map[string]bool{"maria": true, "joana": false} {
			if gone, err := w.Forgotten(ctx, person); gone != want || err != nil {
				t.Errorf("%s is forgotten: %v, %v", person, gone, err)
			}
		}
		if left := client.TTL(ctx, "w:{maria}:gone").Val(); left < 23*time.Hour || left > 24*time.Hour {
			t.Errorf("it is remembered for %v who was forgotten", left)
		}
	})
}

// Two processes: what one appends wakes the other's watchers of that person.
func TestWeblogWatch(t *testing.T) {
	eachRedis(t, func(t *testing.T, client goredis.UniversalClient) {
		here, there := newWeblog(t, client), newWeblog(t, client)
		maria, stop := here.Watch("maria")
		defer stop()
		joana, stopJoana := here.Watch("joana")
		defer stopJoana()
		listening(t, here)
		drain(maria)
		drain(joana)

		if err := there.Append(t.Context(), "maria", "a", []byte("one"), nil); err != nil {
			t.Fatal(err)
		}
		hears(t, maria)
		if err := there.Forget(t.Context(), "maria"); err != nil {
			t.Fatal(err)
		}
		hears(t, maria)
		if len(joana) > 0 {
			t.Error("joana was woken for maria")
		}
		stop()
		if err := there.Forget(t.Context(), "maria"); err != nil {
			t.Fatal(err)
		}
		if err := there.Append(t.Context(), "joana", "a", []byte("one"), nil); err != nil {
			t.Fatal(err)
		}
		hears(t, joana)
		if len(maria) > 0 {
			t.Error("who stopped watching was woken")
		}
	})
}

// A Redis that was away may have swallowed news: everyone looks again.
func TestWeblogRedisComesBack(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	kill := startRedis(t, socket)
	client := goredis.NewClient(&goredis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	w := newWeblog(t, client)
	news, stop := w.Watch("maria")
	defer stop()
	listening(t, w)
	drain(news)

	kill()
	if err := w.Append(t.Context(), "maria", "a", []byte("one"), nil); !bot.IsTemporary(err) {
		t.Errorf("append without a Redis: %v", err)
	}
	drain(news)
	kill = startRedis(t, socket)
	t.Cleanup(kill)
	hears(t, news)
}

// listening waits until the weblog hears its news. What it hears first may be
// that it is connected; what it hears then comes after that.
func listening(t *testing.T, w *redis.Weblog) {
	t.Helper()
	probe, stop := w.Watch("probe")
	defer stop()
	for i := range 2 {
		_ = w.Append(t.Context(), "probe", fmt.Sprintf("%p.%d", probe, i), []byte("probe"), nil)
		hears(t, probe)
	}
}

func drain(news <-chan struct{}) {
	select {
	case <-news:
	default:
	}
}

func hears(t *testing.T, news <-chan struct{}) {
	t.Helper()
	select {
	case <-news:
	case <-time.After(time.Minute):
		t.Fatal("nobody was woken")
	}
}
