package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store/postgres"
)

// bench plays many people against the stores through a loopback channel.
type bench struct {
	People     int           `default:"50" help:"People who write at the same time."`
	For        time.Duration `default:"10s" help:"How long."`
	Rate       int           `default:"0" help:"Messages a second of all together; 0 for as many as are answered."`
	Properties int           `default:"0" help:"Random properties besides the demo people, in a private database."`
}

// Run implements the verb.
func (b bench) Run(ctx context.Context) error {
	cfg, err := configure()
	if err != nil {
		return err
	}
	cfg.LogLevel = max(cfg.LogLevel, slog.LevelWarn)
	log := newLogger(cfg, os.Stderr)
	l, err := openData(ctx, cfg, b.Properties, log)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := onDemoData(ctx, l); err != nil {
		return err
	}
	return b.play(ctx, l)
}

// onDemoData refuses data on which the people of the bench would be strangers,
// whose wrong guesses would shut out customers.
func onDemoData(ctx context.Context, l *loja) error {
	who := postgres.DemoPeople()[0]
	_, ok, err := l.db.FindHolder(ctx, who.Properties[0], who.Document)
	if err == nil && !ok {
		err = fmt.Errorf("LOJA_DATABASE_URL: does not hold the demo people, whom the bench plays: use a copy filled by loja seed (%w)", errMisused)
	}
	return err
}

// play lets everybody write until the time is up, and prints how it went.
func (b bench) play(ctx context.Context, l *loja) error {
	var characters []postgres.DemoPerson
	for _, p := range postgres.DemoPeople() {
		if p.Document != "" {
			characters = append(characters, p)
		}
	}
	crowd := &crowd{people: make(map[string]*visitor, b.People)}
	run := strconv.FormatUint(rand.Uint64(), 36)
	for i := range b.People {
		name := run + "-" + strconv.Itoa(i)
		crowd.people[name] = &visitor{name: name, who: characters[i%len(characters)], letters: make(chan bot.Reply, 16)}
	}

	serving, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	for range l.Hands {
		workers.Go(func() { l.engine.Serve(serving, l.mail) })
	}
	for range l.Posts {
		workers.Go(func() { bot.Post(serving, l.mail, crowd, l.log, nil) })
	}
	until, cancel := context.WithTimeout(ctx, b.For)
	defer cancel()
	began, before := time.Now(), cpuTime()
	var visits sync.WaitGroup
	for _, v := range crowd.people {
		visits.Go(func() { v.visit(until, l.mail, b.pause()) })
	}
	visits.Wait()
	took, used := time.Since(began), cpuTime()-before
	stop()
	workers.Wait()
	return crowd.report(took, used)
}

// pause is how long each person waits before the next message.
func (b bench) pause() time.Duration {
	if b.Rate == 0 {
		return 0
	}
	return time.Duration(b.People) * time.Second / time.Duration(b.Rate)
}

// A crowd is the loopback channel: it hands each letter to its person.
type crowd struct {
	people map[string]*visitor
}

// Name implements bot.Channel.
func (*crowd) Name() string { return "bench" }

// Send implements bot.Channel.
func (c *crowd) Send(ctx context.Context, l bot.Letter) error {
	v := c.people[l.To]
	if v == nil {
		return errors.New("a letter to somebody of an earlier run")
	}
	select {
	case v.letters <- l.Reply:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A visitor identifies themselves and looks at their bills again and again.
type visitor struct {
	name    string
	who     postgres.DemoPerson
	letters chan bot.Reply
	sent    int
	waits   []time.Duration // of each answer
	wrong   int             // answers that were not the expected ones
}

// visit writes until the context ends.
func (v *visitor) visit(ctx context.Context, inbox bot.Inbox, pause time.Duration) {
	if pause > 0 && !sleep(ctx, rand.N(pause)) {
		return
	}
	script := []struct{ say, expect string }{
		{"oi", "Como posso ajudar?"},
		{"segunda via", "matrícula"},
		{strconv.FormatInt(v.who.Properties[0], 10), "CPF ou CNPJ"},
		{v.who.Document, "Pronto,"},
		{"menu", "Como posso ajudar?"},
		{"segunda via", ""},
	}
	for i := 0; ; i++ {
		if i == len(script) {
			i = len(script) - 2
		}
		began := time.Now()
		if !v.say(ctx, inbox, script[i].say) || !v.hear(ctx, script[i].expect) {
			return
		}
		v.waits = append(v.waits, time.Since(began))
		if pause > 0 && !sleep(ctx, pause) {
			return
		}
	}
}

func (v *visitor) say(ctx context.Context, inbox bot.Inbox, text string) bool {
	v.sent++
	err := inbox.Put(ctx, bot.Message{ID: strconv.Itoa(v.sent), Channel: "bench", From: v.name, Text: text, At: time.Now()})
	return err == nil
}

// trouble is what nobody of the bench should hear.
var trouble = []string{"fora do ar", "ainda não voltou", "algo deu errado", "não conferem", "fazer uma pausa", "Não entendi"}

// hear waits for the part of the answer that was expected.
func (v *visitor) hear(ctx context.Context, expect string) bool {
	for {
		select {
		case r := <-v.letters:
			switch {
			case slices.ContainsFunc(trouble, func(words string) bool { return strings.Contains(r.Text, words) }):
				v.wrong++
				return true
			case strings.HasPrefix(r.Text, "Olá!"):
			case strings.Contains(r.Text, expect):
				return true
			}
		case <-ctx.Done():
			return false
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// report prints the figures; it is an error if answers were not the expected
// ones.
func (c *crowd) report(took, used time.Duration) error {
	var waits []time.Duration
	wrong := 0
	for _, v := range c.people {
		waits = append(waits, v.waits...)
		wrong += v.wrong
	}
	if len(waits) == 0 {
		return errors.New("nobody was answered in that time")
	}
	slices.Sort(waits)
	share := func(percent int) time.Duration {
		return waits[min(len(waits)*percent/100, len(waits)-1)].Round(10 * time.Microsecond)
	}
	fmt.Printf("people       %d\nturns        %d in %v\nturns/s      %.0f\np50          %v\np95          %v\np99          %v\nCPU per turn %s (this process, people included)\nwrong        %d\n",
		len(c.people), len(waits), took.Round(time.Millisecond), float64(len(waits))/took.Seconds(),
		share(50), share(95), share(99), perTurn(used, len(waits)), wrong)
	if wrong > 0 {
		return fmt.Errorf("%d answers were not the expected ones", wrong)
	}
	return nil
}

func perTurn(used time.Duration, turns int) string {
	if used <= 0 {
		return "not known on this system"
	}
	return (used / time.Duration(turns)).Round(time.Microsecond).String()
}
