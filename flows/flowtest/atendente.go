package flowtest

import (
	"context"
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/atendente"
	"lojavirtual/store"
)

// It is a Wednesday, nine in the morning, when a conversation begins.
func (s *stage) atendente() *bot.Flow {
	op := Operator()
	attend := func(days []store.Day) func() {
		return func() {
			for i := range op.Attendance.Periods {
				op.Attendance.Periods[i].Days = days
			}
		}
	}
	s.fresh = append(s.fresh, attend(weekdays))
	var queue store.Queue
	stands := func(ahead int, wait time.Duration) func() {
		return func() { queue = store.Queue{Ahead: ahead, Wait: wait} }
	}
	s.fresh = append(s.fresh, stands(0, 0))
	s.happens = map[string]func(){
		"nobody attends any more":   attend(nil),
		"three people wait as well": stands(3, 11*time.Minute+20*time.Second),
		"one person waits as well":  stands(1, 50*time.Second),
	}
	flow := atendente.New(s, func(context.Context, time.Time) (store.Queue, error) { return queue, nil }, op)
	s.engine.Person, s.engine.Patience = flow, op.Attendance.Patience
	return flow
}
