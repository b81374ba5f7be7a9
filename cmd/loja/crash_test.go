package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/bot"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/bot/whatsapp/whatsapptest"
	"lojavirtual/store/redis"
)

// A mortal is a process that carries WhatsApp until it dies, as by kill -9, at a
// place where it has somebody's message in hand. These tell it where, and whose.
const mortal, mortalPerson = "LOJA_TEST_MORTAL", "LOJA_TEST_MORTAL_PERSON"

// places are where a mortal dies, in the order in which a message comes by.
var places = []string{"before Put", "after Put", "after Take", "before Settle", "after Settle", "before Sent", "after Sent"}

// deadly is the mail of a mortal.
type deadly struct {
	*redis.Mail
	person, place string
}

func (d deadly) at(place, person string) {
	if place == d.place && person == d.person {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (d deadly) Put(ctx context.Context, m bot.Message) error {
	d.at("before Put", m.From)
	defer d.at("after Put", m.From)
	return d.Mail.Put(ctx, m)
}

func (d deadly) Take(ctx context.Context) (bot.Message, bot.Session, error) {
	m, s, err := d.Mail.Take(ctx)
	d.at("after Take", m.From)
	return m, s, err
}

func (d deadly) Settle(ctx context.Context, m bot.Message, s bot.Session, replies []bot.Reply) error {
	d.at("before Settle", m.From)
	defer d.at("after Settle", m.From)
	return d.Mail.Settle(ctx, m, s, replies)
}

func (d deadly) Sent(ctx context.Context, l bot.Letter) error {
	d.at("before Sent", l.To)
	defer d.at("after Sent", l.To)
	return d.Mail.Sent(ctx, l)
}

// live is the main of a mortal; it returns only with an error.
func live(ctx context.Context) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	cfg, err := loadConfig(os.Environ())
	if err != nil {
		return err
	}
	l, err := open(ctx, cfg, log)
	if err != nil {
		return err
	}
	mail, err := redis.Open(ctx, cfg.RedisURL, redis.Settings{Lease: 2 * time.Second, Sending: 2 * time.Second, Log: log})
	if err != nil {
		return err
	}
	term, err := takeLead(ctx, l.db)
	if err != nil {
		return err
	}
	box := deadly{mail, os.Getenv(mortalPerson), os.Getenv(mortal)}
	device := l.whatsappConfig(term)
	device.Inbox = box
	channel, err := whatsapp.New(ctx, device)
	if err != nil {
		return err
	}
	for range 4 {
		go l.engine.Serve(ctx, box)
		go bot.Post(ctx, box, channel, log, nil)
	}
	return channel.Run(ctx)
}

// more is what people are asked when they have their statement.
const more = "Precisa de mais alguma coisa?"

// A message that was being handled when the process was killed is answered by the
// next one, what it asked for is done once, and the person sees each answer once.
func TestKilledWithAMessageInHand(t *testing.T) {
	if testing.Short() {
		t.Skip("there is no time")
	}
	t.Parallel()
	f := newFleet(t)
	f.link()
	first := f.launchMortal("nowhere", "")
	f.phone.WaitConnected(2)
	people := make([]*whatsapptest.Customer, len(places))
	var talking sync.WaitGroup
	for i := range people {
		people[i] = f.server.Customer(fmt.Sprintf("+55799888877%02d", i), f.phone)
		talking.Go(func() {
			for _, e := range []exchange{
				{"negociar débitos", "Qual é a matrícula"},
				{"1043722", "CPF ou CNPJ"},
				{"700.000.101-11", "O que você quer pagar?"},
				{"todas", "digite pagar"},
				{"pagar", "Como prefere pagar?"},
			} {
				people[i].Say(e.says)
				hear(people[i], e.hears)
			}
		})
	}
	talking.Wait()
	if t.Failed() {
		t.Fatal(first.text())
	}
	f.signal(first, syscall.SIGKILL)

	heard := make([][]*whatsapptest.Message, len(people))
	for i, place := range places {
		p := f.launchMortal(place, people[i].LID()+"@lid")
		f.phone.WaitConnected(3 + i)
		if i > 0 { // else a message may be in three deaths, and be put aside (R8)
			heard[i-1] = hear(people[i-1], more)
			f.marked() // else a message may be in three deaths, and come three times (R7)
		}
		people[i].Say("extrato em PDF")
		for range p.lines { // until it ends
		}
		if p.ProcessState.ExitCode() != -1 {
			t.Fatalf("it did not die %s:\n%s", place, p.text())
		}
	}
	f.launchMortal("nowhere", "")
	last := len(people) - 1
	heard[last] = hear(people[last], more)
	repeated := 0
	for i, place := range places {
		people[i].Say("sair")
		heard := append(heard[i], hear(people[i], "Conversa encerrada")...)
		if len(heard) != 3 || heard[0].Document == nil || !bytes.HasPrefix(heard[0].Document.Body, []byte("%PDF")) {
			t.Errorf("killed %s: the person sees %d messages, want the statement, a question and the end", place, len(heard))
		}
		for _, m := range heard {
			switch n := people[i].Copies(m.ID); {
			case n > 2:
				t.Errorf("killed %s: a message came %d times", place, n)
			case n == 2:
				repeated++
			}
		}
	}
	if repeated == 0 {
		t.Error("no message came twice: nothing was killed between sending and marking")
	}
	if n := f.statements(); n != len(places) {
		t.Errorf("%d statements were issued, want %d", n, len(places))
	}
	t.Logf("%d deaths; %d messages came twice under one id", len(places), repeated)
}

// hear waits for a message with the words, marks aside, and returns all up to it.
func hear(p *whatsapptest.Customer, words string) (heard []*whatsapptest.Message) {
	for {
		m := p.Next()
		if heard = append(heard, m); strings.Contains(strings.ReplaceAll(m.Text, "*", ""), words) {
			return heard
		}
	}
}

// marked waits until every reply is marked as sent.
func (f *fleet) marked() {
	f.t.Helper()
	mail, err := redis.Open(f.t.Context(), f.cfg.RedisURL, redis.Settings{})
	if err != nil {
		f.t.Fatal(err)
	}
	defer mail.Close() //nolint:errcheck // of a test
	for {
		stats, err := mail.Stats(f.t.Context(), "whatsapp")
		if err != nil {
			f.t.Fatal(err)
		}
		if q := stats.Outbox["whatsapp"]; q.Waiting == 0 && q.Held == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// statements counts the debt statements of the property they talk about.
func (f *fleet) statements() (n int) {
	f.t.Helper()
	conn, err := pgx.Connect(f.t.Context(), f.cfg.DatabaseURL)
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close(f.t.Context()) //nolint:errcheck // of a test
	if err := conn.QueryRow(f.t.Context(), `SELECT count(*) FROM cobranca.cobranca_documento WHERE imov_id = 1043722`).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

// launchMortal starts a process that dies at a place with a person's message.
func (f *fleet) launchMortal(place, person string) *ship {
	f.t.Helper()
	return f.launchAs([]string{mortal + "=" + place, mortalPerson + "=" + person})
}
