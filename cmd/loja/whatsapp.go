package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/store"
	"lojavirtual/store/postgres"
)

// standBy is how often a process that is not the WhatsApp device looks whether it
// may be, and whether there is one.
const standBy = 2 * time.Second

// whatsappUsual is how WhatsApp is reached, and at what pace it is written to.
// Tests reach another, and need no pace.
var whatsappUsual whatsapp.Config

// whatsappLead is the office of acting as the WhatsApp device.
func whatsappLead(db *postgres.DB) postgres.Lead { return db.Lead("whatsapp") }

// whatsappConfig is what the device needs for a term.
func (l *loja) whatsappConfig(term *postgres.Term) whatsapp.Config {
	cfg := whatsappUsual
	cfg.Keys, cfg.Notes, cfg.Holds = term.Keys(), term.WhatsApp(), term.Holds
	cfg.Inbox, cfg.Copies, cfg.Zone, cfg.Log = l.mail, l.mail, store.Zone, l.log
	return cfg
}

// serveWhatsApp acts as the WhatsApp device whenever no other process does, and
// stands by otherwise, until the context ends. Without a linked device it does
// not take the lead, so that loja pair can.
func (l *loja) serveWhatsApp(ctx context.Context) {
	var told string
	for {
		err := l.leadWhatsApp(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			told = ""
		case err.Error() != told: // once, and not with every look
			told = err.Error()
			l.log.Warn("cannot act as the WhatsApp device", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(standBy):
		}
	}
}

// leadWhatsApp acts as the device for one term, if there is a device and nobody
// else has the lead.
func (l *loja) leadWhatsApp(ctx context.Context) error {
	if _, linked, err := whatsapp.ReadDevice(ctx, l.db.WhatsApp()); err != nil || !linked {
		return err
	}
	term, err := whatsappLead(l.db).Take(ctx)
	if err != nil || term == nil {
		return err
	}
	defer term.Close()
	channel, err := whatsapp.New(ctx, l.whatsappConfig(term))
	if errors.Is(err, whatsapp.ErrNotPaired) {
		return nil
	}
	if err != nil {
		return err
	}
	defer channel.Close()

	running, disconnect := context.WithCancel(context.WithoutCancel(ctx))
	defer disconnect()
	posting, stopPosts := context.WithCancel(ctx)
	defer stopPosts()
	var posts, watch sync.WaitGroup
	for range l.Posts {
		posts.Go(func() { bot.Post(posting, whenConnected{l.mail, channel}, channel, l.log, l.metrics.sent) })
	}
	watch.Go(func() {
		select {
		case <-term.Done():
			l.log.Warn("lost the lead of WhatsApp")
		case <-posting.Done():
			posts.Wait() // the letters in hand are sent, and then there is nothing to be connected for
		}
		disconnect()
	})
	err = channel.Run(running)
	stopPosts()
	posts.Wait()
	watch.Wait()
	if errors.Is(err, whatsapp.ErrUnlinked) { // which was told already
		return nil
	}
	return err
}

// whenConnected is an outbox whose letters wait while nothing can be sent.
type whenConnected struct {
	bot.Outbox
	channel *whatsapp.Channel
}

// Next waits for the connection first.
func (w whenConnected) Next(ctx context.Context, channel string) (bot.Letter, error) {
	if err := w.channel.Wait(ctx); err != nil {
		return bot.Letter{}, err
	}
	return w.Outbox.Next(ctx, channel)
}
