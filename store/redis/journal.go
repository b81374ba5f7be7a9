package redis

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"lojavirtual/bot"
)

const (
	poison      = 3    // tries after which a message is put aside
	journalText = 1500 // bytes of what was said, and of what was answered, in a journal entry
)

// deadLetter is what is kept of a message that was taken too often, or "".
func deadLetter(m bot.Message) (string, error) {
	if m.Tries < poison {
		return "", nil
	}
	body, err := json.Marshal(struct {
		Session string    `json:"session"`
		ID      string    `json:"id"`
		Said    string    `json:"said"`
		At      time.Time `json:"at"`
		Tries   int       `json:"tries"`
	}{m.Session(), m.ID, said(m), m.At, m.Tries})
	return string(body), err
}

// said is what a person sent, for the journal.
func said(m bot.Message) string {
	var parts []string
	for _, part := range []string{m.Text, m.Choice} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if m.Media != nil {
		parts = append(parts, "("+m.Media.Kind+")")
	}
	return redact(strings.Join(parts, "\n"))
}

// answered is what we said, for the journal; of documents the names.
func answered(replies []bot.Reply) string {
	var parts []string
	for _, r := range replies {
		if r.Text != "" {
			parts = append(parts, bot.Plain(r.Text))
		}
		for _, d := range []*bot.Document{r.Image, r.Document} {
			if d != nil {
				parts = append(parts, "("+d.Name+")")
			}
		}
		for _, option := range r.Options {
			parts = append(parts, "["+option+"]")
		}
	}
	return redact(strings.Join(parts, "\n"))
}

// long finds what may be a document's, a phone's or an account's number: nine
// digits or more however they are parted, and a CNPJ with letters.
var long = regexp.MustCompile(`\d(?:[ \x{00A0}.,/()–-]{0,3}\d){8,}|(?i)\b[0-9a-z]{2}\.?[0-9a-z]{3}\.?[0-9a-z]{3}/?[0-9a-z]{4}-?\d{2}\b`)

// redact removes long numbers from a text and cuts it to what the journal keeps.
func redact(text string) string {
	text = long.ReplaceAllString(text, "…")
	if len(text) <= journalText {
		return text
	}
	text = text[:journalText]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text
}
