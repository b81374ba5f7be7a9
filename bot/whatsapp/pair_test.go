package whatsapp_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot/whatsapp"
)

// kinds are the kinds of steps, without the repetitions.
func kinds(steps []whatsapp.Step) (all []whatsapp.StepKind) {
	for _, s := range steps {
		all = append(all, s.Kind)
	}
	return slices.Compact(all)
}

func TestPair(t *testing.T) {
	for name, c := range map[string]struct {
		phone string
		enter func(*house, whatsapp.Step) error
		steps []whatsapp.StepKind
	}{
		"by QR": {
			enter: func(h *house, s whatsapp.Step) error { return h.phone.Scan(s.Code) },
			steps: []whatsapp.StepKind{whatsapp.StepQR, whatsapp.StepLinked, whatsapp.StepConnected},
		},
		"by code": {
			phone: number,
			enter: func(h *house, s whatsapp.Step) error { return h.phone.Enter(s.Code) },
			steps: []whatsapp.StepKind{whatsapp.StepCode, whatsapp.StepLinked, whatsapp.StepConnected},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t)
			cfg := h.config(h.lead())
			var steps []whatsapp.Step
			device, err := whatsapp.Pair(t.Context(), cfg, whatsapp.Linking{Name: "Teste", Phone: c.phone}, func(s whatsapp.Step) {
				steps = append(steps, s)
				if len(steps) > 1 {
					return
				}
				h.await(whatsapp.Pairing)
				if left := time.Until(s.Until); s.Code == "" || left <= 0 || left > 160*time.Second {
					t.Errorf("the code is good for %v", left)
				}
				if err := c.enter(h, s); err != nil {
					t.Error(err)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := kinds(steps); !slices.Equal(got, c.steps) {
				t.Errorf("steps %v, want %v", got, c.steps)
			}
			if device.Number != number || time.Since(device.Linked) > time.Minute {
				t.Errorf("linked %v", device)
			}
			if n := h.phone.Linked(); n != 1 {
				t.Errorf("the phone has %d devices", n)
			}
			h.await(whatsapp.Stopped)
			if strings.Contains(h.log.String(), steps[0].Code) {
				t.Error("the log has the code")
			}

			_, err = whatsapp.Pair(t.Context(), cfg, whatsapp.Linking{}, func(whatsapp.Step) { t.Error("a second device is offered codes") })
			if already := (whatsapp.AlreadyPaired{}); !errors.As(err, &already) || already.Device != device {
				t.Errorf("a second one: %v", err)
			}
			h.serve(cfg)
			h.await(whatsapp.Connected)
		})
	}
}

// TestPairRounds breaks the connection while the codes are shown, which is what
// WhatsApp does when they are used up.
func TestPairRounds(t *testing.T) {
	h := build(t)
	cfg := h.config(h.lead())
	var lines []net.Conn
	cfg.HTTP = cfg.HTTP.Clone()
	dial := cfg.HTTP.DialContext
	cfg.HTTP.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		line, err := dial(ctx, network, address)
		lines = append(lines, line)
		return line, err
	}
	var codes []string
	_, err := whatsapp.Pair(t.Context(), cfg, whatsapp.Linking{Rounds: 3}, func(s whatsapp.Step) {
		codes = append(codes, s.Code)
		_ = lines[len(lines)-1].Close()
	})
	if !errors.Is(err, whatsapp.ErrPairingTimeout) {
		t.Errorf("Pair returned %v", err)
	}
	if slices.Sort(codes); len(slices.Compact(codes)) != 3 {
		t.Errorf("%d codes, want 3", len(codes))
	}
	h.await(whatsapp.NotPaired)
}

// TestPairGivesUp ends it while a code is shown, and begins anew.
func TestPairGivesUp(t *testing.T) {
	h := build(t)
	cfg := h.config(h.lead())
	ctx, cancel := context.WithCancel(t.Context())
	_, err := whatsapp.Pair(ctx, cfg, whatsapp.Linking{}, func(whatsapp.Step) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Pair returned %v", err)
	}
	h.await(whatsapp.NotPaired)
	h.link(cfg)
}
