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

func TestTranscripts(t *testing.T) {
	flow, world := flowtest.World(t, "atendente")
	bottest.Play(t, flow, world)
}

// A utility without people in the chat tells the phones, however many there are.
func TestWithoutAttendance(t *testing.T) {
	op := flowtest.Operator()
	op.Attendance = store.Attendance{}
	for range 12 {
		op.Offices = append(op.Offices, store.Office{Name: "Loja", Address: strings.Repeat("rua ", 20)})
	}
	flow := atendente.New(flowtest.Demo(t), nil, op)
	e := &bot.Engine{Flows: []*bot.Flow{flow}, Person: flow, Name: "DESO"}
	s, replies, err := e.Handle(t.Context(), bot.Session{Protocol: "1"}, bot.Message{ID: "1", Channel: "test", From: "x", Text: "atendente", At: time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)})
	if err != nil || s.Flow != "" || !s.Waiting.IsZero() || len(replies) < 4 {
		t.Errorf("%d replies in flow %q, %v", len(replies), s.Flow, err)
	}
	for _, wrong := range bottest.Wrong(replies) {
		t.Error(wrong)
	}
}
