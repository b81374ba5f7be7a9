package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"rsc.io/qr"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram/telegramtest"
	"lojavirtual/flows/document"
	"lojavirtual/flows/scan"
	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

// TestFileDesk tells people what to do about files that cannot be read.
func TestFileDesk(t *testing.T) {
	code, err := qr.Encode("https://loja.example.com/d/7K2Q-93HM-XD4P", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	desk := newFileDesk(slog.New(slog.NewTextHandler(&log, nil)), map[string]fetch{
		"telegram": func(_ context.Context, ref string, limit int64) ([]byte, error) {
			if limit != scan.MaxBytes {
				t.Errorf("limit %d", limit)
			}
			switch ref {
			case "code":
				return code.PNG(), nil
			case "text":
				return []byte("Prezado cliente"), nil
			case "large":
				return nil, bot.ErrFileTooLarge
			case "gone":
				return nil, bot.ErrFileGone
			}
			return nil, errors.New("the network is away")
		},
	})
	for _, c := range []struct{ chat, ref, says string }{
		{"telegram:4711", "code", ""},
		{"telegram:4711", "text", sayUnreadable},
		{"telegram:4711", "large", sayTooLarge},
		{"telegram:4711", "gone", sayGone},
		{"telegram:4711", "away", sayLater},
		{"telegram:4711", "", sayUnreadable},
		{"web:1", "code", sayUnreadable},
	} {
		codes, err := desk.Codes(t.Context(), c.chat, bot.Media{Kind: "photo", Ref: c.ref})
		switch {
		case c.says == "":
			if err != nil || !slices.Equal(codes, []string{"https://loja.example.com/d/7K2Q-93HM-XD4P"}) {
				t.Errorf("%s: %q, %v", c.ref, codes, err)
			}
		case bot.FaultOf(err) != bot.Slip || err.Error() != c.says || codes != nil:
			t.Errorf("%s of %s: %q, %v", c.ref, c.chat, codes, err)
		}
	}
	if !strings.Contains(log.String(), "the network is away") || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("the log says %s", log.String())
	}

	// When all places are taken, who waits is told so in the end, and nobody else.
	for range cap(desk.scans) {
		desk.scans <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := desk.Codes(ctx, "telegram:4711", bot.Media{Ref: "code"}); err == nil || err.Error() != sayLater {
		t.Errorf("all places taken: %v", err)
	}
	<-desk.scans
	if codes, err := desk.Codes(t.Context(), "telegram:4711", bot.Media{Ref: "code"}); err != nil || len(codes) != 1 {
		t.Errorf("a place is free: %q, %v", codes, err)
	}
	if len(desk.fetches) != 0 || len(desk.scans) != cap(desk.scans)-1 {
		t.Error("places are not given back")
	}
}

// photographed is a page of a bill as a JPEG.
func photographed(t *testing.T, pdf []byte) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program(t, "pdftoppm"), "-r", "150", "-jpeg", "-singlefile", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	photo, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return photo
}

// forged is a picture of a code that pays somebody else, and the code.
func forged(t *testing.T) (photo []byte, code string) {
	t.Helper()
	bars, err := febraban.Issuer{Company: "9876"}.Code(febraban.Payment{Kind: febraban.Bill, Property: 1043722, Month: 202603}, store.Money(9990))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := qr.Encode(string(bars), qr.M)
	if err != nil {
		t.Fatal(err)
	}
	return picture.PNG(), string(bars)
}

// TestForgedBillOnTelegram has somebody who says nothing of themselves send bills.
func TestForgedBillOnTelegram(t *testing.T) {
	if testing.Short() {
		t.Skip("PDFium takes a minute to compile under the race detector")
	}
	t.Parallel()
	server := telegramtest.New(t)
	var written bytes.Buffer
	log := slog.New(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := configured(t, log, "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+server.URL())
	_, stop := serving(t, cfg, log)

	maria := server.Chat(4711)
	for _, line := range []struct{ says, hears string }{
		{"segunda via", "Qual é a matrícula"}, {"1043722", "CPF ou CNPJ"}, {"700.000.101-11", "De quais contas"}, {"1", "Como prefere receber?"},
	} {
		maria.Say(line.says)
		maria.WaitText(line.hears)
	}
	maria.Press("PDF da conta")
	maria.WaitText("Precisa de mais alguma coisa?")
	var pdf []byte
	for _, m := range maria.Messages() {
		if m.Document != nil {
			pdf = m.Document.Body
		}
	}

	ana := server.Chat(4712)
	ana.Say("/start")
	ana.WaitText("Como posso ajudar?")
	forged, code := forged(t)
	for name, c := range map[string]struct {
		send  func()
		hears string
	}{
		"the bill":      {func() { ana.SendDocument("conta.pdf", pdf, "") }, "em aberto"},
		"its photo":     {func() { ana.SendPhoto(photographed(t, pdf), "") }, "em aberto"},
		"a forged one":  {func() { ana.SendPhoto(forged, "") }, "não pague"},
		"a film":        {func() { ana.SendDocument("filme.mp4", make([]byte, scan.MaxBytes+1), "") }, sayTooLarge},
		"a text":        {func() { ana.SendDocument("carta.txt", []byte("Prezado cliente"), "") }, sayUnreadable},
		"a voice note":  {func() { ana.SendVoice() }, "ouvir áudios"},
		"a plain photo": {func() { ana.SendPhoto(plain(t), "") }, "Não achei um código"},
	} {
		heard := len(ana.Texts())
		hears := func(words string) {
			server.Until(name+" is answered with "+words, func() bool {
				for _, text := range ana.Texts()[heard:] {
					heard++
					switch {
					case strings.Contains(text, words):
						return true
					case strings.Contains(text, sayLater): // PDFium is compiled still
						c.send()
					}
				}
				return false
			})
		}
		ana.Say("menu")
		hears("Como posso ajudar?")
		c.send()
		hears(c.hears)
	}
	stop()
	t.Log(ana.Transcript())
	for _, secret := range []string{telegramtest.Token, code} {
		if bytes.Contains(written.Bytes(), []byte(secret)) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// plain is a photo of nothing.
func plain(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 600, 800)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestForgedBillOnWhatsApp has a person send what she was sent, to a process of its
// own.
func TestForgedBillOnWhatsApp(t *testing.T) {
	if testing.Short() {
		t.Skip("PDFium takes a minute to compile under the race detector")
	}
	t.Parallel()
	f := newFleet(t)
	ship := f.launch("serve")
	f.await(ship, "serving")
	f.pair()
	f.phone.WaitConnected(2)
	maria := f.server.Customer("+557988887777", f.phone)
	maria.Say("oi")
	hears(maria, "Como posso ajudar?")
	bills, err := f.db.Bills(t.Context(), 1043722)
	if err != nil || len(bills.List) == 0 {
		t.Fatal(err)
	}
	bill, _, err := f.db.BillCopy(t.Context(), 1043722, bills.List[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := document.Maker{}.Bill(bill, store.PixCode{}, document.Seal{})
	if err != nil {
		t.Fatal(err)
	}
	forged, _ := forged(t)
	for _, c := range []struct {
		send  func()
		hears string
	}{
		{func() { maria.Document("conta.pdf", "application/pdf", pdf, "") }, "em aberto"},
		{func() { maria.Photo(photographed(t, pdf), "") }, "em aberto"},
		{func() { maria.Photo(forged, "") }, "não pague"},
		{func() { maria.Document("filme.mp4", "video/mp4", make([]byte, scan.MaxBytes+1), "") }, sayTooLarge},
		{func() { maria.Document("carta.txt", "text/plain", []byte("Prezado cliente"), "") }, sayUnreadable},
	} {
		c.send()
		for told := maria.Next().Text; !strings.Contains(told, c.hears); told = maria.Next().Text {
			if strings.Contains(told, sayLater) { // PDFium is compiled still
				c.send()
			}
		}
	}
}
