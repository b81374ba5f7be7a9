package whatsapptest_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"lojavirtual/bot/whatsapp/whatsapptest"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

const (
	loja  = "+557933330000"
	maria = "+557988887777"
)

// A companion is a client as the bot has one: keys in PostgreSQL.
type companion struct {
	*whatsmeow.Client
	t      *testing.T
	events chan any
}

func upgrade(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // of a test
	return sqlstore.NewWithDB(db, "postgres", nil).Upgrade(ctx)
}

func newCompanion(t *testing.T, server *http.Client) *companion {
	t.Helper()
	db, err := sql.Open("pgx", embedded.DatabaseForTest(t, "whatsapptest", upgrade))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var l waLog.Logger
	if testing.Verbose() {
		l = waLog.Stdout("loja", "DEBUG", false)
	}
	client := whatsmeow.NewClient(sqlstore.NewWithDB(db, "postgres", nil).NewDevice(), l)
	client.SetPreLoginHTTPClient(server)
	client.SetWebsocketHTTPClient(server)
	client.SetMediaHTTPClient(server)
	client.SynchronousAck, client.EnableDecryptedEventBuffer = true, true
	c := &companion{client, t, make(chan any, 1000)}
	client.AddEventHandler(func(evt any) { c.events <- evt })
	t.Cleanup(client.Disconnect)
	return c
}

// await returns the next event of a type, and drops those before it.
func await[E any](c *companion) E {
	c.t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case evt := <-c.events:
			if e, ok := evt.(E); ok {
				return e
			}
		case <-late:
			var none E
			c.t.Fatalf("no %T", none)
			return none
		}
	}
}

func (c *companion) pair(phone *whatsapptest.Phone) {
	c.t.Helper()
	if err := c.Connect(); err != nil {
		c.t.Fatal(err)
	}
	if err := phone.Scan(await[*events.QR](c).Codes[0]); err != nil {
		c.t.Fatal(err)
	}
	await[*events.PairSuccess](c)
	await[*events.Connected](c)
}

func (c *companion) say(to types.JID, text string) {
	c.t.Helper()
	if _, err := c.SendMessage(c.t.Context(), to, &waE2E.Message{Conversation: &text}); err != nil {
		c.t.Fatal(err)
	}
}

// paired is a server, the utility's phone, and the bot's client linked to it.
func paired(t *testing.T) (*whatsapptest.Server, *whatsapptest.Phone, *companion) {
	t.Helper()
	s := whatsapptest.New(t)
	phone := s.Phone(loja)
	c := newCompanion(t, s.HTTP())
	c.pair(phone)
	return s, phone, c
}

func TestPairByQR(t *testing.T) {
	s, phone, c := paired(t)
	if got := c.Store.ID.User; got != phone.Number() {
		t.Errorf("paired with %s", got)
	}
	if got := c.Store.LID.User; got != phone.LID() {
		t.Errorf("paired with LID %s", got)
	}
	if strange := s.Strange(); strange != nil {
		t.Errorf("queries not known: %q", strange)
	}
}

func TestPairByCode(t *testing.T) {
	s := whatsapptest.New(t)
	phone := s.Phone(loja)
	c := newCompanion(t, s.HTTP())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await[*events.QR](c)
	code, err := c.PairPhone(t.Context(), loja, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		t.Fatal(err)
	}
	if err := phone.Enter(code); err != nil {
		t.Fatal(err)
	}
	await[*events.PairSuccess](c)
	await[*events.Connected](c)
}

func TestLinkInVain(t *testing.T) {
	s := whatsapptest.New(t)
	phone := s.Phone(loja)
	c := newCompanion(t, s.HTTP())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await[*events.QR](c)
	if err := phone.Scan("boleto"); err == nil {
		t.Error("anything is a code")
	}
	if err := phone.Enter("ABCD-EFGH"); err == nil {
		t.Error("nobody asked for a number")
	}
	if _, err := c.PairPhone(t.Context(), maria, true, whatsmeow.PairClientChrome, "Chrome (Linux)"); !errors.Is(err, whatsmeow.ErrIQBadRequest) {
		t.Errorf("a number without an account: %v", err)
	}
	if _, err := c.PairPhone(t.Context(), loja, true, whatsmeow.PairClientChrome, "Chrome (Linux)"); err != nil {
		t.Fatal(err)
	}
	if err := phone.Enter("ABCD-EFGH"); err == nil {
		t.Error("any code will do")
	}

	c = newCompanion(t, s.HTTP())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	codes := await[*events.QR](c).Codes
	if err := phone.Scan(codes[1]); err != nil {
		t.Error(err)
	}
	if err := phone.Scan(codes[2]); err == nil {
		t.Error("linked twice")
	}
	await[*events.Connected](c)
}

func TestTwoDevices(t *testing.T) {
	s, phone, first := paired(t)
	second := newCompanion(t, s.HTTP())
	second.pair(phone)
	m := s.Customer(maria, phone)
	m.Say("oi")
	chat := hears(t, first, "oi").Info.Chat
	hears(t, second, "oi")
	first.say(chat, "olá")
	sees(t, m, "olá")
	if got := hears(t, second, "olá").Info; !got.IsFromMe || got.Chat != chat {
		t.Errorf("got %+v", got)
	}
	if err := second.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.Say("ainda?")
	hears(t, first, "ainda?")
	if got := phone.Linked(); got != 1 {
		t.Errorf("%d devices linked", got)
	}
}

func TestTextBothWays(t *testing.T) {
	s, phone, c := paired(t)
	m := s.Customer(maria, phone)
	m.Say("oi")
	got := await[*events.Message](c)
	if got.Message.GetConversation() != "oi" || got.Info.Sender.User != m.LID() || got.Info.SenderAlt.User != m.Number() {
		t.Fatalf("got %+v", got)
	}
	c.say(got.Info.Chat, "olá")
	if next := m.Next(); next.Text != "olá" || next.From != phone.LID() || next.Own {
		t.Fatalf("maria sees %+v", next)
	}
	if echo := phone.Next(); echo.Text != "oi" || echo.Own {
		t.Fatalf("the phone sees %+v", echo)
	}
	if echo := phone.Next(); echo.Text != "olá" || !echo.Own || echo.To != m.LID() {
		t.Fatalf("the phone sees %+v", echo)
	}
	phone.Types(m.Phone, "sou uma pessoa")
	typed := await[*events.Message](c)
	if !typed.Info.IsFromMe || typed.Info.Chat.User != m.LID() || typed.Message.GetConversation() != "sou uma pessoa" {
		t.Fatalf("got %+v", typed)
	}
}

func TestMedia(t *testing.T) {
	s, phone, c := paired(t)
	m := s.Customer(maria, phone)
	body := bytes.Repeat([]byte("conta de água "), 10_000)

	m.Document("comprovante.pdf", "application/pdf", body, "segue")
	got := await[*events.Message](c)
	document := got.Message.GetDocumentMessage()
	if document.GetFileName() != "comprovante.pdf" || document.GetCaption() != "segue" {
		t.Fatalf("got %v", got.Message)
	}
	if back, err := c.Download(t.Context(), document); err != nil || !bytes.Equal(back, body) {
		t.Fatalf("%d bytes, %v", len(back), err)
	}

	up, err := c.Upload(t.Context(), body, whatsmeow.MediaDocument)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SendMessage(t.Context(), got.Info.Chat, &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
		FileSHA256: up.FileSHA256, FileLength: &up.FileLength, FileName: proto.String("conta.pdf"),
	}}); err != nil {
		t.Fatal(err)
	}
	if f := m.Next().Document; f.Err != nil || f.Name != "conta.pdf" || !bytes.Equal(f.Body, body) {
		t.Fatalf("%d bytes, %v", len(f.Body), f.Err)
	}
}

// text sends one with an id and tells what came of it.
func (c *companion) text(to types.JID, id, text string, timeout time.Duration) error {
	_, err := c.SendMessage(c.t.Context(), to, &waE2E.Message{Conversation: &text}, whatsmeow.SendRequestExtra{ID: id, Timeout: timeout})
	return err
}

// talking is a pair where each has written to the other once.
func talking(t *testing.T) (*whatsapptest.Phone, *companion, *whatsapptest.Customer, types.JID) {
	t.Helper()
	s, phone, c := paired(t)
	m := s.Customer(maria, phone)
	m.Say("oi")
	chat := await[*events.Message](c).Info.Chat
	c.say(chat, "olá")
	m.Next()
	return phone, c, m, chat
}

func hears(t *testing.T, c *companion, text string) *events.Message {
	t.Helper()
	got := await[*events.Message](c)
	if got.Message.GetConversation() != text {
		t.Fatalf("got %v, want %q", got.Message, text)
	}
	return got
}

func sees(t *testing.T, p *whatsapptest.Customer, text string) *whatsapptest.Message {
	t.Helper()
	got := p.Next()
	if got.Text != text {
		t.Fatalf("%+v, want %q", got, text)
	}
	return got
}

func TestReconnect(t *testing.T) {
	phone, c, m, chat := talking(t)
	for i, drop := range []func(){
		phone.Disconnect,
		func() { phone.StreamError(503) },
		func() { phone.StreamError(515) },
	} {
		drop()
		phone.WaitConnected(i + 2)
		m.Say("de novo")
		hears(t, c, "de novo")
		c.say(chat, "sim")
		sees(t, m, "sim")
	}
}

func TestOffline(t *testing.T) {
	phone, c, m, _ := talking(t)
	for phone.Pending() > 0 { // until what was said before is acknowledged
		time.Sleep(10 * time.Millisecond)
	}
	c.Disconnect()
	for _, text := range []string{"um", "dois", "três"} {
		m.Say(text)
	}
	if got := phone.Pending(); got < 3 {
		t.Errorf("%d stanzas wait", got)
	}
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	if got := await[*events.OfflineSyncPreview](c); got.Messages != 3 {
		t.Errorf("announced %+v", got)
	}
	for _, text := range []string{"um", "dois", "três"} {
		hears(t, c, text)
	}
	if got := await[*events.OfflineSyncCompleted](c); got.Count < 3 {
		t.Errorf("completed %+v", got)
	}
	m.Say("quatro")
	hears(t, c, "quatro")
	if got := c.Store; got == nil || phone.Connected() != 1 {
		t.Error("not connected")
	}
}

// What was not acknowledged comes again with the next login.
func TestUnacknowledged(t *testing.T) {
	phone, c, m, _ := talking(t)
	var asked atomic.Int32
	c.AddEventHandlerWithSuccessStatus(func(evt any) bool {
		_, ok := evt.(*events.Message)
		return !ok || asked.Add(1) > 1
	})
	m.Say("guarde isto")
	hears(t, c, "guarde isto")
	phone.Disconnect()
	hears(t, c, "guarde isto")
	phone.WaitSettled()
	if got := asked.Load(); got != 2 {
		t.Errorf("the handler was asked %d times", got)
	}
}

// What was acknowledged in vain comes again, and is known.
func TestDropAck(t *testing.T) {
	phone, c, m, _ := talking(t)
	phone.FailDeliveries(whatsapptest.DropAck)
	m.Say("um")
	hears(t, c, "um")
	phone.WaitConnected(2)
	m.Say("dois")
	hears(t, c, "dois")
	phone.WaitSettled()
}

func TestCorrupt(t *testing.T) {
	for name, first := range map[string]bool{"first message": true, "later message": false} {
		t.Run(name, func(t *testing.T) {
			s, phone, c := paired(t)
			m := s.Customer(maria, phone)
			if !first {
				m.Say("oi")
				c.say(hears(t, c, "oi").Info.Chat, "olá")
				m.Next()
			}
			phone.FailDeliveries(whatsapptest.Corrupt)
			id := m.Say("2ª via")
			await[*events.UndecryptableMessage](c)
			if got := hears(t, c, "2ª via"); got.Info.ID != id {
				t.Errorf("got %s, want %s", got.Info.ID, id)
			}
			if phone.Retries() == 0 {
				t.Error("nobody asked for it again")
			}
		})
	}
}

// A customer who cannot read an answer asks for it again, and gets it under the
// same id.
func TestCorruptAnswer(t *testing.T) {
	_, c, m, chat := talking(t)
	m.FailDeliveries(whatsapptest.Corrupt)
	if err := c.text(chat, "3EB0AF", "sua conta", 0); err != nil {
		t.Fatal(err)
	}
	if got := sees(t, m, "sua conta"); got.ID != "3EB0AF" || m.Retries() != 1 {
		t.Errorf("%+v after %d retries", got, m.Retries())
	}
}

func TestTwice(t *testing.T) {
	phone, c, m, _ := talking(t)
	phone.FailDeliveries(whatsapptest.Twice)
	id := m.Say("um")
	m.Say("dois")
	hears(t, c, "um")
	hears(t, c, "dois")
	m.Again(id, "um") // the same id in a new ciphertext is an event of its own
	if got := hears(t, c, "um"); got.Info.ID != id {
		t.Errorf("got %s, want %s", got.Info.ID, id)
	}
}

func TestFailSends(t *testing.T) {
	phone, c, m, chat := talking(t)
	phone.FailSends(whatsapptest.DropBefore, whatsapptest.Fault{}, whatsapptest.DropAfter)
	for i, id := range []string{"3EB0AA", "3EB0AB"} { // the library repeats what was in mid air
		if err := c.text(chat, id, "resposta", 0); err != nil {
			t.Fatal(err)
		}
		sees(t, m, "resposta")
		phone.WaitConnected(i + 2)
	}
	if got := m.Copies("3EB0AB"); got != 1 {
		t.Errorf("%d copies of what was carried on and repeated", got)
	}

	phone.FailSends(whatsapptest.LoseAck)
	if err := c.text(chat, "3EB0AC", "perdida", 200*time.Millisecond); !errors.Is(err, whatsmeow.ErrMessageTimedOut) {
		t.Errorf("a lost ack is %v", err)
	}
	sees(t, m, "perdida")
	if err := c.text(chat, "3EB0AC", "perdida", 0); err != nil {
		t.Error(err)
	}
	c.say(chat, "fim")
	sees(t, m, "fim")
	if got := m.Copies("3EB0AC"); got != 2 {
		t.Errorf("%d copies, want 2, one shown", got)
	}

	for _, code := range []int{463, 479} {
		phone.FailSends(whatsapptest.Nack(code))
		err := c.text(chat, "3EB0AD", "recusada", 0)
		if !errors.Is(err, whatsmeow.ErrServerReturnedError) || !strings.HasSuffix(err.Error(), strconv.Itoa(code)) {
			t.Errorf("a refusal is %v", err)
		}
	}
	if m.Copies("3EB0AD") != 0 {
		t.Error("a refused message came")
	}
}

func TestRefuse(t *testing.T) {
	for reason, check := range map[events.ConnectFailureReason]func(*companion){
		401: func(c *companion) { await[*events.LoggedOut](c) },
		403: func(c *companion) { await[*events.LoggedOut](c) },
		405: func(c *companion) { await[*events.ClientOutdated](c) },
		400: func(c *companion) { await[*events.ConnectFailure](c) },
	} {
		t.Run(strconv.Itoa(int(reason)), func(t *testing.T) {
			_, phone, c := paired(t)
			phone.Refuse(reason)
			check(c)
		})
	}
	t.Run("banned", func(t *testing.T) {
		_, phone, c := paired(t)
		phone.Ban(events.TempBanSentTooManySameMessage, 90*time.Minute)
		if got := await[*events.TemporaryBan](c); got.Code != events.TempBanSentTooManySameMessage || got.Expire != 90*time.Minute {
			t.Errorf("got %v", got)
		}
		phone.Admit()
		c.Disconnect()
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		phone.WaitConnected(2)
	})
	t.Run("503", func(t *testing.T) {
		_, phone, c := paired(t)
		phone.Refuse(503)
		await[*events.Disconnected](c)
		phone.Admit()
		phone.WaitConnected(2)
	})
	t.Run("replaced", func(t *testing.T) {
		_, phone, c := paired(t)
		phone.Replace()
		await[*events.StreamReplaced](c)
	})
	t.Run("unlinked", func(t *testing.T) {
		_, phone, c := paired(t)
		phone.Unlink()
		if got := await[*events.LoggedOut](c); got.OnConnect {
			t.Errorf("got %+v", got)
		}
		if phone.Linked() != 0 {
			t.Error("still linked")
		}
	})
	t.Run("unlinked while away", func(t *testing.T) {
		_, phone, c := paired(t)
		c.Disconnect()
		phone.Unlink()
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		if got := await[*events.LoggedOut](c); !got.OnConnect {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("logged in elsewhere", func(t *testing.T) {
		s, phone, c := paired(t)
		second := whatsmeow.NewClient(c.Store, nil)
		second.SetWebsocketHTTPClient(s.HTTP())
		if err := second.Connect(); err != nil {
			t.Fatal(err)
		}
		defer second.Disconnect()
		await[*events.StreamReplaced](c)
		phone.WaitConnected(2)
	})
}

func TestFreeze(t *testing.T) {
	phone, c, _, chat := talking(t)
	phone.Freeze()
	if err := c.text(chat, "3EB0AE", "?", 200*time.Millisecond); !errors.Is(err, whatsmeow.ErrMessageTimedOut) {
		t.Errorf("got %v", err)
	}
}

func TestMediaTrouble(t *testing.T) {
	s, phone, c := paired(t)
	m := s.Customer(maria, phone)
	s.FailUploads(1)
	if _, err := c.Upload(t.Context(), []byte("conta"), whatsmeow.MediaDocument); err == nil {
		t.Error("nothing failed")
	}
	if _, err := c.Upload(t.Context(), []byte("conta"), whatsmeow.MediaDocument); err != nil {
		t.Error(err)
	}
	m.Photo([]byte("\xff\xd8 um vazamento"), "na minha rua")
	photo := await[*events.Message](c).Message.GetImageMessage()
	if photo.GetCaption() != "na minha rua" {
		t.Errorf("got %v", photo)
	}
	s.ForgetMedia()
	if _, err := c.Download(t.Context(), photo); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404) {
		t.Errorf("got %v", err)
	}
	m.Voice([]byte("OggS"))
	if !await[*events.Message](c).Message.GetAudioMessage().GetPTT() {
		t.Error("no voice note")
	}
	m.Place(-10.91, -37.07)
	if got := await[*events.Message](c).Message.GetLocationMessage().GetDegreesLatitude(); got != -10.91 {
		t.Errorf("got %v", got)
	}
}

func TestSmallThings(t *testing.T) {
	phone, c, m, chat := talking(t)
	c.SetForceActiveDeliveryReceipts(true)
	id := m.Say("leia")
	hears(t, c, "leia")
	m.WaitDelivered(id)
	if err := c.MarkRead(t.Context(), []types.MessageID{id}, time.Now(), chat, chat); err != nil {
		t.Fatal(err)
	}
	m.WaitRead(id)
	if err := c.SendChatPresence(t.Context(), chat, types.ChatPresenceComposing, ""); err != nil {
		t.Fatal(err)
	}
	m.WaitTyping(1)

	c.say(chat, "qual?")
	question := sees(t, m, "qual?")
	m.Reads(question.ID)
	for await[*events.Receipt](c).Type != types.ReceiptTypeRead { // delivery receipts come first
	}
	m.Reply(question, "essa")
	reply := await[*events.Message](c).Message.GetExtendedTextMessage()
	if reply.GetText() != "essa" || reply.GetContextInfo().GetStanzaID() != question.ID {
		t.Errorf("got %v", reply)
	}
	id = m.Say("ess")
	hears(t, c, "ess")
	m.Edit(id, "essa")
	if got := await[*events.Message](c); !got.IsEdit || got.Message.GetProtocolMessage().GetKey().GetID() != id {
		t.Errorf("got %v", got.Message)
	}
	m.Revoke(id)
	if got := await[*events.Message](c).Message.GetProtocolMessage(); got.GetType() != waE2E.ProtocolMessage_REVOKE || got.GetKey().GetID() != id {
		t.Errorf("got %v", got)
	}
	m.React(question.ID, "👍")
	if got := await[*events.Message](c).Message.GetReactionMessage(); got.GetText() != "👍" || got.GetKey().GetID() != question.ID {
		t.Errorf("got %v", got)
	}

	m.Begins()
	if got := await[*events.ChatPresence](c); got.State != types.ChatPresenceComposing || got.Chat != chat {
		t.Errorf("got %+v", got)
	}
	//nolint:staticcheck // deprecated to frighten, not to go
	if ok, _ := c.DangerousInternals().SendKeepAlive(t.Context()); !ok {
		t.Error("no answer to a ping")
	}

	if err := c.SubscribePresence(t.Context(), chat); err != nil {
		t.Fatal(err)
	}
	if !await[*events.Presence](c).Unavailable {
		t.Error("there already")
	}
	m.Appear(true)
	if await[*events.Presence](c).Unavailable || !m.Available() || phone.Available() {
		t.Error("not there")
	}

	call := m.Call()
	offer := await[*events.CallOffer](c)
	if offer.CallID != call || offer.From.User != m.LID() || offer.CallCreatorAlt.User != m.Number() {
		t.Errorf("got %+v", offer)
	}
	if err := c.RejectCall(t.Context(), offer.From, offer.CallID); err != nil {
		t.Fatal(err)
	}
	m.WaitRejected(call)
	m.HangUp(m.Call())
	await[*events.CallTerminate](c)

	m.Late(26 * time.Hour)
	m.Say("ontem")
	if got := hears(t, c, "ontem"); time.Since(got.Info.Timestamp) < 25*time.Hour {
		t.Errorf("dated %v", got.Info.Timestamp)
	}
	if phone.Sent() != 2 {
		t.Errorf("%d messages sent", phone.Sent())
	}
}

func TestForms(t *testing.T) {
	_, c, m, _ := talking(t)
	for _, form := range []whatsapptest.Form{whatsapptest.ByLID, whatsapptest.ByLIDOnly, whatsapptest.ByNumber} {
		m.Shows(form)
		m.Say("oi")
		got := hears(t, c, "oi").Info
		want, alt := m.LID(), m.Number()
		switch form {
		case whatsapptest.ByLIDOnly:
			alt = ""
		case whatsapptest.ByNumber:
			want, alt = alt, want
		}
		if got.Sender.User != want || got.SenderAlt.User != alt {
			t.Errorf("form %d: got %v and %v", form, got.Sender, got.SenderAlt)
		}
		c.say(got.Chat, "olá")
		sees(t, m, "olá")
	}
}

func TestIgnored(t *testing.T) {
	s, phone, c := paired(t)
	m := s.Customer(maria, phone)
	m.Post(s.Group(m.Phone, phone), "bom dia, grupo")
	if got := await[*events.Message](c); got.Message.GetSenderKeyDistributionMessage() == nil {
		t.Errorf("got %v", got.Message)
	}
	if got := hears(t, c, "bom dia, grupo").Info; !got.IsGroup || got.Sender.User != m.LID() {
		t.Errorf("got %+v", got)
	}
	m.Status("na praia")
	await[*events.Message](c) // the key
	if got := await[*events.Message](c); got.Info.Chat != types.StatusBroadcastJID || got.Message.GetExtendedTextMessage().GetText() != "na praia" {
		t.Errorf("got %+v", got)
	}
	phone.Newsletter("promoção")
	if got := hears(t, c, "promoção").Info; got.Chat.Server != types.NewsletterServer {
		t.Errorf("got %+v", got)
	}
	if strange := s.Strange(); strange != nil {
		t.Errorf("queries not known: %q", strange)
	}
}

func TestIsOnWhatsApp(t *testing.T) {
	s, _, c := paired(t)
	m := s.Phone("+557988887777")
	jid := types.NewJID(m.Number(), types.DefaultUserServer)
	if info, err := c.GetUserInfo(t.Context(), []types.JID{jid}); err != nil || info[jid].LID.User != m.LID() || len(info[jid].Devices) != 1 {
		t.Errorf("got %v, %v", info, err)
	}
	for number, want := range map[string]string{"+5579988887777": "557988887777", "+557988887777": "557988887777", "+5579911112222": ""} {
		got, err := c.IsOnWhatsApp(t.Context(), []string{number})
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %v %v", number, got, err)
		}
		if got[0].IsIn != (want != "") || got[0].IsIn && got[0].JID.User != want {
			t.Errorf("%s: %+v", number, got[0])
		}
	}
}

func TestRenew(t *testing.T) {
	_, c, m, chat := talking(t)
	m.Renew()
	c.say(chat, "ainda aí?")
	sees(t, m, "ainda aí?")
	m.Say("telefone novo")
	hears(t, c, "telefone novo")
}

func TestHistory(t *testing.T) {
	_, phone, c := paired(t)
	phone.SendHistory()
	await[*events.HistorySync](c)
}

func TestPhoneOffline(t *testing.T) {
	phone, c, m, chat := talking(t)
	phone.Offline()
	m.Say("alguém?")
	hears(t, c, "alguém?")
	c.say(chat, "eu")
	sees(t, m, "eu")
	phone.Online()
	for phone.Next().Text != "eu" { // it catches up
	}
}

func TestRequires(t *testing.T) {
	s, phone, c := paired(t)
	s.Requires(whatsapptest.Revision + 1)
	phone.Disconnect()
	await[*events.ClientOutdated](c)
	v, err := whatsmeow.GetLatestVersion(t.Context(), s.HTTP())
	if err != nil || v[2] != whatsapptest.Revision+1 {
		t.Fatalf("got %v, %v", v, err)
	}
	defer func(was *waWa6.ClientPayload_UserAgent_AppVersion) {
		store.BaseClientPayload.UserAgent.AppVersion = was
	}(store.BaseClientPayload.UserAgent.AppVersion)
	// SetWAVersion does not reach what is said at login.
	store.BaseClientPayload.UserAgent.AppVersion = v.ProtoAppVersion()
	c.Disconnect()
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	phone.WaitConnected(2)
}

func TestSlow(t *testing.T) {
	s, phone, c := paired(t)
	m := s.Customer(maria, phone)
	s.Slow(20 * time.Millisecond)
	m.Say("oi")
	hears(t, c, "oi")
}

// A client in another process reaches the same server.
func TestJoin(t *testing.T) {
	if invitation := os.Getenv("WHATSAPPTEST_INVITATION"); invitation != "" {
		client, err := whatsapptest.Join(invitation)
		if err != nil {
			t.Fatal(err)
		}
		c := newCompanion(t, client)
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		fmt.Println("code", await[*events.QR](c).Codes[0])
		c.say(hears(t, c, "oi").Info.Chat, "olá de outro processo")
		return
	}
	s := whatsapptest.New(t)
	phone := s.Phone(loja)
	child := exec.Command(os.Args[0], "-test.run=^TestJoin$")
	child.Env = append(os.Environ(), "WHATSAPPTEST_INVITATION="+s.Invitation())
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if code, ok := strings.CutPrefix(lines.Text(), "code "); ok {
			if err := phone.Scan(code); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	phone.WaitConnected(1)
	m := s.Customer(maria, phone)
	m.Say("oi")
	sees(t, m, "olá de outro processo")
	_, _ = io.Copy(io.Discard, out)
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}

func TestNothingLeft(t *testing.T) {
	embedded.ForTest(t)
	current := goleak.IgnoreCurrent()
	t.Run("talk", func(t *testing.T) {
		phone, c, m, chat := talking(t)
		phone.Disconnect()
		phone.WaitConnected(2)
		m.Say("tchau")
		hears(t, c, "tchau")
		c.say(chat, "tchau")
		sees(t, m, "tchau")
	})
	// A whatsmeow client that leaves while a frame arrives leaves its reader behind.
	goleak.VerifyNone(t, current, goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow/socket.(*FrameSocket).frameComplete"))
}

func TestSixty(t *testing.T) {
	s, phone, c := paired(t)
	start := time.Now()
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() { s.Customer(fmt.Sprintf("+5579%08d", 88000000+i), phone).Say("oi") })
	}
	for range 60 {
		await[*events.Message](c)
	}
	all.Wait()
	t.Logf("60 customers in %v", time.Since(start))
}
