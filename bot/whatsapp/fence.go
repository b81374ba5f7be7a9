package whatsapp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"go.mau.fi/whatsmeow/store"
)

// errFenced is why nothing is sent: another process acts as the device.
var errFenced = errors.New("this process may not act as the WhatsApp device any more")

// fence returns a transport like t that lets nothing out of the process, neither
// connections nor bytes, while holds says no.
func fence(t *http.Transport, holds func() bool) *http.Transport {
	t = t.Clone()
	t.DialContext = fenceDial(t.DialContext, holds)
	if t.DialTLSContext != nil {
		t.DialTLSContext = fenceDial(t.DialTLSContext, holds)
	}
	return t
}

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

func fenceDial(dial dial, holds func() bool) dial {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if !holds() {
			return nil, errFenced
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return fenced{conn, holds}, nil
	}
}

// fenced is a connection that breaks instead of writing while holds says no.
type fenced struct {
	net.Conn
	holds func() bool
}

func (f fenced) Write(p []byte) (int, error) {
	if !f.holds() {
		_ = f.Close()
		return 0, errFenced
	}
	return f.Conn.Write(p)
}

// guarded breaks the connection when a message could not be opened because the
// keys cannot be read or kept. whatsmeow would take it for one that is spoilt,
// ask its sender for another and acknowledge it; broken off, it does neither, and
// WhatsApp delivers the message again.
type guarded struct {
	store.EventBuffer
	ping     func(context.Context) error // of the database of the keys
	breakOff func(why string)
}

const pingPatience = 2 * time.Second

// GetBufferedEvent implements store.EventBuffer.
func (g guarded) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	event, err := g.EventBuffer.GetBufferedEvent(ctx, hash)
	if err != nil {
		g.breakOff(keysAway)
	}
	return event, err
}

// DoDecryptionTxn implements store.EventBuffer.
func (g guarded) DoDecryptionTxn(ctx context.Context, open func(context.Context) error) error {
	var failed bool // the message may be spoilt indeed
	err := g.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		err := open(ctx)
		failed = err != nil
		return err
	})
	if err == nil {
		return nil
	}
	if failed {
		ctx, cancel := context.WithTimeout(ctx, pingPatience)
		defer cancel()
		failed = g.ping(ctx) == nil
	}
	if !failed {
		g.breakOff(keysAway)
	}
	return err
}

const keysAway = "the database of the keys is away"
