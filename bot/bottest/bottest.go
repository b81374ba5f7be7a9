// Package bottest plays written conversations against a flow.
//
// A conversation is a file testdata/NAME.chat:
//
//	# Three kinds of trouble.
//	> boleto
//	< De qual conta você quer a 2ª via?
//	  [05/2025 · R$ 1.091,12] [06/2025 · R$ 84,30]
//	! store is away
//	> [05/2025 · R$ 1.091,12]
//
// A line begins with ">" for what the person types, or presses if it stands in
// brackets; "> (photo)" sends media of that kind, "> (photo: a caption)" with
// words; "> (edited: text)" and "> (deleted: )" change what was sent before. "!"
// names something that happens outside, among World.Happens or "N minutes pass",
// when the clock speaks too; "#" is a comment. What follows "<", up to the next
// line of another kind, is what the bot answers (see bot.Transcript); "~" is an
// answer that replaces the message pressed. The flag -update writes the answers.
//
// Whatever the file says, each answer must be worded as our answers are: see
// Wrong.
package bottest

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
)

var update = flag.Bool("update", false, "write the answers and diagrams in testdata")

// A World is where a conversation takes place: a fresh one for each file.
type World struct {
	Engine  *bot.Engine
	Session *bot.Session // kept up to date, so that what happens may look at it and change it
	Happens map[string]func()
	Began   time.Time // when the first message is sent; a fixed morning if zero
}

// Play plays every conversation in testdata against the flow. It passes the
// session through JSON between every two messages, fails where an answer
// differs from the file, where the flow's diagram differs from
// testdata/diagram.mmd, and where no conversation walks some arrow of the flow.
func Play(t *testing.T, flow *bot.Flow, world func() World) {
	t.Helper()
	walked := make(map[bot.Arrow]bool)
	PlayAll(t, world, func(name string, a bot.Arrow) {
		if name == flow.Name {
			walked[a] = true
		}
	})
	golden(t, filepath.Join("testdata", "diagram.mmd"), flow.Mermaid())
	for _, a := range flow.Arrows() {
		if !walked[a] {
			t.Errorf("no transcript walks %s", a)
		}
	}
}

// PlayAll plays every conversation in testdata; walked, if given, learns of
// each arrow followed and its flow.
func PlayAll(t *testing.T, world func() World, walked func(flow string, a bot.Arrow)) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join("testdata", "*.chat"))
	if len(files) == 0 {
		t.Fatal("there is no conversation in testdata")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".chat"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := world()
			w.Engine.Walked = walked
			golden(t, file, play(t, w, string(script)))
		})
	}
}

// golden compares with a file, or writes it under -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n"); got != string(want) {
		for i := range max(len(g), len(w)) {
			if line(g, i) != line(w, i) {
				t.Fatalf("%s:%d\n got: %s\nwant: %s", file, i+1, line(g, i), line(w, i))
			}
		}
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// A table is where a conversation stands while it is played.
type table struct {
	World
	now     time.Time
	sent    int
	offered []bot.Reply // every question with options so far, oldest first
	out     strings.Builder
}

var passing = regexp.MustCompile(`^(\d+) minutes? pass(?:es)?$`)

// play returns the script with the answers the engine gives.
func play(t *testing.T, w World, script string) string {
	t.Helper()
	at := w.Began
	if at.IsZero() {
		at = time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	}
	c := &table{World: w, now: at}
	for _, l := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		said, isSaid := strings.CutPrefix(l, "> ")
		event, isEvent := strings.CutPrefix(l, "! ")
		switch {
		case isSaid:
			fmt.Fprintln(&c.out, l)
			c.now = c.now.Add(10 * time.Second)
			c.hear(t, c.message(t, said))
		case isEvent:
			fmt.Fprintln(&c.out, l)
			c.happen(t, event)
		case strings.HasPrefix(l, "#"), l == "":
			fmt.Fprintln(&c.out, l)
		}
	}
	return c.out.String()
}

// message makes what a line of the script says: typed, pressed or media.
func (c *table) message(t *testing.T, said string) bot.Message {
	t.Helper()
	c.sent++
	channel, from, _ := strings.Cut(c.Session.ID, ":")
	m := bot.Message{ID: strconv.Itoa(c.sent), Channel: channel, From: from, At: c.now}
	inside := func(open, shut string) (string, bool) {
		return strings.TrimSuffix(strings.TrimPrefix(said, open), shut), strings.HasPrefix(said, open) && strings.HasSuffix(said, shut)
	}
	if option, pressed := inside("[", "]"); pressed {
		m.Choice, m.Asked, m.Pressed = option, c.asked(t, option), "message"
	} else if sent, media := inside("(", ")"); media {
		kind, text, _ := strings.Cut(sent, ": ")
		m.Text = text
		if kind == "edited" || strings.HasPrefix(kind, "deleted") {
			m.Change = strings.TrimSuffix(kind, ":")
		} else {
			m.Media = &bot.Media{Kind: kind, Ref: kind + strconv.Itoa(c.sent), Lat: -10.911, Lon: -37.0717}
		}
	} else {
		m.Text = said
	}
	return m
}

// asked finds the newest question that offered an option.
func (c *table) asked(t *testing.T, option string) string {
	t.Helper()
	for i := len(c.offered) - 1; i >= 0; i-- {
		if r := c.offered[i]; slices.Contains(r.Options, option) || slices.Contains(r.Also, option) {
			return r.Key
		}
	}
	t.Fatalf("nobody offered [%s]", option)
	return ""
}

func (c *table) happen(t *testing.T, event string) {
	t.Helper()
	if m := passing.FindStringSubmatch(event); m != nil {
		n, _ := strconv.Atoi(m[1])
		c.pass(t, time.Duration(n)*time.Minute)
		return
	}
	happens := c.Happens[event]
	if happens == nil {
		t.Fatalf("nothing happens called %q", event)
	}
	happens()
}

// pass lets time go by; the clock speaks when the session asked it to.
func (c *table) pass(t *testing.T, d time.Duration) {
	t.Helper()
	until := c.now.Add(d)
	for wake := c.Session.Wake; !wake.IsZero() && !wake.After(until); wake = c.Session.Wake {
		c.now = wake
		m := c.message(t, "")
		m.Silence = true
		c.hear(t, m)
		if c.Session.Wake.Equal(wake) {
			t.Fatal("the session asks to be woken for ever")
		}
	}
	c.now = until
}

// hear plays one message and writes down the answers.
func (c *table) hear(t *testing.T, m bot.Message) {
	t.Helper()
	next, replies, err := c.Engine.Handle(context.Background(), *c.Session, m)
	if bot.FaultOf(err) == bot.Bug && len(replies) == 0 {
		t.Fatal(err)
	}
	if len(replies) == 0 && !m.Silence && next.Waiting.IsZero() {
		t.Errorf("no answer to %q", m.Text)
	}
	for _, wrong := range Wrong(replies) {
		t.Error(wrong)
	}
	for _, r := range replies {
		text := bot.Transcript(r)
		if r.Edits != "" {
			text = "~" + strings.TrimPrefix(text, "<")
		}
		fmt.Fprintln(&c.out, text)
		if len(r.Options) > 0 {
			c.offered = append(c.offered, r)
		}
	}
	text, err := json.Marshal(next)
	if err != nil {
		t.Fatal(err)
	}
	*c.Session = bot.Session{ID: next.ID, Version: next.Version + 1}
	if err := json.Unmarshal(text, c.Session); err != nil {
		t.Fatal(err)
	}
}
