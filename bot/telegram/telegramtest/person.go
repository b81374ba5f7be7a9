package telegramtest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Chat is the conversation of the bot with one person; its methods are what
// the person does and sees.
type Chat struct {
	server  *Server
	id      int64
	list    []*Message
	read    int // how many of the bot's messages Next has returned
	blocked bool
	held    time.Time // when the bot may write again, after a 429
}

// A Message is one in a chat.
type Message struct {
	ID       int64
	Person   bool // they wrote it, not the bot
	Text     string
	Marked   string // as the bot sent it
	Entities []Entity
	Buttons  [][]Button // by rows
	Document *File
	Photo    *File
	Edits    int // how often the bot has edited it
	At       time.Time
}

// A Button is one under a message; one of Data, URL and Copy is set.
type Button struct {
	Text, Data, URL, Copy string
}

// A File is one that Telegram keeps. Two messages with the same one have the
// same ID: it was uploaded once.
type File struct {
	ID, Name string
	Body     []byte
	photo    bool
}

// ID is the person's number, and their chat's.
func (c *Chat) ID() int64 { return c.id }

// Say has the person write; it returns the id of the update.
func (c *Chat) Say(text string) int64 {
	return c.write(text, fmt.Sprintf(`"text":%s`, encode(text)))
}

// SendPhoto has the person send a photo.
func (c *Chat) SendPhoto(jpeg []byte, caption string) int64 {
	return c.write(caption, fmt.Sprintf(`"photo":[{"file_id":"thumb","width":90,"height":90},{"file_id":%s,"width":900,"height":900}],"caption":%s`,
		encode(c.upload("", jpeg, true)), encode(caption)))
}

// upload gives Telegram a file, and returns what it calls it.
func (c *Chat) upload(name string, body []byte, photo bool) string {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &File{ID: kind(photo) + "-" + strconv.FormatInt(s.number(), 10), Name: name, Body: body, photo: photo}
	s.files[f.ID] = f
	return f.ID
}

// ForgetFiles has Telegram lose all files that were sent so far.
func (s *Server) ForgetFiles() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.files)
}

// SendPlace has the person send where they are.
func (c *Chat) SendPlace(lat, lon float64) int64 {
	return c.write("", fmt.Sprintf(`"location":{"latitude":%v,"longitude":%v}`, lat, lon))
}

// SendVoice has the person send a voice note.
func (c *Chat) SendVoice() int64 {
	return c.write("", `"voice":{"file_id":"voice","duration":3,"mime_type":"audio/ogg"}`)
}

// SendSticker has the person send a sticker.
func (c *Chat) SendSticker() int64 {
	return c.write("", `"sticker":{"file_id":"sticker","type":"regular","width":512,"height":512}`)
}

// SendDocument has the person send a file.
func (c *Chat) SendDocument(name string, body []byte, caption string) int64 {
	return c.write(caption, fmt.Sprintf(`"document":{"file_id":%s,"file_name":%s},"caption":%s`,
		encode(c.upload(name, body, false)), encode(name), encode(caption)))
}

func (c *Chat) write(text, content string) int64 {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{ID: s.number(), Person: true, Text: text, At: time.Now()}
	c.list = append(c.list, m)
	return s.deliver(fmt.Sprintf(`"message":{"message_id":%d,"from":%s,"chat":%s,"date":%d,%s}`,
		m.ID, c.person(), c.place(), m.At.Unix(), content))
}

func (c *Chat) person() string {
	return fmt.Sprintf(`{"id":%d,"is_bot":false,"first_name":"Pessoa","language_code":"pt-br"}`, c.id)
}

func (c *Chat) place() string {
	return fmt.Sprintf(`{"id":%d,"type":"private","first_name":"Pessoa"}`, c.id)
}

// Press has the person press the newest button with this option, ticked and
// numbered as it may be. The test fails if there is none.
func (c *Chat) Press(option string) int64 {
	c.server.tb.Helper()
	list := c.Messages()
	for _, m := range slices.Backward(list) {
		if _, ok := m.button(option); ok {
			return c.PressOn(m, option)
		}
	}
	c.server.tb.Fatalf("telegramtest: nobody offered %q:\n%s", option, c.Transcript())
	return 0
}

// PressOn has the person press an option of this message as they saw it, even
// if it was edited since.
func (c *Chat) PressOn(m Message, option string) int64 {
	c.server.tb.Helper()
	b, ok := m.button(option)
	if !ok {
		c.server.tb.Fatalf("telegramtest: the message does not offer %q: %v", option, m.Buttons)
	}
	return c.press(encode(m.wire(c.id)), b.Data)
}

// PressGone has the person press a button whose message Telegram does not show
// to the bot any more.
func (c *Chat) PressGone(m Message, option string) int64 {
	c.server.tb.Helper()
	b, ok := m.button(option)
	if !ok {
		c.server.tb.Fatalf("telegramtest: the message does not offer %q: %v", option, m.Buttons)
	}
	return c.press(fmt.Sprintf(`{"message_id":%d,"chat":%s,"date":0}`, m.ID, c.place()), b.Data)
}

func (c *Chat) press(message, data string) int64 {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	query := strconv.FormatInt(s.number(), 10)
	s.queries[query] = false
	return s.deliver(fmt.Sprintf(`"callback_query":{"id":%s,"from":%s,"message":%s,"chat_instance":"1","data":%s}`,
		encode(query), c.person(), message, encode(data)))
}

// marks are the tick and the number that may stand before an option.
var marks = regexp.MustCompile(`^([✅⬜] )?(\d+\. )?`)

func (m Message) button(option string) (Button, bool) {
	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Data != "" && (b.Text == option || marks.ReplaceAllString(b.Text, "") == option) {
				return b, true
			}
		}
	}
	return Button{}, false
}

// Block has the person block the bot.
func (c *Chat) Block() { c.member("kicked", true) }

// Unblock has the person let the bot write again.
func (c *Chat) Unblock() { c.member("member", false) }

func (c *Chat) member(status string, blocked bool) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c.blocked = blocked
	s.deliver(fmt.Sprintf(`"my_chat_member":{"chat":%s,"from":%s,"date":%d,"new_chat_member":{"status":%s}}`,
		c.place(), c.person(), time.Now().Unix(), encode(status)))
}

// Messages are the bot's messages so far, as they look now.
func (c *Chat) Messages() []Message {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	var list []Message
	for _, m := range c.list {
		if !m.Person {
			list = append(list, *m)
		}
	}
	return list
}

// Texts are the texts of Messages.
func (c *Chat) Texts() []string {
	var list []string
	for _, m := range c.Messages() {
		list = append(list, m.Text)
	}
	return list
}

// Wait waits for so many messages of the bot in all, and returns them.
func (c *Chat) Wait(n int) []Message {
	c.server.tb.Helper()
	c.server.Until(fmt.Sprintf("there are %d messages; there are:\n%s", n, c.Transcript()), func() bool { return len(c.Messages()) >= n })
	return c.Messages()
}

// Next waits for the bot's next message: each is returned once.
func (c *Chat) Next() Message {
	c.server.tb.Helper()
	list := c.Wait(c.read + 1)
	c.read++
	return list[c.read-1]
}

// WaitText waits for a message of the bot with these words in it, and returns
// the newest.
func (c *Chat) WaitText(words string) Message {
	c.server.tb.Helper()
	var found Message
	c.server.Until(fmt.Sprintf("the bot says %q", words), func() bool {
		for _, m := range slices.Backward(c.Messages()) {
			if strings.Contains(m.Text, words) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// Transcript is the conversation for people to read: > is the person, < the bot,
// with [buttons] and (files).
func (c *Chat) Transcript() string {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	var b strings.Builder
	for _, m := range c.list {
		mark := "< "
		if m.Person {
			mark = "> "
		}
		b.WriteString(mark + strings.ReplaceAll(m.Text, "\n", "\n  ") + "\n")
		for _, f := range []*File{m.Photo, m.Document} {
			if f != nil {
				b.WriteString("  (" + f.Name + ")\n")
			}
		}
		for _, row := range m.Buttons {
			b.WriteString(" ")
			for _, button := range row {
				b.WriteString(" [" + button.Text + "]")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func (c *Chat) find(id int64) *Message {
	for _, m := range c.list {
		if m.ID == id {
			return m
		}
	}
	return nil
}
