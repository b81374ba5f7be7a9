package terminal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lojavirtual/bot"
)

// An office answers in its own time: the turn is reported before, between or
// after its letters, as with real stores.
type office struct {
	chat  *Chat
	order int
	put   []bot.Message
	also  []bot.Reply // said after the usual
	fail  error
}

func (o *office) Put(ctx context.Context, m bot.Message) error {
	if o.fail != nil {
		return o.fail
	}
	o.put = append(o.put, m)
	replies := []bot.Reply{{Text: "Você disse *" + bot.Escape(m.Text+m.Choice) + "*."}, {Text: "Qual?", Options: []string{"Uma", "Outra"}, Key: "k" + m.ID}}
	replies = append(replies, o.also...)
	report := func() { o.chat.Settled(bot.Report{Session: m.Session(), Replies: len(replies)}) }
	send := func(i int) {
		letter := bot.Letter{ID: m.ID + string(rune('a'+i)), To: m.From, Reply: replies[i]}
		for range 2 { // the second is one that was sent again
			_ = o.chat.Send(ctx, letter)
		}
	}
	o.order++
	go func() {
		switch o.order % 3 {
		case 0:
			report()
			send(0)
			send(1)
		case 1:
			send(0)
			report()
			send(1)
		default:
			send(0)
			send(1)
			report()
		}
		for i := 2; i < len(replies); i++ {
			send(i)
		}
		_ = o.chat.Send(ctx, bot.Letter{ID: "x", To: "somebody else", Reply: bot.Reply{Text: "not for us"}})
	}()
	return nil
}

func (*office) Take(context.Context) (bot.Message, bot.Session, error) { panic("not here") }

func (*office) Settle(context.Context, bot.Message, bot.Session, []bot.Reply) error {
	panic("not here")
}

// Each line is answered whole before the next is sent, however the letters and
// the report come.
func TestScript(t *testing.T) {
	var out strings.Builder
	o := &office{}
	o.chat = New("me", Script, &out, o)
	o.chat.Settled(bot.Report{Session: "terminal:me"}) // the clock spoke, and had nothing to say
	script := "# A talk.\noi\n\n> de novo\n< an answer that stood in the script\n  [a] [b]\n[Outra]\n! something\ntchau\n"
	if err := o.chat.Run(t.Context(), strings.NewReader(script)); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("# A talk.\n")
	for _, said := range []string{"oi", "de novo", "[Outra]", "tchau"} {
		want.WriteString("> " + said + "\n< Você disse *" + strings.Trim(said, "[]") + "*.\n< Qual?\n  [Uma] [Outra]\n")
	}
	if out.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", &out, &want)
	}
	if m := o.put[2]; m.Choice != "Outra" || m.Asked != "k2" || m.Text != "" {
		t.Errorf("the pressed option came as %+v", m)
	}
}

// A script that is shown as a network would show it says, too, what was said.
func TestPiped(t *testing.T) {
	var out strings.Builder
	o := &office{}
	o.chat = New("me", WhatsApp, &out, o)
	o.chat.Piped = true
	if err := o.chat.Run(t.Context(), strings.NewReader("# A talk.\n> oi\n< an answer\n[Outra]\n")); err != nil {
		t.Fatal(err)
	}
	const want = "# A talk.\n> oi\nVocê disse *oi*.\n\nQual?\n\n1. Uma\n2. Outra\n\nResponda com o número.\n\n> [Outra]\nVocê disse *Outra*.\n\nQual?\n\n1. Uma\n2. Outra\n\nResponda com o número.\n\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

func TestTroubleEndsTheScript(t *testing.T) {
	away := errors.New("away")
	pdf := []bot.Reply{{Document: &bot.Document{Name: "conta.pdf"}}}
	for _, test := range []struct {
		office *office
		want   error
	}{
		{&office{fail: away}, away},
		{&office{also: pdf}, os.ErrNotExist}, // there is no folder to save it to
	} {
		var out strings.Builder
		test.office.chat = New("me", Script, &out, test.office)
		test.office.chat.Save = filepath.Join(t.TempDir(), "missing")
		if err := test.office.chat.Run(t.Context(), strings.NewReader("oi\n")); !errors.Is(err, test.want) {
			t.Errorf("Run returned %v, not %v", err, test.want)
		}
	}
}

func TestLooks(t *testing.T) {
	dir := t.TempDir()
	pdf := &bot.Document{Name: "../conta.pdf", Caption: "Aqui *está*.", Body: []byte("%PDF")}
	for _, test := range []struct {
		look  Look
		reply bot.Reply
		want  string
	}{
		{Plain, bot.Reply{Text: "*Qual?* \x1b[2J", Options: []string{"Uma", "Outra"}}, "\x1b[1mQual?\x1b[0m [2J\n  1. Uma\n  2. Outra\n\n"},
		{Plain, bot.Reply{Text: "Quais?", Options: []string{"Uma", "Outra"}, Several: true, Chosen: []int{1}, Also: []string{"Todas"}}, "Quais?\n  1. [ ] Uma\n  2. [x] Outra\n  3. Todas\n\n"},
		{Telegram, bot.Reply{Text: "Qual?", Options: []string{"Uma"}}, "Qual?\n  [ Uma ]\n\n"},
		{WhatsApp, bot.Reply{Text: "*Qual?* `12`", Options: []string{"Uma"}}, "*Qual?* ```12```\n\n1. Uma\n\nResponda com o número.\n\n"},
		{WhatsApp, bot.Reply{Copy: "8267"}, "8267\n\n"},
		{Plain, bot.Reply{Document: pdf}, "Aqui \x1b[1mestá\x1b[0m.\n[file] ../conta.pdf, 1 kB\nsaved as " + filepath.Join(dir, "conta.pdf") + "\n\n"},
		{Plain, bot.Reply{Text: "Pague:", Link: &bot.Link{Label: "Banco", Address: "https://b"}}, "Pague:\nBanco: https://b\n\n"},
		{Script, bot.Reply{Text: "Quais?", Edits: "1"}, "~ Quais?\n"},
	} {
		var out strings.Builder
		c := New("me", test.look, &out, nil)
		c.Save = dir
		if err := c.Send(t.Context(), bot.Letter{ID: "1", To: "me", Reply: test.reply}); err != nil {
			t.Fatal(err)
		}
		if out.String() != test.want {
			t.Errorf("%s shows\n%q, want\n%q", test.look, &out, test.want)
		}
	}
	if body, err := os.ReadFile(filepath.Join(dir, "conta.pdf")); err != nil || string(body) != "%PDF" {
		t.Errorf("saved %q, %v", body, err)
	}
}
