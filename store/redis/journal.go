package redis

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store"
)

const (
	journalText  = 1500           // bytes of what was said in a journal entry
	journalRef   = 1000           // and of where a file is
	journalReply = 6000           // and of all that was answered
	journalAge   = 24 * time.Hour // for which what is stored for good stays in Redis too
)

// said is what a person sent, for the list of messages put aside.
func said(m bot.Message) string {
	text := m.Text
	if m.Choice != "" {
		text = m.Choice
	}
	if m.Media != nil {
		text = strings.TrimPrefix(text+"\n("+m.Media.Kind+")", "\n")
	}
	return cutBytes(redact(text), journalText)
}

// before is what the journal tells of a session as it was before a turn.
type before struct {
	protocol string
	property int64
	place    store.TurnPlace
	waiting  time.Time
}

func beforeOf(s bot.Session) before {
	b := before{protocol: s.Protocol, place: placeOf(s), waiting: s.Waiting}
	if s.Identity != nil {
		b.property = s.Identity.Property
	}
	return b
}

func placeOf(s bot.Session) store.TurnPlace {
	return store.TurnPlace{Flow: s.Flow, State: string(s.State)}
}

// turnEntry is a settled turn, for the journal.
func turnEntry(b before, m bot.Message, s bot.Session, replies []bot.Reply) ([]byte, error) {
	after := beforeOf(s)
	hide := numbers{known: b.property != 0}
	hide.add(b.property)
	hide.add(after.property)
	t := store.Turn{
		Kind:     store.TurnKind(m.Act),
		Protocol: s.Protocol, Property: after.property,
		By: m.By, Said: m.Text, Change: m.Change, Secret: m.Secret,
		From: b.place, To: after.place,
		Code: s.Course.Code, Mistakes: s.Mistakes, Angry: s.Course.Angry, Human: s.Human, Waiting: s.Waiting,
		Until: s.Until, Owed: s.Owed, Refused: s.Course.Refused,
	}
	if was := b.waiting; !was.IsZero() && s.Waiting.IsZero() {
		t.Waited = max(1, int64(m.At.Sub(was).Seconds()))
	}
	if s.Course.Gave != "" {
		t.Said = s.Course.Gave
	}
	if t.Protocol == "" {
		t.Protocol, t.Over = b.protocol, true
	}
	if t.Property == 0 {
		t.Property = b.property
	}
	if m.Silence {
		t.Kind = store.TurnSilence
	}
	if m.Choice != "" {
		t.Said, t.Pressed = m.Choice, true
	}
	if m.Media != nil {
		t.Media = m.Media.Kind
		if len(m.Media.Ref) <= journalRef {
			t.Ref = m.Media.Ref
		}
	}
	if s.Course.Fault != bot.None {
		t.Fault = s.Course.Fault.String()
	}
	for _, w := range s.Course.Walked {
		t.Steps = append(t.Steps, store.TurnStep{Flow: w.Flow, From: string(w.From), Event: string(w.Event), To: string(w.To)})
	}
	t.Said = cutBytes(hide.said(t.Said), journalText)
	t.Replies = repliesOf(replies, hide)
	return json.Marshal(t)
}

// toldEntry is what was told to a person who had not asked, for the journal.
func toldEntry(replies []bot.Reply) ([]byte, error) {
	return json.Marshal(store.Turn{Kind: store.TurnTold, Replies: repliesOf(replies, numbers{})})
}

// repliesOf is what we said, for the journal; of files the names. What is too
// much for it is left out.
func repliesOf(replies []bot.Reply, hide numbers) []store.Reply {
	var all []store.Reply
	left := journalReply
	keep := func(text string) string {
		text = cutBytes(hide.answered(text), max(0, left))
		left -= len(text)
		return text
	}
	each := func(texts []string) (kept []string) {
		for _, text := range texts {
			if left > 0 {
				kept = append(kept, keep(text))
			}
		}
		return kept
	}
	for _, r := range replies {
		if left <= 0 {
			break
		}
		k := store.Reply{Text: keep(r.Text), Options: each(r.Options), Also: each(r.Also), Edits: r.Edits != "", Copy: keep(r.Copy)}
		for _, i := range r.Chosen {
			if i < len(k.Options) {
				k.Ticked = append(k.Ticked, i)
			}
		}
		if r.Link != nil {
			k.Link = keep(r.Link.Label + ": " + r.Link.Address)
		}
		for _, d := range []*bot.Document{r.Image, r.Document} {
			if d != nil {
				k.File, k.Picture = keep(d.Name), d == r.Image
				if len(d.Body) > 0 {
					k.Hash, k.Type = hashOf(d.Body), d.Type
				}
				k.Text += keep(d.Caption)
			}
		}
		all = append(all, k)
	}
	return all
}

// numbers hides what numbers tell who somebody is. Nobody's matrícula stands in
// the journal: before somebody has identified themselves any number may be one,
// afterwards we know it.
type numbers struct {
	known bool     // they had identified themselves before this turn
	own   []string // their matrículas, as we and they may write them
	mask  []string // for each of them
}

func (n *numbers) add(property int64) {
	if property == 0 {
		return
	}
	whole := strconv.FormatInt(property, 10)
	n.own = append(n.own, store.FormatMatricula(property), whole[:len(whole)-1]+"-"+whole[len(whole)-1:], whole)
	n.mask = append(n.mask, slices.Repeat([]string{store.MaskMatricula(property)}, 3)...)
}

var (
	// long finds what may be a document's, a phone's or an account's number: nine
	// digits or more however they are parted, and a CNPJ with letters.
	long = regexp.MustCompile(`\d(?:[ \x{00A0}.,/()–-]{0,3}\d){8,}|(?i)\b[0-9a-z]{2}\.?[0-9a-z]{3}\.?[0-9a-z]{3}/?[0-9a-z]{4}-?\d{2}\b`)
	// middling finds what may be a matrícula.
	middling = regexp.MustCompile(`\b\d{4,8}[.-]?\d\b`)
	digits   = regexp.MustCompile(`\d`)
)

// redact removes long numbers from a text.
func redact(text string) string {
	if !digits.MatchString(text) {
		return text
	}
	return long.ReplaceAllString(text, "…")
}

// said hides the numbers in what a person wrote, who may name another matrícula
// than theirs at any time.
func (n numbers) said(text string) string {
	return maskMiddling(n.answered(text))
}

func (n numbers) answered(text string) string {
	if !digits.MatchString(text) {
		return text
	}
	for i, own := range n.own {
		text = strings.ReplaceAll(text, own, n.mask[i])
	}
	text = redact(text)
	if !n.known {
		text = maskMiddling(text)
	}
	return text
}

func maskMiddling(text string) string {
	return middling.ReplaceAllStringFunc(text, func(number string) string { return "…" + number[len(number)-2:] })
}

// cutBytes is at most the first bytes of a text, of whole characters.
func cutBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	text = text[:most]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text
}

// Partitions is how many parts the journal has, from 0.
const Partitions = partitions

// JournalAfter returns the turns of a part of the journal after the one with that ID,
// all that are there if it is "", oldest first and at most so many. A turn that
// cannot be read has no Session. Files that were sent come along.
func (m *Mail) JournalAfter(ctx context.Context, part int, after string, most int) ([]store.Turn, error) {
	start := "-"
	if after != "" {
		start = "(" + after
	}
	found, err := m.client.XRangeN(ctx, key(part, "j"), start, "+", int64(most)).Result()
	if err != nil {
		return nil, away("read the journal", err)
	}
	turns := m.turnsIn(found)
	return turns, m.bring(ctx, turns)
}

// Ends returns the IDs of the last turns of all parts of the journal; "" where
// there is none.
func (m *Mail) Ends(ctx context.Context) ([]string, error) {
	var last []*goredis.XMessageSliceCmd
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for n := range partitions {
			last = append(last, pipe.XRevRangeN(ctx, key(n, "j"), "+", "-", 1))
		}
		return nil
	})
	if err != nil {
		return nil, away("look at the journal", err)
	}
	ends := make([]string, partitions)
	for n, found := range last {
		for _, entry := range found.Val() {
			ends[n] = entry.ID
		}
	}
	return ends, nil
}

// Stored says that the turns of a part of the journal are kept for good, up to
// the one with that ID. After a day they go from Redis.
func (m *Mail) Stored(ctx context.Context, part int, id string) error {
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		pipe.Set(ctx, key(part, "js"), id, 0)
		oldest := idAt(time.Now().Add(-journalAge))
		if store.LaterTurn(oldest, id) {
			oldest = id
		}
		pipe.XTrimMinIDApprox(ctx, key(part, "j"), oldest, 0)
		return nil
	})
	return away("trim the journal", err)
}

// Unstored returns the turns of a person that are not kept for good yet, oldest
// first. For all of them ask this first, then what is stored, and join them
// (store.JoinTurns): what is stored in between is in one of them.
func (m *Mail) Unstored(ctx context.Context, session string) ([]store.Turn, error) {
	n := partition(session)
	stored, err := m.client.Get(ctx, key(n, "js")).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return nil, away("look how far the journal is stored", err)
	}
	start := "-"
	if stored != "" {
		start = "(" + stored
	}
	found, err := m.client.XRange(ctx, key(n, "j"), start, "+").Result()
	if err != nil {
		return nil, away("read the journal", err)
	}
	turns := slices.DeleteFunc(m.turnsIn(found), func(t store.Turn) bool { return t.Session != session })
	for i, t := range slices.Backward(turns) {
		if t.Kind == store.TurnErased {
			return turns[i+1:], nil
		}
	}
	return turns, nil
}

// Lag is how long the oldest turn has waited that is not stored after those IDs,
// one for each part; 0 if there is none.
func (m *Mail) Lag(ctx context.Context, stored []string) (time.Duration, error) {
	var first []*goredis.XMessageSliceCmd
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for n := range partitions {
			start := "-"
			if stored[n] != "" {
				start = "(" + stored[n]
			}
			first = append(first, pipe.XRangeN(ctx, key(n, "j"), start, "+", 1))
		}
		return nil
	})
	if err != nil {
		return 0, away("look at the journal", err)
	}
	var lag time.Duration
	for _, found := range first {
		for _, entry := range found.Val() {
			lag = max(lag, time.Since(timeOf(entry.ID)))
		}
	}
	return lag, nil
}

// turnsIn reads entries of the journal. One that cannot be read has no session:
// nothing of what comes after it must wait for it.
func (m *Mail) turnsIn(entries []goredis.XMessage) []store.Turn {
	turns := make([]store.Turn, len(entries))
	for i, e := range entries {
		t := &turns[i]
		body, _ := e.Values["b"].(string)
		if err := json.Unmarshal([]byte(body), t); err == nil {
			t.Session, _ = e.Values["s"].(string)
		} else {
			m.Log.Error("cannot read a turn of the journal", "id", e.ID)
			*t = store.Turn{}
		}
		t.ID, t.At = e.ID, timeOf(e.ID)
	}
	return turns
}

// idAt comes before all turns of that time and later.
func idAt(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) + "-0" }
