package postgres_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lojavirtual/store"
)

// appendAudit adds entries that differ in what they are on.
func (w world) appendAudit(n int) (last store.AuditEntry) {
	w.t.Helper()
	for i := range n {
		var err error
		last, err = w.AppendAudit(w.t.Context(), store.AuditEntry{
			At: time.Now(), Who: "davi", What: "staff_changed", On: fmt.Sprint("pessoa ", i), Detail: "José – “atendente”", From: "10.0.0.7",
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return last
}

// The audit log is whole, in whatever encoding, also after many wrote at once.
func TestAudit(t *testing.T) {
	t.Parallel()
	encodings(t, func(t *testing.T, w world) {
		if head, err := w.VerifyAudit(t.Context()); err != nil || head.Seq != 0 {
			t.Error(head, err)
		}
		var writers sync.WaitGroup
		for range 4 {
			writers.Go(func() { w.appendAudit(25) })
		}
		writers.Wait()
		last := w.appendAudit(1)
		head, err := w.VerifyAudit(t.Context(), store.AuditHead{Seq: last.Seq, Hash: last.Hash})
		if err != nil || head.Seq != 101 || head.Hash != last.Hash {
			t.Error(head, err)
		}
		entries, err := w.Audit(t.Context(), 3, "davi", "staff_changed", 10)
		if err != nil || len(entries) != 2 || entries[0].Seq != 2 || !strings.HasPrefix(entries[0].Detail, "José") {
			t.Error(entries, err)
		}
		if entries, err := w.Audit(t.Context(), 0, "outra", "", 10); err != nil || len(entries) != 0 {
			t.Error(entries, err)
		}
	})
}

// Whatever is done to the audit log, behind the back of what refuses it, shows.
func TestAuditTampering(t *testing.T) {
	t.Parallel()
	w := open(t)
	last := w.appendAudit(10)
	known := store.AuditHead{Seq: last.Seq, Hash: last.Hash}
	for _, statement := range []string{`UPDATE loja.audit SET who = who`, `DELETE FROM loja.audit`, `TRUNCATE loja.audit`} {
		if _, err := w.conn.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "only grows") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	w.exec(`ALTER TABLE loja.audit DISABLE TRIGGER audit_only_grows`)
	w.exec(`CREATE TEMP TABLE kept AS SELECT * FROM loja.audit`)
	const copyOf5 = `, at, who, what, "on", detail, "from", hash FROM loja.audit WHERE seq = 5`
	for _, c := range []struct {
		what, do string
		seq      int64 // from which on it is not what it was
		hidden   bool  // seen only by who knows how far it reached
	}{
		{"changed", `UPDATE loja.audit SET detail = 'leitor' WHERE seq = 5`, 5, false},
		{"another time", `UPDATE loja.audit SET at = at + interval '1 microsecond' WHERE seq = 5`, 5, false},
		{"another person", `UPDATE loja.audit SET who = 'ana' WHERE seq = 5`, 5, false},
		{"another address", `UPDATE loja.audit SET "from" = '' WHERE seq = 5`, 5, false},
		{"words moved", `UPDATE loja.audit SET "on" = "on" || left(detail, 1), detail = substr(detail, 2) WHERE seq = 5`, 5, false},
		{"the last changed", `UPDATE loja.audit SET detail = 'leitor' WHERE seq = 10`, 10, false},
		{"removed", `DELETE FROM loja.audit WHERE seq = 5`, 5, false},
		{"removed and closed", `DELETE FROM loja.audit WHERE seq = 5; UPDATE loja.audit SET seq = seq + 99 WHERE seq > 5; UPDATE loja.audit SET seq = seq - 100 WHERE seq > 99`, 5, false},
		{"the first removed", `DELETE FROM loja.audit WHERE seq = 1`, 1, false},
		{"added", `UPDATE loja.audit SET seq = seq + 100 WHERE seq > 5; UPDATE loja.audit SET seq = seq - 99 WHERE seq > 100; INSERT INTO loja.audit SELECT 6` + copyOf5, 6, false},
		{"added at the end", `INSERT INTO loja.audit SELECT 11` + copyOf5, 11, false},
		{"reordered", `UPDATE loja.audit SET seq = 100 WHERE seq = 5; UPDATE loja.audit SET seq = 5 WHERE seq = 6; UPDATE loja.audit SET seq = 6 WHERE seq = 100`, 5, false},
		{"cut at the end", `DELETE FROM loja.audit WHERE seq > 7`, 8, true},
		{"emptied", `DELETE FROM loja.audit`, 1, true},
		{"written anew", `UPDATE loja.audit SET detail = 'leitor' WHERE seq = 5; ANEW`, 10, true},
		{"cut and written on", `DELETE FROM loja.audit WHERE seq > 7; ON`, 10, true},
	} {
		for statement := range strings.SplitSeq(c.do, "; ") {
			switch statement {
			case "ANEW":
				w.forgeAudit()
			case "ON":
				w.appendAudit(5)
			default:
				w.exec(statement)
			}
		}
		var broken store.AuditBroken
		if _, err := w.VerifyAudit(t.Context(), known); !errors.As(err, &broken) || broken.Seq != c.seq {
			t.Errorf("%s: %v, want entry %d", c.what, err, c.seq)
		}
		if _, err := w.VerifyAudit(t.Context()); (err == nil) != c.hidden {
			t.Errorf("%s, without knowing how far it reached: %v", c.what, err)
		}
		w.exec(`TRUNCATE loja.audit`)
		w.exec(`INSERT INTO loja.audit SELECT * FROM kept`)
		if _, err := w.VerifyAudit(t.Context(), known); err != nil {
			t.Fatal(err)
		}
	}
}

// forgeAudit gives every entry the hash it would have, as who owns the database
// can.
func (w world) forgeAudit() {
	w.t.Helper()
	entries, err := w.Audit(w.t.Context(), 0, "", "", 100)
	if err != nil {
		w.t.Fatal(err)
	}
	before := ""
	for i := range entries {
		e := entries[len(entries)-1-i]
		before = e.Sum(before)
		w.exec(`UPDATE loja.audit SET hash = $2 WHERE seq = $1`, e.Seq, before)
	}
}

// Codes are taken once, whoever asks at the same time.
func TestStaffCodes(t *testing.T) {
	t.Parallel()
	w := open(t)
	id, ok, err := w.AddStaff(t.Context(), store.Staff{Name: "ana", Shown: "Ana “A” 🙂", Role: store.Attendant, Since: time.Now()})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, ok, err := w.AddStaff(t.Context(), store.Staff{Name: "ana", Shown: "Outra", Role: store.Reader, Since: time.Now()}); ok || err != nil {
		t.Error("two of one name", err)
	}
	if err := w.SetStaffSecret(t.Context(), id, []byte("sealed"), 100, []string{"one", "two"}); err != nil {
		t.Fatal(err)
	}
	race := func(take func() (bool, error)) (taken int) {
		var all sync.WaitGroup
		var mu sync.Mutex
		for range 8 {
			all.Go(func() {
				ok, err := take()
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if ok {
					taken++
				}
			})
		}
		all.Wait()
		return taken
	}
	for _, c := range []struct {
		step int64
		want int
	}{{100, 0}, {101, 1}, {101, 0}, {99, 0}, {102, 1}} {
		if n := race(func() (bool, error) { return w.UseStaffStep(t.Context(), id, c.step) }); n != c.want {
			t.Errorf("step %d taken %d times, want %d", c.step, n, c.want)
		}
	}
	for code, want := range map[string]int{"one": 1, "three": 0, "": 0} {
		if n := race(func() (bool, error) { return w.UseStaffRecovery(t.Context(), id, code) }); n != want {
			t.Errorf("code %q taken %d times, want %d", code, n, want)
		}
	}
	s, ok, err := w.Staff(t.Context(), id)
	if err != nil || !ok || len(s.Recovery) != 1 || s.Recovery[0] != "two" || s.Step != 102 {
		t.Error(s, ok, err)
	}
}
