package postgres_test

import (
	"crypto/sha256"
	"strings"
	"sync"
	"testing"

	"lojavirtual/store"
	"lojavirtual/store/postgres"
	"lojavirtual/store/seal"
)

func TestIssue(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		w.Seals = ring("2026")
		bill := store.Bill{ID: 900024, Month: 202605, Total: 16923}
		links := map[string]bool{}
		var all sync.WaitGroup
		var lock sync.Mutex
		for range 20 { // the same turn, tried again and again
			all.Go(func() {
				d, err := w.Issue(t.Context(), "turn 1", store.BillDocument, several, bill)
				if err != nil {
					t.Error(err)
				}
				lock.Lock()
				defer lock.Unlock()
				links[d.Link] = true
			})
		}
		all.Wait()
		if len(links) != 1 {
			t.Fatalf("R6: one key, %d links", len(links))
		}
		other, err := w.Issue(t.Context(), "turn 2", store.BillDocument, several, bill)
		if err != nil || links[other.Link] || !strings.HasPrefix(other.Link, other.Code+".") {
			t.Errorf("another turn: %+v, %v", other, err)
		}
		for _, asked := range []string{other.Code, strings.ToLower(other.Code), other.Link} {
			d, a, err := w.Document(t.Context(), asked)
			if err != nil || a != store.Authentic || d.Code != other.Code || d.Kind != store.BillDocument || d.Month != bill.Month || d.Total != bill.Total || !d.IssuedAt.Equal(other.IssuedAt) || d.IssuedAt.IsZero() || d.Link != other.Link {
				t.Errorf("%s: %+v, %s, %v", asked, d, a, err)
			}
		}
		for asked, want := range map[string]store.Authenticity{
			"000000000000": store.NotIssued, "ABC": store.NoCodeOfOurForm, other.Link[:172]: store.WrongLink, other.Link[:172] + "é": store.WrongLink,
		} {
			if d, a, err := w.Document(t.Context(), asked); a != want || err != nil || d.Total != 0 {
				t.Errorf("%s: %+v, %s, %v", asked, d, a, err)
			}
		}
		if _, err := w.conn.Exec(t.Context(), "DELETE FROM loja.document"); err != nil {
			t.Fatal(err)
		}
		if _, a, err := w.Document(t.Context(), other.Link); a != store.Authentic || err != nil {
			t.Errorf("after it was purged its link is %s, %v", a, err)
		}
		if _, a, _ := w.Document(t.Context(), other.Code); a != store.NotIssued {
			t.Errorf("after it was purged its code is %s", a)
		}
	})
}

func ring(names ...string) *seal.Ring {
	var keys []seal.Key
	for _, name := range names {
		sum := sha256.Sum256([]byte(name))
		keys = append(keys, seal.NewKey(name, sum[:]))
	}
	return seal.NewRing(keys...)
}

// TestDocumentAltered: who can write to the table makes nothing authentic.
func TestDocumentAltered(t *testing.T) {
	w := open(t)
	w.Seals = ring("2026", "2025")
	issue := func(key string) store.Document {
		t.Helper()
		d, err := w.Issue(t.Context(), key, store.BillDocument, several, store.Bill{ID: 900024, Month: 202605, Total: 16923})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	other := issue("other")
	for change, want := range map[string]store.Authenticity{
		"kind = 'extrato'":                 store.Altered,
		"property = property + 1":          store.Altered,
		"bill = bill + 1":                  store.Altered,
		"month = 202604":                   store.Altered,
		"cents = 1":                        store.Altered,
		"issued_at = issued_at + '1 us'":   store.Altered,
		"salt = NULL":                      store.Altered,
		"salt = salt || '\\x00'":           store.Altered,
		"signature = NULL":                 store.Altered,
		"signature = ''":                   store.Altered,
		"signature = signature || '\\x00'": store.Altered,
		"signature = (SELECT signature FROM loja.document WHERE key = 'other')": store.Altered,
		"signer = NULL":       store.KeyGone,
		"signer = 'deadbeef'": store.KeyGone,
		"signer = '" + ring("2025").Keys()[0].ID() + "'": store.Altered,
		"code = '000000000000'":                          store.Altered,
		"key = 'erased'":                                 store.Authentic, // is nobody's business
		"salt = NULL, signer = NULL, signature = NULL, issued_at = '2026-01-01'":              store.Unsealed, // before the first
		"salt = NULL, signer = NULL, signature = NULL, issued_at = now() + interval '2 days'": store.Altered,
	} {
		d := issue(change)
		if _, err := w.conn.Exec(t.Context(), "UPDATE loja.document SET "+change+" WHERE code = $1", d.Code); err != nil {
			t.Fatal(change, err)
		}
		code := d.Code
		if strings.HasPrefix(change, "code") {
			code = "000000000000"
		}
		got, a, err := w.Document(t.Context(), code)
		if a != want || err != nil {
			t.Errorf("%s: %s, %v", change, a, err)
		}
		if a == store.Altered && got.Total != 0 {
			t.Errorf("%s: shows %+v", change, got)
		}
	}
	w.Seals = ring("2027")
	if d, a, err := w.Document(t.Context(), other.Code); a != store.KeyGone || d.Total != other.Total || err != nil {
		t.Errorf("without the key: %s, %+v, %v", a, d, err)
	}
}

// TestUnsealed: what was given out before there were seals is still known.
func TestUnsealed(t *testing.T) {
	w := open(t)
	early, err := w.Issue(t.Context(), "before", store.StatementDocument, several, store.Bill{Total: 5})
	if err != nil || early.Link != early.Code {
		t.Fatal(early, err)
	}
	check := func(when string) {
		t.Helper()
		if d, a, err := w.Document(t.Context(), early.Code); a != store.Unsealed || d.Total != 5 || err != nil {
			t.Errorf("%s: %s, %+v, %v", when, a, d, err)
		}
	}
	check("before any seal")
	w.Seals = ring("2026")
	if _, err := w.Issue(t.Context(), "after", store.StatementDocument, several, store.Bill{Total: 5}); err != nil {
		t.Fatal(err)
	}
	check("after the first")
	again, err := w.Issue(t.Context(), "before", store.StatementDocument, several, store.Bill{Total: 5})
	if err != nil || again.Link != early.Link {
		t.Errorf("R6: issued again: %+v, %v", again, err)
	}
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
