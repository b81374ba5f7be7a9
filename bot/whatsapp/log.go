package whatsapp

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	signal "go.mau.fi/libsignal/logger"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// logger hands whatsmeow's lines to our log. Those for debugging hold whole
// stanzas and QR codes and are left out. Of the others only the words that are
// whatsmeow's own are kept, and numbers, times and errors: what else is put into
// them is people's names, numbers and messages.
type logger struct{ log *slog.Logger }

// numbers are what WhatsApp calls people (JIDs), and phone numbers.
var numbers = regexp.MustCompile(`\+?\d{7,}([:.]\d+)*(@[\w.]+)?`)

func (l logger) write(level slog.Level, format string, args []any) {
	ctx := context.Background()
	if !l.log.Enabled(ctx, level) {
		return
	}
	kept := make([]any, len(args))
	for i, arg := range args {
		switch arg.(type) {
		case error, bool, int, int64, uint32, uint64, time.Duration:
			kept[i] = arg
		default:
			kept[i] = "…"
		}
	}
	l.log.Log(ctx, level, "whatsmeow: "+numbers.ReplaceAllString(fmt.Sprintf(verb.ReplaceAllString(format, "%v"), kept...), "…"))
}

// verb is where something is put into a line, but for a percent sign.
var verb = regexp.MustCompile(`%[-+# 0]*[\d.]*[a-zA-Z]`)

// Errorf implements waLog.Logger. What whatsmeow calls an error is mostly one
// message or try that went wrong; what is one for us is told by the channel.
func (l logger) Errorf(format string, args ...any) { l.write(slog.LevelWarn, format, args) }

// Warnf implements waLog.Logger.
func (l logger) Warnf(format string, args ...any) { l.write(slog.LevelInfo, format, args) }

// Infof implements waLog.Logger.
func (l logger) Infof(format string, args ...any) { l.write(slog.LevelDebug, format, args) }

// Debugf implements waLog.Logger.
func (logger) Debugf(string, ...any) {}

// Sub implements waLog.Logger.
func (l logger) Sub(string) waLog.Logger { return l }

// hush silences the library of the encryption, which would write to the standard
// error: what goes wrong there whatsmeow tells too.
var hush = sync.OnceFunc(func() {
	var quiet signal.Loggable = silence{}
	signal.Setup(&quiet)
})

type silence struct{}

func (silence) Debug(string, string)   {}
func (silence) Info(string, string)    {}
func (silence) Warning(string, string) {}
func (silence) Error(string, string)   {}
func (silence) Configure(string)       {}
