// Package terminal is the chat in a terminal: for developing a conversation,
// and for printing the transcript of a script.
//
// # How it knows that an answer is complete
//
// The next line of a script must not be sent before the last one is answered.
// The engine reports each settled turn with the number of its replies (give
// Settled to it); an answer is complete when so many letters have been printed.
package terminal

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"lojavirtual/bot"
)

// A Look is how replies are shown.
type Look string

// The looks: as written conversations are, in this terminal's own way, and as
// networks show them.
const (
	Script   Look = "script"
	Plain    Look = "terminal"
	Telegram Look = "telegram"
	WhatsApp Look = "whatsapp"
)

// A Chat is one conversation in a terminal.
type Chat struct {
	From  string // names the person; another conversation needs another name
	Look  Look
	Piped bool   // what is said is not on the screen: it is printed, and lines of a script are understood, as with Script
	Save  string // the folder that documents are written to; "" only names them
	Out   io.Writer
	Inbox bot.Inbox

	mu      sync.Mutex
	changed *sync.Cond
	sent    int               // messages put
	settled int               // turns reported, those in which nobody wrote among them
	due     int               // letters of those turns
	printed map[string]bool   // letters, by ID
	failed  error             // why a letter could not be printed
	offered map[string]string // by option, the key of the newest question that offered it
}

// New returns a chat that is ready.
func New(from string, look Look, out io.Writer, inbox bot.Inbox) *Chat {
	c := &Chat{From: from, Look: look, Out: out, Inbox: inbox, printed: map[string]bool{}, offered: map[string]string{}}
	c.changed = sync.NewCond(&c.mu)
	return c
}

// Name is "terminal".
func (c *Chat) Name() string { return "terminal" }

// Send prints a letter, once.
func (c *Chat) Send(_ context.Context, l bot.Letter) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.To != c.From || c.printed[l.ID] {
		return nil
	}
	defer c.changed.Broadcast()
	saved, err := c.save(l.Reply)
	if err == nil {
		_, err = fmt.Fprintln(c.Out, render(c.Look, l.Reply, saved))
	}
	if err != nil {
		c.failed = err
		return err
	}
	c.printed[l.ID] = true
	for _, option := range l.Reply.All() {
		c.offered[option] = l.Reply.Key
	}
	return nil
}

// save writes the files of a reply and returns lines that say where they are.
func (c *Chat) save(r bot.Reply) (lines []string, err error) {
	if c.Save == "" {
		return nil, nil
	}
	for _, d := range []*bot.Document{r.Image, r.Document} {
		if d == nil {
			continue
		}
		path := filepath.Join(c.Save, filepath.Base(d.Name))
		if err := os.WriteFile(path, d.Body, 0o600); err != nil {
			return nil, err
		}
		lines = append(lines, "saved as "+path)
	}
	return lines, nil
}

// Settled learns from the engine that a turn is settled; it is for
// Engine.Reported.
func (c *Chat) Settled(r bot.Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Session == c.Name()+":"+c.From {
		c.settled++
		c.due += r.Replies
		c.changed.Broadcast()
	}
}

// Run reads lines and sends each as a message once the one before is answered,
// until the input or the context ends, or an answer cannot be printed. In a script, lines of a written
// conversation are understood: "> " before what is said, brackets round an
// option to press, "@ " before what an attendant does; comments are printed, answers and blank lines passed over.
func (c *Chat) Run(ctx context.Context, in io.Reader) error {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.changed.Broadcast()
	})
	defer stop()
	lines := bufio.NewScanner(in)
	for c.prompt(); lines.Scan(); c.prompt() {
		said, ok := c.line(lines.Text())
		if !ok {
			continue
		}
		if err := c.say(ctx, said); err != nil {
			return err
		}
	}
	return lines.Err()
}

// scripted tells whether lines come from a script, and are to be printed.
func (c *Chat) scripted() bool { return c.Piped || c.Look == Script }

func (c *Chat) prompt() {
	if !c.scripted() {
		fmt.Fprint(c.Out, "> ")
	}
}

// line takes what is said out of a line.
func (c *Chat) line(text string) (said string, ok bool) {
	if !c.scripted() {
		return text, strings.TrimSpace(text) != ""
	}
	if said, ok = strings.CutPrefix(text, "> "); ok {
		return said, true
	}
	switch {
	case strings.HasPrefix(text, "#"):
		fmt.Fprintln(c.Out, text)
		return "", false
	case strings.TrimSpace(text) == "", strings.HasPrefix(text, "<"), strings.HasPrefix(text, "~"), strings.HasPrefix(text, "  "), strings.HasPrefix(text, "! "):
		return "", false
	}
	return text, true
}

// say sends a message and waits until all of its answer is printed.
func (c *Chat) say(ctx context.Context, said string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	m := bot.Message{ID: strconv.Itoa(c.sent), Channel: c.Name(), From: c.From, Text: said, At: time.Now()}
	prompt := "> "
	if by, act, text, ok := bot.Attending(strings.TrimPrefix(said, "@ ")); ok && strings.HasPrefix(said, "@ ") {
		m.By, m.Act, m.Text, prompt = by, act, text, ""
	} else if option, ok := strings.CutPrefix(said, "["); ok && strings.HasSuffix(option, "]") {
		m.Text, m.Choice, m.Pressed = "", strings.TrimSuffix(option, "]"), "terminal"
		m.Asked = c.offered[m.Choice]
	}
	if c.scripted() {
		fmt.Fprintln(c.Out, prompt+said)
	}
	before := c.settled
	c.mu.Unlock()
	err := c.Inbox.Put(ctx, m)
	c.mu.Lock()
	for err == nil && (c.settled == before || len(c.printed) < c.due) {
		if err = cmp.Or(ctx.Err(), c.failed); err == nil {
			c.changed.Wait()
		}
	}
	return err
}
