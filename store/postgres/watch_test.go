package postgres_test

import (
	"testing"

	"lojavirtual/store"
)

// Who asked is told of each change, once, until there is nothing more to tell;
// who did not ask, or asked about another's request, is not.
func TestWatch(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		const me, you, request = "telegram:1", "telegram:2", 2
		watch := func(who string, property int64, stamp string) {
			t.Helper()
			if err := w.Watch(t.Context(), who, property, request, stamp); err != nil {
				t.Fatal(err)
			}
		}
		changes := func(want ...string) []store.Change {
			t.Helper()
			found, err := w.Changes(t.Context())
			if err != nil || len(found) != len(want) {
				t.Fatalf("%+v, %v; want %q", found, err, want)
			}
			for i, c := range found {
				if c.Session != want[i] || c.Property != asked || c.Progress.Request != request {
					t.Errorf("%+v; want one of %s", c, want[i])
				}
			}
			return found
		}
		told := func(c store.Change) {
			t.Helper()
			if err := w.Told(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		watched := func(who string) bool {
			t.Helper()
			yes, err := w.Watched(t.Context(), who, request)
			if err != nil {
				t.Fatal(err)
			}
			return yes
		}
		promise := func(day string) {
			w.exec(`UPDATE atendimentopublico.registro_atendimento SET rgat_dtprevistaatual = $1::text::date WHERE rgat_id = 2`, day)
		}

		watch(me, asked, "1 20260523")
		watch("telegram:3", several, "1 20260523") // not their property's
		changes()
		if !watched(me) || watched(you) || watched("telegram:3") {
			t.Error("watched by the wrong ones")
		}
		promise("2026-05-30")
		first := changes(me)[0]
		if again := changes(me)[0]; again.ID() != first.ID() || first.Progress.Promised.Day != 30 {
			t.Errorf("told under another name the second time: %s, %s", again.ID(), first.ID())
		}
		promise("2026-05-31") // between the question and the telling
		second := changes(me)[0]
		told(first)
		third := changes(me)[0]
		told(third)
		changes()
		promise("2026-05-30") // as it was before
		fourth := changes(me)[0]
		if ids := map[string]bool{first.ID(): true, second.ID(): true, third.ID(): true, fourth.ID(): true}; len(ids) != 4 {
			t.Errorf("a change has the name of another: %v", ids)
		}
		told(first) // late, by another process
		changes(me)
		told(fourth)
		changes()

		watch(you, asked, "1 20260523") // has only seen what was before
		w.exec(`UPDATE atendimentopublico.registro_atendimento SET rgat_cdsituacao = 2, rgat_tmencerramento = '2026-05-21 10:00', amen_id = 2 WHERE rgat_id = 2`)
		for _, c := range changes(me, you) {
			if c.Progress.Status != store.RequestClosed || c.Progress.Reason != "Conclusão do serviço" {
				t.Errorf("closed: %+v", c.Progress)
			}
			told(c)
		}
		changes()
		if watched(me) || watched(you) {
			t.Error("a closed request is watched on")
		}

		watch(me, asked, "")
		watch(you, asked, "")
		if n, err := w.Unwatch(t.Context(), me, 0); n != 1 || err != nil {
			t.Errorf("unwatch all: %d, %v", n, err)
		}
		if n, err := w.Unwatch(t.Context(), you, 1); n != 0 || err != nil {
			t.Errorf("unwatch another: %d, %v", n, err)
		}
		changes(you)
		if err := w.EndWatches(t.Context(), 100_000); err != nil || !watched(you) {
			t.Errorf("ended too early, %v", err)
		}
		w.exec(`UPDATE loja.watch SET since = timestamptz '2026-02-18 12:00-03'`) // 91 days ago
		if err := w.EndWatches(t.Context(), 90); err != nil || watched(you) {
			t.Errorf("not ended, %v", err)
		}
		watch(you, asked, "")
		w.exec(`UPDATE atendimentopublico.registro_atendimento SET imov_id = $1 WHERE rgat_id = 2`, several)
		changes()
		if err := w.EndWatches(t.Context(), 100_000); err != nil || watched(you) {
			t.Errorf("watched on as another property's, %v", err)
		}
	})
}
