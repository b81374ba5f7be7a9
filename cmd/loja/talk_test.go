package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/bot/telegram"
	"lojavirtual/bot/telegram/telegramtest"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/bot/whatsapp/whatsapptest"
	"lojavirtual/flows/flowtest"
)

// talk plays the written conversations of all flows over a network, each with
// somebody who is new there.
func talk(t *testing.T, somebody func() bottest.Network) {
	names := flowtest.Flows()
	if testing.Short() {
		names = []string{"segundavia"}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			_, world := flowtest.World(t, name)
			bottest.PlayAll(t, filepath.Join("../../flows", name, "testdata"), func() bottest.World {
				w := world()
				w.Network = somebody()
				return w
			}, nil)
		})
	}
}

// door is the near end of an inbox: one message at a time comes in.
type door struct {
	bot.Inbox
	came chan bot.Message
}

// Put waits until somebody asks for a message.
func (d door) Put(ctx context.Context, m bot.Message) error {
	select {
	case d.came <- m:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next waits for a message.
func (d door) next() (bot.Message, error) {
	select {
	case m := <-d.came:
		return m, nil
	case <-time.After(time.Minute):
		return bot.Message{}, errors.New("nothing came in")
	}
}

func TestTalksOnTelegram(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(t)
	inbox := door{came: make(chan bot.Message)}
	channel, err := telegram.New(telegram.Config{
		Token: telegramtest.Token, APIURL: server.URL(), Log: slog.New(slog.DiscardHandler), PerSecond: 1e6, PerChat: 1e6,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var polling sync.WaitGroup
	polling.Go(func() { channel.Poll(ctx, inbox) })
	defer func() {
		stop()
		polling.Wait()
		channel.Close()
	}()
	people := int64(1000)
	talk(t, func() bottest.Network {
		people++
		return &telegramPerson{Chat: server.Chat(people), inbox: inbox, channel: channel}
	})
	if refused := server.Refused(); len(refused) > 0 {
		t.Errorf("Telegram refused %q", refused)
	}
}

// A telegramPerson presses buttons where there are some.
type telegramPerson struct {
	*telegramtest.Chat
	inbox   door
	channel *telegram.Channel
	letters int
}

func (p *telegramPerson) Say(m bot.Message) (bot.Message, error) {
	switch media := m.Media; {
	case m.Choice != "":
		p.Press(m.Choice)
	case media == nil:
		p.Chat.Say(m.Text)
	case media.Kind == "photo":
		p.SendPhoto([]byte("JPEG"), m.Text)
	case media.Kind == "document":
		p.SendDocument("conta.pdf", []byte("%PDF"), m.Text)
	case media.Kind == "place":
		p.SendPlace(media.Lat, media.Lon)
	case media.Kind == "voice":
		p.SendVoice()
	case media.Kind == "sticker":
		p.SendSticker()
	default:
		return m, fmt.Errorf("nobody has sent a %s yet", media.Kind)
	}
	return p.inbox.next()
}

func (p *telegramPerson) Buttons() bool { return true }

func (p *telegramPerson) Show(r bot.Reply) error {
	p.letters++
	before, to := len(p.Messages()), strconv.FormatInt(p.ID(), 10)
	letter := bot.Letter{ID: fmt.Sprintf("%s/%d", to, p.letters), Session: "telegram:" + to, Channel: "telegram", To: to, Reply: r}
	if err := p.channel.Send(context.Background(), letter); err != nil {
		return err
	}
	shown := p.Messages()[before:]
	if r.Edits != "" {
		shown = slices.DeleteFunc(p.Messages(), func(m telegramtest.Message) bool { return strconv.FormatInt(m.ID, 10) != r.Edits })
	}
	var words strings.Builder // of messages and buttons, each on a line
	var files []*telegramtest.File
	for _, m := range shown {
		fmt.Fprintln(&words, m.Text)
		for _, b := range slices.Concat(m.Buttons...) {
			fmt.Fprintf(&words, "%s\n%s%s\n", b.Text, b.Copy, b.URL)
		}
		files = append(files, m.Photo, m.Document)
	}
	want := append([]string{bot.Plain(r.Text), r.Copy}, r.All()...)
	if r.Link != nil {
		want = append(want, r.Link.Label+"\n"+r.Link.Address)
	}
	for _, d := range []*bot.Document{r.Image, r.Document} {
		if d == nil {
			continue
		}
		want = append(want, bot.Plain(d.Caption))
		if !slices.ContainsFunc(files, func(f *telegramtest.File) bool { return f != nil && f.Name == d.Name && bytes.Equal(f.Body, d.Body) }) {
			return fmt.Errorf("%s did not come as it was sent", d.Name)
		}
	}
	for _, w := range want {
		if !strings.Contains(words.String(), w+"\n") {
			return fmt.Errorf("there is no %q in what was shown:\n%s", w, words.String())
		}
	}
	return nil
}

func TestTalksOnWhatsApp(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.link()
	term := f.lead()
	defer term.Close()
	inbox := door{came: make(chan bot.Message)}
	channel, err := whatsapp.New(t.Context(), whatsapp.Config{
		Keys: term.Keys(), Notes: term.WhatsApp(), Inbox: inbox, Holds: term.Holds,
		HTTP: f.door(), Log: slog.New(slog.DiscardHandler),
		Typing: -1, NewChats: -1, PerSecond: 1e6,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = channel.Run(ctx) })
	defer func() {
		stop()
		running.Wait()
		channel.Close()
	}()
	people, files := 0, map[string]int{}
	talk(t, func() bottest.Network {
		people++
		return &whatsappPerson{files: files, Customer: f.server.Customer(fmt.Sprintf("+55799%08d", people), f.phone), inbox: inbox, channel: channel}
	})
	t.Logf("%d people; files that came as they were sent, by type: %v", people, files)
	if strange := f.server.Strange(); len(strange) > 0 {
		t.Errorf("WhatsApp does not know %q", strange)
	}
}

// A whatsappPerson types the number of what they choose.
type whatsappPerson struct {
	*whatsapptest.Customer
	inbox   door
	channel *whatsapp.Channel
	files   map[string]int
	shown   []*whatsapptest.Message
	letters int
}

func (p *whatsappPerson) Say(m bot.Message) (bot.Message, error) {
	switch media := m.Media; {
	case m.Choice != "":
		if err := p.choose(m.Choice); err != nil {
			return m, err
		}
	case media == nil:
		p.Customer.Say(m.Text)
	case media.Kind == "photo":
		p.Photo([]byte("a JPEG"), m.Text)
	case media.Kind == "document":
		p.Document("conta.pdf", "application/pdf", []byte("a PDF"), m.Text)
	case media.Kind == "place":
		p.Place(media.Lat, media.Lon)
	case media.Kind == "voice":
		p.Voice([]byte("an Ogg"))
	case media.Kind == "sticker":
		p.Sticker([]byte("a WebP"))
	default:
		return m, fmt.Errorf("nobody has sent a %s yet", media.Kind)
	}
	return p.inbox.next()
}

// numbered is a line of an option, ticked as it may be.
var numbered = regexp.MustCompile(`(?m)^(\d+)\. (?:[✅⬜] )?(.*)$`)

// choose types the number of an option, as it was last shown.
func (p *whatsappPerson) choose(option string) error {
	for _, m := range slices.Backward(p.shown) {
		for _, line := range numbered.FindAllStringSubmatch(m.Text, -1) {
			if line[2] == option {
				p.Customer.Say(line[1])
				return nil
			}
		}
	}
	return fmt.Errorf("nobody offers %q", option)
}

func (p *whatsappPerson) Buttons() bool { return false }

func (p *whatsappPerson) Show(r bot.Reply) error {
	if err := readable(r); err != nil {
		return err
	}
	p.letters++
	to := p.LID() + "@lid"
	letter := bot.Letter{ID: fmt.Sprintf("%s/%d", to, p.letters), Session: "whatsapp:" + to, Channel: "whatsapp", To: to, Reply: r}
	if err := p.channel.Send(context.Background(), letter); err != nil {
		return err
	}
	for _, want := range whatsapp.Bubbles(r) {
		m := p.Next()
		p.shown = append(p.shown, m)
		if m.Text != want.Text {
			return fmt.Errorf("shown %q, want %q", m.Text, want.Text)
		}
		file := m.Document
		if want.Picture {
			file = m.Image
		}
		switch {
		case want.File == nil:
			continue
		case file == nil || file.Err != nil || file.Type != want.File.Type || !bytes.Equal(file.Body, want.File.Body):
			return fmt.Errorf("%s did not come as it was sent: %+v", want.File.Name, file)
		case !want.Picture && file.Name != want.File.Name:
			return fmt.Errorf("the file %s came as %s", want.File.Name, file.Name)
		}
		p.files[file.Type]++
	}
	return nil
}

// readable tells whether WhatsApp shows a reply well: in messages that phones
// show unfolded or nearly so, no more than it needs, all that it says, and codes
// alone and links on lines of their own, as they are.
func readable(r bot.Reply) error {
	bubbles := whatsapp.Bubbles(r)
	var all strings.Builder
	for _, b := range bubbles {
		n := utf8.RuneCountInString(b.Text)
		if n > 2000 || b.File != nil && n > 1024 || b.File == nil && n == 0 {
			return fmt.Errorf("a message of %d characters: %q", n, b.Text)
		}
		fmt.Fprintf(&all, "\n%s\n", b.Text)
	}
	most := 0 // messages: one for the text, or what stands in its place, and one for each code and file
	for _, part := range []bool{r.Text != "" || r.Link != nil, r.Copy != "", r.Image != nil, r.Document != nil} {
		if part {
			most++
		}
	}
	if len(bubbles) > most {
		return fmt.Errorf("%d messages where %d would do: %v", len(bubbles), most, bubbles)
	}
	if r.Copy != "" && !slices.ContainsFunc(bubbles, func(b whatsapp.Bubble) bool { return b.Text == r.Copy && b.File == nil }) {
		return fmt.Errorf("the code %q is not alone", r.Copy)
	}
	if r.Link != nil && !strings.Contains(all.String(), "\n"+r.Link.Address+"\n") {
		return fmt.Errorf("the address %s is not on a line of its own", r.Link.Address)
	}
	unmarked := strings.NewReplacer("*", "", "`", "", "∗", "")
	said := unmarked.Replace(all.String())
	words := []string{r.Text}
	for i, option := range r.All() {
		if !strings.Contains(all.String(), fmt.Sprintf("\n%d. ", i+1)) {
			return fmt.Errorf("no number %d", i+1)
		}
		words = append(words, option)
	}
	for _, d := range []*bot.Document{r.Image, r.Document} {
		if d != nil {
			words = append(words, d.Caption)
		}
	}
	for _, w := range words {
		if w = unmarked.Replace(bot.Plain(w)); !strings.Contains(said, w) {
			return fmt.Errorf("there is no %q in %q", w, said)
		}
	}
	return nil
}
