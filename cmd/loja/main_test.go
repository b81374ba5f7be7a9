package main

import (
	"os"
	"os/exec"
	"testing"

	"lojavirtual/store/embedded"
)

// asLoja makes this test binary be loja itself, for tests that start it as a
// process.
const asLoja = "LOJA_TEST_AS_LOJA"

func TestMain(m *testing.M) {
	if os.Getenv(asLoja) != "" {
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
