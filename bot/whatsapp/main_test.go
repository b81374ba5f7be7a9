package whatsapp_test

import (
	"os"
	"testing"

	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }
