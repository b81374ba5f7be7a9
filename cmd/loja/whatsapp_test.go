package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lojavirtual/bot/whatsapp"
	"lojavirtual/bot/whatsapp/whatsapptest"
	"lojavirtual/store/postgres"
)

var freeze = flag.Duration("freeze", 0, "let the process that is stopped be stopped for so long at least")

// A fleet is processes on the same stores, and WhatsApp.
type fleet struct {
	t      *testing.T
	server *whatsapptest.Server
	phone  *whatsapptest.Phone // the utility's
	cfg    config
	db     *postgres.DB
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	cfg := configured(t, slog.New(slog.DiscardHandler), "LOJA_WHATSAPP=true")
	db, err := postgres.Open(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := whatsapptest.New(t)
	return &fleet{t, s, s.Phone("+557933330000"), cfg, db}
}

// A ship is a process of the fleet.
type ship struct {
	*exec.Cmd
	lines chan string // of its standard output and error
	mu    sync.Mutex
	all   []string
}

// launch starts a process. It is killed when the test ends.
func (f *fleet) launch(args ...string) *ship {
	f.t.Helper()
	return f.launchAs(nil, args...)
}

// launchAs starts a process with variables of its own.
func (f *fleet) launchAs(env []string, args ...string) *ship {
	f.t.Helper()
	p := &ship{Cmd: command(f.t, args...), lines: make(chan string, 10_000)}
	p.Env = append(append(p.Env, env...), "LOJA_DATABASE_URL="+f.cfg.DatabaseURL, "LOJA_REDIS_URL="+f.cfg.RedisURL, "LOJA_WHATSAPP=true",
		"LOJA_SECRET="+base64.StdEncoding.EncodeToString(f.cfg.Secret), atWhatsApp+"="+f.server.Invitation())
	out, in := io.Pipe()
	p.Stdout, p.Stderr = in, in
	if err := p.Start(); err != nil {
		f.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = p.Wait()
		_ = in.Close()
		close(ended)
	}()
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			p.mu.Lock()
			p.all = append(p.all, scanner.Text())
			p.mu.Unlock()
			p.lines <- scanner.Text()
		}
	}()
	f.t.Cleanup(func() {
		_ = p.Process.Kill()
		<-ended
	})
	return p
}

// text is all that the process has said.
func (p *ship) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.all, "\n")
}

// await returns when the process says the words.
func (f *fleet) await(p *ship, words string) {
	f.t.Helper()
	for line := range p.lines {
		if strings.Contains(line, words) {
			return
		}
	}
	f.t.Fatalf("the process ended and did not say %q:\n%s", words, p.text())
}

func (f *fleet) signal(p *ship, s os.Signal) {
	f.t.Helper()
	if err := p.Process.Signal(s); err != nil {
		f.t.Fatal(err)
	}
}

// run runs a process to its end and returns what it said and its status.
func (f *fleet) run(args ...string) (text string, status int) {
	f.t.Helper()
	p := f.launch(args...)
	for range p.lines { // until it ends
	}
	return p.text(), p.ProcessState.ExitCode()
}

// leader says which of the processes acts as the device.
func (f *fleet) leader(ships ...*ship) (leads, standsBy *ship) {
	f.t.Helper()
	h, _, err := whatsappLead(f.db).Holder(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	for i, p := range ships {
		if strings.HasSuffix(h.Name, fmt.Sprintf("process %d", p.Process.Pid)) {
			return p, ships[1-i]
		}
	}
	f.t.Fatalf("%s leads, and is none of ours", h.Name)
	return nil, nil
}

// pair links the phone by the QR code of loja pair, as a person with the phone
// in hand.
func (f *fleet) pair() {
	f.t.Helper()
	p := f.launch("pair")
	var rows []string
	for line := range p.lines {
		if strings.ContainsAny(line, "█▀▄") {
			rows = append(rows, line)
		}
		if strings.HasPrefix(line, "Good until") {
			break
		}
	}
	if err := f.phone.Scan(readQR(f.t, rows)); err != nil {
		f.t.Fatalf("%v\n%s", err, p.text())
	}
	f.await(p, "Linked to +557933330000")
}

// link links the phone without a terminal.
func (f *fleet) link() {
	f.t.Helper()
	term := f.lead()
	defer term.Close()
	_, err := whatsapp.Pair(f.t.Context(), whatsapp.Config{
		Keys: term.Keys(), Notes: term.WhatsApp(), Holds: term.Holds, HTTP: f.door(), Log: slog.New(slog.DiscardHandler),
	}, whatsapp.Linking{Name: "Loja"}, func(s whatsapp.Step) {
		if s.Kind == whatsapp.StepQR {
			if err := f.phone.Scan(s.Code); err != nil {
				f.t.Error(err)
			}
		}
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fleet) door() *http.Transport { return f.server.HTTP().Transport.(*http.Transport) }

// lead takes the lead for this process.
func (f *fleet) lead() *postgres.Term {
	f.t.Helper()
	term, err := takeLead(f.t.Context(), f.db)
	if err != nil {
		f.t.Fatal(err)
	}
	return term
}

// takeLead takes it as soon as the one before is known to be gone.
func takeLead(ctx context.Context, db *postgres.DB) (*postgres.Term, error) {
	lead := whatsappLead(db)
	lead.Beat = 200 * time.Millisecond // nobody is to wait for long
	for {
		if term, err := lead.Take(ctx); term != nil || err != nil {
			return term, err
		}
		time.Sleep(lead.Beat)
	}
}

// readQR reads a QR code drawn in half blocks.
func readQR(t *testing.T, rows []string) string {
	t.Helper()
	reader := program(t, "zbarimg")
	const module = 4 // pixels
	picture := image.NewGray(image.Rect(0, 0, module*(len([]rune(rows[0]))+4), module*2*(len(rows)+2)))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	blacken := func(x, y int) {
		for i := range module * module {
			picture.SetGray(module*(x+2)+i%module, module*(y+2)+i/module, color.Gray{})
		}
	}
	for y, row := range rows {
		for x, block := range []rune(row) {
			if block == '█' || block == '▀' {
				blacken(x, 2*y)
			}
			if block == '█' || block == '▄' {
				blacken(x, 2*y+1)
			}
		}
	}
	var body bytes.Buffer
	if err := png.Encode(&body, picture); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, body.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), reader, "--quiet", "--raw", file).Output()
	if err != nil {
		t.Fatalf("cannot read the code: %v\n%s", err, strings.Join(rows, "\n"))
	}
	return strings.TrimSpace(string(text))
}

// hears waits until the customer is told the words, and returns all that she was
// told until then.
func hears(m *whatsapptest.Customer, words string) (told []string) {
	for {
		told = append(told, m.Next().Text)
		if strings.Contains(told[len(told)-1], words) {
			return told
		}
	}
}

// overtakes waits until p has the lead.
func (f *fleet) overtakes(p, other *ship) {
	f.t.Helper()
	for {
		if leads, _ := f.leader(p, other); leads == p {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// TestWhatsAppProcesses links a phone by the QR code of a terminal and lets two
// processes serve. The one that acts as the device is stopped until the other
// does, and let go; then the other is killed. The customer gets each answer,
// and each once.
func TestWhatsAppProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("there is no time")
	}
	t.Parallel()
	f := newFleet(t)
	one := f.launch("serve")
	f.await(one, "serving")
	if text, status := f.run("doctor"); status != failed || !strings.Contains(text, "loja pair") {
		t.Errorf("the doctor sees a device before there is one: %d\n%s", status, text)
	}
	f.pair() // beside the process that serves
	f.phone.WaitConnected(2)
	two := f.launch("serve")
	f.await(two, "serving")
	if text, status := f.run("pair"); status != failed || !strings.Contains(text, "linked already: +557933330000") {
		t.Errorf("a second device is linked: %d\n%s", status, text)
	}
	if text, _ := f.run("doctor"); !strings.Contains(text, "ok    WhatsApp: connected") || !strings.Contains(text, "ok    WhatsApp process: ") {
		t.Errorf("the doctor says\n%s", text)
	}
	maria := f.server.Customer("+557988887777", f.phone)
	maria.Say("oi")
	hears(maria, "Como posso ajudar?")

	leads, standsBy := f.leader(one, two)
	f.signal(leads, syscall.SIGSTOP)
	frozen := time.Now()
	maria.Say("ajuda") // and nobody is there
	f.overtakes(standsBy, leads)
	help := hears(maria, "menu")
	time.Sleep(time.Until(frozen.Add(*freeze)))
	f.signal(leads, syscall.SIGCONT)
	f.await(leads, "lost the lead")
	maria.Say("menu")
	if told := hears(maria, "Como posso ajudar?"); len(told) != 1 {
		t.Errorf("the menu comes after %q", told[:len(told)-1])
	}
	if now, _ := f.leader(one, two); now != standsBy {
		t.Error("who was stopped has taken it back")
	}

	f.signal(standsBy, syscall.SIGKILL)
	maria.Say("ajuda")
	f.overtakes(leads, standsBy)
	if again := hears(maria, "menu"); !slices.Equal(again, help) { // with nothing before it that was said already
		t.Errorf("help is now %q, and was %q", again, help)
	}

	began := time.Now()
	f.signal(leads, syscall.SIGTERM)
	for range leads.lines { // until it ends
	}
	t.Logf("it took %v to stop", time.Since(began).Round(time.Millisecond))
	if n := f.phone.Connected(); n != 0 {
		t.Errorf("%d connections after the end", n)
	}
	if text, _ := f.run("doctor"); !strings.Contains(text, "none acts as the device") {
		t.Errorf("the doctor says\n%s", text)
	}
	for _, log := range []string{one.text(), two.text()} {
		for _, number := range []string{"7988887777", "7933330000", maria.LID()} {
			if strings.Contains(log, number) {
				t.Errorf("the log has the number %s:\n%s", number, log)
			}
		}
	}
	t.Log(one.text(), "\n\n", two.text())
}
