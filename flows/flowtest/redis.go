package flowtest

import (
	"log/slog"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/redis"
)

// guesses returns limits on guesses that nobody has reached when a conversation
// begins.
func (s *stage) guesses() *redis.Guesses {
	return s.redis().Guesses([]byte("the secret of the tests"), store.KnownRetention*24*time.Hour)
}

// redis returns what is kept in a Redis, where nothing is when a conversation begins.
func (s *stage) redis() *redis.Mail {
	mail, url := private(s.t)
	options, err := goredis.ParseURL(url)
	if err != nil {
		s.t.Fatal(err)
	}
	client := goredis.NewClient(options)
	s.t.Cleanup(func() { _ = client.Close() })
	s.fresh = append(s.fresh, func() {
		if err := client.FlushAll(s.t.Context()).Err(); err != nil {
			s.t.Fatal(err)
		}
	})
	return mail
}

// Mail returns an inbox and outbox in a Redis of the test's own.
func Mail(t testing.TB) *redis.Mail {
	t.Helper()
	mail, _ := private(t)
	return mail
}

// private starts a Redis.
func private(t testing.TB) (*redis.Mail, string) {
	t.Helper()
	server, err := embedded.StartRedis(t.Context(), embedded.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	mail, err := redis.Open(t.Context(), server.URL(), redis.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = mail.Close()
		_ = server.Close()
	})
	return mail, server.URL()
}
