package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/store"
	"lojavirtual/store/card"
	"lojavirtual/store/redis"
)

// doctor looks at everything that can be looked at before serving.
type doctor struct{}

// Run implements the verb.
func (doctor) Run(ctx context.Context) error {
	r := &round{out: os.Stdout}
	r.visit(ctx, os.Environ())
	if r.failed > 0 {
		return fmt.Errorf("%d of %d checks failed", r.failed, r.made)
	}
	fmt.Printf("all %d checks passed\n", r.made)
	return nil
}

// A round prints one line a check.
type round struct {
	out          io.Writer
	made, failed int
}

// note prints one line: what was looked at, and what to do if it is not well.
func (r *round) note(what, do string) {
	r.made++
	if do == "" {
		fmt.Fprintf(r.out, "ok    %s\n", what)
		return
	}
	r.failed++
	fmt.Fprintf(r.out, "FAIL  %s: %s\n", what, strings.ReplaceAll(do, "\n", "; "))
}

func (r *round) check(what string, err error) bool {
	if err != nil {
		r.note(what, err.Error())
		return false
	}
	r.note(what, "")
	return true
}

// visit looks at one thing after the other; what rests on something that
// failed is left out.
func (r *round) visit(ctx context.Context, environ []string) {
	cfg, err := loadConfig(environ)
	var wrong problems
	if errors.As(err, &wrong) {
		for _, line := range wrong {
			variable, mend, _ := strings.Cut(line, ": ")
			r.note(variable, mend)
		}
	}
	for _, line := range unknownSettings(environ) {
		variable, mend, _ := strings.Cut(line, ": ")
		r.note(variable, mend)
	}
	for _, name := range []string{"LOJA_DATABASE_URL", "LOJA_REDIS_URL", "LOJA_SECRET"} {
		if err := cfg.require(name); err != nil {
			r.note(name, strings.TrimPrefix(err.Error(), name+": "))
		}
	}
	if r.failed == 0 {
		r.note("variables", "")
	}
	if cfg.Secret != nil {
		keys := cfg.seals().Keys()
		r.note(fmt.Sprintf("documents are signed by the key %s (%s), and checked by %d", keys[0].Name, keys[0].ID(), len(keys)), "")
	}
	operator, err := readOperator(cfg.Operator)
	if r.check("operator "+operator.Name, err) && isDemo(operator) {
		r.note("LOJA_OPERATOR", demoPayee)
	}
	if do := cfg.unreachable(); do != "" {
		r.note("LOJA_PUBLIC_URL", do)
	}
	if strings.HasPrefix(cfg.PublicURL, "https:") && cfg.Proxies == 0 {
		r.note("LOJA_PROXIES", "say how many proxies stand before us: one must, for https, and without the number all customers share one limit")
	}
	if operator.Pix.Bank != (store.PixBank{}) {
		r.bank(ctx, cfg, operator)
	}
	r.cards(ctx, cfg, operator)
	if cfg.DatabaseURL != "" {
		r.database(ctx, cfg.DatabaseURL, operator)
	}
	if cfg.RedisURL != "" {
		r.redis(ctx, cfg.RedisURL)
	}
	if cfg.TelegramToken != "" {
		r.telegram(ctx, cfg)
	} else {
		r.note("Telegram: off, no LOJA_TELEGRAM_TOKEN", "")
	}
	switch {
	case !cfg.WhatsApp:
		r.note("WhatsApp: off, LOJA_WHATSAPP is false", "")
	case cfg.DatabaseURL != "":
		r.whatsapp(ctx, cfg.DatabaseURL, operator)
	}
}

const patience = 15 * time.Second // for each of the stores and networks

func (r *round) database(ctx context.Context, url string, op store.Operator) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	db, err := openDatabase(ctx, url, op)
	if !r.check("database of LOJA_DATABASE_URL", err) {
		return
	}
	defer db.Close()
	for _, f := range append(db.Check(ctx), db.CheckBanks(op.Banks)...) {
		r.note(f.What, f.Do)
	}
	if op.Pix.Bank != (store.PixBank{}) || len(op.Cards) > 0 {
		r.reconciliation(ctx, db)
	}
}

func (r *round) redis(ctx context.Context, url string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	mail, err := redis.Open(ctx, url, redis.Settings{})
	if !r.check("Redis of LOJA_REDIS_URL", err) {
		return
	}
	defer mail.Close() //nolint:errcheck // nothing of it was used
	for _, f := range mail.Check(ctx) {
		r.note(f.What, f.Do)
	}
}

func (r *round) bank(ctx context.Context, cfg config, op store.Operator) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client, err := openBank(cfg, op)
	if err == nil {
		defer client.Close()
		err = client.Check(ctx)
	}
	if !r.check("bank of the operator's pix.bank", err) {
		return
	}
	told, ok, err := client.Webhook(ctx)
	switch what := "webhook of the bank"; {
	case err != nil:
		r.note(what, err.Error())
	case !strings.HasPrefix(cfg.PublicURL, "https:"):
		r.note(what, "set LOJA_PUBLIC_URL to an https address: without it payments are found only some minutes later")
	case !ok:
		r.note(what+": none yet, loja serve sets it", "")
	case told != cfg.PublicURL+cfg.pixPath():
		r.note(what, "the bank sends it elsewhere, as after a change of LOJA_PUBLIC_URL or LOJA_SECRET, or to another program with this PIX key: loja serve takes it over when it starts")
	default:
		r.note(what, "")
	}
}

// noCharge is what no company has: the question is harmless, and only who has the
// right credentials gets an answer.
var noCharge = card.Subject{Order: strings.Repeat("0", 26), Ref: "00000000-0000-0000-0000-000000000000"}

func (r *round) cards(ctx context.Context, cfg config, op store.Operator) {
	for _, c := range op.Cards {
		what := "card company " + c.ID
		company, err := card.Open(c)
		if !r.check(what+": its files", err) {
			continue
		}
		asking, cancel := context.WithTimeout(ctx, patience)
		_, err = company.Payments(asking, noCharge)
		cancel()
		switch notify := cfg.PublicURL + cardPath(c, cfg.derive); {
		case err != nil && bot.IsTemporary(err):
			r.note(what, err.Error()+": is its address right, and can this machine reach it?")
		case err != nil:
			r.note(what, err.Error()+": are the credentials in its files those that the company gave?")
		case !strings.HasPrefix(cfg.PublicURL, "https:"):
			r.note(what, "set LOJA_PUBLIC_URL to an https address: companies tell no other of a payment")
		default:
			r.note(what+", which tells of payments at "+notify, "")
		}
	}
}

func (r *round) telegram(ctx context.Context, cfg config) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	channel, err := telegram.New(telegram.Config{Token: cfg.TelegramToken, APIURL: cfg.TelegramAPIURL})
	if !r.check("LOJA_TELEGRAM_TOKEN", err) {
		return
	}
	defer channel.Close()
	name, err := channel.Check(ctx)
	r.check("Telegram @"+name, err)
}

// whatsapp looks at what the process that acts as the device has noted.
func (r *round) whatsapp(ctx context.Context, url string, op store.Operator) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	db, err := openDatabase(ctx, url, op)
	if err != nil {
		r.note("WhatsApp", err.Error())
		return
	}
	defer db.Close()
	lead, notes := whatsappLead(db), db.WhatsApp()
	if !r.check("WhatsApp: connections that stay with one session", lead.Check(ctx)) {
		return
	}
	device, linked, err := whatsapp.ReadDevice(ctx, notes)
	if err != nil {
		r.note("WhatsApp device", err.Error())
		return
	}
	status, err := whatsapp.ReadStatus(ctx, notes)
	if err != nil {
		r.note("WhatsApp state", err.Error())
		return
	}
	if linked {
		r.note("WhatsApp device "+device.String(), "")
		holder, ok, err := lead.Holder(ctx)
		switch {
		case err != nil:
			r.note("WhatsApp process", err.Error())
		case !ok || !holder.Holds:
			r.note("WhatsApp process", "none acts as the device: start loja serve with LOJA_WHATSAPP=true")
		default:
			r.note(fmt.Sprintf("WhatsApp process: %s, since %s", holder.Name, holder.Since.UTC().Format("2006-01-02 15:04 UTC")), "")
		}
	}
	what, do := "WhatsApp: "+status.String(), ""
	if status.State.Level() >= slog.LevelWarn {
		do = status.State.Do()
	}
	r.note(what, do)
	phone, err := whatsapp.ReadPhone(ctx, notes)
	if err == nil && linked && !phone.Seen.IsZero() {
		r.note("WhatsApp phone last seen "+phone.Seen.Format("2006-01-02 15:04 UTC"), "")
	}
	if version, err := whatsapp.ReadVersion(ctx, notes); err == nil {
		r.note("WhatsApp client "+version, "")
	}
}
