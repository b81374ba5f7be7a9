package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types/events"
)

// How the connection is kept.
const (
	lookEvery     = 5 * time.Second  // between two looks at how it stands
	stuckAfter    = 90 * time.Second // without a connection, whatever whatsmeow is at: it is made anew
	longestPause  = 30 * time.Second // between whatsmeow's tries to connect
	missedFirst   = 2 * time.Second  // before connecting anew to be given what was not taken; doubled each time
	missedLimit   = time.Minute
	replacedPause = 5 * time.Minute // the first time; doubled each time
	replacedLimit = 4 * time.Hour
	refusedPause  = time.Hour       // after reasons we do not know
	bannedPause   = 24 * time.Hour  // if WhatsApp does not say until when
	outdatedPause = time.Hour       // between two looks for a newer version
	goneAfter     = 5 * time.Second // that a connection broken off is gone, whatever whatsmeow says
	steadyAfter   = time.Hour       // of being connected: trouble before is forgotten
)

// ErrUnlinked is what Run returns when WhatsApp has unlinked the device, for
// whatever reason: there is none any more until another is linked.
var ErrUnlinked = errors.New("the WhatsApp device is unlinked")

// An ending is why a connection is over, and until when there is no other.
type ending struct {
	state  State
	detail string
	until  time.Time
}

// Run connects the device and keeps it connected until the context ends, which
// returns nil. Where WhatsApp refuses it, it waits for as long as that lasts and
// does not try. It returns ErrUnlinked once there is no device any more.
func (c *Channel) Run(ctx context.Context) error {
	c.running = context.WithoutCancel(ctx) // what is in hand when the end comes is done
	defer c.end()
	if err := c.resume(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		c.useNewestVersion(ctx)
		end := c.connected(ctx)
		switch {
		case ctx.Err() != nil:
		case end.state == Unlinked, end.state == Locked, end.state == Banned:
			c.become(end.state, time.Time{}, end.detail)
			if err := c.forget(ctx); err != nil {
				c.Log.Error("cannot forget the WhatsApp device", "error", err)
			}
			return ErrUnlinked
		default:
			c.rest(ctx, end)
		}
	}
	if !c.Status().State.rests() { // what WhatsApp has said holds for the next process, too
		c.become(Stopped, time.Time{}, "")
	}
	return nil
}

// end waits for the handlers that are at work and lets none begin.
func (c *Channel) end() {
	c.client.Disconnect()
	c.handling.Lock()
	defer c.handling.Unlock()
	c.ended = true
}

// resume waits for the end of a state that another process has left behind and
// that holds for this one too.
func (c *Channel) resume(ctx context.Context) error {
	last, err := ReadStatus(ctx, c.Notes)
	if err != nil {
		return err
	}
	if err := c.recall(ctx); err != nil {
		return err
	}
	if last.State == Outdated || last.State.rests() && time.Now().Before(last.Until) {
		c.rest(ctx, ending{state: last.State, detail: last.Detail, until: last.Until})
	}
	return nil
}

// rest stays disconnected until the time after an ending is over, or, if the
// version is outdated, until there is another.
func (c *Channel) rest(ctx context.Context, end ending) {
	c.client.Disconnect()
	if end.state == Outdated {
		for c.useNewestVersion(ctx); version() == end.detail && ctx.Err() == nil; c.useNewestVersion(ctx) {
			c.become(Outdated, time.Time{}, end.detail)
			sleep(ctx, outdatedPause)
		}
		return
	}
	if end.state == Reconnecting {
		c.become(end.state, time.Time{}, end.detail)
	} else {
		c.become(end.state, end.until, end.detail)
	}
	if c.brokenOff() {
		c.discard(ctx, end.until)
		return
	}
	sleep(ctx, time.Until(end.until))
}

// discard drops, until a time, what came over the connection broken off and still
// waits in whatsmeow's queue. None of it is acknowledged, so it is delivered
// again. whatsmeow would take it up over the next connection, before the message
// for which this one was broken.
func (c *Channel) discard(ctx context.Context, until time.Time) {
	over, cancel := context.WithCancel(ctx)
	cancel()
	pause, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	c.client.DangerousInternals().HandlerQueueLoop(over, pause) //nolint:staticcheck // "dangerous", and the only way to the queue
}

// sleep returns when so much time has passed or the context has ended.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// connected connects and stays so until the connection must be made anew, or not
// at all.
func (c *Channel) connected(ctx context.Context) ending {
	// Not of ctx: while whatsmeow breaks a connection off it must not be told to end it.
	connection, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer c.client.Disconnect()
	c.mu.Lock()
	c.breaking, c.broken, c.up = cancel, ending{}, false
	c.mu.Unlock()
	for len(c.endings)+len(c.gone) > 0 { // of a connection before
		select {
		case <-c.endings:
		case <-c.gone:
		}
	}
	if c.Status().State != Reconnecting {
		c.become(Connecting, time.Time{}, "")
	}
	if err := c.client.ConnectContext(connection); err != nil {
		c.Log.Warn("cannot connect to WhatsApp", "error", err)
		return ending{state: Reconnecting, until: time.Now().Add(longestPause)}
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	well := time.Now()
	for {
		select {
		case <-ctx.Done():
			return ending{}
		case end := <-c.endings:
			return end
		case <-connection.Done():
			select {
			case <-c.gone:
			case <-time.After(goneAfter):
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.broken
		case <-c.arrived:
			c.look(ctx, time.Now())
		case now := <-look.C:
			c.look(ctx, now)
			if c.loggedIn() {
				well = now
			} else if now.Sub(well) > stuckAfter {
				return ending{state: Reconnecting, until: time.Now().Add(missedFirst)}
			}
		}
	}
}

// loggedIn tells whether we are connected, as far as we were told.
func (c *Channel) loggedIn() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.up && c.client.IsLoggedIn()
}

// look sees to what hangs on time: what could not be noted, how the phone does,
// and states that are over.
func (c *Channel) look(ctx context.Context, now time.Time) {
	c.noteStatus()
	status := c.Status()
	switch status.State {
	case Connected, PhoneOffline, Timelocked:
	default:
		return
	}
	if !c.loggedIn() {
		c.become(Reconnecting, time.Time{}, "")
		return
	}
	if now.Sub(status.Since) > steadyAfter {
		c.mu.Lock()
		c.replaced, c.missed = 0, 0
		c.mu.Unlock()
	}
	c.pingPhone(ctx, now)
	c.becomeConnected(now)
}

// becomeConnected is for who has seen that we are: the state says what else is to
// be known then.
func (c *Channel) becomeConnected(now time.Time) {
	c.mu.Lock()
	locked, phone := c.timelock, c.phone.Seen
	c.mu.Unlock()
	switch {
	case now.Before(locked):
		c.become(Timelocked, locked, "")
	case !phone.IsZero() && now.Sub(phone) > phoneWarning:
		c.become(PhoneOffline, phone.Add(phoneLimit), "")
	default:
		c.become(Connected, time.Time{}, "")
	}
}

// becomeReconnecting is for who has seen that we are not connected any more.
func (c *Channel) becomeReconnecting() {
	if c.Status().State != Connecting {
		c.become(Reconnecting, time.Time{}, "")
	}
}

// finish ends the connection for a reason; the first one counts.
func (c *Channel) finish(end ending) {
	select {
	case c.endings <- end:
	default:
	}
}

// breakOff ends the connection at once, so that nothing more is acknowledged
// over it, and has it made anew, after a pause that doubles while nothing can be
// taken. The first reason counts.
func (c *Channel) breakOff(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != (ending{}) {
		return
	}
	pause := min(missedFirst<<min(c.missed, 10), missedLimit)
	c.missed++
	c.broken = ending{state: Reconnecting, detail: why, until: time.Now().Add(pause)}
	c.breaking()
}

// brokenOff tells whether the connection was, and no other has been begun.
func (c *Channel) brokenOff() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken != (ending{})
}

// handleConnection takes what happens to the connection.
func (c *Channel) handleConnection(event any) {
	switch event := event.(type) {
	case *events.Connected:
		c.mu.Lock()
		c.up = true
		c.mu.Unlock()
		select {
		case <-c.gone: // that was the one before
		default:
		}
		c.becomeConnected(time.Now())
		select {
		case c.arrived <- struct{}{}:
		default:
		}
	case *events.KeepAliveRestored:
		c.becomeConnected(time.Now())
	case *events.ManualLoginReconnect: // 515; whatsmeow would try it only once
		c.finish(ending{state: Reconnecting})
	case *events.Disconnected:
		c.mu.Lock()
		c.up = false
		c.mu.Unlock()
		select {
		case c.gone <- struct{}{}:
		default:
		}
		c.becomeReconnecting()
	case *events.KeepAliveTimeout:
		c.becomeReconnecting()
	case *events.StreamReplaced:
		c.mu.Lock()
		pause := min(replacedPause<<min(c.replaced, 10), replacedLimit)
		c.replaced++
		c.mu.Unlock()
		c.finish(ending{state: Replaced, until: time.Now().Add(pause)})
	case *events.TemporaryBan:
		pause := event.Expire
		if pause <= 0 {
			pause = bannedPause
		}
		c.finish(ending{state: TempBanned, detail: event.Code.String(), until: time.Now().Add(pause)})
	case *events.ClientOutdated:
		c.finish(ending{state: Outdated, detail: version()})
	case *events.LoggedOut:
		state, ok := map[events.ConnectFailureReason]State{
			events.ConnectFailureMainDeviceGone: Locked,
			events.ConnectFailureUnknownLogout:  Banned,
		}[event.Reason]
		if !ok {
			state = Unlinked
		}
		c.finish(ending{state: state, detail: fmt.Sprintf("code %d", int(event.Reason))})
	case *events.ConnectFailure:
		c.finish(ending{state: Refused, detail: fmt.Sprintf("code %d", int(event.Reason)), until: time.Now().Add(refusedPause)})
	}
}
