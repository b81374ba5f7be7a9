package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"lojavirtual/bot"
)

// fileKey names a file as Telegram will have it: the same bytes under another
// name, or as a picture, are another file.
type fileKey struct {
	sum   [sha256.Size]byte
	name  string
	photo bool
}

// Send delivers a letter; the person is the number of their chat. Messages of it
// that Telegram took before are not sent again. The error is temporary if
// Telegram is away or says wait, bot.ErrBlocked if the person does not want us,
// else for good.
func (c *Channel) Send(ctx context.Context, l bot.Letter) error {
	if _, err := strconv.ParseInt(l.To, 10, 64); err != nil {
		return fmt.Errorf("telegram: %q is not a chat", l.To)
	}
	list, err := parts(l.Reply)
	if err != nil {
		return err
	}
	done, _ := c.sent.Get(l.ID)
	for i := done; i < len(list); i++ {
		if err := c.deliver(ctx, l.To, list[i]); err != nil {
			return err
		}
		c.sent.Put(l.ID, i+1)
	}
	return nil
}

// deliver sends one message.
func (c *Channel) deliver(ctx context.Context, to string, p part) error {
	params := tgbotapi.Params{"chat_id": to}
	if len(p.rows) > 0 {
		params["reply_markup"] = encode(map[string]any{"inline_keyboard": p.rows})
	}
	if p.file != nil {
		return c.deliverFile(ctx, params, p)
	}
	if p.edits != "" {
		params["message_id"] = p.edits
		_, err := c.say(ctx, "editMessageText", params, "text", p.text)
		if refusedFor(err, "message is not modified") {
			return nil
		}
		if !refused(err) {
			return err
		}
		delete(params, "message_id") // it cannot be edited, whatever the reason
	}
	_, err := c.say(ctx, "sendMessage", params, "text", p.text)
	return err
}

// deliverFile sends a file: by the name Telegram has for it, if it has one, else
// with its bytes.
func (c *Channel) deliverFile(ctx context.Context, params tgbotapi.Params, p part) error {
	method, field := "sendDocument", "document"
	if p.photo {
		method, field = "sendPhoto", "photo"
	}
	key := fileKey{sha256.Sum256(p.file.Body), p.file.Name, p.photo}
	if id, ok := c.files.Get(key); ok {
		params[field] = id
		if _, err := c.say(ctx, method, params, "caption", p.text); !refused(err) {
			return err
		}
		delete(params, field) // Telegram has forgotten it
	}
	upload := tgbotapi.RequestFile{Name: field, Data: tgbotapi.FileBytes{Name: p.file.Name, Bytes: p.file.Body}}
	result, err := c.say(ctx, method, params, "caption", p.text, upload)
	if err != nil {
		return err
	}
	var m message
	if json.Unmarshal(result, &m) != nil {
		return nil // it was sent; only its name is not known
	}
	switch {
	case p.photo && len(m.Photo) > 0:
		c.files.Put(key, m.Photo[len(m.Photo)-1].ID)
	case !p.photo && m.Document != nil:
		c.files.Put(key, m.Document.ID)
	}
	return nil
}

// say makes a request with marked text in the field, and again with plain text
// if Telegram cannot read the marks.
func (c *Channel) say(ctx context.Context, method string, params tgbotapi.Params, field string, words []bot.Span, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	if len(words) == 0 {
		return c.post(ctx, method, params, files...)
	}
	params[field], params["parse_mode"] = html(words), tgbotapi.ModeHTML
	result, err := c.post(ctx, method, params, files...)
	if refusedFor(err, "can't parse entities") {
		c.log.Warn("Telegram cannot read our marks", "error", err)
		params[field] = plain(words)
		delete(params, "parse_mode")
		result, err = c.post(ctx, method, params, files...)
	}
	return result, err
}

// post makes a request to a chat when its turn has come.
func (c *Channel) post(ctx context.Context, method string, params tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	chat := params["chat_id"]
	if err := c.pace.wait(ctx, chat, method); err != nil {
		return nil, err
	}
	result, err := c.call(ctx, method, params, files...)
	if f, ok := err.(*failure); ok && f.code == http.StatusTooManyRequests {
		c.pace.hold(chat, f.after)
	}
	return result, err
}
