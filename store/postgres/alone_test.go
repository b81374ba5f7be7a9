package postgres_test

import (
	"context"
	"errors"
	"testing"

	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

// Two processes do nothing at a time under one name, and a lock goes with
// whoever had it, however they ended.
func TestAlone(t *testing.T) {
	url := embedded.DatabaseForTest(t, "demo", fill)
	w := openURL(t, url)
	other, err := postgres.Open(t.Context(), url+"&pool_max_conns=1")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	nothing := func(context.Context) error { return nil }
	expect := func(when string, want bool, name string) {
		t.Helper()
		if ran, err := other.Alone(t.Context(), name, nothing); ran != want || err != nil {
			t.Errorf("%s: ran %t, %v", when, ran, err)
		}
	}

	refused := errors.New("refused")
	ran, err := w.Alone(t.Context(), "tell", func(context.Context) error {
		expect("while another is at it", false, "tell")
		expect("under another name", true, "purge")
		return refused
	})
	if !ran || err != refused {
		t.Errorf("ran %t, %v", ran, err)
	}
	expect("after an error", true, "tell")

	func() {
		defer func() { _ = recover() }()
		_, _ = w.Alone(t.Context(), "tell", func(context.Context) error { panic("a bug") })
	}()
	expect("after a panic", true, "tell")

	ctx, cancel := context.WithCancel(t.Context())
	ran, err = other.Alone(ctx, "tell", func(ctx context.Context) error {
		_, a, err := other.Document(ctx, "0N1Y0NE00000") // on the only connection
		if a != store.NotIssued || err != nil {
			t.Errorf("a question meanwhile: %s, %v", a, err)
		}
		cancel()
		return ctx.Err()
	})
	if !ran || !errors.Is(err, context.Canceled) {
		t.Errorf("ran %t, %v", ran, err)
	}
	expect("after it was cut short", true, "tell")
}
