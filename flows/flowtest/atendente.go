package flowtest

import (
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
	s.happens = map[string]func(){"nobody attends any more": attend(nil)}
	flow := atendente.New(s, op)
	s.engine.Person, s.engine.Patience = flow, op.Attendance.Patience
	return flow
}
