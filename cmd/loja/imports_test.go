package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "lojavirtual/"

// mayImport says what each package may import besides the standard library: our
// own packages by their folder, others by their module. It is the plan of the
// whole program; whoever changes it changes the plan.
var mayImport = map[string][]string{
	"cmd/loja": {
		"bot", "bot/console", "bot/telegram", "bot/terminal", "bot/webchat", "bot/whatsapp",
		"flows", "flows/acompanhamento", "flows/debitos", "flows/document", "flows/scan", "flows/segundavia",
		"store", "store/bank", "store/brcode", "store/card", "store/card/democard", "store/embedded", "store/febraban", "store/genuine", "store/postgres", "store/redis", "store/seal", "store/taxid",
		"github.com/agnivade/levenshtein", "github.com/alecthomas/kong", "github.com/goccy/go-yaml",
		"github.com/jackc/pgx/v5", "github.com/prometheus/client_golang", "golang.org/x/sync", "rsc.io/qr",
	},

	// What a conversation is. It opens no connection.
	"bot":                       {"github.com/agnivade/levenshtein", "github.com/looplab/fsm", "golang.org/x/text"},
	"bot/answer":                {"bot", "store", "store/taxid"},
	"bot/bottest":               {"bot"},
	"bot/console/scrub":         {"bot", "store"},
	"bot/console/diversion":     {"bot", "store", "store/taxid", "golang.org/x/text"},
	"bot/recent":                {},
	"bot/telegram":              {"bot", "bot/recent", "github.com/cenkalti/backoff/v5", "github.com/go-telegram-bot-api/telegram-bot-api/v5", "golang.org/x/time"},
	"bot/telegram/telegramtest": {},
	"bot/terminal":              {"bot", "bot/whatsapp"}, // which knows how a reply reads there
	"bot/origin":                {},
	"bot/webchat":               {"bot", "bot/origin", "golang.org/x/time"},
	"bot/console":               {"bot", "bot/console/diversion", "bot/console/scrub", "bot/origin", "store", "store/taxid", "github.com/alexedwards/argon2id", "github.com/coreos/go-oidc/v3", "golang.org/x/image", "golang.org/x/oauth2", "rsc.io/qr"},
	"bot/whatsapp":              {"bot", "bot/recent", "go.mau.fi/libsignal", "go.mau.fi/whatsmeow", "golang.org/x/image", "golang.org/x/time", "google.golang.org/protobuf"},
	"bot/whatsapp/whatsapptest": {
		"github.com/coder/websocket", "go.mau.fi/libsignal", "go.mau.fi/whatsmeow", "golang.org/x/crypto", "google.golang.org/protobuf",
	},

	// The conversations. None knows another, a driver or a channel.
	"flows": {
		"bot", "store",
		"flows/acompanhamento",
		"flows/atendente",
		"flows/avaliacao",
		"flows/consumo",
		"flows/debitos",
		"flows/golpe",
		"flows/identificacao",
		"flows/pagamentos",
		"flows/parcelamento",
		"flows/privacidade",
		"flows/quitacao",
		"flows/segundavia",
		"flows/servicos",
		"flows/vencimento",
	},
	"flows/acompanhamento": {"bot", "bot/answer", "store"},
	"flows/atendente":      {"bot", "bot/answer", "store"},
	"flows/avaliacao":      {"bot", "bot/answer", "store"},
	"flows/consumo":        {"bot", "bot/answer", "flows/chart", "store"},
	"flows/debitos":        {"bot", "bot/answer", "store"},
	"flows/golpe":          {"bot", "bot/answer", "store", "store/genuine"},
	"flows/identificacao":  {"bot", "bot/answer", "store"},
	"flows/pagamentos":     {"bot", "bot/answer", "store"},
	"flows/parcelamento":   {"bot", "bot/answer", "store", "store/instalment"},
	"flows/privacidade":    {"bot", "bot/answer", "store", "store/taxid"},
	"flows/quitacao":       {"bot", "bot/answer", "store"},
	"flows/segundavia":     {"bot", "bot/answer", "store"},
	"flows/servicos":       {"bot", "bot/answer", "store"},
	"flows/vencimento":     {"bot", "bot/answer", "store"},
	"flows/document": {
		"store", "store/febraban", "store/taxid",
		"codeberg.org/go-fonts/liberation", "codeberg.org/go-pdf/fpdf", "golang.org/x/text", "rsc.io/qr",
	},
	"flows/scan": {
		"store/brcode",
		"github.com/klippa-app/go-pdfium", "github.com/makiuchi-d/gozxing", "github.com/tetratelabs/wazero", "golang.org/x/image",
	},
	"flows/chart": {"store", "codeberg.org/go-fonts/liberation", "github.com/go-analyze/charts"},
	"flows/flowtest": {
		"bot", "bot/bottest",
		"flows/acompanhamento",
		"flows/atendente",
		"flows/avaliacao",
		"flows/consumo",
		"flows/debitos",
		"flows/document",
		"flows/golpe",
		"flows/identificacao",
		"flows/pagamentos",
		"flows/parcelamento",
		"flows/privacidade",
		"flows/quitacao",
		"flows/segundavia",
		"flows/servicos",
		"flows/vencimento",
		"store", "store/brcode", "store/embedded", "store/genuine", "store/postgres", "store/redis",
		"github.com/jackc/pgx/v5", "github.com/redis/go-redis/v9",
	},

	// The utility's nouns, their rules, and where they are kept.
	"store":               {},
	"store/taxid":         {},
	"store/febraban":      {"store", "store/taxid"},
	"store/latecharge":    {"store"},
	"store/brcode":        {"store", "store/taxid", "golang.org/x/text"},
	"store/genuine":       {"store", "store/brcode", "store/febraban"},
	"store/instalment":    {"store"},
	"store/ledger":        {"store"},
	"store/seal":          {"store"},
	"store/postgres":      {"store", "store/febraban", "store/instalment", "store/latecharge", "store/ledger", "store/seal", "store/taxid", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "golang.org/x/text"},
	"store/bank":          {"store", "store/brcode", "store/taxid"},
	"store/bank/banktest": {"store"},
	"store/redis":         {"bot", "store", "github.com/redis/go-redis/v9"},
	"store/card":          {"store"},
	"store/card/cardtest": {},
	"store/card/democard": {"store/card"},
	"store/embedded":      {"github.com/alicebob/miniredis/v2", "github.com/fergusstrange/embedded-postgres", "github.com/jackc/pgx/v5"},
}

// testsMayImport are modules that tests use beyond what their package may, as
// they may use every package of ours.
var testsMayImport = []string{
	"github.com/alicebob/miniredis/v2",
	"github.com/chromedp/cdproto", "github.com/chromedp/chromedp",
	"github.com/go-jose/go-jose/v4",
	"github.com/jackc/pgx/v5",
	"github.com/redis/go-redis/v9",
	"go.uber.org/goleak",
	"pgregory.net/rapid",
}

// doors are the parts of the standard library that reach outside the program.
// Conversations, nouns and rules must not: they are given what they need.
var doors = []string{"database/sql", "net", "net/http", "os", "os/exec"}

func reachesOutside(pkg string) bool {
	return slices.Contains([]string{
		"cmd/loja", "bot/bottest", "bot/console", "bot/origin", "bot/telegram", "bot/telegram/telegramtest", "bot/terminal", "bot/webchat", "bot/whatsapp",
		"bot/whatsapp/whatsapptest", "flows/flowtest", "store/bank", "store/bank/banktest", "store/postgres", "store/redis", "store/embedded",
		"store/card", "store/card/cardtest", "store/card/democard",
	}, pkg)
}

func TestImports(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	var stderr bytes.Buffer
	list.Stderr = &stderr
	text, err := list.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkg := strings.TrimPrefix(p.ImportPath, module)
		allowed, ok := mayImport[pkg]
		if !ok {
			t.Errorf("package %s is not in mayImport", pkg)
			continue
		}
		seen[pkg] = true
		for _, path := range p.Imports {
			if !permits(allowed, path) {
				t.Errorf("package %s imports %s, which mayImport does not allow it", pkg, path)
			}
			if !reachesOutside(pkg) && slices.Contains(doors, path) {
				t.Errorf("package %s imports %s and must not reach outside the program", pkg, path)
			}
		}
		for _, path := range append(p.TestImports, p.XTestImports...) {
			if !strings.HasPrefix(path, module) && !permits(allowed, path) && !permits(testsMayImport, path) {
				t.Errorf("a test of %s imports %s, which testsMayImport does not allow", pkg, path)
			}
		}
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("mayImport has %s, and there is no such package", pkg)
		}
	}
}

// permits tells whether a package of the path may be imported: one of the
// standard library, whose paths have no dot in front, or an allowed one.
func permits(allowed []string, path string) bool {
	if ours, ok := strings.CutPrefix(path, module); ok {
		return slices.Contains(allowed, ours)
	}
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") || slices.ContainsFunc(allowed, func(m string) bool {
		return path == m || strings.HasPrefix(path, m+"/")
	})
}
