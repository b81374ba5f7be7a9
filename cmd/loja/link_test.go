package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot/console"
)

// WhatsApp linked from the console, by QR code and by a code that is typed, by
// one process at a time.
func TestLink(t *testing.T) {
	for name, phone := range map[string]string{"by QR": "", "by code": "+55 79 3333-0000"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t)
			l, err := open(t.Context(), f.cfg, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			k, other := &linker{loja: l, http: f.door()}, &linker{loja: l, http: f.door()}
			defer k.Close()
			until := func(k *linker, what string, is func(console.Linking) bool) console.Linking {
				t.Helper()
				for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
					now, err := k.Linking(t.Context())
					if err == nil && is(now) {
						return now
					}
					if time.Now().After(deadline) {
						t.Fatalf("never %s: %+v, %v", what, now, err)
					}
				}
			}
			link := func(k *linker, phone, want string) {
				t.Helper()
				if trouble, err := k.Link(t.Context(), 7, phone); err != nil || (want == "") != (trouble == "") || !strings.Contains(trouble, want) {
					t.Fatalf("%q, %v; want %q", trouble, err, want)
				}
			}
			link(k, "3333", "com país e DDD")
			link(k, phone, "")
			link(k, phone, "Já há um aparelho")
			link(other, phone, "Outro processo está com o WhatsApp")
			until(other, "led elsewhere", func(s console.Linking) bool { return strings.Contains(s.Away, "Outro processo") })
			until(k, "a code", func(s console.Linking) bool { return s.By == 7 && s.Code != "" && s.Until.After(time.Now()) })

			k.StopLinking() // and once more
			until(k, "stopped", func(s console.Linking) bool { return s.By == 0 && s.Ended == "" && s.Away == "" && s.Device == "" })
			link(k, phone, "")
			now := until(k, "a code", func(s console.Linking) bool { return s.Code != "" })
			enter := f.phone.Scan
			if now.Typed {
				enter = f.phone.Enter
			}
			if now.Typed != (phone != "") {
				t.Errorf("%+v", now)
			}
			if err := enter(now.Code); err != nil {
				t.Fatal(err)
			}
			now = until(k, "linked", func(s console.Linking) bool { return s.Device != "" })
			if now.Device != "+557933330000" || now.Code != "" || now.By != 0 {
				t.Errorf("%+v", now)
			}
			link(other, "", "já está ligado")
		})
	}
}
