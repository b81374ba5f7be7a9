package whatsapp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"lojavirtual/bot"
)

// Copies keeps what is sent, for devices that cannot read it and ask for it
// again.
type Copies interface {
	// KeepCopy keeps a message under its id. First tells that nothing has been sent
	// to the person for days.
	KeepCopy(ctx context.Context, session, id string, message []byte) (first bool, err error)
	// Copy returns the message that was sent to a person under an id, if it is kept.
	Copy(ctx context.Context, session, id string) (message []byte, ok bool, err error)
}

type noCopies struct{}

func (noCopies) KeepCopy(context.Context, string, string, []byte) (bool, error) { return false, nil }

func (noCopies) Copy(context.Context, string, string) ([]byte, bool, error) { return nil, false, nil }

// failure is a message that was not sent and may be sent later.
type failure struct {
	cause error
	after time.Duration // when to try again; zero if anybody's guess
}

func (f *failure) Error() string {
	return "send to WhatsApp: " + hidden{f.cause}.Error()
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

// Temporary tells that it may be sent later.
func (f *failure) Temporary() bool { return true }

// RetryAfter is when to try again; zero if nobody knows.
func (f *failure) RetryAfter() time.Duration { return f.after }

// Send delivers a letter; the person is an address of WhatsApp, see receive.
// Each of its messages has an id made of the letter's, so that one sent again is
// the same message to the phone that gets it. The error is temporary while we are
// not connected or WhatsApp says wait, bot.ErrBlocked if the person is not there,
// else for good. A notice goes only to people with whom there is a chat, and to
// nobody while WhatsApp refuses notices.
func (c *Channel) Send(ctx context.Context, l bot.Letter) error {
	to, err := types.ParseJID(l.To)
	if err != nil || to.Server != types.HiddenUserServer && to.Server != types.DefaultUserServer || to.Device != 0 {
		return errors.New("whatsapp: a letter is not to a person")
	}
	list := Bubbles(l.Reply)
	if len(list) == 0 {
		return errors.New("whatsapp: a reply without content")
	}
	if err := c.may(ctx, to, l); err != nil {
		return err
	}
	done, _ := c.sent.Get(l.ID)
	for i := done; i < len(list); i++ {
		if err := c.deliver(ctx, to, l, i, list[i]); err != nil {
			return c.judge(l, err)
		}
		c.sent.Put(l.ID, i+1)
	}
	if l.Notice {
		c.pace.noticeTaken()
	}
	return nil
}

// may waits until letters can be sent. It returns an error if this one cannot now,
// or must not.
func (c *Channel) may(ctx context.Context, to types.JID, l bot.Letter) error {
	if s := c.Status(); s.State == TempBanned || s.State == Replaced {
		return &failure{cause: errors.New(s.State.What()), after: time.Until(s.Until)}
	}
	if err := c.Wait(ctx); err != nil {
		return &failure{cause: err}
	}
	if left := c.pace.heldFor(l.To); left > 0 {
		return &failure{cause: errors.New("WhatsApp has refused to write to this person"), after: left}
	}
	if !l.Notice {
		return nil
	}
	c.mu.Lock()
	locked := time.Now().Before(c.timelock)
	c.mu.Unlock()
	if locked || !c.pace.takesNotices() {
		return errors.New("whatsapp: a notice was left out, WhatsApp refuses them for the time being")
	}
	known, err := c.client.Store.ContainsSession(ctx, to.SignalAddress())
	switch {
	case err != nil:
		return &failure{cause: err}
	case !known:
		return fmt.Errorf("whatsapp: no chat to put a notice in: %w", bot.ErrBlocked)
	}
	return nil
}

// deliver sends one message of a letter.
func (c *Channel) deliver(ctx context.Context, to types.JID, l bot.Letter, part int, b Bubble) error {
	id := messageID(l.ID, part)
	message, again := c.ready.Get(id)
	if !again {
		var err error
		if message, err = c.compose(ctx, b); err != nil {
			return err
		}
		first, err := c.keep(ctx, l.Session, id, message)
		if err != nil {
			c.Log.Warn("cannot keep a copy of what is sent to WhatsApp", "session", l.Session, "error", err)
		}
		if first { // at the second try it is not
			if wait := c.pace.newChat(); wait > 0 {
				return &failure{cause: errors.New("too many new chats at once"), after: wait}
			}
		}
		c.ready.Put(id, message)
		c.answering(ctx, to, l, b)
		c.asked.Put(id, l.Reply.Key)
	}
	if err := c.pace.wait(ctx); err != nil {
		return err
	}
	_, err := c.client.SendMessage(ctx, to, message, whatsmeow.SendRequestExtra{ID: id, Timeout: c.Timeout})
	return err
}

func (c *Channel) keep(ctx context.Context, session, id string, message *waE2E.Message) (first bool, err error) {
	body, err := proto.Marshal(message)
	if err != nil {
		return false, err
	}
	return c.Copies.KeepCopy(ctx, session, id, body)
}

// messageID is the id of a message of a letter, in the form of the web client's.
func messageID(letter string, part int) types.MessageID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", letter, part))
	return whatsmeow.WebMessageIDPrefix + strings.ToUpper(hex.EncodeToString(sum[:9]))
}

// compose makes a message, and brings its file to WhatsApp.
func (c *Channel) compose(ctx context.Context, b Bubble) (*waE2E.Message, error) {
	if b.File == nil {
		return &waE2E.Message{Conversation: &b.Text}, nil
	}
	var caption *string
	if b.Text != "" {
		caption = &b.Text
	}
	if b.Picture {
		up, err := c.upload(ctx, b.File.Body, whatsmeow.MediaImage)
		if err != nil {
			return nil, err
		}
		m := &waE2E.ImageMessage{
			Caption: caption, Mimetype: &b.File.Type, URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
		}
		if small, width, height, err := thumbnail(b.File.Body); err == nil {
			m.JPEGThumbnail, m.Width, m.Height = small, proto.Uint32(uint32(width)), proto.Uint32(uint32(height))
		} else {
			c.Log.Warn("a picture has no thumbnail", "name", b.File.Name, "error", err)
		}
		return &waE2E.Message{ImageMessage: m}, nil
	}
	up, err := c.upload(ctx, b.File.Body, whatsmeow.MediaDocument)
	if err != nil {
		return nil, err
	}
	d := &waE2E.DocumentMessage{
		FileName: &b.File.Name, Title: &b.File.Name, Caption: caption, Mimetype: &b.File.Type,
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
	}
	if n := pages(b.File.Body); n > 0 {
		d.PageCount = &n
	}
	m := &waE2E.Message{DocumentMessage: d}
	if caption != nil { // else phones do not show it
		m = &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: m}}
	}
	return m, nil
}

// upload brings a file to WhatsApp. Its error does not have the address it was to
// go to, in which there is a password.
func (c *Channel) upload(ctx context.Context, body []byte, kind whatsmeow.MediaType) (whatsmeow.UploadResponse, error) {
	up, err := c.client.Upload(ctx, body, kind)
	if addressed := (*url.Error)(nil); errors.As(err, &addressed) {
		err = addressed.Err
	}
	if err != nil {
		return up, fmt.Errorf("upload a file: %w", err)
	}
	return up, nil
}

// answering shows that we have read what is answered, and that we type for as
// long as a person would, within reason. It is a courtesy, whose failure changes
// nothing.
func (c *Channel) answering(ctx context.Context, to types.JID, l bot.Letter, b Bubble) {
	read, _ := c.unread.Take(l.To)
	for _, r := range chats(read) {
		if err := c.client.MarkRead(ctx, r.ids, time.Now(), r.chat, r.sender); err != nil {
			c.Log.Debug("not marked as read", "error", hidden{err})
		}
	}
	if c.Typing < 0 {
		return
	}
	if err := c.client.SendChatPresence(ctx, to, types.ChatPresenceComposing, types.ChatPresenceMediaText); err != nil {
		c.Log.Debug("not shown as typing", "error", hidden{err})
	}
	const long = 300 // characters, for which it takes longest
	length := min(utf8.RuneCountInString(b.Text), long)
	sleep(ctx, c.Typing/3+c.Typing*2/3*time.Duration(length)/long)
}

// How long WhatsApp is obeyed where it does not say how long.
const (
	lockedFor = 24 * time.Hour // no notices, to nobody
	heldFor   = time.Hour      // nothing, to one person
	overrun   = time.Minute    // after too much at once
)

// judge says of what came of a message whether it can be sent later, and draws
// the lessons for the others.
func (c *Channel) judge(l bot.Letter, err error) error {
	if f := (*failure)(nil); errors.As(err, &f) {
		return err
	}
	code := refusal(err)
	if l.Notice && code > 0 && code < 500 {
		if c.pace.noticeRefused() {
			c.Log.Error("WhatsApp refuses notices, none is sent for a day", "code", code)
		}
	}
	switch {
	case code == 463: // the account may write only to people who have written first
		c.lock()
		if l.Notice { // what answers them is not to wait behind it
			return errors.New("whatsapp: a notice was refused, there is no chat for it")
		}
		c.pace.hold(l.To, heldFor)
		return &failure{cause: err, after: heldFor}
	case code == 403, code == 404, code == 410:
		return fmt.Errorf("whatsapp: refused with code %d: %w", code, bot.ErrBlocked)
	case code == 429, errors.Is(err, whatsmeow.ErrIQRateOverLimit):
		return &failure{cause: err, after: overrun}
	case code > 0 && code < 500:
		return fmt.Errorf("whatsapp: the message is refused with code %d", code)
	default:
		return &failure{cause: err}
	}
}

// refusal is the code with which WhatsApp has refused a message, 0 if it has not.
// It is the last word of the error's text and nowhere else.
func refusal(err error) int {
	if !errors.Is(err, whatsmeow.ErrServerReturnedError) {
		return 0
	}
	text := err.Error()
	code, _ := strconv.Atoi(text[strings.LastIndexByte(text, ' ')+1:])
	return code
}

// lock takes note that WhatsApp lets us write only in chats that exist.
func (c *Channel) lock() {
	now := time.Now()
	until := now.Add(lockedFor).UTC()
	c.mu.Lock()
	c.timelock = until
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), notePatience)
	defer cancel()
	if err := c.Notes.SetNote(ctx, noteTimelock, until); err != nil {
		c.Log.Warn("cannot note that WhatsApp refuses new chats", "error", err)
	}
	c.becomeConnected(now)
}

// copyFor finds what was sent to a device that asks for it again. It is
// whatsmeow's GetMessageForRetry, for what it does not remember itself.
func (c *Channel) copyFor(requester, chat types.JID, id types.MessageID) *waE2E.Message {
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	var tried []string
	for _, address := range []types.JID{chat, requester} {
		address = address.ToNonAD()
		hidden, _ := c.client.Store.LIDs.GetLIDForPN(ctx, address) // of one that is hidden: none
		for _, a := range []types.JID{hidden, address} {
			session := c.Name() + ":" + a.String()
			if a.IsEmpty() || slices.Contains(tried, session) {
				continue
			}
			tried = append(tried, session)
			body, ok, err := c.Copies.Copy(ctx, session, id)
			message := new(waE2E.Message)
			if err = cmp.Or(err, proto.Unmarshal(body, message)); err != nil {
				c.Log.Warn("cannot look for a copy of what was sent", "session", session, "error", err)
			} else if ok {
				return message
			}
		}
	}
	return nil
}
