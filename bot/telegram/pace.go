package telegram

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"lojavirtual/bot/recent"
)

// What Telegram allows, and how many chats we keep count of: one forgotten
// among so many has been quiet for long.
const (
	allPerSecond  = 30
	chatPerSecond = 1
	chatBurst     = 5
	chatsKept     = 20_000
)

// pace keeps us below Telegram's limits, and obeys when it says wait.
type pace struct {
	all   *rate.Limiter
	each  rate.Limit
	chats *recent.Map[string, *rate.Limiter]
	held  *recent.Map[string, time.Time] // chats that are to be left alone until then
}

func newPace(all, each int) *pace {
	if all == 0 {
		all = allPerSecond
	}
	if each == 0 {
		each = chatPerSecond
	}
	return &pace{
		all:   rate.NewLimiter(rate.Limit(all), all),
		each:  rate.Limit(each),
		chats: recent.New[string, *rate.Limiter](chatsKept),
		held:  recent.New[string, time.Time](chatsKept),
	}
}

// wait returns when a message may go to the chat. Where that is further away
// than the context allows, or Telegram has said so, it returns a failure at once.
func (p *pace) wait(ctx context.Context, chat, method string) error {
	if until, ok := p.held.Get(chat); ok {
		if left := time.Until(until); left > 0 {
			return &failure{method: method, reason: "Telegram asked to wait", after: left}
		}
	}
	limiter, ok := p.chats.Get(chat)
	if !ok {
		limiter = rate.NewLimiter(p.each, max(chatBurst, int(p.each)))
		p.chats.Put(chat, limiter)
	}
	for _, l := range []*rate.Limiter{limiter, p.all} {
		if err := l.Wait(ctx); err != nil {
			return &failure{method: method, reason: "too many messages at once: " + err.Error(), cause: ctx.Err()}
		}
	}
	return nil
}

// hold leaves the chat alone for so long.
func (p *pace) hold(chat string, d time.Duration) { p.held.Put(chat, time.Now().Add(d)) }
