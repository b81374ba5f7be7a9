package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// A queue is what the page of the queue shows.
type queue struct {
	Waiting []waiter // longest first
	Talking []talking
	SLA     time.Duration
	May     bool
	Ticket  string
	At      time.Time
	Self    string
	Said    string // what has come of pressing
}

// A waiter is somebody who waits for a person of the utility.
type waiter struct {
	store.LiveTalk
	Place   int // 1 is next
	Person  string
	Channel string
	Wants   string // the service they came from
	For     time.Duration
	Late    bool // longer than the SLA
}

// A talking is a conversation that an attendant has.
type talking struct {
	store.LiveTalk
	Person, Channel string
	Left            time.Duration // until it is taken from them, if they stay silent
}

func (c *Console) queue(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.queuePage(w, r, v, http.StatusOK, "")
}

func (c *Console) queuePage(w http.ResponseWriter, r *http.Request, v visitor, status int, said string) error {
	seen, err := c.seen(r.Context(), search{})
	if err != nil {
		return err
	}
	q := queue{SLA: c.attendance.SLA, May: attendants.admits(v), At: c.Now(), Self: v.Shown, Said: said}
	for _, one := range seen {
		person, channel := cmp.Or(one.name, personEnd(one.Session)), channelName(one.Channel)
		switch {
		case !one.Waiting.IsZero():
			s, err := c.Mail.Session(r.Context(), one.Session)
			if err != nil {
				return err
			}
			since := max(0, q.At.Sub(one.Waiting))
			q.Waiting = append(q.Waiting, waiter{
				LiveTalk: one.LiveTalk, Place: len(q.Waiting) + 1, Person: person, Channel: channel, Wants: c.wants(s), For: since, Late: since > q.SLA,
			})
		case one.Human != "":
			q.Talking = append(q.Talking, talking{LiveTalk: one.LiveTalk, Person: person, Channel: channel, Left: max(0, one.Until.Sub(q.At))})
		}
	}
	slices.SortStableFunc(q.Talking, func(a, b talking) int { return cmp.Compare(a.Left, b.Left) })
	c.show(w, r, v, status, "fila", "Fila", q)
	return nil
}

// wants is the service that somebody was at before they asked for a person.
func (c *Console) wants(s bot.Session) string {
	if s.Paused != nil {
		return c.serviceName(s.Paused.Flow)
	}
	return ""
}

// takeNext gives the conversation of who has waited longest to who asks for it:
// the first who presses gets the first person, and whoever presses at the same
// time the next.
func (c *Console) takeNext(w http.ResponseWriter, r *http.Request, v visitor) error {
	for range 10 {
		m, ok, err := c.next(r.Context(), v)
		if err != nil {
			return err
		}
		if !ok {
			return c.queuePage(w, r, v, http.StatusConflict, "Ninguém espera por uma pessoa agora.")
		}
		refused, err := c.put(r, v, m, takeover())
		if err != nil {
			return err
		}
		if refused == "" {
			http.Redirect(w, r, "/conversas/"+url.PathEscape(m.protocol)+"#mesa", http.StatusSeeOther)
			return nil
		}
	}
	return c.queuePage(w, r, v, http.StatusConflict, "Outras pessoas da equipe chegaram antes. Tente de novo.")
}

// next claims the conversation of who has waited longest and whom nobody else is
// just taking; ok is false if there is nobody.
func (c *Console) next(ctx context.Context, v visitor) (m meeting, ok bool, err error) {
	live, err := c.Live.Live(ctx, store.TalkFilter{})
	if err != nil {
		return m, false, err
	}
	for _, one := range live {
		if one.Waiting.IsZero() {
			break // those who wait come first
		}
		other, err := c.claim(ctx, one.Session, v)
		if err != nil {
			return m, false, err
		}
		if other != "" {
			continue
		}
		// what was seen may be old: whoever had the claim before may have them now
		if m, err = c.meeting(ctx, one.Session, one.Protocol); err != nil {
			return m, false, err
		}
		if !m.over() && m.has(c.Now()) == "" && !m.Waiting.IsZero() {
			return m, true, nil
		}
		if err := c.Mail.Release(ctx, one.Session, claimant(v)); err != nil {
			return m, false, err
		}
	}
	return m, false, nil
}
