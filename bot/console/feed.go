package console

import (
	"cmp"
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"lojavirtual/store"
)

// Types tells whether a person types at this moment.
type Types func(ctx context.Context, session string) (bool, error)

const (
	eventWait = 10 * time.Second // for a browser to take an event
	typesLook = time.Second      // between two looks whether somebody types
)

// A feed tells a page that is open what changes, as server-sent events.
type feed struct {
	w   http.ResponseWriter
	out *http.ResponseController
}

func newFeed(w http.ResponseWriter) feed {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold it back
	return feed{w, http.NewResponseController(w)}
}

// send tells something. With an id, a page that lost its line says it when it is
// back (Last-Event-ID).
func (f feed) send(id string, news any) error {
	text, err := json.Marshal(news)
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	_ = f.out.SetWriteDeadline(time.Now().Add(eventWait)) // servers of ours can
	if _, err := fmt.Fprintf(f.w, "%sdata: %s\n\n", id, text); err != nil {
		return err
	}
	return f.out.Flush()
}

// talkNews is what has happened in a conversation.
type talkNews struct {
	Lines []line `json:"lines,omitempty"`
	Gist  []fact `json:"gist,omitempty"` // with every line
	Known []fact `json:"known,omitempty"`
	Types *bool  `json:"types,omitempty"`
	Gone  bool   `json:"gone,omitempty"` // it was erased
}

// talkFeed tells the page of a conversation what is said in it, from the turn on
// that the page names.
func (c *Console) talkFeed(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx, protocol := r.Context(), r.PathValue("protocolo")
	if !hmac.Equal([]byte(r.FormValue("prova")), []byte(c.proof(v, protocol))) {
		return errForbidden
	}
	session, err := c.sessionOf(ctx, protocol)
	if err != nil {
		return err
	}
	f, last := newFeed(w), cmp.Or(r.Header.Get("Last-Event-ID"), r.FormValue("depois"))
	var known []store.Turn
	tell := func(turns ...store.Turn) error {
		var n talkNews
		for _, t := range turns {
			if store.LaterTurn(t.ID, last) {
				n.Lines, last = append(n.Lines, c.lines(t, v)...), t.ID
			}
		}
		known = store.JoinTurns(known, turns)
		if len(turns) > 0 {
			m, err := c.meeting(ctx, session, protocol)
			if err == nil {
				n.Gist, n.Known, err = c.facts(ctx, m, known)
			}
			if err != nil && ctx.Err() == nil { // they stay as they were
				c.Log.Warn("cannot sum up a conversation", "error", err)
			}
		}
		return f.send(last, n)
	}
	anyway := time.NewTicker(lookAnyway)
	defer anyway.Stop()
	typing, types := make(<-chan time.Time), false
	if strings.HasPrefix(session, "web:") { // no other network tells
		look := time.NewTicker(typesLook)
		defer look.Stop()
		typing = look.C
	}
	changes, stop := c.Live.Follow()
	defer func() { stop() }()
	for behind := true; err == nil; {
		if behind {
			turns, troubled := c.turnsOf(ctx, session, protocol)
			switch {
			case errors.Is(troubled, errNoTalk):
				return f.send("", talkNews{Gone: true})
			case troubled == nil:
				behind = false
				err = tell(turns...)
			case ctx.Err() == nil: // the page stays as it was until the stores are back
				c.Log.Warn("cannot read a conversation", "error", troubled)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-typing:
			if now, troubled := c.Types(ctx, session); troubled == nil && now != types {
				types = now
				err = f.send(last, talkNews{Types: &now})
			}
		case <-anyway.C:
			if !behind {
				err = tell() // so that either end notices a broken line
			}
		case change, ok := <-changes:
			switch {
			case !ok: // we were too slow
				stop()
				changes, stop = c.Live.Follow()
				behind = true
			case change.Turn.Session != session || behind:
			case change.Turn.Kind == store.TurnErased:
				return f.send("", talkNews{Gone: true})
			case change.Turn.Protocol == protocol:
				err = tell(change.Turn)
			}
		}
	}
	return nil // nobody is there any more
}

// proof is what the page of a conversation shows to hear more of it: that whoever
// asks has opened it, which is in the audit log.
func (c *Console) proof(v visitor, protocol string) string {
	return base64.RawURLEncoding.EncodeToString(c.sum("talk", v.access.ID+"\x00"+protocol))
}
