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
// words; "> (edited: text)" and "> (deleted: )" change what was sent before. "@"
// is what an attendant does: "@ Ana wrote: bom dia", "@ Ana took over", "@ Ana
// says: bom dia", "@ Ana gave back" (see bot.Act), and "x" why it was not done. "!" names something that happens outside, among World.Happens or "N minutes pass",
// when the clock speaks too, or "they write from NUMBER", which the network tells
// from then on; "#" is a comment. What follows "<", up to the next
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
	Network Network   // all that is said goes over it; nil for none
}

// A Network carries one conversation: the person has a client of the network at
// one end, and we our channel at the other.
type Network interface {
	// Say has the person say a message as one does there, an option by its button
	// or its number, and returns what came in at our end.
	Say(bot.Message) (bot.Message, error)
	// Buttons tells whether options are pressed there, and the message they stand
	// in can be replaced.
	Buttons() bool
	// Show sends a reply. It returns an error unless the person is shown all of it:
	// words, options, codes, and files byte by byte.
	Show(bot.Reply) error
}

// Play plays every conversation in testdata against the flow. It passes the
// session through JSON between every two messages, fails where an answer
// differs from the file, where the flow's diagram differs from
// testdata/diagram.mmd, and where no conversation walks some arrow of the flow.
func Play(t *testing.T, flow *bot.Flow, world func() World) {
	t.Helper()
	walked := make(map[bot.Arrow]bool)
	PlayAll(t, "testdata", world, func(name string, a bot.Arrow) {
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

// PlayAll plays every conversation in a folder; walked, if given, learns of
// each arrow followed and its flow. Where there are no buttons, ticking.chat is
// passed over: a conversation in which answers replace the message pressed.
func PlayAll(t *testing.T, folder string, world func() World, walked func(flow string, a bot.Arrow)) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(folder, "*.chat"))
	if len(files) == 0 {
		t.Fatalf("there is no conversation in %s", folder)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".chat"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := world()
			if w.Network != nil && !w.Network.Buttons() && filepath.Base(file) == "ticking.chat" {
				t.Skip("it is about buttons")
			}
			w.Engine.Walked = walked
			got := play(t, w, string(script))
			if w.Network != nil {
				same(t, file, got, string(script))
			} else {
				golden(t, file, got)
			}
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
	same(t, file, got, string(want))
}

// same compares with what a file says.
func same(t *testing.T, file, got, want string) {
	t.Helper()
	if g, w := strings.Split(got, "\n"), strings.Split(want, "\n"); got != want {
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
	phone   string // that the network tells
	sent    int
	offered []bot.Reply // every question with options so far, oldest first
	out     strings.Builder
}

var from = regexp.MustCompile(`^they write from (\+\d+)$`)

var passing = regexp.MustCompile(`^(\d+) minutes? pass(?:es)?$`)

// play returns the script with the answers the engine gives.
func play(t *testing.T, w World, script string) string {
	t.Helper()
	at := w.Began
	if at.IsZero() {
		at = time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	}
	c := &table{World: w, now: at}
	lines, err := Read(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Kind != Answer {
			fmt.Fprintln(&c.out, l)
		}
		switch l.Kind {
		case Staff:
			c.now = c.now.Add(10 * time.Second)
			m := c.message(t, "")
			m.By, m.Act, m.Text, _ = bot.Attending(l.Text)
			c.hear(t, m)
		case Said:
			c.now = c.now.Add(10 * time.Second)
			c.hear(t, c.message(t, l.Text))
		case Event:
			c.happen(t, l.Text)
		}
	}
	return c.out.String()
}

// A Line is a line of a written conversation, or an answer of several.
type Line struct {
	Kind Kind
	Text string // without what it begins with
}

// A Kind of line is what it begins with.
type Kind string

// The kinds of lines.
const (
	Said    Kind = "> "
	Answer  Kind = "< "
	Instead Kind = "~ " // an answer that replaces the message pressed; Read gives it as Answer
	Staff   Kind = "@ "
	Refusal Kind = "x " // of what an attendant meant to do; Read gives it as Answer
	Event   Kind = "! "
	Comment Kind = "" // or a line with nothing on it
)

// String writes the line as it stands in the file, without a line end.
func (l Line) String() string { return string(l.Kind) + l.Text }

// Read takes a written conversation apart. Its error names the line that is of no
// kind.
func Read(script string) ([]Line, error) {
	var lines []Line
	all := strings.Split(strings.TrimSuffix(script, "\n"), "\n")
	for i, text := range all {
		kind := Kind(text[:min(2, len(text))])
		last := len(lines) - 1
		answers := last >= 0 && lines[last].Kind == Answer
		switch {
		case kind == Said, kind == Event, kind == Answer, kind == Staff, kind == Instead, kind == Refusal:
			if _, _, _, ok := bot.Attending(text[2:]); kind == Staff && !ok {
				return nil, fmt.Errorf("line %d: no attendant does %q", i+1, text[2:])
			}
			if kind == Instead || kind == Refusal {
				kind = Answer
			}
			lines = append(lines, Line{kind, text[2:]})
		case answers && (kind == "  " || text == "" && strings.HasPrefix(line(all, i+1), "  ")): // also an empty line in it
			lines[last].Text += "\n" + strings.TrimPrefix(text, "  ")
		case text == "", strings.HasPrefix(text, "#"):
			lines = append(lines, Line{Comment, text})
		default:
			return nil, fmt.Errorf("line %d: %q is of no kind: it must begin with >, <, ~, @, x, ! or #, or stand under an answer", i+1, text)
		}
	}
	return lines, nil
}

// message makes what a line of the script says: typed, pressed or media.
func (c *table) message(t *testing.T, said string) bot.Message {
	t.Helper()
	c.sent++
	channel, from, _ := strings.Cut(c.Session.ID, ":")
	m := bot.Message{ID: strconv.Itoa(c.sent), Channel: channel, From: from, Phone: c.phone, At: c.now}
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
	if m := from.FindStringSubmatch(event); m != nil {
		c.phone = m[1]
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
	if c.Network != nil && !m.Silence && m.By == "" {
		m = c.carried(t, m)
	}
	next, replies, err := c.Engine.Handle(context.Background(), *c.Session, m)
	if bot.FaultOf(err) == bot.Bug && len(replies) == 0 && m.By == "" {
		t.Fatal(err)
	}
	if len(replies) == 0 && !m.Silence && m.By == "" && next.Waiting.IsZero() && next.Human == "" {
		t.Errorf("no answer to %q", m.Text)
	}
	if m.Act != bot.Says && m.Act != bot.Gives { // what is next is up to the attendant
		for _, wrong := range Wrong(replies) {
			t.Error(wrong)
		}
	}
	if why := next.Course.Refused; why != "" {
		fmt.Fprintln(&c.out, Line{Refusal, why})
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
		if c.Network != nil {
			if err := c.Network.Show(r); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
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

// carried sends a message over the network. Who says it, and when, stays the
// script's.
func (c *table) carried(t *testing.T, m bot.Message) bot.Message {
	t.Helper()
	came, err := c.Network.Say(m)
	if err != nil {
		t.Fatalf("%v\n> %s%s", err, m.Text, m.Choice)
	}
	if m.Choice == "" && came.Text != m.Text {
		t.Errorf("%q came as %q", m.Text, came.Text)
	}
	if was, is := m.Media, came.Media; was != nil && (is == nil || is.Kind != was.Kind || was.Kind == "place" && (is.Lat != was.Lat || is.Lon != was.Lon)) {
		t.Errorf("%+v came as %+v", was, is)
	}
	came.ID, came.Channel, came.From, came.Phone, came.At = m.ID, m.Channel, m.From, m.Phone, m.At
	return came
}
