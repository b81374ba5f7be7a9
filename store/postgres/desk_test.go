package postgres_test

import (
	"slices"
	"testing"
	"time"

	"lojavirtual/store"
)

// What staff note, how they call conversations, and the replies that are ready
// are kept in any encoding; a person's go when the person does.
func TestDesk(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		ctx := t.Context()
		const who, protocol = "telegram:1", "26051912345678"
		w.JournalKey = []byte("the key of the tests")
		w.keep(0, yesterday()...)
		for _, text := range []string{"Ligou antes 😀\nvolta amanhã", "segunda"} {
			if err := w.AddRemark(ctx, who, protocol, "Ana ☂", text); err != nil {
				t.Fatal(err)
			}
		}
		remarks, err := w.Remarks(ctx, who, protocol)
		if err != nil || len(remarks) != 2 || remarks[0].Text != "Ligou antes 😀\nvolta amanhã" || remarks[0].Who != "Ana ?" || time.Since(remarks[0].At) > time.Minute {
			t.Errorf("%+v, %v", remarks, err)
		}
		for _, tags := range [][]string{{"a", "b", "c", "d", "e", "f"}, {"água", "b"}} {
			if err := w.SetTags(ctx, who, protocol, "Ana", tags); err != nil {
				t.Fatal(err)
			}
		}
		if tags, err := w.Tags(ctx, who, protocol); err != nil || !slices.Equal(tags, []string{"b", "água"}) && !slices.Equal(tags, []string{"água", "b"}) {
			t.Errorf("%q, %v", tags, err)
		}
		if used, err := w.UsedTags(ctx); err != nil || len(used) != 2 {
			t.Errorf("%q, %v", used, err)
		}
		if of, err := w.Tagged(ctx, "água"); err != nil || len(of) != 1 || !of[protocol] {
			t.Errorf("%v, %v", of, err)
		}
		for tag, want := range map[string]int{"água": 1, "c": 0} {
			if found, err := w.Talks(ctx, store.TalkFilter{Tag: tag}, store.Talk{}, 10); err != nil || len(found) != want {
				t.Errorf("%s finds %+v, %v", tag, found, err)
			}
		}
		kept, err := w.Kept(ctx, who)
		if err != nil || len(kept) != 2 || kept[0].Kind != store.KeptRemarks || kept[0].Count != 2 {
			t.Errorf("%+v, %v", kept, err)
		}
		left := `SELECT (SELECT count(*) FROM loja.remark) + (SELECT count(*) FROM loja.tag)`
		if err := w.Erase(ctx, who); err != nil || w.number(left) != 0 {
			t.Errorf("%d are left, %v", w.number(left), err)
		}
		if err := w.AddRemark(ctx, who, protocol, "Ana", "x"); err != nil {
			t.Fatal(err)
		}
		if err := w.SetTags(ctx, who, protocol, "Ana", []string{"x"}); err != nil {
			t.Fatal(err)
		}
		w.exec(`UPDATE loja.remark SET at = now() - interval '9 days'`)
		w.exec(`UPDATE loja.tag SET at = now() - interval '9 days'`)
		for _, c := range []struct {
			days int
			want int64
		}{{10, 2}, {8, 0}} {
			if err := w.Purge(ctx, store.Retention{Talks: c.days, Notes: 9, Documents: 9, Charges: 9}); err != nil || w.number(left) != c.want {
				t.Errorf("%d are left after %d days, %v", w.number(left), c.days, err)
			}
		}
	})
}

func TestCanned(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		ctx := t.Context()
		for _, c := range []store.Canned{{Title: "Fim 👋", Text: "Até logo,\n{nome}", Place: 2, Active: true}, {Title: "Oi", Text: "Olá", Place: 1}} {
			if ok, err := w.SaveCanned(ctx, c, "Sônia"); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		all, err := w.Canned(ctx, true)
		if err != nil || len(all) != 2 || all[0].Title != "Oi" || all[1].Text != "Até logo,\n{nome}" || all[1].Title != "Fim 👋" {
			t.Errorf("%+v, %v", all, err)
		}
		if some, err := w.Canned(ctx, false); err != nil || len(some) != 1 || some[0].Place != 2 {
			t.Errorf("%+v, %v", some, err)
		}
		all[0].Active, all[0].Text = true, "Bom dia"
		if ok, err := w.SaveCanned(ctx, all[0], "Sônia"); err != nil || !ok {
			t.Error(ok, err)
		}
		if some, err := w.Canned(ctx, false); err != nil || len(some) != 2 || some[0].Text != "Bom dia" {
			t.Errorf("%+v, %v", some, err)
		}
		if ok, err := w.SaveCanned(ctx, store.Canned{ID: 99, Title: "x"}, ""); err != nil || ok {
			t.Error(ok, err)
		}
	})
}

// Notes are read once; those that nobody has read come first.
func TestLeftNotes(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	for _, key := range []string{"1", "2", "3"} {
		if err := w.LeaveNote(ctx, key, store.Note{Session: "telegram:1", Protocol: "26051912345678", Property: several, Text: "recado " + key}); err != nil {
			t.Fatal(err)
		}
		w.exec(`UPDATE loja.note SET left_at = now() - make_interval(hours => 9 - key::int)`)
	}
	now := time.Now()
	for i, want := range []bool{true, false} {
		if ok, err := w.ReadNote(ctx, "1", []string{"Ana", "Bia"}[i], now); err != nil || ok != want {
			t.Error(ok, err)
		}
	}
	notes, err := w.LeftNotes(ctx, 10)
	if err != nil || len(notes) != 3 || notes[0].Key != "2" || notes[1].Key != "3" || notes[2].ReadBy != "Ana" || notes[2].ReadAt == nil || notes[0].ReadAt != nil || notes[0].Text != "recado 2" {
		t.Errorf("%+v, %v", notes, err)
	}
	if ok, err := w.ReadNote(ctx, "9", "Ana", now); err != nil || ok {
		t.Error(ok, err)
	}
}
