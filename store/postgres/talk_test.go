package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"lojavirtual/store"
)

// keep stores turns as a part of the journal that is read at once.
func (w world) keep(part int, turns ...store.Turn) {
	w.t.Helper()
	last, n, busy, err := w.StoreTurns(w.t.Context(), part, func(context.Context, string) ([]store.Turn, error) { return turns, nil })
	if err != nil || busy || n != len(turns) || last != turns[len(turns)-1].ID {
		w.t.Fatalf("stored %d of %d up to %q, busy %t, %v", n, len(turns), last, busy, err)
	}
}

// yesterday are two conversations of one person and one of another, as the
// journal has them.
func yesterday() []store.Turn {
	at := func(minute int) (string, time.Time) {
		t := time.Date(2026, 5, 19, 12, minute, 0, 0, time.UTC)
		return fmt.Sprintf("%d-%d", t.UnixMilli(), minute%3), t
	}
	turns := []store.Turn{
		{
			Session: "telegram:1", Protocol: "26051912345678", Said: "Quero a 2ª via 😀 já", To: store.TurnPlace{Flow: "identificacao", State: "asking"},
			Replies: []store.Reply{{Text: "Qual é a *matrícula*?"}},
		},
		{
			Session: "telegram:1", Protocol: "26051912345678", Property: several, Said: "…22", From: store.TurnPlace{Flow: "identificacao", State: "asking"},
			To: store.TurnPlace{Flow: "segundavia", State: "choosing"}, Steps: []store.TurnStep{{Flow: "identificacao", From: "asking", Event: "right", To: "end"}},
			Replies: []store.Reply{{Text: "De qual conta?", Options: []string{"05/2025 · R$ 1.091,12", "Nenhuma"}}}, Mistakes: 1, Fault: "mistake",
		},
		{Session: "telegram:1", Protocol: "26051912345678", Kind: store.TurnTookOver, By: "Zoë ☂", Human: "Zoë ☂", Waiting: time.Unix(1_795_352_554, 0).UTC()},
		{Session: "telegram:1", Protocol: "26051999999999", Said: "o protesto", Fault: "bug", Code: "K7Q2", Angry: true},
		{Session: "web:2", Protocol: "26051955555555", Property: upToDate, Said: "vazamento na rua\x00", To: store.TurnPlace{Flow: "servicos", State: "where"}},
		{Session: "web:2", Kind: store.TurnTold, Replies: []store.Reply{{Text: "Novidade no seu pedido."}}},
		{Session: "web:2", Kind: store.TurnErased},
		{},
	}
	for i := range turns {
		turns[i].ID, turns[i].At = at(i)
	}
	return turns
}

// What was said is kept and found again, whatever the database is in, once.
func TestTalks(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		w.JournalKey = []byte("the key of the tests")
		turns := yesterday()
		w.keep(3, turns...)
		w.keep(3, turns...)
		w.keep(5, turns[1], turns[4]) // and from another part
		want := turns[:3]
		want[1].Property, want[1].Mask = 0, "…72.2"
		got, err := w.Turns(t.Context(), "telegram:1", "26051912345678")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%+v, want\n%+v, %v", got, want, err)
		}
		if n := w.number(`SELECT count(*) FROM loja.turn`); n != 6 {
			t.Errorf("%d turns are kept", n)
		}
		if stored, err := w.StoredTurns(t.Context()); err != nil || len(stored) != 16 || stored[3] != turns[7].ID || stored[5] != turns[4].ID || stored[0] != "" {
			t.Errorf("stored up to %q, %v", stored, err)
		}

		noon := turns[0].At
		all := []store.Talk{ // what web:2 was told after it is in none
			{
				Session: "web:2", Protocol: "26051955555555", Channel: "web", Began: noon.Add(4 * time.Minute), Last: noon.Add(4 * time.Minute), Turns: 1,
				Mask: "…45.3", Flows: []string{"servicos"}, By: []string{},
			},
			{
				Session: "telegram:1", Protocol: "26051999999999", Channel: "telegram", Began: noon.Add(3 * time.Minute), Last: noon.Add(3 * time.Minute), Turns: 1,
				Flows: []string{}, By: []string{}, Bugs: 1, Angry: true,
			},
			{
				Session: "telegram:1", Protocol: "26051912345678", Channel: "telegram", Began: noon, Last: noon.Add(2 * time.Minute), Turns: 3,
				Mask: "…72.2", Flows: []string{"identificacao", "segundavia"}, By: []string{"Zoë ?"}, Mistakes: 1,
			},
		}
		for name, c := range map[string]struct {
			f      store.TalkFilter
			before store.Talk
			most   int
			want   []store.Talk
		}{
			"all":                  {most: 9, want: all},
			"the first page":       {most: 2, want: all[:2]},
			"the next one":         {most: 2, before: all[1], want: all[2:]},
			"a person's":           {f: store.TalkFilter{Session: "telegram:1"}, most: 9, want: all[1:]},
			"a protocol, read out": {f: store.TalkFilter{Protocol: "2605.1912.3456.78"}, most: 9, want: all[2:]},
			"the end of one":       {f: store.TalkFilter{Protocol: "5678"}, most: 9, want: all[2:]},
			"a bit of one":         {f: store.TalkFilter{Protocol: "78"}, most: 9},
			"a property's":         {f: store.TalkFilter{Property: several}, most: 9, want: all[2:]},
			"nobody's":             {f: store.TalkFilter{Property: 17}, most: 9},
			"a service":            {f: store.TalkFilter{Flow: "segundavia"}, most: 9, want: all[2:]},
			"a channel":            {f: store.TalkFilter{Channel: "web"}, most: 9, want: all[:1]},
			"words":                {f: store.TalkFilter{Text: "VÍA quero"}, most: 9, want: all[2:]},
			"of what we said":      {f: store.TalkFilter{Text: "matricula"}, most: 9, want: all[2:]},
			"the begin of a word":  {f: store.TalkFilter{Text: "vazam"}, most: 9, want: all[:1]},
			"words of two turns":   {f: store.TalkFilter{Text: "via choosing conta"}, most: 9},
			"no words":             {f: store.TalkFilter{Text: "' | & !"}, most: 9},
			"since":                {f: store.TalkFilter{Since: noon.Add(3 * time.Minute)}, most: 9, want: all[:2]},
			"until":                {f: store.TalkFilter{Until: noon.Add(4 * time.Minute)}, most: 9, want: all[1:]},
			"several at once":      {f: store.TalkFilter{Channel: "telegram", Flow: "segundavia", Property: several, Text: "conta", Since: noon}, most: 9, want: all[2:]},
		} {
			got, err := w.Talks(t.Context(), c.f, c.before, c.most)
			if err != nil || len(got) != len(c.want) || len(got) > 0 && !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s:\n%+v, want\n%+v, %v", name, got, c.want, err)
			}
		}
		w.JournalKey = []byte("another key")
		if got, err := w.Talks(t.Context(), store.TalkFilter{Property: several}, store.Talk{}, 9); err != nil || len(got) != 0 {
			t.Errorf("found with another key: %+v, %v", got, err)
		}
	})
}

// No matrícula is in what is kept, in whatever column.
func TestTalksHaveNoMatricula(t *testing.T) {
	w := open(t)
	w.keep(0, yesterday()...)
	var all string
	err := w.conn.QueryRow(t.Context(), `
		SELECT (SELECT string_agg(convert_from(body, 'UTF8') || words::text, ' ') FROM loja.turn) || (SELECT string_agg(k::text, ' ') FROM loja.talk k)`).Scan(&all)
	if err != nil || !strings.Contains(all, "72.2") {
		t.Fatalf("%q, %v", all, err)
	}
	for _, p := range []int64{several, upToDate} {
		for _, written := range []string{fmt.Sprint(p), store.FormatMatricula(p)} {
			if strings.Contains(all, written) {
				t.Errorf("%s is in %s", written, all)
			}
		}
	}
}

// While one process is at a part no other is, and who stands still is cut off.
func TestStoreTurnsAlone(t *testing.T) {
	t.Parallel()
	w := open(t)
	reading := make(chan struct{})
	frozen := make(chan error, 1)
	go func() {
		_, _, _, err := w.StoreTurns(context.Background(), 1, func(context.Context, string) ([]store.Turn, error) {
			close(reading)
			time.Sleep(4 * time.Second) // longer than a transaction may stand still
			return yesterday(), nil
		})
		frozen <- err
	}()
	<-reading
	_, n, busy, err := w.StoreTurns(t.Context(), 1, func(context.Context, string) ([]store.Turn, error) { return yesterday(), nil })
	if err != nil || !busy || n != 0 {
		t.Errorf("stored %d though another is at it: busy %t, %v", n, busy, err)
	}
	w.keep(2, yesterday()[0])
	if err := w.Erase(t.Context(), "telegram:1"); err != nil {
		t.Errorf("nothing can be erased: %v", err)
	}
	if err := <-frozen; err == nil || !temporary(err) {
		t.Errorf("who stood still was not cut off: %v", err)
	}
	if n := w.number(`SELECT count(*) FROM loja.turn`); n != 0 {
		t.Errorf("%d turns are there", n)
	}
}

func temporary(err error) bool {
	t, ok := err.(interface{ Temporary() bool })
	return ok && t.Temporary()
}

// What is kept is told, erased, and goes after its days.
func TestTalksAreErased(t *testing.T) {
	w := open(t)
	w.keep(0, yesterday()...)
	kept, err := w.Kept(t.Context(), "telegram:1")
	if err != nil || len(kept) != 1 || kept[0].Kind != store.KeptTalks || kept[0].Count != 4 ||
		!reflect.DeepEqual(kept[0].Details, []string{"protocolo 26051912345678, 3 mensagens", "protocolo 26051999999999, 1 mensagem"}) {
		t.Errorf("%+v, %v", kept, err)
	}
	if err := w.Erase(t.Context(), "telegram:1"); err != nil {
		t.Fatal(err)
	}
	left := `SELECT (SELECT count(*) FROM loja.turn) + (SELECT count(*) FROM loja.talk)`
	if n := w.number(left); n != 4 {
		t.Errorf("%d rows of the other are left", n)
	}
	w.exec(`UPDATE loja.turn SET at = now() - interval '9 days'`)
	w.exec(`UPDATE loja.talk SET last_at = now() - interval '9 days'`)
	for _, c := range []struct {
		days int
		want int64
	}{{10, 4}, {8, 0}} {
		if err := w.Purge(t.Context(), store.Retention{Talks: c.days, Notes: 9, Documents: 9, Charges: 9}); err != nil {
			t.Fatal(err)
		}
		if n := w.number(left); n != c.want {
			t.Errorf("%d rows are left after %d days", n, c.days)
		}
	}
}

// A turn is the same after it was written and read, and short.
func TestTurnJSON(t *testing.T) {
	for _, turn := range yesterday() {
		text, err := json.Marshal(turn)
		if err != nil {
			t.Fatal(err)
		}
		got := store.Turn{ID: turn.ID, Session: turn.Session, At: turn.At}
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, turn) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
