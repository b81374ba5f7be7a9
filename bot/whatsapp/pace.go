package whatsapp

import (
	"context"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"
	"golang.org/x/time/rate"

	"lojavirtual/bot/recent"
)

// How much is sent, and how many chats are kept count of.
const (
	newChats    = 20 // a minute; more is what senders of spam do
	chatsKept   = 20_000
	lettersKept = 4096
	readyKept   = 256

	noticesRefused = 3 // in a row: then it is not the people
	noticesRest    = 24 * time.Hour
)

// pace keeps us from writing as programs do that get a number banned.
type pace struct {
	all  *rate.Limiter
	new  *rate.Limiter
	held *recent.Map[string, time.Time] // people that are to be left alone until then

	mu      sync.Mutex
	refused int       // notices in a row
	rests   time.Time // no notices until then
}

// newPace allows so many messages a second, and so many new chats a minute; any
// number if it is negative.
func newPace(messages, chats int) *pace {
	limit := rate.Limit(float64(chats) / 60)
	if chats < 0 {
		limit = rate.Inf
	}
	return &pace{
		all:  rate.NewLimiter(rate.Limit(messages), messages),
		new:  rate.NewLimiter(limit, max(chats, 1)),
		held: recent.New[string, time.Time](chatsKept),
	}
}

// wait returns when a message may go out.
func (p *pace) wait(ctx context.Context) error { return p.all.Wait(ctx) }

// newChat takes a place among the new chats and tells how far away it is.
func (p *pace) newChat() time.Duration { return p.new.Reserve().Delay() }

// hold leaves somebody alone for so long.
func (p *pace) hold(person string, d time.Duration) { p.held.Put(person, time.Now().Add(d)) }

func (p *pace) heldFor(person string) time.Duration {
	until, _ := p.held.Get(person)
	return time.Until(until)
}

func (p *pace) takesNotices() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().After(p.rests)
}

func (p *pace) noticeTaken() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = 0
}

// noticeRefused counts a notice that WhatsApp refused, and tells whether there
// will be none for a while.
func (p *pace) noticeRefused() (rests bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused++; p.refused < noticesRefused {
		return false
	}
	p.refused, p.rests = 0, time.Now().Add(noticesRest)
	return true
}

// An arrival is a message that is not marked as read yet.
type arrival struct {
	chat, sender types.JID
	id           types.MessageID
}

// A readChat is a chat and what is read in it: a person may have two, by number
// and by hidden address.
type readChat struct {
	chat, sender types.JID
	ids          []types.MessageID
}

func chats(arrivals []arrival) []readChat {
	var all []readChat
	for _, a := range arrivals {
		i := 0
		for i < len(all) && all[i].chat != a.chat {
			i++
		}
		if i == len(all) {
			all = append(all, readChat{chat: a.chat, sender: a.sender})
		}
		all[i].ids = append(all[i].ids, a.id)
	}
	return all
}
