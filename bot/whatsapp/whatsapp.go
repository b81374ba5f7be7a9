// Package whatsapp carries messages to and from WhatsApp as one linked device
// of the utility's own number, by whatsmeow.
//
// # Why
//
// All that whatsmeow knows stays in this package and its tests: its calls change
// between versions, and a newer one is then a line in go.mod.
//
// WhatsApp takes a message for delivered when the device acknowledges it, and
// the key that opened it is used up by then. So acknowledgements wait for the
// handler (SynchronousAck), the handler does nothing but put the message into
// the inbox, and what was opened is kept until that is done
// (EnableDecryptedEventBuffer): a process that dies in between is given the
// message again. A panic counts as a message not taken; a message not taken, or
// not opened because the keys are away, breaks the connection, for WhatsApp
// delivers it again only to a new one.
//
// Two processes that act as one device spoil its keys and throw each other out.
// Who may is decided elsewhere (postgres.Lead); here Config.Holds is asked before
// every connection and every write to one. What another process must know, such
// as that WhatsApp has banned the number until tomorrow, goes through Notes.
//
// What WhatsApp refuses for good or for a time is a State and never tried again
// in a loop: that is how numbers are lost.
package whatsapp

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"lojavirtual/bot"
	"lojavirtual/bot/recent"
)

// Config is what a Channel needs to know.
type Config struct {
	Keys  *sql.DB         // PostgreSQL with the tables whatsmeow_* in the first schema of its search_path; they are made where they are missing
	Notes Notes           // what other processes and later ones are told
	Inbox bot.Inbox       // where messages go; not needed for Pair
	Holds func() bool     // whether this process may act as the device; nothing leaves it while not. Always, if nil
	HTTP  *http.Transport // how WhatsApp is reached; Go's default if nil
	Log   *slog.Logger    // the default one if nil

	Copies    Copies         // of what was sent; none are kept if nil
	Zone      *time.Location // where days begin; UTC if nil
	Typing    time.Duration  // how long we are seen to type the longest answers; 3 seconds if zero, not at all if negative
	NewChats  int            // people a minute to whom nothing was sent for days; 20 if zero, any number if negative
	PerSecond int            // messages to all; 10 if zero, about what whatsmeow can, which waits for WhatsApp to take each
	Timeout   time.Duration  // of WhatsApp's taking a message; 20 seconds if zero
}

// withDefaults fills in what was not given, and puts the fence around HTTP.
func (cfg Config) withDefaults() Config {
	if cfg.Holds == nil {
		cfg.Holds = func() bool { return true }
	}
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultTransport.(*http.Transport)
	}
	cfg.HTTP = fence(cfg.HTTP, cfg.Holds)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Copies == nil {
		cfg.Copies = noCopies{}
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	cfg.Typing = cmp.Or(cfg.Typing, 3*time.Second)
	cfg.NewChats = cmp.Or(cfg.NewChats, newChats)
	cfg.PerSecond = cmp.Or(cfg.PerSecond, 10)
	cfg.Timeout = cmp.Or(cfg.Timeout, 20*time.Second)
	return cfg
}

// A Channel is the linked device for one term of leadership: New loads it, Run
// connects it, and after Run it is not used again. Only one process may have one
// at a time, see Config.Holds. It is safe for concurrent use.
type Channel struct {
	Config

	client  *whatsmeow.Client
	running context.Context // of Run
	endings chan ending     // why the connection is over
	arrived chan struct{}   // told when it is there
	gone    chan struct{}   // told when it has broken

	handling sync.RWMutex // held for reading by each handler
	ended    bool         // no handler may begin; under handling

	noting sync.Mutex // one writes the state at a time

	pace   *pace
	sent   *recent.Map[string, int]                     // by letter: how many of its messages WhatsApp took
	ready  *recent.Map[types.MessageID, *waE2E.Message] // as they were tried to be sent
	unread *recent.Map[string, []arrival]               // by person
	asked  *recent.Map[types.MessageID, string]         // the keys of questions, see Reply.Key

	mu       sync.Mutex
	status   Status
	noted    bool          // status was noted
	changed  chan struct{} // closed, and made anew, when status changes
	breaking func()        // ends the connection without a word
	broken   ending        // why that was done
	up       bool          // the connection is there, as far as we were told
	timelock time.Time     // until when WhatsApp lets us write only in chats that exist
	phone    Phone
	replaced int // how often in a row another program has connected as this device
	missed   int // how often in a row the connection was broken to be given a message again
	panics   map[types.MessageID]int
}

// ErrNotPaired is what New returns when no device is linked.
var ErrNotPaired = errors.New("no WhatsApp device is linked")

// New loads the linked device. The error is ErrNotPaired if there is none. Close
// the channel after use.
func New(ctx context.Context, cfg Config) (*Channel, error) {
	cfg = cfg.withDefaults()
	device, err := load(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if device.ID == nil {
		return nil, ErrNotPaired
	}
	c := &Channel{
		Config:   cfg,
		endings:  make(chan ending, 1),
		arrived:  make(chan struct{}, 1),
		gone:     make(chan struct{}, 1),
		changed:  make(chan struct{}),
		breaking: func() {},
		panics:   map[types.MessageID]int{},
		pace:     newPace(cfg.PerSecond, cfg.NewChats),
		sent:     recent.New[string, int](lettersKept),
		ready:    recent.New[types.MessageID, *waE2E.Message](readyKept),
		unread:   recent.New[string, []arrival](chatsKept),
		asked:    recent.New[types.MessageID, string](lettersKept),
	}
	device.EventBuffer = guarded{device.EventBuffer, cfg.Keys.PingContext, c.breakOff}
	c.client = newClient(device, cfg)
	c.client.AutoReconnectHook = func(error) bool {
		c.client.AutoReconnectErrors = min(c.client.AutoReconnectErrors, int(longestPause/(2*time.Second)))
		return true
	}
	c.client.DisableLoginAutoReconnect = true
	c.client.GetMessageForRetry = c.copyFor
	c.client.AddEventHandlerWithSuccessStatus(c.handle)
	return c, nil
}

// newClient returns a client for the device, with the settings of the package's
// comment.
func newClient(device *store.Device, cfg Config) *whatsmeow.Client {
	hush()
	forgetful(device)
	client := whatsmeow.NewClient(device, logger{cfg.Log})
	client.SynchronousAck = true
	client.EnableDecryptedEventBuffer = true
	client.ManualHistorySyncDownload = true // what was said before is none of ours
	client.SendReportingTokens = true
	client.InitialAutoReconnect = true
	client.SetForceActiveDeliveryReceipts(true) // two ticks for the sender; being available would silence the phone
	door := &http.Client{Transport: cfg.HTTP}
	client.SetWebsocketHTTPClient(door)
	client.SetPreLoginHTTPClient(door)
	client.SetMediaHTTPClient(door)
	return client
}

// forgetful has the device keep nothing that we do not need: no names, no address
// book of the phone, no settings of chats, and no keys to votes and reactions,
// one of which comes with each message.
func forgetful(device *store.Device) {
	none := new(store.NoopStore)
	device.Contacts, device.ChatSettings, device.MsgSecrets = none, none, none
}

// recall reads what processes before have learnt.
func (c *Channel) recall(ctx context.Context) error {
	phone, err := ReadPhone(ctx, c.Notes)
	if err != nil {
		return err
	}
	var locked time.Time
	_, err = c.Notes.Note(ctx, noteTimelock, &locked)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.phone, c.timelock = phone, locked
	return err
}

// Name is the channel's name in messages, sessions and letters.
func (c *Channel) Name() string { return "whatsapp" }

// Close gives the connections back. Run must have ended.
func (c *Channel) Close() {
	c.client.Disconnect()
	c.HTTP.CloseIdleConnections()
}

// handle takes what happens to the device. It returns false if that must happen
// again, and sees to it that it does.
func (c *Channel) handle(event any) (ok bool) {
	c.handling.RLock()
	defer c.handling.RUnlock()
	if c.ended {
		return false
	}
	defer func() {
		if what := recover(); what != nil {
			if _, known := what.(runtime.Error); !known { // it may hold what the person wrote
				what = fmt.Sprintf("%T", what)
			}
			c.Log.Error("cannot handle an event of WhatsApp", "event", fmt.Sprintf("%T", event), "panic", what, "stack", string(debug.Stack()))
			ok = c.poison(event)
		}
		if !ok {
			c.breakOff("a message could not be taken")
		}
	}()
	c.noticePhone(event)
	switch event := event.(type) {
	case *events.Message:
		// Taken now, one that was still being read would come before the one
		// for which the connection was broken.
		if c.brokenOff() || !c.receive(c.running, event) {
			return false
		}
		c.mu.Lock()
		c.missed = 0
		c.mu.Unlock()
	case *events.CallOffer:
		c.rejectCall(c.running, event)
	default:
		c.handleConnection(event)
	}
	return true
}

// panicsLimit is how often one message may panic before it is let go, so that it
// does not stand in the way of all others.
const panicsLimit = 3

// poison counts the panics of an event, and tells whether it is to be let go.
func (c *Channel) poison(event any) bool {
	message, ok := event.(*events.Message)
	if !ok {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.panics[message.Info.ID]++
	if c.panics[message.Info.ID] < panicsLimit {
		return false
	}
	delete(c.panics, message.Info.ID)
	return true
}
