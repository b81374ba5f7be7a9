package bot

import (
	"context"
	"log/slog"
	"time"
)

// An Engine plays conversations, one message at a time. Its zero settings work.
type Engine struct {
	Flows    []*Flow // in the order of the menu
	Identify *Flow   // finds out who is talking; not in the menu
	Person   *Flow   // the way to a person; also in Flows if the menu shows it
	Name     string  // of the utility, as people say it

	Believe time.Duration // how long an identity holds without a word; 30 minutes if zero
	Warn    time.Duration // when a person silent in mid-flow is warned; two thirds of Believe if zero

	Reference func() string // makes the code under which a bug is told and logged
	Log       *slog.Logger  // the default one if nil
	Reported  func(Report)  // learns how each settled turn went
}

func (e *Engine) Handle(ctx context.Context, s Session, m Message) (Session, []Reply, error) {
	panic("to be written")
}

func (e *Engine) giveUp(s Session, m Message) (Session, []Reply, error) { panic("to be written") }

func (e *Engine) report(r Report) {
	if e.Reported != nil {
		e.Reported(r)
	}
}

func (e *Engine) log() *slog.Logger {
	if e.Log != nil {
		return e.Log
	}
	return slog.Default()
}

type Flow struct{}
