package whatsapp

import (
	"errors"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types/events"
)

// PairPasskeyRequest has the name of an event that whatsmeow has since June 2026.
type PairPasskeyRequest struct{}

// A phone that asks for a passkey ends the pairing, and the state says so.
func TestPasskey(t *testing.T) {
	p := &pairing{connected: make(chan struct{}, 1), passkey: make(chan struct{}, 1)}
	for range 2 { // nobody may be listening
		p.handle(&PairPasskeyRequest{})
	}
	p.handle(&events.Disconnected{})
	if len(p.passkey) != 1 {
		t.Error("nobody is told that the phone asks for a passkey")
	}
	before := Status{State: NotPaired, Since: time.Unix(1, 0)}
	for err, want := range map[error]State{nil: Stopped, ErrPasskey: Passkey, ErrPairingTimeout: NotPaired, errors.New("another"): NotPaired} {
		if got := afterPairing(before, err); got.State != want {
			t.Errorf("after %v the state is %s, want %s", err, got.State, want)
		}
	}
}
