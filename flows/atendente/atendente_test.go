package atendente_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/atendente"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

var weekdays = []store.Day{1, 2, 3, 4, 5}

func operator() store.Operator {
	return store.Operator{
		Name:   "DESO",
		Phones: []store.Phone{{Label: "Central 24 horas", Number: "0800 079 0195"}, {Label: "Telefone fixo", Number: "(79) 3226-1000"}},
		Hours:  "segunda a sexta, das 7h às 17h",
		Offices: []store.Office{
			{Name: "Loja Centro", Address: "Rua Campo do Brito, 331, Aracaju", Hours: "7h às 13h"},
			{Name: "Loja Itabaiana", Address: "Praça *Central*, 10"},
		},
		Ombudsman: store.Contact{Name: "Ouvidoria", Phone: "0800 079 0196", Email: "ouvidoria@example.com"},
		Attendance: store.Attendance{
			Periods: []store.Period{
				{Days: weekdays, From: 7 * 60, To: 12 * 60},
				{Days: weekdays, From: 13*60 + 30, To: 19 * 60},
			},
			Patience: 10 * time.Minute,
		},
	}
}

// It is a Wednesday, nine in the morning, when a conversation begins.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	op := operator()
	flow := atendente.New(demo, op)
	attend := func(days []store.Day) {
		for i := range op.Attendance.Periods {
			op.Attendance.Periods[i].Days = days
		}
	}
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		attend(weekdays)
		return bottest.World{
			Engine:  &bot.Engine{Flows: []*bot.Flow{flow}, Person: flow, Name: "DESO", Patience: 10 * time.Minute},
			Session: &bot.Session{ID: "test:someone", Protocol: "2605200000000001"},
			Happens: map[string]func(){
				"nobody attends any more": func() { attend(nil) },

				"store is away": func() { demo.Away = true },
				"store is back": func() { demo.Away = false },
			},
		}
	})
}

// A utility without people in the chat tells the phones, however many there are.
func TestWithoutAttendance(t *testing.T) {
	op := operator()
	op.Attendance = store.Attendance{}
	for range 12 {
		op.Offices = append(op.Offices, store.Office{Name: "Loja", Address: strings.Repeat("rua ", 20)})
	}
	flow := atendente.New(flowtest.Demo(t), op)
	e := &bot.Engine{Flows: []*bot.Flow{flow}, Person: flow, Name: "DESO"}
	s, replies, err := e.Handle(t.Context(), bot.Session{Protocol: "1"}, bot.Message{ID: "1", Channel: "test", From: "x", Text: "atendente", At: time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)})
	if err != nil || s.Flow != "" || !s.Waiting.IsZero() || len(replies) < 4 {
		t.Errorf("%d replies in flow %q, %v", len(replies), s.Flow, err)
	}
	for _, wrong := range bottest.Wrong(replies) {
		t.Error(wrong)
	}
}
