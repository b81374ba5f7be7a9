package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"

	"lojavirtual/bot/whatsapp"
	"lojavirtual/bot/whatsapp/whatsapptest"
	"lojavirtual/store/embedded"
)

// asLoja makes this test binary be loja itself, for tests that start it as a
// process. atWhatsApp is the invitation to the WhatsApp server of the test.
const asLoja, atWhatsApp = "LOJA_TEST_AS_LOJA", "TEST_WHATSAPP"

func TestMain(m *testing.M) {
	if os.Getenv(asLoja) != "" {
		if invitation := os.Getenv(atWhatsApp); invitation != "" {
			door, err := whatsapptest.Join(invitation)
			if err != nil {
				panic(err)
			}
			whatsappUsual = whatsapp.Config{HTTP: door.Transport.(*http.Transport), Typing: -1, NewChats: -1, PerSecond: 1e6}
		}
		if os.Getenv(mortal) != "" {
			fmt.Fprintln(os.Stderr, live(context.Background()))
			os.Exit(failed)
		}
		if place := os.Getenv(doomed); place != "" {
			fmt.Fprintln(os.Stderr, storeAndDie(context.Background(), place))
			os.Exit(failed)
		}
		main()
		return
	}
	os.Exit(embedded.Run(m))
}

// command prepares a loja process, on ports of its own choice and with nothing
// of this process's variables.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), "/proc/self/exe", args...)
	if exe, err := os.Executable(); err == nil {
		c.Path = exe
	}
	c.Env = []string{
		asLoja + "=1", "LOJA_HTTP_ADDR=127.0.0.1:0", "LOJA_STAFF_ADDR=127.0.0.1:0",
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GOCOVERDIR=" + t.TempDir(),
	}
	return c
}
