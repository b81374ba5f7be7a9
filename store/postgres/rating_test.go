package postgres_test

import (
	"slices"
	"testing"
	"time"

	"lojavirtual/store"
)

// A rating counts once, is told to who gave it, and when they have all erased it
// still counts, but is nobody's.
func TestRate(t *testing.T) {
	url := clone(t)
	db, conn := openURL(t, url), connect(t, url)
	ctx := t.Context()
	at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	r := store.Rating{Session: "test:1", Protocol: "2605200000000001", Attendant: "Ana", Score: 4, At: at}
	for range 2 {
		if err := db.Rate(ctx, "test:1/x", r); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() []store.Kept {
		t.Helper()
		all, err := db.Kept(ctx, "test:1")
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(all, func(k store.Kept) bool { return k.Kind != store.KeptRatings })
	}
	if all := kept(); len(all) != 1 || all[0].Count != 1 || all[0].Details[0] != "nota 4 para Ana" {
		t.Errorf("kept %+v", all)
	}
	if err := db.Erase(ctx, "test:1"); err != nil {
		t.Fatal(err)
	}
	if all := kept(); len(all) != 0 {
		t.Errorf("kept %+v when all was erased", all)
	}
	var session, key string
	var score int
	if err := conn.QueryRow(ctx, `SELECT session, key, score FROM loja.rating`).Scan(&session, &key, &score); err != nil || session != "" || key == "test:1/x" || score != 4 {
		t.Errorf("the rating is %q %q %d, %v", session, key, score, err)
	}
	if err := db.Purge(ctx, store.Retention{Talks: 1, Notes: 1, Documents: 1, Charges: 1}); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM loja.rating`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d ratings are kept for longer than they may be, %v", n, err)
	}
}
