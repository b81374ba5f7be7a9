package whatsapp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// A Step is how far linking a device has come, for whoever shows it.
type Step struct {
	Kind  StepKind
	Code  string    // what is to be shown; a secret while it is good
	Until time.Time // when Code is replaced by another
}

// A StepKind says what a Step is.
type StepKind string

// The steps, in their order.
const (
	StepQR        StepKind = "qr"        // draw Code as a QR code, in the place of the one before
	StepCode      StepKind = "code"      // show Code, which is typed on the phone
	StepLinked    StepKind = "linked"    // the phone has agreed; the first connection is being made
	StepConnected StepKind = "connected" // done
)

// Linking is how a device is to be linked.
type Linking struct {
	Name   string // what the phone's list of linked devices calls it
	Phone  string // with country code, to link by a code that is typed on it; "" to link by QR
	Rounds int    // how often WhatsApp is asked for new codes, which are good for 160 seconds; 5 if zero
}

// Errors of Pair, besides AlreadyPaired.
var (
	ErrPairingTimeout = errors.New("no phone has linked us in time. If the phone stopped half-way and asked for a passkey: this version cannot answer that; " +
		"take a newer whatsmeow, or try with another number")
	ErrPasskey  = errors.New("the phone asked for a passkey, which this program cannot answer: try with another number")
	ErrOutdated = errors.New("WhatsApp refuses this version of the program: build it with a newer whatsmeow")
)

// AlreadyPaired is the error of Pair when a device is linked.
type AlreadyPaired struct{ Device Device }

func (e AlreadyPaired) Error() string {
	return fmt.Sprintf("a WhatsApp device is linked already: %v. To link another, unlink it on the phone first, in Dispositivos conectados", e.Device)
}

const (
	pairingRounds = 5
	roundTime     = 160 * time.Second // WhatsApp's six codes: one for 60 seconds, five for 20
	loginPatience = 20 * time.Second  // for the first connection, which is then tried once more
)

// Pair links a new device. It calls show with each step, from its own goroutine,
// and returns when the device has connected for the first time, or with the
// reason why it has not. Like Run it is for the one process that may act as the
// device.
func Pair(ctx context.Context, cfg Config, how Linking, show func(Step)) (Device, error) {
	cfg = cfg.withDefaults()
	defer cfg.HTTP.CloseIdleConnections()
	device, err := load(ctx, cfg)
	if err != nil {
		return Device{}, err
	}
	if device.ID != nil {
		linked, _, err := ReadDevice(ctx, cfg.Notes)
		return linked, errors.Join(err, AlreadyPaired{linked})
	}
	if how.Rounds == 0 {
		how.Rounds = pairingRounds
	}
	before, err := ReadStatus(ctx, cfg.Notes)
	if err != nil {
		return Device{}, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	during := Status{State: Pairing, Since: now, Until: now.Add(time.Duration(how.Rounds) * roundTime)}
	if err := cfg.Notes.SetNote(ctx, noteState, during); err != nil {
		return Device{}, err
	}
	store.DeviceProps.Os = proto.String(how.Name)
	cfg.useNewestVersion(ctx)

	linked, err := pair(ctx, cfg, device, how, show)
	after := afterPairing(before, err)
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), notePatience)
	defer cancel()
	return linked, errors.Join(err, cfg.Notes.SetNote(noting, noteState, after))
}

// afterPairing is how it stands after a pairing that ended so.
func afterPairing(before Status, err error) Status {
	now := time.Now().UTC().Truncate(time.Second)
	switch {
	case err == nil:
		return Status{State: Stopped, Since: now}
	case errors.Is(err, ErrPasskey):
		return Status{State: Passkey, Since: now}
	default:
		return before
	}
}

// pair goes through rounds of codes until a phone has linked the device.
func pair(ctx context.Context, cfg Config, device *store.Device, how Linking, show func(Step)) (Device, error) {
	p := &pairing{client: newClient(device, cfg), connected: make(chan struct{}, 1), passkey: make(chan struct{}, 1), how: how, show: show}
	p.client.InitialAutoReconnect = false // it has no codes
	p.client.AddEventHandlerWithSuccessStatus(p.handle)
	// not of ctx, as in Channel.connected
	connection, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer p.client.Disconnect()
	p.connection = connection
	err := ErrPairingTimeout
	for round := 0; round < how.Rounds && errors.Is(err, ErrPairingTimeout); round++ {
		err = p.round(ctx)
	}
	if err != nil {
		return Device{}, err
	}
	forgetful(device) // saving it has made it remember
	show(Step{Kind: StepLinked})
	now := time.Now().UTC().Truncate(time.Second)
	linked := Device{Number: "+" + device.ID.User, Linked: now}
	if err := errors.Join(cfg.Notes.SetNote(ctx, noteDevice, linked), cfg.Notes.SetNote(ctx, notePhone, Phone{Seen: now})); err != nil {
		return linked, err
	}
	if err := p.login(ctx); err != nil {
		return linked, err
	}
	show(Step{Kind: StepConnected})
	return linked, nil
}

// A pairing is the linking of one device.
type pairing struct {
	client     *whatsmeow.Client
	connection context.Context
	connected  chan struct{}
	passkey    chan struct{} // the phone has asked for one
	how        Linking
	show       func(Step)
}

// handle leaves what customers write for the process that will act as the
// device: not taken here, it is delivered again there.
func (p *pairing) handle(event any) bool {
	switch event := event.(type) {
	case *events.Message:
		return event.Info.IsFromMe
	case *events.Connected:
		select {
		case p.connected <- struct{}{}:
		default:
		}
	default:
		if asksForPasskey(event) {
			select {
			case p.passkey <- struct{}{}:
			default:
			}
		}
	}
	return true
}

// asksForPasskey tells whether the phone asks for a passkey. It goes by the name of
// the event: whatsmeow has it since June 2026, and we compile with older ones,
// for which the phone just falls silent.
func asksForPasskey(event any) bool {
	return strings.HasSuffix(fmt.Sprintf("%T", event), ".PairPasskeyRequest")
}

// round shows one series of codes. It returns ErrPairingTimeout when they are used up.
func (p *pairing) round(ctx context.Context) error {
	p.client.Disconnect()
	items, err := p.client.GetQRChannel(ctx)
	if err != nil {
		return err
	}
	if err := p.client.ConnectContext(p.connection); err != nil {
		return fmt.Errorf("cannot reach WhatsApp: %w", err)
	}
	asked := false // for a code to be typed: one is good for all of the round
	for {
		var item whatsmeow.QRChannelItem // the zero one when there are no more
		select {
		case item = <-items:
		case <-p.passkey:
			return ErrPasskey
		case <-ctx.Done():
			return ctx.Err()
		}
		switch item.Event {
		case "":
			return cmp.Or(ctx.Err(), ErrPairingTimeout)
		case whatsmeow.QRChannelSuccess.Event:
			return nil
		case whatsmeow.QRChannelTimeout.Event:
			return ErrPairingTimeout
		case whatsmeow.QRChannelClientOutdated.Event:
			return ErrOutdated
		case whatsmeow.QRChannelErrUnexpectedEvent.Event:
			return errors.New("WhatsApp refuses to link a device now: try again in some hours")
		case whatsmeow.QRChannelEventError:
			return fmt.Errorf("the phone linked us, and that failed: %w", item.Error)
		case whatsmeow.QRChannelEventCode:
			switch {
			case p.how.Phone == "":
				p.show(Step{Kind: StepQR, Code: item.Code, Until: time.Now().Add(item.Timeout)})
			case !asked:
				code, err := p.client.PairPhone(ctx, p.how.Phone, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
				if err != nil {
					return fmt.Errorf("WhatsApp gives no code for this number: %w", err)
				}
				p.show(Step{Kind: StepCode, Code: code, Until: time.Now().Add(roundTime)})
				asked = true
			}
		}
	}
}

// login waits for the connection that WhatsApp has the new device make.
func (p *pairing) login(ctx context.Context) error {
	for range 2 {
		select {
		case <-p.connected:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(loginPatience): // whatsmeow tries it only once
		}
		p.client.Disconnect()
		if err := p.client.ConnectContext(p.connection); err != nil {
			return fmt.Errorf("linked, but cannot connect: %w", err)
		}
	}
	return errors.New("linked, but WhatsApp does not let us log in: start loja serve and look at loja doctor")
}
