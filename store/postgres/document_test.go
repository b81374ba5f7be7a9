package postgres_test

import (
	"strings"
	"sync"
	"testing"

	"lojavirtual/store"
	"lojavirtual/store/postgres"
)

func TestIssue(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		bill := store.Bill{ID: 900024, Month: 202605, Total: 16923}
		codes := map[string]bool{}
		var all sync.WaitGroup
		var lock sync.Mutex
		for range 20 { // the same turn, tried again and again
			all.Go(func() {
				code, err := w.Issue(t.Context(), "turn 1", "segunda-via", several, bill)
				if err != nil {
					t.Error(err)
				}
				lock.Lock()
				defer lock.Unlock()
				codes[code] = true
			})
		}
		all.Wait()
		if len(codes) != 1 {
			t.Fatalf("R6: one key, %d codes", len(codes))
		}
		other, err := w.Issue(t.Context(), "turn 2", "segunda-via", several, bill)
		if err != nil || codes[other] || len(other) != 12 || strings.Trim(other, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") != "" {
			t.Errorf("another turn: %q, %v", other, err)
		}
		d, ok, err := w.Document(t.Context(), other)
		if err != nil || !ok || d.Code != other || d.Kind != "segunda-via" || d.Property != several || d.Bill != bill.ID || d.Month != bill.Month || d.Total != bill.Total || d.IssuedAt.IsZero() {
			t.Errorf("%+v, %t, %v", d, ok, err)
		}
		if _, ok, err := w.Document(t.Context(), "000000000000"); ok || err != nil {
			t.Errorf("a code nobody got: %t, %v", ok, err)
		}
	})
}

// TestMigrateTogether: several processes start at once on an empty database.
func TestMigrateTogether(t *testing.T) {
	url := empty(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := postgres.Migrate(t.Context(), url); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := postgres.Migrate(t.Context(), url); err != nil {
		t.Error(err)
	}
	w := world{t: t, conn: connect(t, url)}
	if n := w.number(`SELECT count(*) FROM loja.document`); n != 0 {
		t.Errorf("%d documents", n)
	}
	if n := w.number(`SELECT count(*) FROM pg_namespace WHERE nspname = 'cadastro'`); n != 0 {
		t.Error("Migrate made GSAN's tables")
	}
}

// TestMigrationSQL: what is printed can be run by hand.
func TestMigrationSQL(t *testing.T) {
	conn := connect(t, empty(t))
	if _, err := conn.PgConn().Exec(t.Context(), postgres.MigrationSQL()).ReadAll(); err != nil {
		t.Fatal(err)
	}
	run(t, conn, "SELECT code, key, kind, property, bill, month, cents, issued_at FROM loja.document")
}
