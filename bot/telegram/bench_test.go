package telegram_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram/telegramtest"
)

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// drain is an inbox that keeps nothing.
type drain struct{ bot.Inbox }

func (drain) Put(context.Context, bot.Message) error { return nil }

// BenchmarkReceive takes a message from the webhook's body to the inbox.
func BenchmarkReceive(b *testing.B) {
	h := open(b, fast(telegramtest.New(b))).Handler("s3cret", drain{})
	update := `{"update_id":55,` + private(`"entities":[{"offset":0,"length":5,"type":"bold"}],"text":"Segunda via de conta, por favor"`) + `}`
	b.ReportAllocs()
	for b.Loop() {
		if post(h, "s3cret", update) != 200 {
			b.Fatal("refused")
		}
	}
}

// BenchmarkSend sends questions, 64 at once, to the loopback server, which reads
// and checks them in the same process.
func BenchmarkSend(b *testing.B) {
	server := telegramtest.New(b)
	c := open(b, fast(server))
	server.Chat(1)
	reply := bot.Reply{
		Text: "Você tem *2 contas* em aberto. De qual você quer a 2ª via?", Key: "k:12",
		Options: []string{"05/2026 · R$ 1.091,12", "06/2026 · R$ 84,30", "Voltar"},
	}
	var letters atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l := bot.Letter{ID: fmt.Sprint(letters.Add(1)), To: "1", Reply: reply}
			if err := c.Send(context.Background(), l); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
