// Command loja is a self-service bot of a water utility: its customers' way to
// bills and services by WhatsApp, Telegram and a page, and its staff's view of
// it. This is the one place where everything meets; a file per verb.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"lojavirtual/store/embedded"
)

// verbs are what loja can be told to do.
type verbs struct {
	Demo      demo      `cmd:"" help:"Everything in one process with nothing to install: private PostgreSQL with demo people, private Redis, chat page."`
	Serve     serve     `cmd:"" help:"Production: stores and channels from the variables (see: loja help config)."`
	Chat      chat      `cmd:"" help:"The conversation in this terminal, on the demo data or on the database of LOJA_DATABASE_URL."`
	Migrate   migrate   `cmd:"" help:"Create or upgrade our schema loja. GSAN's own tables are never altered."`
	Seed      seed      `cmd:"" help:"Write the demo people into an EMPTY database; any other is refused."`
	Doctor    doctor    `cmd:"" help:"Check configuration, stores, GSAN's tables, channels; what to do about each."`
	Pair      pair      `cmd:"" help:"Link WhatsApp from this terminal: by QR code, or by a code to type on the phone (--code PHONE)."`
	Reconcile reconcile `cmd:"" help:"Compare charges with the bank's and card companies' lists and with GSAN's payments; exit 0 if all agree, 1 if not, 3 if one could not be asked."`
	Staff     team      `cmd:"" help:"The people of the staff console: add, list, disable, enable, reset."`
	Audit     auditing  `cmd:"" help:"The audit log of the staff console: verify."`
	Flows     drawing   `cmd:"" help:"Every conversation as a Mermaid diagram."`
	Check     check     `cmd:"" help:"Say of each line of standard input what it is (CPF, CNPJ, matrícula, linha digitável, barcode, PIX) and whether it is right."`
	Bench     bench     `cmd:"" help:"Play many people against private stores, or configured ones with the demo people that serve nobody, and print turns/s, latencies and CPU per turn."`
	Version   version   `cmd:"" help:"Version, commit, Go."`
	Health    health    `cmd:"" help:"Ask the loja that runs here whether it is ready (for containers)."`
	Help      help      `cmd:"" help:"Help on a verb, or on: config, operator."`
}

// Exit statuses.
const (
	done      = 0
	failed    = 1
	misused   = 2 // wrong usage or configuration
	partial   = 3 // a comparison that could not ask everybody
	forgotten = 130
)

// errMisused marks errors of usage and configuration.
var errMisused = errors.New("usage")

func main() {
	embedded.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	status := run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// run does what the arguments say and returns the exit status.
func run(ctx context.Context, args []string) int {
	var v verbs
	parser, err := kong.New(&v,
		kong.Name("loja"),
		kong.Description("Self-service bot of a water utility on GSAN, for WhatsApp, Telegram and a web page."),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		panic(err) // a mistake in the table above
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if args[0] == "help" {
		args = helpArgs(args[1:])
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "loja: %v (see: loja help)\n", err)
		return misused
	}
	if err := command.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "loja: %v\n", err)
		switch {
		case errors.Is(err, errMisused):
			return misused
		case errors.Is(err, errPartial):
			return partial
		default:
			return failed
		}
	}
	return done
}
