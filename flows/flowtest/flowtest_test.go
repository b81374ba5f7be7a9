package flowtest_test

import (
	"errors"
	"os"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// TestSwitches walks through all that may happen outside a conversation.
func TestSwitches(t *testing.T) {
	demo := flowtest.Demo(t)
	maria := postgres.DemoPeople()[0].Properties[0]
	open := func() (n int, first store.Bill, fault bot.Fault) {
		t.Helper()
		bills, err := demo.Bills(t.Context(), maria)
		for _, b := range bills.List {
			if b.Status == store.Open {
				n++
			}
		}
		if n > 0 {
			first = bills.List[0]
		}
		return n, first, bot.FaultOf(err)
	}
	expect := func(what string, want int, fault bot.Fault) store.Bill {
		t.Helper()
		n, first, got := open()
		if n != want || got != fault {
			t.Fatalf("%s: %d open bills, %s; want %d, %s", what, n, got, want, fault)
		}
		return first
	}
	first := expect("at first", 3, bot.None)
	demo.Away = true
	expect("away", 0, bot.Outage)
	expect("still away", 0, bot.Outage)
	demo.Away = false
	expect("back", 3, bot.None)
	demo.Bug = true
	expect("sick", 0, bot.Bug)
	demo.Bug = false
	expect("well", 3, bot.None)
	demo.Pay(first.ID)
	expect("paid", 2, bot.None)
	demo.Bug = true
	demo.Reset()
	if again := expect("reset", 3, bot.None); again != first {
		t.Errorf("another bill after Reset: %v, not %v", again, first)
	}
}

// TestAwayFromPing makes sure that a switch reaches what is not a question.
func TestAwayFromPing(t *testing.T) {
	demo := flowtest.Demo(t)
	demo.Away = true
	var temporary interface{ Temporary() bool }
	if err := demo.Ping(t.Context()); !errors.As(err, &temporary) || !temporary.Temporary() {
		t.Errorf("ping while away: %v", err)
	}
}
