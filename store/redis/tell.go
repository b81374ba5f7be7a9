package redis

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"lojavirtual/bot"
)

// Tell says something to a person that answers nothing they wrote: after all
// that was said to them before, and without touching their session. What is told
// under an id is told once, however often Tell is called within 48 hours: after
// an error it may or may not have been, so tell it again. Replies that ask
// something have no place here, for an answer goes to the question the person
// stands at.
func (m *Mail) Tell(ctx context.Context, session, id string, replies []bot.Reply) error {
	if len(replies) == 0 {
		return nil
	}
	n := partition(session)
	channel, _, _ := strings.Cut(session, ":")
	id = short("tell " + id)
	entry, err := toldEntry(replies)
	if err != nil {
		return err
	}
	args := []any{session, id, int(remembered / time.Minute), m.Journal, entry}
	for i, reply := range replies {
		body, err := json.Marshal(storedLetter{ID: session + "/" + id + "/" + strconv.Itoa(i), Reply: reply, Notice: true})
		if err != nil {
			return err
		}
		args = append(args, body)
	}
	keys := []string{key(n, "o:"+channel), key(n, "d:"+session), key(n, "j")}
	return away("tell somebody", tellScript.Run(ctx, m.client, keys, args...).Err())
}
