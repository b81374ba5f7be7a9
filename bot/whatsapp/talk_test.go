package whatsapp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"lojavirtual/bot"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/bot/whatsapp/whatsapptest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store/redis"
)

// A door stands before an inbox and may be out of order.
type door struct {
	bot.Inbox
	mu    sync.Mutex
	fail  []error // of the next messages
	panic int     // on so many messages, with what they say
}

func (d *door) Put(ctx context.Context, m bot.Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.panic > 0 {
		d.panic--
		panic("cannot put " + m.Text)
	}
	if len(d.fail) > 0 {
		err := d.fail[0]
		d.fail = d.fail[1:]
		return err
	}
	return d.Inbox.Put(ctx, m)
}

// An office is a house whose device is linked and connected, with a mail, and
// Maria, who writes to it.
type office struct {
	*house
	mail    *redis.Mail
	door    *door
	cfg     whatsapp.Config
	channel *whatsapp.Channel
	stop    func() error
	posted  chan string // how each letter ended, in the words of bot.Post
	maria   *whatsapptest.Customer
	put     int
}

func openOffice(t *testing.T, set func(*whatsapp.Config)) *office {
	t.Helper()
	h := build(t)
	o := &office{house: h, mail: flowtest.Mail(t), posted: make(chan string, 100)}
	o.door = &door{Inbox: o.mail}
	o.cfg = h.config(h.lead())
	o.cfg.Inbox, o.cfg.Copies, o.cfg.Typing = o.door, o.mail, -1
	if set != nil {
		set(&o.cfg)
	}
	h.link(o.cfg)
	o.open()
	o.maria = h.server.Customer(maria, h.phone)
	return o
}

// open connects the device, and posts what is to be sent.
func (o *office) open() {
	o.t.Helper()
	var disconnect func() error
	o.channel, disconnect = o.serve(o.cfg)
	o.await(whatsapp.Connected)
	ctx, cancel := context.WithCancel(context.Background())
	var posts sync.WaitGroup
	posts.Go(func() {
		bot.Post(ctx, o.mail, o.channel, o.cfg.Log, func(_, result string) { o.posted <- result })
	})
	o.stop = sync.OnceValue(func() error {
		cancel()
		posts.Wait()
		return disconnect()
	})
	o.t.Cleanup(func() { _ = o.stop() })
}

// next is the next message that has come in, settled with the replies.
func (o *office) next(replies ...bot.Reply) bot.Message {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), time.Minute)
	defer cancel()
	m, s, err := o.mail.Take(ctx)
	if err != nil {
		o.t.Fatalf("no message came in: %v; the log:\n%s", err, o.log)
	}
	s.Seen = m.At
	if err := o.mail.Settle(ctx, m, s, replies); err != nil {
		o.t.Fatal(err)
	}
	return m
}

// says answers Maria, who says something first.
func (o *office) says(replies ...bot.Reply) {
	o.t.Helper()
	o.maria.Say("oi")
	o.next(replies...)
}

// result waits until the next letter's fate is known.
func (o *office) result(want string) {
	o.t.Helper()
	select {
	case got := <-o.posted:
		if got != want {
			o.t.Fatalf("a letter was %s, want %s; the log:\n%s", got, want, o.log)
		}
	case <-time.After(time.Minute):
		o.t.Fatalf("no letter was %s; the log:\n%s", want, o.log)
	}
}

func text(s string) bot.Reply { return bot.Reply{Text: s} }

func TestReceives(t *testing.T) {
	o := openOffice(t, nil)
	first := o.maria.Say("oi")
	m := o.next(text("Olá!"))
	from := o.maria.LID() + "@lid"
	if m.Channel != "whatsapp" || m.From != from || m.Phone != maria || m.Text != "oi" || m.ID != from+"/"+from+"/"+first || time.Since(m.At).Abs() > time.Minute {
		t.Errorf("came as %+v", m)
	}
	hello := o.maria.Next()
	file := bytes.Repeat([]byte("conteúdo "), 1000)
	for name, c := range map[string]struct {
		send func() string
		want bot.Message
	}{
		"quote":    {func() string { return o.maria.Reply(hello, "a 2") }, bot.Message{Text: "a 2"}},
		"photo":    {func() string { return o.maria.Photo(file, "o vazamento") }, bot.Message{Text: "o vazamento", Media: &bot.Media{Kind: "photo"}}},
		"voice":    {func() string { return o.maria.Voice(file) }, bot.Message{Media: &bot.Media{Kind: "voice"}}},
		"document": {func() string { return o.maria.Document("a.pdf", "application/pdf", file, "") }, bot.Message{Media: &bot.Media{Kind: "document"}}},
		"captioned": {
			func() string { return o.maria.Document("a.pdf", "application/pdf", file, "minha conta") },
			bot.Message{Text: "minha conta", Media: &bot.Media{Kind: "document"}},
		},
		"place":   {func() string { return o.maria.Place(-10.911, -37.0717) }, bot.Message{Media: &bot.Media{Kind: "place", Lat: -10.911, Lon: -37.0717}}},
		"nowhere": {func() string { return o.maria.Place(math.NaN(), math.Inf(1)) }, bot.Message{Media: &bot.Media{Kind: "other"}}},
		"edit":    {func() string { return o.maria.Edit(first, "oi!") }, bot.Message{Change: "edited"}},
		"revoke":  {func() string { return o.maria.Revoke(first) }, bot.Message{Change: "deleted"}},
		"contact": {func() string {
			return o.maria.Send(&waE2E.Message{ContactMessage: &waE2E.ContactMessage{Vcard: proto.String("BEGIN:VCARD")}})
		}, bot.Message{Media: &bot.Media{Kind: "contact"}}},
	} {
		id := c.send()
		m := o.next()
		if m.From != from || m.ID != from+"/"+from+"/"+id || m.Text != c.want.Text || m.Change != c.want.Change || (m.Media == nil) != (c.want.Media == nil) {
			t.Errorf("%s came as %+v", name, m)
			continue
		}
		if m.Media == nil {
			continue
		}
		if want := c.want.Media; m.Media.Kind != want.Kind || m.Media.Lat != want.Lat || m.Media.Lon != want.Lon {
			t.Errorf("%s came as %+v", name, m.Media)
		}
		if m.Media.Ref != "" {
			if got, err := o.files().Fetch(t.Context(), m.Media.Ref, int64(len(file))); err != nil || !bytes.Equal(got, file) {
				t.Errorf("%s: %d bytes can be had later, %v", name, len(got), err)
			}
		}
	}
	o.keepsNothing()
	if log := o.log.String(); strings.Contains(log, o.maria.Number()) || strings.Contains(log, "vazamento") {
		t.Errorf("the log tells of Maria:\n%s", log)
	}
}

// files gets what was sent, as a process may that is not the device.
func (o *office) files() whatsapp.Files {
	return whatsapp.Files{HTTP: o.server.HTTP().Transport.(*http.Transport)}
}

// TestFetch asks for files that cannot be had.
func TestFetch(t *testing.T) {
	o := openOffice(t, nil)
	file := bytes.Repeat([]byte("conteúdo "), 1000)
	size := int64(len(file))
	sent := func(m *waE2E.Message) string {
		o.maria.Send(m)
		return o.next().Media.Ref
	}
	o.maria.Photo(file, "")
	photo := o.next().Media.Ref
	if got, err := o.files().Fetch(t.Context(), photo, size-1); got != nil || !errors.Is(err, bot.ErrFileTooLarge) {
		t.Errorf("one byte too long: %d bytes, %v", len(got), err)
	}
	if got, err := o.files().Fetch(t.Context(), photo, 10); got != nil || !errors.Is(err, bot.ErrFileTooLarge) {
		t.Errorf("far too long: %d bytes, %v", len(got), err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.files().Fetch(ended, photo, size); !errors.Is(err, context.Canceled) {
		t.Errorf("when it is over: %v", err)
	}
	path := func(path string) *waE2E.Message {
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{DirectPath: &path, MediaKey: make([]byte, 32), FileEncSHA256: make([]byte, 32), FileSHA256: make([]byte, 32), FileLength: new(uint64)}}
	}
	for name, ref := range map[string]string{
		"nothing":      "",
		"no reference": "???",
		"another host": sent(path(".example.com/v/x")),
		"nowhere":      sent(path("/v/x")),
		"no path":      sent(&waE2E.Message{ImageMessage: &waE2E.ImageMessage{}}),
	} {
		if got, err := o.files().Fetch(t.Context(), ref, size); got != nil || !errors.Is(err, bot.ErrFileGone) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	other := bytes.Repeat([]byte("x"), len(file))
	o.server.SwapMedia(other)
	if got, err := o.files().Fetch(t.Context(), photo, size); got != nil || !errors.Is(err, bot.ErrFileGone) {
		t.Errorf("another file: %d bytes, %v", len(got), err)
	}
	o.server.ForgetMedia()
	if got, err := o.files().Fetch(t.Context(), photo, size); got != nil || !errors.Is(err, bot.ErrFileGone) {
		t.Errorf("forgotten: %d bytes, %v", len(got), err)
	}
}

// keepsNothing looks at what the tables of the device have of Maria: her number
// beside her hidden address, until she has it erased, and no more.
func (o *office) keepsNothing() {
	o.t.Helper()
	var numbers, names, secrets, texts int
	count := func() {
		o.t.Helper()
		err := o.cfg.Keys.QueryRowContext(o.t.Context(), `
			SELECT (SELECT count(*) FROM whatsmeow_lid_map WHERE lid = $1),
			       (SELECT count(*) FROM whatsmeow_contacts),
			       (SELECT count(*) FROM whatsmeow_message_secrets),
			       (SELECT count(*) FROM whatsmeow_event_buffer WHERE plaintext IS NOT NULL)`, o.maria.LID()).Scan(&numbers, &names, &secrets, &texts)
		if err != nil {
			o.t.Fatal(err)
		}
	}
	for range 6000 { // the last message may still be in hand
		if count(); texts == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if numbers != 1 || names+secrets+texts != 0 {
		o.t.Errorf("the device keeps %d numbers, %d names, %d secrets and %d texts", numbers, names, secrets, texts)
	}
	if err := o.db.Erase(o.t.Context(), "whatsapp:"+o.maria.LID()+"@lid"); err != nil {
		o.t.Fatal(err)
	}
	if count(); numbers != 0 {
		o.t.Error("her number is not erased")
	}
}

// However WhatsApp writes her address, Maria is one person.
func TestOnePerson(t *testing.T) {
	o := openOffice(t, nil)
	for _, form := range []whatsapptest.Form{whatsapptest.ByNumber, whatsapptest.ByLID, whatsapptest.ByLIDOnly, whatsapptest.ByNumber} {
		o.maria.Shows(form)
		o.maria.Say("oi")
		if m := o.next(text("Olá!")); m.From != o.maria.LID()+"@lid" || m.Phone != maria {
			t.Errorf("in form %d she is %s", form, m.From)
		}
		o.result("sent")
		if got := o.maria.Next(); got.Text != "Olá!" {
			t.Errorf("in form %d she gets %+v", form, got)
		}
	}
}

func TestIgnores(t *testing.T) {
	o := openOffice(t, nil)
	id := o.maria.Say("oi")
	o.next()
	o.phone.Post(o.server.Group(o.phone, o.maria.Phone), "aviso a todos")
	o.maria.Post(o.server.Group(o.phone, o.maria.Phone), "oi, grupo")
	o.maria.Status("bom dia")
	o.maria.React(id, "👍")
	o.phone.Newsletter("novidades")
	o.phone.SendHistory()
	o.phone.Types(o.phone, "lembrete para mim")
	last := o.maria.Say("tchau")
	if m := o.next(); m.Text != "tchau" {
		t.Errorf("%+v came in", m)
	}
	o.maria.WaitDelivered(last)
	for range 6000 {
		if o.phone.Pending() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d stanzas are not acknowledged", o.phone.Pending())
}

// A message that the inbox does not take is given to us again, and those that
// are too many are not.
func TestInboxAway(t *testing.T) {
	if testing.Short() {
		t.Skip("a whatsmeow client that is broken off while it reads has data races of its own")
	}
	o := openOffice(t, nil)
	o.door.mu.Lock()
	o.door.fail = []error{errors.New("Redis is away"), bot.ErrFlood}
	o.door.mu.Unlock()
	o.maria.Say("oi")
	o.phone.WaitConnected(3) // pairing, at first, and again
	o.maria.Say("de novo")
	if m := o.next(); m.Text != "de novo" { // "oi" was given again, and was too much then
		t.Errorf("%+v came in", m)
	}

	o.door.mu.Lock()
	o.door.fail = []error{errors.New("Redis is away")}
	o.door.mu.Unlock()
	id := o.maria.Say("e agora?")
	if m := o.next(); m.Text != "e agora?" {
		t.Errorf("%+v came in", m)
	}
	o.maria.WaitDelivered(id)

	// What follows one that was not taken does not come before it.
	o.door.mu.Lock()
	o.door.fail = []error{errors.New("Redis is away")}
	said := []string{"um", "dois", "três", "quatro", "cinco"}
	for _, text := range said {
		o.maria.Say(text)
	}
	o.door.mu.Unlock()
	for _, want := range said {
		if m := o.next(); m.Text != want {
			t.Errorf("%q came in, want %q", m.Text, want)
		}
	}
}

// A message we panic on is let go the third time, and those after it come in.
func TestPanics(t *testing.T) {
	if testing.Short() {
		t.Skip("a whatsmeow client that is broken off while it reads has data races of its own")
	}
	o := openOffice(t, nil)
	o.door.mu.Lock()
	o.door.panic = 3
	o.door.mu.Unlock()
	o.maria.Say("meu segredo")
	o.maria.Say("e agora?")
	if m := o.next(); m.Text != "e agora?" {
		t.Errorf("%+v came in", m)
	}
	if n := o.phone.Connected(); n != 1 {
		t.Errorf("%d connections", n)
	}
	log := o.log.String()
	if n := strings.Count(log, "cannot handle an event"); n != 3 {
		t.Errorf("it panicked %d times", n)
	}
	if strings.Contains(log, "segredo") || strings.Contains(log, o.maria.Number()) {
		t.Errorf("the log tells of Maria:\n%s", log)
	}
}

// WhatsApp's own programs let nobody type so much; others might.
func TestTooLong(t *testing.T) {
	o := openOffice(t, nil)
	o.maria.Say(strings.Repeat("á", 65536) + "b")
	if m := o.next(); m.Text != strings.Repeat("á", 65536) {
		t.Errorf("%d bytes came in", len(m.Text))
	}
}

func TestComesOnce(t *testing.T) {
	o := openOffice(t, nil)
	o.maria.Say("oi")
	o.next()
	o.phone.FailDeliveries(whatsapptest.Twice, whatsapptest.Corrupt)
	o.maria.Say("duas vezes")
	if m := o.next(); m.Text != "duas vezes" {
		t.Errorf("%+v came in", m)
	}
	id := o.maria.Say("estragada")
	if m := o.next(); m.Text != "estragada" {
		t.Errorf("%+v came in", m)
	}
	o.maria.Again(id, "estragada")
	o.maria.Say("fim")
	if m := o.next(); m.Text != "fim" {
		t.Errorf("%+v came in", m)
	}
}

// After an outage of ours one answer is enough for all that was said in it.
func TestLate(t *testing.T) {
	o := openOffice(t, nil)
	o.maria.Say("oi")
	o.next()
	o.maria.Late(20 * time.Hour)
	o.maria.Say("bom dia")
	o.maria.Say("alguém aí?")
	o.maria.Edit(o.maria.Say("alô"), "alô?")
	o.phone.Types(o.maria.Phone, "já vai")
	o.maria.Late(0)
	o.maria.Say("agora")
	if m := o.next(); m.Text != "bom dia" || time.Since(m.At) > time.Minute {
		t.Errorf("%+v came in", m)
	}
	if m := o.next(); m.Act != bot.Wrote {
		t.Errorf("%+v came in", m)
	}
	if m := o.next(); m.Text != "agora" {
		t.Errorf("%+v came in", m)
	}
}

// What staff type on the phone comes in as an act of theirs, and what we send
// ourselves does not.
func TestStaff(t *testing.T) {
	o := openOffice(t, nil)
	o.says(text("Olá!"))
	o.result("sent")
	o.phone.Types(o.maria.Phone, "Oi, aqui é a Ana")
	m := o.next()
	if m.By == "" || m.Act != bot.Wrote || m.Text != "Oi, aqui é a Ana" || m.From != o.maria.LID()+"@lid" {
		t.Errorf("%+v came in", m)
	}
}

// A number that answers a quoted question is not taken for an answer to another.
func TestQuotedQuestion(t *testing.T) {
	o := openOffice(t, nil)
	o.says(bot.Reply{Text: "Qual conta?", Options: []string{"05/2026", "06/2026"}, Key: "old"})
	question := o.maria.Next()
	for said, want := range map[string]string{"2": "old", "1 e 2": "old", "1, 2": "old", "não entendi": "", "2ª via": ""} {
		o.maria.Reply(question, said)
		if m := o.next(); m.Text != said || m.Asked != want {
			t.Errorf("%q answers %q, want %q", m.Text, m.Asked, want)
		}
	}
	o.maria.Say("2")
	if m := o.next(); m.Asked != "" {
		t.Errorf("what quotes nothing answers %q", m.Asked)
	}
}

func TestCall(t *testing.T) {
	o := openOffice(t, nil)
	for range 2 {
		o.maria.WaitRejected(o.maria.Call())
	}
	if m := o.next(text("Só por mensagem.")); m.Media == nil || m.Media.Kind != "call" || m.From != o.maria.LID()+"@lid" {
		t.Errorf("%+v came in", m)
	}
	if got := o.maria.Next(); got.Text != "Só por mensagem." {
		t.Errorf("she gets %+v", got)
	}
	o.maria.Say("oi") // the second call is not heard of
	if m := o.next(); m.Text != "oi" {
		t.Errorf("%+v came in", m)
	}
}

// chart is a picture of a size.
func chart(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 900, 480))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSends(t *testing.T) {
	o := openOffice(t, func(cfg *whatsapp.Config) { cfg.Typing = 30 * time.Millisecond })
	pdf := append([]byte("%PDF-1.4\n1 0 obj <</Type /Pages>>\n2 0 obj <</Type /Page /Parent 1 0 R>>\n"), bytes.Repeat([]byte{0, 1, 2, 255}, 5000)...)
	picture := chart(t)
	id := o.maria.Say("oi")
	o.next(
		bot.Reply{Text: "Conta de *05/2026*, protocolo `26`", Options: []string{"Sim", "Não"}},
		bot.Reply{Copy: "00020126***6304"},
		bot.Reply{Document: &bot.Document{Name: "conta-202605.pdf", Type: "application/pdf", Caption: "Aqui está.", Body: pdf}},
		bot.Reply{Document: &bot.Document{Name: "dados.txt", Type: "text/plain; charset=utf-8", Body: []byte("olá")}},
		bot.Reply{Image: &bot.Document{Name: "consumo.png", Type: "image/png", Caption: "12 meses", Body: picture}},
	)
	o.maria.WaitRead(id)
	o.maria.WaitTyping(1)
	if got := o.maria.Next(); got.Text != "Conta de *05/2026*, protocolo ```26```\n\n1. Sim\n2. Não\n\nResponda com o número." || !strings.HasPrefix(got.ID, "3EB0") || len(got.ID) != 22 {
		t.Errorf("she gets %+v", got)
	}
	if got := o.maria.Next(); got.Text != "00020126***6304" {
		t.Errorf("she gets %+v", got)
	}
	got := o.maria.Next()
	if d := got.Document; d == nil || d.Err != nil || d.Name != "conta-202605.pdf" || d.Type != "application/pdf" || got.Text != "Aqui está." || !bytes.Equal(d.Body, pdf) {
		t.Errorf("she gets %+v", got)
	}
	if n := got.Raw.GetDocumentMessage().GetPageCount(); n != 1 {
		t.Errorf("it has %d pages", n)
	}
	if got := o.maria.Next(); got.Document == nil || got.Document.Name != "dados.txt" || string(got.Document.Body) != "olá" {
		t.Errorf("she gets %+v", got)
	}
	got = o.maria.Next()
	if i := got.Image; i == nil || i.Err != nil || got.Text != "12 meses" || !bytes.Equal(i.Body, picture) {
		t.Fatalf("she gets %+v", got)
	}
	raw := got.Raw.GetImageMessage()
	if small, kind, err := image.Decode(bytes.NewReader(got.Image.Thumbnail)); err != nil || kind != "jpeg" || small.Bounds().Dx() != 160 || raw.GetWidth() != 900 || raw.GetHeight() != 480 {
		t.Errorf("its thumbnail is %s, %v, of a picture of %dx%d", kind, err, raw.GetWidth(), raw.GetHeight())
	}
	for range 5 {
		o.result("sent")
	}
}

// A message of which nobody knows whether it went out goes out again, and is the
// same.
func TestSameMessageAgain(t *testing.T) {
	for name, fault := range map[string]whatsapptest.Fault{
		"lost ack": whatsapptest.LoseAck, "connection lost before": whatsapptest.DropBefore, "connection lost after": whatsapptest.DropAfter,
	} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t, func(cfg *whatsapp.Config) { cfg.Timeout = time.Second })
			o.phone.FailSends(whatsapptest.Fault{}, fault)
			o.says(text("um"), text("dois"), text("três"))
			var ids []string
			for _, want := range []string{"um", "dois", "três"} {
				got := o.maria.Next()
				if got.Text != want {
					t.Errorf("she gets %q, want %q", got.Text, want)
				}
				ids = append(ids, got.ID)
			}
			if fault == whatsapptest.LoseAck {
				if n := o.maria.Copies(ids[1]); n != 2 {
					t.Errorf("it came %d times", n)
				}
			}
		})
	}
}

// Of a letter with several messages those that went out do not go out again.
func TestPartsOnce(t *testing.T) {
	o := openOffice(t, nil)
	o.phone.FailSends(whatsapptest.Fault{}, whatsapptest.Nack(503))
	o.says(bot.Reply{Text: "Copie:", Copy: "0002"})
	o.result("retry")
	o.result("sent")
	words, code := o.maria.Next(), o.maria.Next()
	if words.Text != "Copie:" || code.Text != "0002" || o.maria.Copies(words.ID) != 1 || o.phone.Sent() != 3 {
		t.Errorf("%q came %d times, then %q; %d messages went out", words.Text, o.maria.Copies(words.ID), code.Text, o.phone.Sent())
	}
}

func TestUploadFails(t *testing.T) {
	o := openOffice(t, nil)
	o.server.FailUploads(1)
	o.says(bot.Reply{Document: &bot.Document{Name: "a.pdf", Type: "application/pdf", Body: []byte("%PDF")}}, text("fim"))
	if got := o.maria.Next(); got.Document == nil || string(got.Document.Body) != "%PDF" {
		t.Errorf("she gets %+v", got)
	}
	if got := o.maria.Next(); got.Text != "fim" {
		t.Errorf("she gets %+v", got)
	}
}

// The address that files are brought to has a password in it.
func TestUploadTellsNoPassword(t *testing.T) {
	o := openOffice(t, func(cfg *whatsapp.Config) {
		cfg.HTTP = cfg.HTTP.Clone()
		dial := cfg.HTTP.DialContext
		cfg.HTTP.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "mmg.") {
				return nil, errors.New("no route to it")
			}
			return dial(ctx, network, address)
		}
	})
	to := o.maria.LID() + "@lid"
	file := &bot.Document{Name: "a.pdf", Type: "application/pdf", Body: []byte("%PDF")}
	err := o.channel.Send(t.Context(), bot.Letter{ID: "1", Session: "whatsapp:" + to, To: to, Reply: bot.Reply{Document: file}})
	if !bot.IsTemporary(err) || !strings.Contains(err.Error(), "no route to it") || strings.Contains(err.Error(), "auth=") {
		t.Errorf("the error is %v", err)
	}
}

func TestRefused(t *testing.T) {
	o := openOffice(t, nil)
	o.phone.FailSends(whatsapptest.Nack(479), whatsapptest.Nack(404), whatsapptest.Nack(503))
	o.says(text("479"), text("404"), text("503"))
	o.result("dropped")
	o.result("blocked")
	o.result("retry")
	o.result("sent")
	if got := o.maria.Next(); got.Text != "503" {
		t.Errorf("she gets %+v", got)
	}

	o.phone.FailSends(whatsapptest.Nack(463))
	o.says(text("463"))
	o.result("retry")
	if s := o.await(whatsapp.Timelocked); time.Until(s.Until) < 23*time.Hour {
		t.Errorf("it is %v", s)
	}
	sent := o.phone.Sent()
	if err := o.mail.Tell(t.Context(), "whatsapp:"+o.maria.LID()+"@lid", "1", []bot.Reply{text("aviso")}); err != nil {
		t.Fatal(err)
	}
	jose := o.server.Customer("+557988886666", o.phone)
	jose.Say("oi")
	o.next(text("Olá!"))
	o.result("sent") // who has written is answered
	if got := jose.Next(); got.Text != "Olá!" || o.phone.Sent() != sent+1 {
		t.Errorf("he gets %+v, %d messages went out", got, o.phone.Sent()-sent)
	}
}

// Nobody gets a notice who has not written, and nobody once WhatsApp refuses them.
func TestNotices(t *testing.T) {
	o := openOffice(t, nil)
	notices := 0
	tell := func(person *whatsapptest.Phone, want string) {
		t.Helper()
		notices++
		if err := o.mail.Tell(t.Context(), "whatsapp:"+person.LID()+"@lid", fmt.Sprint(notices), []bot.Reply{text(fmt.Sprint("aviso ", notices))}); err != nil {
			t.Fatal(err)
		}
		o.result(want)
	}
	tell(o.maria.Phone, "blocked")
	o.says(text("Olá!"))
	o.result("sent")
	o.maria.Next()
	tell(o.maria.Phone, "sent")
	if got := o.maria.Next(); got.Text != "aviso 2" {
		t.Errorf("she gets %+v", got)
	}
	o.phone.FailSends(whatsapptest.Nack(479), whatsapptest.Nack(479), whatsapptest.Fault{}, whatsapptest.Nack(479), whatsapptest.Nack(479), whatsapptest.Nack(479))
	for _, want := range []string{"dropped", "dropped", "sent", "dropped", "dropped", "dropped"} {
		tell(o.maria.Phone, want)
	}
	before := o.phone.Sent()
	tell(o.maria.Phone, "dropped")
	if o.phone.Sent() != before || !strings.Contains(o.log.String(), "WhatsApp refuses notices") {
		t.Errorf("%d more went out; the log:\n%s", o.phone.Sent()-before, o.log)
	}
	o.says(text("Olá!")) // answers go on
	o.result("sent")
}

// A notice that must not be sent does not stand in the way of answers.
func TestNoticeRefused(t *testing.T) {
	o := openOffice(t, nil)
	o.says(text("Olá!"))
	o.result("sent")
	o.phone.FailSends(whatsapptest.Nack(463))
	if err := o.mail.Tell(t.Context(), "whatsapp:"+o.maria.LID()+"@lid", "1", []bot.Reply{text("aviso")}); err != nil {
		t.Fatal(err)
	}
	o.result("dropped")
	o.await(whatsapp.Timelocked)
	o.says(text("Pois não?"))
	o.result("sent")
}

// Not too many new people are answered at once.
func TestNewChats(t *testing.T) {
	o := openOffice(t, func(cfg *whatsapp.Config) { cfg.NewChats = 1 })
	o.says(text("Olá!"), text("Em que posso ajudar?"))
	o.result("sent")
	o.result("sent")
	o.server.Customer("+557988886666", o.phone).Say("oi")
	o.next(text("Olá!"))
	o.result("retry") // a minute later
	o.says(text("Pois não?"))
	o.result("sent")
}

// A phone that cannot read a message gets it again from a process that did not
// send it.
func TestAskedAgainAfterRestart(t *testing.T) {
	o := openOffice(t, nil)
	o.says(text("Olá!"))
	o.result("sent")
	o.maria.Next()

	o.maria.WaitDelivered(o.maria.Say("mais uma"))
	o.maria.FailDeliveries(whatsapptest.Corrupt)
	o.maria.Offline()
	o.next(text("guardada"))
	o.result("sent")
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	o.open()
	o.maria.Online()
	if got := o.maria.Next(); got.Text != "guardada" {
		t.Errorf("she gets %+v", got)
	}
	if o.maria.Retries() == 0 {
		t.Error("her phone could read it at once")
	}
}
