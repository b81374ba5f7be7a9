package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"lojavirtual/bot/telegram"
	"lojavirtual/store"
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
	if len(wrong) == 0 {
		r.note("variables", "")
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
	for _, f := range db.Check(ctx) {
		r.note(f.What, f.Do)
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
