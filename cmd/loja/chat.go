package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"

	"lojavirtual/bot"
	"lojavirtual/bot/terminal"
)

// chat is the conversation in this terminal.
type chat struct {
	Channel string `enum:",telegram,whatsapp" default:"" help:"Show it as that network would (telegram, whatsapp)."`
	Save    string `type:"existingdir" placeholder:"DIR" help:"Write documents into this folder."`
}

// Run implements the verb. A script on standard input is played and its
// transcript printed.
func (c chat) Run(ctx context.Context) error {
	cfg, err := configure()
	if err != nil {
		return err
	}
	if !cfg.given["LOJA_LOG"] {
		cfg.LogLevel = slog.LevelWarn // the terminal is for the talk
	}
	log := newLogger(cfg, os.Stderr)
	cfg.RedisURL = "" // in one of its own nobody else answers
	l, err := openData(ctx, cfg, 0, log)
	if err != nil {
		return err
	}
	defer l.Close()
	return c.talk(ctx, l)
}

// talk answers until the input ends.
func (c chat) talk(ctx context.Context, l *loja) error {
	look, piped := terminal.Look(c.Channel), !interactive(os.Stdin)
	if look == "" {
		look = terminal.Script
		if !piped {
			look = terminal.Plain
			printPeople(os.Stdout)
			fmt.Println("\nWrite to the bot, oi to begin; Ctrl-D ends it.")
		}
	}
	talk := terminal.New(strconv.FormatUint(rand.Uint64(), 36), look, os.Stdout, l.mail)
	talk.Save, talk.Piped = c.Save, piped
	if look == terminal.WhatsApp {
		l.engine.Joined = []string{talk.Name()}
	}
	l.engine.Reported = talk.Settled

	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	var workers sync.WaitGroup
	workers.Go(func() { l.engine.Serve(working, l.mail) })
	workers.Go(func() { bot.Post(working, l.mail, talk, l.log, nil) })
	ended := make(chan error, 1)
	go func() { ended <- talk.Run(ctx, os.Stdin) }() // a read that waits for a line ends with the process
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	stop()
	workers.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// interactive tells whether somebody types into the file.
func interactive(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
