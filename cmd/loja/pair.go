package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"rsc.io/qr"

	"lojavirtual/bot/whatsapp"
	"lojavirtual/store/postgres"
)

// pair links WhatsApp from the terminal.
type pair struct {
	Code string `placeholder:"PHONE" help:"Link by a code that is typed on the phone with this number (with country code: +5579...) instead of by a QR code."`
}

var phoneForm = regexp.MustCompile(`^\+?[1-9]\d{7,14}$`)

// readPhone understands a number with its country code as people type it, or
// none.
func readPhone(typed string) (phone string, ok bool) {
	phone = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(typed)
	return phone, phone == "" || phoneForm.MatchString(phone)
}

// Run implements the verb.
func (p pair) Run(ctx context.Context) error {
	phone, ok := readPhone(p.Code)
	if !ok {
		return fmt.Errorf("%q is no phone number with its country code: write +5579... (%w)", p.Code, errMisused)
	}
	cfg, err := configure("LOJA_DATABASE_URL")
	if err != nil {
		return err
	}
	operator, err := readOperator(cfg.Operator)
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, cfg.DatabaseURL, operator)
	if err != nil {
		return fmt.Errorf("open the database of LOJA_DATABASE_URL: %w", err)
	}
	defer db.Close()
	term, err := leadToPair(ctx, db)
	if err != nil {
		if already := (whatsapp.AlreadyPaired{}); errors.As(err, &already) || ctx.Err() != nil || errors.Is(err, postgres.ErrPooled) {
			return err
		}
		return fmt.Errorf("%w; has loja migrate been run?", err)
	}
	defer term.Close()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-term.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	screen := pairScreen{out: os.Stdout, redraw: interactive(os.Stdout), byCode: phone != ""}
	device, err := whatsapp.Pair(ctx, whatsapp.Config{
		Keys: term.Keys(), Notes: term.WhatsApp(), Holds: term.Holds, HTTP: whatsappUsual.HTTP, Log: newLogger(cfg, os.Stderr),
	}, whatsapp.Linking{Name: operator.Name, Phone: phone}, screen.show)
	if err != nil {
		return err
	}
	fmt.Printf("\nLinked to %s. Every loja serve with LOJA_WHATSAPP=true notices within seconds, and one of them answers.\n", device.Number)
	return nil
}

// leadToPair takes the lead of WhatsApp. Who has it is the linked device, or is
// linking it.
func leadToPair(ctx context.Context, db *postgres.DB) (*postgres.Term, error) {
	lead := whatsappLead(db)
	for waited := false; ; waited = true {
		term, err := lead.Take(ctx)
		if term != nil || err != nil {
			return term, err
		}
		device, linked, err := whatsapp.ReadDevice(ctx, db.WhatsApp())
		if err != nil {
			return nil, err
		}
		if linked {
			return nil, whatsapp.AlreadyPaired{Device: device}
		}
		if !waited {
			holder, _, _ := lead.Holder(ctx)
			fmt.Printf("Waiting for another process that is linking a device or has just done so: %s. Ctrl-C ends it.\n", holder.Name)
		}
		select {
		case <-ctx.Done():
			return nil, errors.New("another process is linking a device")
		case <-time.After(standBy):
		}
	}
}

// A pairScreen shows whoever has the phone what to do.
type pairScreen struct {
	out    io.Writer
	redraw bool // clear it before each code
	byCode bool
}

const howToFind = `On the phone with the utility's number, in WhatsApp:
  Android: ⋮ > Dispositivos conectados > Conectar dispositivo
  iPhone:  Configurações > Dispositivos conectados > Conectar dispositivo
`

func (s pairScreen) show(step whatsapp.Step) {
	if step.Code != "" && s.redraw {
		fmt.Fprint(s.out, "\x1b[H\x1b[2J")
	}
	switch step.Kind {
	case whatsapp.StepQR:
		fmt.Fprint(s.out, howToFind, "and point its camera at this. Make the window large enough for all of it:\n\n")
		if err := drawQR(s.out, step.Code, s.redraw); err != nil {
			fmt.Fprintln(s.out, "cannot draw the code, link by one that is typed instead: loja pair --code PHONE")
		}
		fmt.Fprintf(s.out, "\nGood until %s, then another comes by itself. Ctrl-C ends it.\n", step.Until.Local().Format("15:04:05"))
	case whatsapp.StepCode:
		fmt.Fprint(s.out, howToFind, "then \"Conectar com número de telefone\", and type:\n\n")
		fmt.Fprintf(s.out, "    %s\n\nGood until %s, then another comes by itself. Ctrl-C ends it.\n", step.Code, step.Until.Local().Format("15:04:05"))
	case whatsapp.StepLinked:
		fmt.Fprintln(s.out, "\nThe phone has agreed. Connecting for the first time; keep WhatsApp open on the phone.")
	}
}

// drawQR draws a QR code in half blocks, two rows a line, with a margin of two
// modules. On a terminal it is black on white whatever its colours are.
func drawQR(w io.Writer, text string, terminal bool) error {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return err
	}
	const margin = 2
	begin, end := "", ""
	if terminal {
		begin, end = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
	}
	var b strings.Builder
	for y := -margin; y < code.Size+margin; y += 2 {
		b.WriteString(begin)
		for x := -margin; x < code.Size+margin; x++ {
			switch upper, lower := code.Black(x, y), code.Black(x, y+1); {
			case upper && lower:
				b.WriteString("█")
			case upper:
				b.WriteString("▀")
			case lower:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		b.WriteString(end + "\n")
	}
	_, err = io.WriteString(w, b.String())
	return err
}
