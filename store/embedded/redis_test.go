//go:build unix

package embedded

import (
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func startRedis(t *testing.T, dir string) (*Redis, *redis.Client) {
	t.Helper()
	began := time.Now()
	r, err := StartRedis(t.Context(), quiet(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s in %v", r.Kind(), time.Since(began))
	options, err := redis.ParseURL(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries, options.DialerRetries = -1, 1
	c := redis.NewClient(options)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, c
}

func skipWithoutRedis(t *testing.T) {
	t.Helper()
	if program, _ := findRedis(t.Context()); program == "" {
		t.Skip("no redis-server on this machine")
	}
}

// insideOnly hides this machine's redis-server for the test.
func insideOnly(t *testing.T) {
	t.Helper()
	before := redisPrograms
	redisPrograms = nil
	t.Cleanup(func() { redisPrograms = before })
}

func TestRedis(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) })
	skipWithoutRedis(t)
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "kept")
	r, c := startRedis(t, dir)
	_, temporary := startRedis(t, "")

	if !strings.HasPrefix(r.URL(), "unix:///") || !strings.Contains(r.Kind(), "-server ") {
		t.Errorf("%s at %s", r.Kind(), r.URL())
	}
	if err := c.Set(ctx, "k", "kept", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := temporary.Get(ctx, "k").Err(); err != redis.Nil {
		t.Errorf("the two servers are one: %v", err)
	}
	if other, err := StartRedis(ctx, quiet(dir)); err == nil {
		t.Error("two servers on the same data", other.Close())
	} else if !strings.Contains(err.Error(), "in use by another program") {
		t.Errorf("the second program hears %q", err)
	}

	if err := r.Kill(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(ctx, "k").Err(); err == nil {
		t.Error("a killed server answers")
	}
	if err := r.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Get(ctx, "k").Result(); got != "kept" {
		t.Errorf("after a crash: %q, %v", got, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	_, again := startRedis(t, dir)
	if got, err := again.Get(ctx, "k").Result(); got != "kept" {
		t.Errorf("after a new start: %q, %v", got, err)
	}
}

func TestRedisInside(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) })
	insideOnly(t)
	ctx := t.Context()
	r, c := startRedis(t, "")
	if r.Kind() != "in-process" {
		t.Errorf("it is %s", r.Kind())
	}
	if err := c.Set(ctx, "short", 1, 2*time.Second).Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.Set(ctx, "long", 1, time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a key to expire", func() bool { return c.Get(ctx, "short").Err() == redis.Nil })
	if err := c.Get(ctx, "long").Err(); err != nil {
		t.Error(err)
	}

	pipe := c.Pipeline()
	for range 1000 {
		pipe.Set(ctx, "many", strings.Repeat("x", 1000), 0)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		t.Error(err)
	}

	u, err := url.Parse(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	stranger := redis.NewClient(&redis.Options{Addr: u.Host})
	defer func() { _ = stranger.Close() }()
	if err := stranger.Get(ctx, "long").Err(); err == nil {
		t.Error("it answers without the password")
	}

	if err := r.Kill(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(ctx, "long").Err(); err == nil {
		t.Error("a killed server answers")
	}
	if err := r.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(ctx, "long").Err(); err != nil {
		t.Error(err)
	}
}

func TestRedisInsideSaysThatItForgets(t *testing.T) {
	insideOnly(t)
	var said strings.Builder
	r, err := StartRedis(t.Context(), Options{Dir: t.TempDir(), Log: textLog(&said)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if !strings.Contains(said.String(), "not kept") {
		t.Errorf("the log says %q", said.String())
	}
}
