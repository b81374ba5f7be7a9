package main

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/scan"
)

// How long a file may take, of the eight seconds of a turn, and how many are in
// hand at once in this process, whoever sends them: reading one takes a processor.
const (
	fetchLimit = 3 * time.Second
	scanLimit  = 4 * time.Second // the first PDF takes three, see package scan
	fetchesMax = 8
	openLimit  = 15 * time.Second // for staff, who wait by a page
)

// fetch gets a file by its Media.Ref, see telegram.Channel.Fetch.
type fetch func(ctx context.Context, ref string, limit int64) ([]byte, error)

// fileDesk reads the codes in what people send. It implements golpe.Files.
type fileDesk struct {
	channels map[string]fetch
	fetches  chan struct{}
	scans    chan struct{}
	log      *slog.Logger
}

func newFileDesk(log *slog.Logger, channels map[string]fetch) *fileDesk {
	return &fileDesk{
		channels: channels,
		fetches:  make(chan struct{}, fetchesMax),
		scans:    make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		log:      log,
	}
}

// What people are told of files that cannot be read.
const (
	sayTooLarge   = "Esse arquivo é grande demais para mim: abro até 10 MB. Mande um print só da parte do código, ou cole a linha digitável."
	sayLocked     = "Esse PDF pede senha, e não consigo abrir. Abra no seu celular e mande um print da parte do código, ou cole a linha digitável."
	sayUnreadable = "Não consegui abrir esse arquivo: leio PDF e foto. Mande um print da parte do código, ou cole a linha digitável."
	sayGone       = "Esse arquivo não chegou inteiro. Mande de novo, ou cole a linha digitável."
	sayLater      = "Não consegui ler o arquivo agora. Mande de novo daqui a pouco, ou cole a linha digitável."
)

// Takes tells whether files can be sent in a chat: there is nowhere to put them on
// the page and in the terminal.
func (d *fileDesk) Takes(chat string) bool { return d.channel(chat) != nil }

func (d *fileDesk) channel(chat string) fetch {
	channel, _, _ := strings.Cut(chat, ":")
	return d.channels[channel]
}

// Codes returns the codes in what was sent to a chat, which is a channel and a
// person. Its errors are a bot.Mistake: none of them stops the conversation.
func (d *fileDesk) Codes(ctx context.Context, chat string, m bot.Media) ([]string, error) {
	codes, err := d.read(ctx, chat, m)
	switch {
	case err == nil:
		return codes, nil
	case errors.Is(err, bot.ErrFileTooLarge), errors.Is(err, scan.ErrTooLarge):
		return nil, bot.Mistake(sayTooLarge)
	case errors.Is(err, bot.ErrFileGone):
		return nil, bot.Mistake(sayGone)
	case errors.Is(err, scan.ErrLocked):
		return nil, bot.Mistake(sayLocked)
	case errors.Is(err, scan.ErrUnreadable):
		return nil, bot.Mistake(sayUnreadable)
	}
	d.log.Warn("cannot read a file", "session", chat, "error", err)
	return nil, bot.Mistake(sayLater)
}

func (d *fileDesk) read(ctx context.Context, chat string, m bot.Media) ([]string, error) {
	get := d.channel(chat)
	if get == nil || m.Ref == "" {
		return nil, scan.ErrUnreadable
	}
	file, err := inPlace(ctx, fetchLimit, d.fetches, func(ctx context.Context) ([]byte, error) { return get(ctx, m.Ref, scan.MaxBytes) })
	if err != nil {
		return nil, err
	}
	return inPlace(ctx, scanLimit, d.scans, func(ctx context.Context) ([]string, error) { return scan.Codes(ctx, file) })
}

// open gets the file that was sent to a chat, for the staff to see. See console.Files.
func (d *fileDesk) open(ctx context.Context, chat, ref string, limit int64) ([]byte, error) {
	get := d.channel(chat)
	if get == nil || ref == "" {
		return nil, bot.ErrFileGone
	}
	return inPlace(ctx, openLimit, d.fetches, func(ctx context.Context) ([]byte, error) { return get(ctx, ref, limit) })
}

// inPlace does something within a time, for which it may have to wait for a place.
func inPlace[T any](ctx context.Context, limit time.Duration, places chan struct{}, do func(context.Context) (T, error)) (done T, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case places <- struct{}{}:
		defer func() { <-places }()
		return do(ctx)
	case <-ctx.Done():
		return done, ctx.Err()
	}
}
