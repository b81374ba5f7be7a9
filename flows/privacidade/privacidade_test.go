package privacidade_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/privacidade"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/redis"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

const maria = "test:maria"

func TestTranscripts(t *testing.T) {
	flow, world := flowtest.World(t, "privacidade")
	bottest.Play(t, flow, world)
}

// leave has somebody leave all that can be kept of them.
func leave(t *testing.T, demo *flowtest.Store, mail *redis.Mail, person string) {
	t.Helper()
	ctx := context.Background()
	session := "test:" + person
	if err := demo.LeaveNote(ctx, session+"/1.1", store.Note{Session: session, Protocol: "1", Text: "recado de " + person}); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Issue(ctx, session+"/1.2/900022", "segunda-via", 1043722, store.Bill{ID: 900022, Month: 202603, Total: 8430}); err != nil {
		t.Fatal(err)
	}
	if err := mail.Put(ctx, bot.Message{ID: "1", Channel: "test", From: person, Text: "oi", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	m, s, err := mail.Take(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Protocol = "2605201"
	if err := mail.Settle(ctx, m, s, []bot.Reply{{Text: "olá"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := mail.KeepCopy(ctx, session, "1", []byte("olá")); err != nil {
		t.Fatal(err)
	}
}

// keepTalks stores what was said, as a process that serves does.
func keepTalks(t *testing.T, demo *flowtest.Store, mail *redis.Mail) {
	t.Helper()
	for part := range redis.Partitions {
		last, n, _, err := demo.StoreTurns(t.Context(), part, func(ctx context.Context, after string) ([]store.Turn, error) {
			return mail.JournalAfter(ctx, part, after, 100)
		})
		if err == nil && n > 0 {
			err = mail.Stored(t.Context(), part, last)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What is kept of one person is all told and all erased, and of another nothing.
func TestEverythingIsToldAndErased(t *testing.T) {
	demo, mail := flowtest.Demo(t), flowtest.Mail(t)
	leave(t, demo, mail, "maria")
	keepTalks(t, demo, mail)
	leave(t, demo, mail, "jose")
	e := &bot.Engine{Beside: []*bot.Flow{privacidade.New(demo, mail, flowtest.Operator())}, Name: "DESO"}
	s := bot.Session{Protocol: "1", Identity: &bot.Identity{Customer: 7, Property: 1043722}}
	at := time.Now()
	say := func(text string) []bot.Reply {
		t.Helper()
		at = at.Add(time.Second)
		next, replies, err := e.Handle(t.Context(), s, bot.Message{ID: text, Channel: "test", From: "maria", Phone: "+557991234567", Text: text, At: at})
		if err != nil {
			t.Fatal(err)
		}
		s = next
		return replies
	}
	file := func(replies []bot.Reply) string {
		t.Helper()
		for _, r := range replies {
			if r.Document != nil {
				return string(r.Document.Body)
			}
		}
		t.Fatal("there is no file")
		return ""
	}
	for _, want := range []string{maria, "104372.2", "Mensagens trocadas: 1", "- protocolo 2605201, 1 mensagem\n", "enviadas a você: 1", "(79) 99123-4567", "recado de maria", "Documentos emitidos: 1", "segunda-via", "Imóveis que você confirmou", "Ana Encarregada"} {
		if got := file(say("meus dados")); !strings.Contains(got, want) || strings.Contains(got, "jose") {
			t.Errorf("%q is not in, or jose is:\n%s", want, got)
		}
	}
	say("apagar meus dados")
	say("sim")
	keepTalks(t, demo, mail) // and what was said is not stored once more
	if s.Identity != nil {
		t.Error("the identity is not forgotten")
	}
	for person, want := range map[string]int{"maria": 0, "jose": 3} {
		kept, err := demo.Kept(t.Context(), "test:"+person)
		turns, copies, _, err2 := mail.Kept(t.Context(), "test:"+person)
		if err != nil || err2 != nil || len(kept) != want || turns != 0 || (copies > 0) != (want > 0) {
			t.Errorf("of %s there are %+v, %d turns and %d copies, %v, %v", person, kept, turns, copies, err, err2)
		}
	}
}

// What has been kept long enough goes by itself, and nothing else does.
func TestPurge(t *testing.T) {
	demo, mail := flowtest.Demo(t), flowtest.Mail(t)
	leave(t, demo, mail, "maria")
	check := func(what string, wantKinds, wantTurns int) {
		t.Helper()
		kept, err := demo.Kept(t.Context(), maria)
		turns, _, _, err2 := mail.Kept(t.Context(), maria)
		if err != nil || err2 != nil || len(kept) != wantKinds || turns != wantTurns {
			t.Errorf("%s: %+v and %d turns, %v, %v", what, kept, turns, err, err2)
		}
	}
	purge := func(keep store.Retention, before time.Time) {
		t.Helper()
		if err := demo.Purge(t.Context(), keep); err != nil {
			t.Fatal(err)
		}
		if err := mail.Purge(t.Context(), before); err != nil {
			t.Fatal(err)
		}
	}
	purge(store.Retention{Notes: 1, Documents: 1}, time.Now().Add(-time.Minute))
	check("on the same day", 2, 1)
	purge(store.Retention{Notes: -1, Documents: 1}, time.Now().Add(time.Minute))
	check("notes and talks of before tomorrow", 1, 0)
	purge(store.Retention{Notes: -1, Documents: -1}, time.Now())
	check("all", 0, 0)
}
