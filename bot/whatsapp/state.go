package whatsapp

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// A State is how it stands with the device, as a word for machines.
type State string

// All states. Those whose Status has an Until end by themselves.
const (
	NotPaired    State = "not_paired"
	Pairing      State = "pairing"
	Passkey      State = "passkey_needed"
	Stopped      State = "stopped"
	Connecting   State = "connecting"
	Connected    State = "connected"
	Reconnecting State = "reconnecting"
	PhoneOffline State = "phone_offline" // connected, but not for much longer
	Timelocked   State = "timelocked"    // connected, but writing to nobody new
	Replaced     State = "replaced"
	TempBanned   State = "temporarily_banned"
	Outdated     State = "outdated"
	Refused      State = "refused"
	Unlinked     State = "unlinked"
	Locked       State = "locked"
	Banned       State = "banned"
)

// States lists them all, in the order in which a device may go through them.
var States = []State{
	NotPaired, Pairing, Passkey, Stopped, Connecting, Connected, Reconnecting, PhoneOffline, Timelocked,
	Replaced, TempBanned, Outdated, Refused, Unlinked, Locked, Banned,
}

// told is what people are told of a state.
var told = map[State]struct {
	is, do string
	level  slog.Level
}{
	NotPaired: {"no device is linked", "link one: loja pair", slog.LevelWarn},
	Pairing:   {"a device is being linked", "", slog.LevelInfo},
	Passkey: {
		"no device is linked: the phone asked for a passkey, which this program cannot answer",
		"link another number, or build loja with a newer whatsmeow that can answer", slog.LevelWarn,
	},
	Stopped:      {"no process is connected", "start loja serve with LOJA_WHATSAPP=true", slog.LevelInfo},
	Connecting:   {"connecting", "", slog.LevelInfo},
	Connected:    {"connected", "", slog.LevelInfo},
	Reconnecting: {"the connection broke and is being made anew", "if it lasts: can this machine reach web.whatsapp.com:443, and do the databases answer?", slog.LevelWarn},
	PhoneOffline: {
		"connected, but the phone has not been online for 12 days",
		"open WhatsApp on the phone, with internet: after 14 days it unlinks all devices", slog.LevelWarn,
	},
	Timelocked: {
		"connected, but WhatsApp lets the number write only in chats that exist",
		"send nothing to people who have not written first; it ends by itself", slog.LevelWarn,
	},
	Replaced: {
		"another program connected as this very device, and we stood down",
		"find it and stop it: a copy of this database, or of its backup, is in use elsewhere", slog.LevelError,
	},
	TempBanned: {
		"WhatsApp has banned the number for a time",
		"wait, do not pair anew and do not use another number for it; then send less, and only answers", slog.LevelError,
	},
	Outdated: {
		"WhatsApp refuses this version of the program",
		"build loja with a newer whatsmeow: go get go.mau.fi/whatsmeow@latest, and start it anew", slog.LevelError,
	},
	Refused: {
		"WhatsApp refuses the connection for a reason unknown to us",
		"look at the number in the phone; we try again from time to time", slog.LevelError,
	},
	Unlinked: {
		"the device was unlinked, on the phone or because the phone was offline for 14 days",
		"link it anew: loja pair", slog.LevelError,
	},
	Locked: {
		"WhatsApp has locked the account, or the number has moved to another phone",
		"open WhatsApp on the phone and do what it asks; then loja pair", slog.LevelError,
	},
	Banned: {
		"WhatsApp has banned the number",
		"ask for a review in WhatsApp on the phone; announce another number, link it by loja pair, and send less", slog.LevelError,
	},
}

// What says in words what the state is.
func (s State) What() string { return told[s].is }

// Do says what to do about it, in one line; "" if nothing.
func (s State) Do() string { return told[s].do }

// Level is how loud to be about it.
func (s State) Level() slog.Level { return told[s].level }

// rests tells whether nobody is to connect while the state lasts.
func (s State) rests() bool {
	return s == TempBanned || s == Replaced || s == Outdated || s == Refused
}

// A Status is the state of the device and when it began.
type Status struct {
	State  State     `json:"state"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until,omitzero"`   // when it ends by itself; zero if it does not, or nobody knows
	Detail string    `json:"detail,omitempty"` // such as WhatsApp's code for the reason
}

// String says what the state is, since when and until when, in UTC.
func (s Status) String() string {
	text := s.State.What()
	if s.Detail != "" {
		text += " (" + s.Detail + ")"
	}
	if !s.Since.IsZero() {
		text += s.Since.UTC().Format(", since 2006-01-02 15:04 UTC")
	}
	if !s.Until.IsZero() {
		text += s.Until.UTC().Format(", until 2006-01-02 15:04 UTC")
	}
	return text
}

// Notes is what the device says to other processes and to later ones.
type Notes interface {
	// Note reads what was noted under the name into v; ok is false if nothing was.
	Note(ctx context.Context, name string, v any) (ok bool, err error)
	// SetNote notes v under the name, in the place of what was there.
	SetNote(ctx context.Context, name string, v any) error
}

// What is noted.
const (
	noteState    = "state"    // Status
	noteDevice   = "device"   // Device
	notePhone    = "phone"    // Phone
	noteTimelock = "timelock" // time.Time: until when WhatsApp lets us write only in chats that exist
	noteVersion  = "version"  // text, such as 2.3000.1031080782
)

// ReadStatus returns the device's state as it was last noted; NotPaired if it
// never was.
func ReadStatus(ctx context.Context, notes Notes) (Status, error) {
	var s Status
	ok, err := notes.Note(ctx, noteState, &s)
	if err == nil && !ok {
		s.State = NotPaired
	}
	return s, err
}

// Status returns the device's state.
func (c *Channel) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// become changes the state, if it is another one, and tells the log and the
// other processes. One that may not act as the device any more has nothing to say.
func (c *Channel) become(state State, until time.Time, detail string) {
	if !c.Holds() {
		return
	}
	c.mu.Lock()
	next := Status{State: state, Since: time.Now().UTC().Truncate(time.Second), Until: until.UTC().Truncate(time.Second), Detail: detail}
	if until.IsZero() {
		next.Until = time.Time{}
	}
	if c.status.State == state && c.status.Until.Equal(next.Until) && c.status.Detail == detail {
		c.mu.Unlock()
		return
	}
	c.status, c.noted = next, false
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()

	attrs := []any{"state", state}
	if detail != "" {
		attrs = append(attrs, "detail", detail)
	}
	if !next.Until.IsZero() {
		attrs = append(attrs, "until", next.Until)
	}
	if do := state.Do(); do != "" {
		attrs = append(attrs, "do", do)
	}
	c.Log.Log(context.Background(), state.Level(), "WhatsApp: "+state.What(), attrs...)
	c.noteStatus()
}

// noteStatus notes the state if that has not been done; what fails is done
// again at the next look (see look).
func (c *Channel) noteStatus() {
	c.noting.Lock()
	defer c.noting.Unlock()
	c.mu.Lock()
	status, noted := c.status, c.noted
	c.mu.Unlock()
	if noted {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), notePatience)
	defer cancel()
	if err := c.Notes.SetNote(ctx, noteState, status); err != nil {
		c.Log.Warn("cannot note the state of WhatsApp", "error", err)
		return
	}
	c.mu.Lock()
	c.noted = c.status == status
	c.mu.Unlock()
}

const notePatience = 3 * time.Second

// Wait returns when letters can be sent, or with the context's error.
func (c *Channel) Wait(ctx context.Context) error {
	for {
		c.mu.Lock()
		state, changed := c.status.State, c.changed
		c.mu.Unlock()
		switch state {
		case Connected, PhoneOffline, Timelocked:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for WhatsApp: %w", ctx.Err())
		}
	}
}
