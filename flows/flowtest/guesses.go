package flowtest

import (
	"log/slog"
	"testing"

	"lojavirtual/store/embedded"
	"lojavirtual/store/redis"
)

// Guesses returns limits on guesses that nobody has reached, in a Redis of the
// test's own.
func Guesses(t testing.TB) *redis.Guesses {
	t.Helper()
	return Mail(t).Guesses([]byte("the secret of the tests"))
}

// Mail returns an inbox and outbox in a Redis of the test's own.
func Mail(t testing.TB) *redis.Mail {
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
	return mail
}
