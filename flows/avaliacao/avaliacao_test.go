package avaliacao_test

import (
	"os"
	"testing"

	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

func TestTranscripts(t *testing.T) {
	flow, world := flowtest.World(t, "avaliacao")
	bottest.Play(t, flow, world)
}
