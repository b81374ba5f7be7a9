package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"

	"pgregory.net/rapid"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram"
	"lojavirtual/bot/telegram/telegramtest"
)

func picture(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const pixCode = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000520400005303986540584.305802BR5904DESO6007ARACAJU62070503***6304ABCD"

func TestReplies(t *testing.T) {
	long := strings.Repeat("Parágrafo de teste com 40 caracteres.\n\n", 200)
	wide := []string{"05/2026 · R$ 1.091,12 · vencida em 10/05/2026", "Não"}
	pdf := []byte("%PDF-1.7 conta")
	for name, test := range map[string]struct {
		reply bot.Reply
		want  string
		check func(*testing.T, []telegramtest.Message)
	}{
		"text": {
			reply: bot.Reply{Text: "Olá, *Maria*! `1 < 2 & 3`"}, want: "< Olá, Maria! 1 < 2 & 3\n",
			check: func(t *testing.T, list []telegramtest.Message) {
				if got, want := list[0].Marked, "Olá, <b>Maria</b>! <code>1 &lt; 2 &amp; 3</code>"; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			},
		},
		"data that looks like marks": {reply: bot.Reply{Text: bot.Marked("Rua %s", "*</b><script>&amp; `x`")}, want: "< Rua *</b><script>&amp; `x`\n"},
		"broken bytes":               {reply: bot.Reply{Text: "S\xe3o"}, want: "< S\uFFFDo\n"},
		"long text": {
			reply: bot.Reply{Text: long, Options: []string{"Sim"}},
			check: func(t *testing.T, list []telegramtest.Message) {
				if len(list) != 2 || list[0].Buttons != nil || list[1].Buttons == nil {
					t.Fatalf("%d messages", len(list))
				}
				for _, m := range list {
					if !strings.HasSuffix(m.Text, "caracteres.") || !strings.HasPrefix(m.Text, "Parágrafo") {
						t.Errorf("cut within a paragraph: %.30q…", m.Text)
					}
				}
			},
		},
		"options in rows": {
			reply: bot.Reply{Text: "O quê?", Options: []string{"Sim", "Não", "Talvez", "Depois", "Segunda Via de Conta", "Sair"}, Key: "k"},
			want:  "< O quê?\n  [Sim] [Não] [Talvez]\n  [Depois]\n  [Segunda Via de Conta]\n  [Sair]\n",
		},
		"wide options": {
			reply: bot.Reply{Text: "Qual?", Options: wide},
			want:  "< Qual?\n  \n  1. " + wide[0] + "\n  2. Não\n  [1. " + wide[0] + "]\n  [2. Não]\n",
		},
		"several": {
			reply: bot.Reply{Text: "Quais?", Options: []string{"05/2026", "06/2026"}, Several: true, Chosen: []int{1}},
			want:  "< Quais?\n  [⬜ 05/2026] [✅ 06/2026]\n",
		},
		"several and wide": {
			reply: bot.Reply{Text: "Quais?", Options: wide[:1], Several: true, Chosen: []int{0}},
			want:  "< Quais?\n  \n  1. " + wide[0] + "\n  [✅ 1. " + wide[0] + "]\n",
		},
		"options alone": {reply: bot.Reply{Options: []string{"Sim"}}, want: "< Escolha uma opção:\n  [Sim]\n"},
		"copy": {
			reply: bot.Reply{Text: "Copie:", Copy: pixCode, Options: []string{"Menu"}},
			want:  "< Copie:\n  [Menu]\n< " + pixCode + "\n  [Copiar código]\n",
			check: func(t *testing.T, list []telegramtest.Message) {
				if list[1].Marked != "<code>"+pixCode+"</code>" || list[1].Buttons[0][0].Copy != pixCode {
					t.Errorf("%+v", list[1])
				}
			},
		},
		"copy, too long for a button": {reply: bot.Reply{Copy: strings.Repeat("7", 257)}, want: "< " + strings.Repeat("7", 257) + "\n"},
		"link": {
			reply: bot.Reply{Text: "Pague:", Link: &bot.Link{Label: "Banco", Address: "https://banco.example.org/p?x=1&y"}, Options: []string{"Sim"}},
			want:  "< Pague:\n  [Banco]\n  [Sim]\n",
		},
		"link that is not https": {
			reply: bot.Reply{Text: "Veja:", Link: &bot.Link{Label: "Página", Address: "http://localhost:8080/d/1"}},
			want:  "< Veja:\n  \n  Página: http://localhost:8080/d/1\n",
		},
		"document": {
			reply: bot.Reply{Document: &bot.Document{Name: "conta-202605.pdf", Type: "application/pdf", Caption: "A *conta*", Body: pdf}},
			want:  "< A conta\n  (conta-202605.pdf)\n",
			check: func(t *testing.T, list []telegramtest.Message) {
				if !bytes.Equal(list[0].Document.Body, pdf) {
					t.Errorf("got %q", list[0].Document.Body)
				}
			},
		},
		"document without a word": {reply: bot.Reply{Document: &bot.Document{Name: "a.pdf", Body: pdf}}, want: "< \n  (a.pdf)\n"},
		"document of many words": {
			reply: bot.Reply{Document: &bot.Document{Name: "a.pdf", Caption: strings.Repeat("é", 1025), Body: pdf}},
			want:  "< " + strings.Repeat("é", 1025) + "\n< \n  (a.pdf)\n",
		},
		"picture": {
			reply: bot.Reply{Image: &bot.Document{Name: "consumo.png", Caption: "Seu consumo", Body: picture(t)}, Options: []string{"Menu"}},
			want:  "< Seu consumo\n  (consumo.png)\n  [Menu]\n",
		},
		"everything": {
			reply: bot.Reply{Text: "A", Copy: "B", Image: &bot.Document{Name: "c.png", Caption: "C", Body: picture(t)}, Document: &bot.Document{Name: "d.pdf", Caption: "D", Body: pdf}, Options: []string{"E"}},
			want:  "< A\n  [E]\n< B\n  [Copiar código]\n< C\n  (c.png)\n< D\n  (d.pdf)\n",
		},
		"editing what is not there": {reply: bot.Reply{Text: "Novo", Edits: "77"}, want: "< Novo\n"},
		"editing what is no number": {reply: bot.Reply{Text: "Novo", Edits: "x"}, want: "< Novo\n"},
	} {
		t.Run(name, func(t *testing.T) {
			server := telegramtest.New(t)
			maria := server.Chat(4711)
			send(t, open(t, fast(server)), maria, test.reply)
			if got := maria.Transcript(); test.want != "" && got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
			if test.check != nil {
				test.check(t, maria.Messages())
			}
			if refused := server.Refused(); len(refused) > 0 && test.reply.Edits == "" {
				t.Errorf("Telegram refused %q", refused)
			}
		})
	}
}

func TestEditing(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	inbox := &recorder{}
	poll(t, c, inbox)
	maria := server.Chat(4711)
	question := bot.Reply{Text: "Quais?", Options: []string{"05/2026", "06/2026"}, Several: true, Key: "k"}
	send(t, c, maria, question)
	maria.Press("06/2026")
	server.Until("the press is there", func() bool { return len(inbox.got()) == 1 })
	question.Edits, question.Chosen = inbox.got()[0].Pressed, []int{1}
	for i := range 2 { // the second time nothing is modified
		if err := c.Send(context.Background(), bot.Letter{ID: fmt.Sprint("edit", i), To: "4711", Reply: question}); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := maria.Transcript(), "< Quais?\n  [⬜ 05/2026] [✅ 06/2026]\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if m := maria.Messages()[0]; m.Edits != 1 {
		t.Errorf("edited %d times", m.Edits)
	}
}

// TestFaults sends three replies through each fault: all arrive, in order.
func TestFaults(t *testing.T) {
	replies := []bot.Reply{
		{Text: "um *dois*", Options: []string{"Sim"}},
		{Document: &bot.Document{Name: "conta.pdf", Caption: "a conta", Body: []byte("%PDF")}},
		{Text: "três", Copy: "123"},
	}
	const want = "< um dois\n  [Sim]\n< a conta\n  (conta.pdf)\n< três\n< 123\n  [Copiar código]\n"
	for name, test := range map[string]struct {
		fault telegramtest.Fault
		again bool // a message may have been sent twice
	}{
		"too many requests":   {fault: telegramtest.TooMany(1)},
		"bad gateway":         {fault: telegramtest.Status(502)},
		"gateway's 429":       {fault: telegramtest.Status(429)},
		"internal error":      {fault: telegramtest.Says(500, "Internal Server Error")},
		"reset before effect": {fault: telegramtest.ResetBefore()},
		"reset after effect":  {fault: telegramtest.ResetAfter(), again: true},
		"hang":                {fault: telegramtest.Hang(time.Hour)},
		"bad entities":        {fault: telegramtest.BadEntities()},
		"token not known yet": {fault: telegramtest.Says(401, "Unauthorized")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := telegramtest.New(t)
			server.Fail("sendMessage", test.fault, telegramtest.Fault{}, test.fault)
			server.Fail("sendDocument", test.fault)
			cfg := fast(server)
			cfg.Timeout = 2 * time.Second
			maria := server.Chat(4711)
			send(t, open(t, cfg), maria, replies...)
			got := maria.Transcript()
			if test.again {
				got = withoutRepeats(maria.Messages())
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if n := server.Impatient(); n > 0 {
				t.Errorf("%d calls came too early", n)
			}
		})
	}
}

// withoutRepeats writes a transcript in which what was said twice running
// stands once.
func withoutRepeats(list []telegramtest.Message) string {
	list = slices.CompactFunc(list, func(a, b telegramtest.Message) bool { return a.Text == b.Text })
	var b strings.Builder
	for _, m := range list {
		b.WriteString("< " + m.Text + "\n")
		if m.Document != nil {
			b.WriteString("  (" + m.Document.Name + ")\n")
		}
		for _, row := range m.Buttons {
			b.WriteString("  [" + row[0].Text + "]\n")
		}
	}
	return b.String()
}

// TestManyPeopleThroughFaults has letters sent at once to many people, as
// several bot.Post do.
func TestManyPeopleThroughFaults(t *testing.T) {
	server := telegramtest.New(t)
	for range 20 {
		server.Fail("sendMessage", telegramtest.Fault{}, telegramtest.ResetBefore(), telegramtest.Fault{}, telegramtest.Status(502), telegramtest.Fault{})
	}
	c := open(t, fast(server))
	var all sync.WaitGroup
	for person := range int64(20) {
		chat := server.Chat(person + 1)
		all.Go(func() {
			for i := range 10 {
				l := bot.Letter{ID: fmt.Sprint(chat.ID(), ":", i), To: fmt.Sprint(chat.ID()), Reply: bot.Reply{Text: fmt.Sprint("n", i)}}
				for c.Send(context.Background(), l) != nil {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	all.Wait()
	for person := range int64(20) {
		if got := strings.Join(server.Chat(person+1).Texts(), " "); got != "n0 n1 n2 n3 n4 n5 n6 n7 n8 n9" {
			t.Errorf("person %d got %q", person+1, got)
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for name, test := range map[string]struct {
		fault     telegramtest.Fault
		temporary bool
		blocked   bool
		after     time.Duration
	}{
		"too many":     {fault: telegramtest.TooMany(7), temporary: true, after: 7 * time.Second},
		"gateway":      {fault: telegramtest.Status(504), temporary: true},
		"reset":        {fault: telegramtest.ResetBefore(), temporary: true},
		"hang":         {fault: telegramtest.Hang(time.Hour), temporary: true},
		"blocked":      {fault: telegramtest.Says(403, "Forbidden: bot was blocked by the user"), blocked: true},
		"deactivated":  {fault: telegramtest.Says(403, "Forbidden: user is deactivated"), blocked: true},
		"gone":         {fault: telegramtest.Says(400, "Bad Request: chat not found"), blocked: true},
		"cannot be so": {fault: telegramtest.Says(400, "Bad Request: BUTTON_DATA_INVALID")},
		"too large":    {fault: telegramtest.Says(413, "Request Entity Too Large")},
	} {
		for method, reply := range map[string]bot.Reply{
			"sendMessage":  {Text: "oi"},
			"sendDocument": {Document: &bot.Document{Name: "a.pdf", Body: []byte("%PDF")}},
		} {
			t.Run(name+" "+method, func(t *testing.T) {
				server := telegramtest.New(t)
				server.Fail(method, test.fault)
				cfg := fast(server)
				cfg.Timeout = 200 * time.Millisecond
				c := open(t, cfg)
				l := bot.Letter{ID: "1", To: fmt.Sprint(server.Chat(4711).ID()), Reply: reply}
				err := c.Send(context.Background(), l)
				if err == nil || bot.IsTemporary(err) != test.temporary || errors.Is(err, bot.ErrBlocked) != test.blocked {
					t.Fatalf("got %v", err)
				}
				var asked interface{ RetryAfter() time.Duration }
				if errors.As(err, &asked); asked.RetryAfter() != test.after {
					t.Errorf("to be tried after %v, want %v", asked.RetryAfter(), test.after)
				}
				if test.after == 0 {
					return
				}
				// who does not wait is told so without asking Telegram, and nobody else is
				before := server.Calls(method)
				if err := c.Send(context.Background(), l); !bot.IsTemporary(err) || server.Calls(method) != before {
					t.Errorf("tried again at once: %v", err)
				}
				l.ID, l.To = "2", fmt.Sprint(server.Chat(4712).ID())
				if err := c.Send(context.Background(), l); err != nil {
					t.Errorf("somebody else: %v", err)
				}
			})
		}
	}
}

func TestBlockedIsAState(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	maria := server.Chat(4711)
	maria.Block()
	l := bot.Letter{ID: "1", To: "4711", Reply: bot.Reply{Text: "oi"}}
	if err := c.Send(context.Background(), l); !errors.Is(err, bot.ErrBlocked) {
		t.Errorf("blocked: %v", err)
	}
	maria.Unblock()
	if err := c.Send(context.Background(), l); err != nil {
		t.Errorf("unblocked: %v", err)
	}
	l.To = "99"
	if err := c.Send(context.Background(), bot.Letter{ID: "2", To: "99", Reply: l.Reply}); !errors.Is(err, bot.ErrBlocked) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestLettersThatCannotBe(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	server.Chat(4711)
	for name, l := range map[string]bot.Letter{
		"empty":       {ID: "1", To: "4711"},
		"blank":       {ID: "2", To: "4711", Reply: bot.Reply{Text: " \n "}},
		"no chat":     {ID: "3", To: "@maria", Reply: bot.Reply{Text: "oi"}},
		"long key":    {ID: "4", To: "4711", Reply: bot.Reply{Text: "oi", Options: []string{"a"}, Key: strings.Repeat("k", 61)}},
		"empty file":  {ID: "5", To: "4711", Reply: bot.Reply{Document: &bot.Document{Name: "a.pdf"}}},
		"not a photo": {ID: "6", To: "4711", Reply: bot.Reply{Image: &bot.Document{Name: "a.png", Body: []byte("%PDF")}}},
	} {
		if err := c.Send(context.Background(), l); err == nil || bot.IsTemporary(err) || errors.Is(err, bot.ErrBlocked) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLetterIsResumed(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	maria := server.Chat(4711)
	server.Fail("sendMessage", telegramtest.Fault{}, telegramtest.Status(502))
	reply := bot.Reply{Text: "Copie:", Copy: "123"}
	if tries := send(t, c, maria, reply); tries != 2 {
		t.Errorf("%d tries", tries)
	}
	send(t, c, maria, reply) // the same letter, whose delivery could not be recorded
	if got := maria.Texts(); !slices.Equal(got, []string{"Copie:", "123"}) {
		t.Errorf("got %q", got)
	}
}

func TestSameDocumentIsUploadedOnce(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	pdf := func(name, body string) bot.Reply {
		return bot.Reply{Document: &bot.Document{Name: name, Body: []byte(body)}}
	}
	maria, joao := server.Chat(1), server.Chat(2)
	send(t, c, maria, pdf("a.pdf", "%PDF 1"), pdf("a.pdf", "%PDF 2"), pdf("b.pdf", "%PDF 1"), pdf("a.pdf", "%PDF 1"))
	send(t, c, joao, pdf("a.pdf", "%PDF 1"))
	list := append(maria.Messages(), joao.Messages()...)
	id := func(i int) string { return list[i].Document.ID }
	if id(0) != id(3) || id(0) != id(4) || id(0) == id(1) || id(0) == id(2) {
		t.Errorf("uploaded as %s %s %s %s %s", id(0), id(1), id(2), id(3), id(4))
	}

	// Telegram forgets it
	server.Fail("sendDocument", telegramtest.Says(http.StatusBadRequest, "Bad Request: wrong file identifier/HTTP URL specified"))
	ana := server.Chat(3)
	send(t, c, ana, pdf("a.pdf", "%PDF 1"), pdf("a.pdf", "%PDF 1"))
	if list := ana.Messages(); list[0].Document.ID == id(0) || list[1].Document.ID != list[0].Document.ID {
		t.Error("the file was not uploaded again, or more than once")
	}
}

func TestPace(t *testing.T) {
	server := telegramtest.New(t)
	cfg := fast(server)
	cfg.PerSecond, cfg.PerChat = 0, 0
	c := open(t, cfg)
	server.Chat(1)
	began := time.Now()
	for i := range 7 { // five at once, then one a second
		if err := c.Send(context.Background(), bot.Letter{ID: fmt.Sprint("p", i), To: "1", Reply: bot.Reply{Text: fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 1900*time.Millisecond {
		t.Errorf("seven messages to one chat took %v", took)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	err := c.Send(ctx, bot.Letter{ID: "late", To: "1", Reply: bot.Reply{Text: "!"}})
	if !bot.IsTemporary(err) {
		t.Errorf("no time to wait: %v", err)
	}
	server.Chat(2)
	if err := c.Send(context.Background(), bot.Letter{ID: "other", To: "2", Reply: bot.Reply{Text: "!"}}); err != nil {
		t.Errorf("another chat: %v", err)
	}
}

// TestPropertyText sends any text: what arrives is what Spans sees, save for
// the spaces where it is cut, and Telegram never refuses it.
func TestPropertyText(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	n := 0
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"*", "`", "\\", "<b>", "&amp;", "&", "<", "\n\n", "\n", " ", "😀", "água ", "💧\u200d", "\xff"}),
		rapid.StringN(1, 20, 60),
		rapid.Map(rapid.IntRange(1, 3000), func(n int) string { return strings.Repeat("x", n) }),
		rapid.Map(rapid.IntRange(1, 3000), func(n int) string { return strings.Repeat("😀", n) }),
	)
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 1, 12).Draw(r, "text"), "")
		squeeze := func(s string) string {
			s = strings.ToValidUTF8(s, "\uFFFD")
			return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), "")
		}
		want := squeeze(bot.Plain(text))
		if want == "" {
			return
		}
		n++
		chat := server.Chat(int64(n))
		if err := c.Send(context.Background(), bot.Letter{ID: fmt.Sprint(n), To: fmt.Sprint(n), Reply: bot.Reply{Text: text}}); err != nil {
			r.Fatal(err)
		}
		var got strings.Builder
		for _, m := range chat.Messages() {
			if len(utf16.Encode([]rune(m.Text))) > 4096 {
				r.Error("too long")
			}
			got.WriteString(squeeze(m.Text))
		}
		if got.String() != want {
			r.Errorf("got  %q\nwant %q", got.String(), want)
		}
	})
	if refused := server.Refused(); len(refused) > 0 {
		t.Errorf("Telegram refused %q", refused)
	}
}

// TestPropertyPress offers any options and presses one: it comes back as it was
// offered.
func TestPropertyPress(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	inbox := &recorder{}
	handler := c.Handler("s3cret", inbox)
	option := rapid.OneOf(
		rapid.SampledFrom([]string{"Sim", "✅ Sim", "1. PDF", "2. Pix", "a:b:1:2", "05/2026 · R$ 1.091,12 · vencida em 10/05/2026"}),
		rapid.StringMatching(`[a-zà-ú0-9 .:✅⬜]{0,50}[a-z]`),
	)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		options := rapid.SliceOfN(option, 1, 20).Draw(r, "options")
		reply := bot.Reply{
			Text: "?", Options: options, Key: rapid.StringMatching(`[a-z0-9:]{0,40}`).Draw(r, "key"),
			Several: rapid.Bool().Draw(r, "several"), Chosen: []int{0},
		}
		chat := server.Chat(int64(n))
		if err := c.Send(context.Background(), bot.Letter{ID: fmt.Sprint("press", n), To: fmt.Sprint(n), Reply: reply}); err != nil {
			r.Fatal(err)
		}
		m := chat.Messages()[0]
		var labels []telegramtest.Button
		for _, row := range m.Buttons {
			labels = append(labels, row...)
		}
		at := rapid.IntRange(0, len(options)-1).Draw(r, "pressed")
		update := fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"1","from":{"id":%d},"data":%q,"message":{"message_id":%d,"chat":{"id":%d,"type":"private"},"reply_markup":{"inline_keyboard":[[{"text":%s,"callback_data":%q}]]}}}}`,
			n, n, labels[at].Data, m.ID, n, quote(labels[at].Text), labels[at].Data)
		if code := post(handler, "s3cret", update); code != http.StatusOK {
			r.Fatalf("answered %d", code)
		}
		got := inbox.got()[n-1]
		if got.Choice != options[at] || got.Asked != reply.Key || got.Pressed != fmt.Sprint(m.ID) {
			r.Errorf("offered %q of %q, got %q of %q", options[at], reply.Key, got.Choice, got.Asked)
		}
	})
}

var _ bot.Channel = (*telegram.Channel)(nil)
