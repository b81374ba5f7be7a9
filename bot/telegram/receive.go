package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"lojavirtual/bot"
)

const (
	longPoll  = 50 * time.Second // how long Telegram keeps a request for updates open
	putLimit  = 10 * time.Second
	firstRest = 300 * time.Millisecond
	longRest  = 10 * time.Second
)

// stale is a key that no question has: what was pressed is gone, or not ours.
const stale = "old"

// addressed is a command with the bot's name, as in "/menu@deso_bot".
var addressed = regexp.MustCompile(`^(/\w+)@\w+`)

// allowed are the updates we ask for.
var allowed = encode([]string{"message", "edited_message", "callback_query", "my_chat_member"})

// An update is what we read of one; an update of another kind has only its ID.
type update struct {
	ID       int64     `json:"update_id"`
	Message  *message  `json:"message"`
	Edited   *message  `json:"edited_message"`
	Callback *callback `json:"callback_query"`
	Member   *struct {
		Chat chat `json:"chat"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	} `json:"my_chat_member"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

func (c chat) private() bool { return c.Type == "private" && c.ID != 0 }

type message struct {
	ID      int64  `json:"message_id"`
	Chat    chat   `json:"chat"`
	Text    string `json:"text"`
	Caption string `json:"caption"`

	Photo    []file    `json:"photo"` // the same one in several sizes, the largest last
	Voice    *file     `json:"voice"`
	Audio    *file     `json:"audio"`
	Document *file     `json:"document"`
	Sticker  *file     `json:"sticker"`
	Video    *file     `json:"video"`
	Contact  *struct{} `json:"contact"`
	Location *struct {
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	} `json:"location"`

	// what Telegram tells of the chat as if it were a message
	Pinned     json.RawMessage `json:"pinned_message"`
	AutoDelete json.RawMessage `json:"message_auto_delete_timer_changed"`
	Background json.RawMessage `json:"chat_background_set"`
	Access     json.RawMessage `json:"write_access_allowed"`

	Markup struct {
		Rows [][]button `json:"inline_keyboard"`
	} `json:"reply_markup"`
}

type file struct {
	ID string `json:"file_id"`
}

type callback struct {
	ID   string `json:"id"`
	From struct {
		ID int64 `json:"id"`
	} `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

// Poll asks Telegram for messages and puts them into the inbox, in their order,
// until the context ends; it removes the bot's webhook first. Trouble on either
// side is waited out: an update leaves Telegram only after Put has kept it.
// Only one process may poll for a bot.
func (c *Channel) Poll(ctx context.Context, inbox bot.Inbox) {
	rest := backoff.NewExponentialBackOff()
	rest.InitialInterval, rest.MaxInterval = firstRest, longRest
	var offset int64
	for ready := false; ctx.Err() == nil; {
		var err error
		if ready {
			offset, err = c.fetch(ctx, inbox, offset)
		} else if _, err = c.call(ctx, "deleteWebhook", nil); err == nil {
			c.announce(ctx)
			ready = true
		}
		if err == nil {
			rest.Reset()
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if codeOf(err) == http.StatusConflict {
			ready = false // someone has set a webhook, or polls too
		}
		c.log.Warn("cannot receive messages, will try again", "error", err)
		wait := rest.NextBackOff()
		if f := (*failure)(nil); errors.As(err, &f) {
			wait = max(wait, f.after)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// fetch asks for updates once and returns the offset for the next time, which
// is behind those that the inbox has.
func (c *Channel) fetch(ctx context.Context, inbox bot.Inbox, offset int64) (int64, error) {
	result, err := c.callWithin(ctx, longPoll+c.timeout, "getUpdates", tgbotapi.Params{
		"offset":          strconv.FormatInt(offset, 10),
		"timeout":         strconv.Itoa(int(longPoll / time.Second)),
		"allowed_updates": allowed,
	})
	if err != nil {
		return offset, err
	}
	var updates []update
	if err := c.decode(result, &updates); err != nil {
		return offset, err
	}
	if len(updates) == 0 {
		// all before are confirmed by now; after a silent week ids begin anywhere
		return 0, nil
	}
	for _, u := range updates {
		if err := c.accept(ctx, inbox, u); err != nil {
			return offset, err
		}
		offset = max(offset, u.ID+1)
	}
	return offset, nil
}

// decode reads updates. A field that is not what it used to be stays empty, so
// that a novelty of Telegram's cannot stop what comes after it.
func (c *Channel) decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		c.log.Error("an update has an unknown form", "field", wrong.Field)
		return nil
	}
	return err
}

// accept puts an update into the inbox, if it is for us; after nil it can be
// forgotten.
func (c *Channel) accept(ctx context.Context, inbox bot.Inbox, u update) error {
	m, ok := c.read(ctx, u)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, putLimit)
	defer cancel()
	err := inbox.Put(ctx, m)
	if errors.Is(err, bot.ErrFlood) {
		c.log.Warn("a message was dropped", "session", m.Session(), "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep update %d: %w", u.ID, err)
	}
	return nil
}

// read makes a message of an update; ok is false if it is not one for us.
func (c *Channel) read(ctx context.Context, u update) (m bot.Message, ok bool) {
	// When we came to know of it, not when it was written: after an outage of ours
	// nobody is to find that they have been silent for too long.
	m = bot.Message{ID: strconv.FormatInt(u.ID, 10), Channel: c.Name(), At: time.Now().UTC()}
	switch {
	case u.Message != nil && u.Message.Chat.private():
		m.From = strconv.FormatInt(u.Message.Chat.ID, 10)
		m.Text, m.Media = u.Message.content()
		return m, m.Text != "" || m.Media != nil
	case u.Message != nil:
		c.leave(ctx, u.Message.Chat)
	case u.Edited != nil && u.Edited.Chat.private() && u.Edited.Text != "": // a place that moves is edited again and again
		m.From, m.Change = strconv.FormatInt(u.Edited.Chat.ID, 10), "edited"
		return m, true
	case u.Callback != nil:
		c.courtesy(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": u.Callback.ID})
		m.From = strconv.FormatInt(u.Callback.From.ID, 10)
		m.Choice, m.Asked = u.Callback.pressed()
		if u.Callback.Message != nil {
			m.Pressed = strconv.FormatInt(u.Callback.Message.ID, 10)
		}
		return m, u.Callback.From.ID != 0 && (u.Callback.Message == nil || u.Callback.Message.Chat.private())
	case u.Member != nil && !u.Member.Chat.private():
		if s := u.Member.New.Status; s != "left" && s != "kicked" {
			c.leave(ctx, u.Member.Chat)
		}
	case u.Member != nil:
		c.log.Debug("membership changed", "session", c.Name()+":"+strconv.FormatInt(u.Member.Chat.ID, 10), "status", u.Member.New.Status)
	default:
		c.log.Debug("an update of a kind we do not read", "update", u.ID)
	}
	return bot.Message{}, false
}

// leave takes the bot out of a group: people's bills are nothing for one.
func (c *Channel) leave(ctx context.Context, group chat) {
	if group.ID != 0 {
		c.courtesy(ctx, "leaveChat", tgbotapi.Params{"chat_id": strconv.FormatInt(group.ID, 10)})
	}
}

// content is what a message says and shows.
func (m *message) content() (string, *bot.Media) {
	switch {
	case m.Text != "":
		return addressed.ReplaceAllString(m.Text, "$1"), nil
	case len(m.Photo) > 0:
		return m.Caption, &bot.Media{Kind: "photo", Ref: m.Photo[len(m.Photo)-1].ID}
	case m.Voice != nil:
		return m.Caption, &bot.Media{Kind: "voice", Ref: m.Voice.ID}
	case m.Audio != nil:
		return m.Caption, &bot.Media{Kind: "voice", Ref: m.Audio.ID}
	case m.Location != nil:
		return "", &bot.Media{Kind: "place", Lat: m.Location.Latitude, Lon: m.Location.Longitude}
	case m.Document != nil:
		return m.Caption, &bot.Media{Kind: "document", Ref: m.Document.ID}
	case m.Sticker != nil:
		return "", &bot.Media{Kind: "sticker", Ref: m.Sticker.ID}
	case m.Video != nil:
		return m.Caption, &bot.Media{Kind: "video", Ref: m.Video.ID}
	case m.Contact != nil:
		return "", &bot.Media{Kind: "contact"}
	case m.Pinned != nil, m.AutoDelete != nil, m.Background != nil, m.Access != nil:
		return "", nil
	default:
		return m.Caption, &bot.Media{Kind: "other"}
	}
}

// pressed is the option a person pressed and the key of its question, read from
// the buttons of the message itself: the data alone may be anybody's.
func (c *callback) pressed() (choice, key string) {
	if c.Message == nil {
		return "", stale
	}
	for _, row := range c.Message.Markup.Rows {
		for _, b := range row {
			if b.Data != "" && b.Data == c.Data {
				return b.option()
			}
		}
	}
	return "", stale
}
