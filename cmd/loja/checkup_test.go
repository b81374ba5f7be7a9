package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/console"
	"lojavirtual/bot/whatsapp"
)

// Every state of the device and every job has words for people.
func TestCheckupWords(t *testing.T) {
	for _, state := range whatsapp.States {
		if words := whatsappWords[state]; words.is == "" || (words.do == "") != (state.Do() == "") {
			t.Errorf("%s: %q, %q", state, words.is, words.do)
		}
	}
	if len(whatsappWords) != len(whatsapp.States) {
		t.Errorf("words for %d states, of %d", len(whatsappWords), len(whatsapp.States))
	}
}

// What the page of health tells of stores that answer, and of ones that do not.
func TestCheckup(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	l, err := open(t.Context(), configured(t, log, "LOJA_WHATSAPP=true"), log)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	k := &lookout{loja: l}
	for i := range 3 {
		if err := l.mail.Put(t.Context(), bot.Message{ID: string(rune('a' + i)), Channel: "web", From: "1", Text: "oi", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		m, s, err := l.mail.Take(t.Context())
		if err == nil {
			err = l.mail.Settle(t.Context(), m, s, []bot.Reply{{Text: "olá"}})
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 { // the first two are stored
			if _, err := newJournalKeeper(l.db, l.mail).store(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.db.WhatsApp().SetNote(t.Context(), "state", whatsapp.Status{State: whatsapp.Banned, Since: time.Now(), Detail: "401"}); err != nil {
		t.Fatal(err)
	}
	l.metrics.ran("purge", context.DeadlineExceeded)
	l.metrics.turn(bot.Report{Channel: "web", Fault: bot.Bug})
	l.metrics.turn(bot.Report{Channel: "web", Fault: bot.Slip})
	l.metrics.sent("web", "dropped")

	c := k.look(t.Context())
	grades := map[string]console.Reading{}
	for _, r := range append(c.Channels, c.Stores...) {
		grades[r.Name] = r
	}
	for name, want := range map[string]console.Grade{
		"WhatsApp": console.Bad, "Telegram": console.Off, "PostgreSQL": console.Good, "Redis": console.Good, "Registro das conversas": console.Good,
	} {
		if grades[name].Grade != want {
			t.Errorf("%s is %+v, want %s", name, grades[name], want)
		}
	}
	if r := grades["WhatsApp"]; !strings.HasPrefix(r.Is, "o WhatsApp baniu o número (401), desde ") || r.Do == "" {
		t.Errorf("%+v", r)
	}
	if len(c.Rates) != 1 || c.Rates[0] != (console.Rate{Channel: "Página de conversa", Minutes: 2, AnHour: 2, Faults: 1, Mistakes: 1, Lost: 1}) {
		t.Errorf("rates %+v", c.Rates)
	}
	if len(c.Queues) != 3 || c.Queues[1].Name != "Respostas, Página de conversa" || c.Queues[1].Waiting != 1 || c.Queues[1].Oldest <= 0 || c.Queues[0].Waiting != 0 {
		t.Errorf("queues %+v", c.Queues)
	}
	for _, j := range c.Jobs {
		if j.Name == "" || j.Failed != (j.Name == jobNames["purge"]) || j.At.IsZero() == j.Failed {
			t.Errorf("job %+v", j)
		}
	}
	for _, v := range c.Versions {
		if v.Number == "" || strings.Contains(v.Number, "não se sabe") {
			t.Errorf("version %+v", v)
		}
	}
	if again := k.look(t.Context()); !again.At.Equal(c.At) && time.Since(c.At) < lookGood {
		t.Error("it looked once more at once")
	}

	if err := l.mail.Close(); err != nil {
		t.Fatal(err)
	}
	l.db.Close()
	k.last = console.Checkup{}
	c = k.look(t.Context())
	for _, r := range c.Stores {
		if r.Grade != console.Bad {
			t.Errorf("without stores %+v", r)
		}
	}
	if c.Channels[0].Grade != console.Bad || len(c.Queues) != 0 || len(c.Versions) != 5 {
		t.Errorf("without stores %+v", c)
	}
}
