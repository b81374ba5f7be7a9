package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram"
	"lojavirtual/bot/telegram/telegramtest"
	"lojavirtual/bot/terminal"
)

var (
	bracketed = regexp.MustCompile(`\[(x )?([^\]]+)\]`)
	onlyThem  = regexp.MustCompile(`^(\[[^\]]+\] ?)+$`)
	attached  = regexp.MustCompile(`^\(([^:()]+\.(?:pdf|png|txt))\)$`)
	linked    = regexp.MustCompile(`^\((.+): (https://[^)]+)\)$`)
	copied    = regexp.MustCompile(`^\{(.+)\}$`)
)

// dot is a picture.
var dot = func() (b bytes.Buffer) {
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b
}()

// answers reads the replies of a written conversation back: see bot.Transcript.
func answers(script string) []bot.Reply {
	var all []bot.Reply
	for _, l := range strings.Split(script, "\n") {
		line, more := strings.CutPrefix(l, "  ")
		begins := strings.HasPrefix(l, "< ") || strings.HasPrefix(l, "~ ")
		if begins {
			all, line = append(all, bot.Reply{Key: "k"}), l[2:]
		}
		if !begins && !more {
			continue
		}
		r := &all[len(all)-1]
		switch m := linked.FindStringSubmatch(line); {
		case m != nil:
			r.Link = &bot.Link{Label: m[1], Address: m[2]}
		case copied.MatchString(line):
			r.Copy = copied.FindStringSubmatch(line)[1]
		case attached.MatchString(line):
			d := &bot.Document{Name: attached.FindStringSubmatch(line)[1], Caption: r.Text, Body: []byte("bytes")}
			if r.Text = ""; strings.HasSuffix(d.Name, ".png") {
				d.Body = dot.Bytes()
				r.Image = d
			} else {
				r.Document = d
			}
		case onlyThem.MatchString(line) && len(r.Options) == 0:
			for i, o := range bracketed.FindAllStringSubmatch(line, -1) {
				r.Options = append(r.Options, o[2])
				if o[1] != "" {
					r.Chosen = append(r.Chosen, i)
				}
			}
		case onlyThem.MatchString(line):
			r.Several = true
			for _, o := range bracketed.FindAllStringSubmatch(line, -1) {
				r.Also = append(r.Also, o[2])
			}
		default:
			r.Text = strings.TrimPrefix(r.Text+"\n"+line, "\n")
		}
	}
	return all
}

// Whatever a written conversation says, Telegram takes and shows whole, and so
// does plain text, where each option has its number.
func TestWrittenConversationsOnTheNetworks(t *testing.T) {
	files, _ := filepath.Glob("../../flows/*/testdata/*.chat")
	if len(files) < 20 {
		t.Fatalf("there are %d conversations", len(files))
	}
	server := telegramtest.New(t)
	network, err := telegram.New(telegram.Config{Token: telegramtest.Token, APIURL: server.URL(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, file := range files {
		script, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range answers(string(script)) {
			if written := bot.Transcript(r); said[written] {
				continue
			} else {
				said[written] = true
			}
			letter := bot.Letter{ID: fmt.Sprint(len(said)), To: fmt.Sprint(1000 + len(said)), Session: "telegram:1", Channel: "telegram", Reply: r}
			chat := server.Chat(int64(1000 + len(said)))
			if err := network.Send(t.Context(), letter); err != nil {
				t.Errorf("%s: %v:\n%s", file, err, bot.Transcript(r))
				continue
			}
			shown := chat.Transcript()
			var text bytes.Buffer
			if err := terminal.New(letter.To, terminal.WhatsApp, &text, nil).Send(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
			for i, o := range r.All() {
				if !strings.Contains(shown, strings.TrimSpace(o)) {
					t.Errorf("%s: Telegram does not show %q:\n%s", file, o, shown)
				}
				if !strings.Contains(text.String(), fmt.Sprintf("%d. ", i+1)) || !strings.Contains(text.String(), o) {
					t.Errorf("%s: the text has no number for %q:\n%s", file, o, text.String())
				}
			}
			for _, part := range []string{r.Text, r.Copy} {
				if plain := bot.Plain(part); !strings.Contains(strings.ReplaceAll(shown, "\n  ", "\n"), plain) {
					t.Errorf("%s: Telegram does not show %q:\n%s", file, plain, shown)
				}
			}
		}
	}
	if refused := server.Refused(); len(refused) > 0 {
		t.Errorf("Telegram refused %q", refused)
	}
	t.Logf("%d different answers of %d conversations", len(said), len(files))
}
