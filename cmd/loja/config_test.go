package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var (
	secret32 = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xfb}, 32))
	zero32   = base64.StdEncoding.EncodeToString(make([]byte, 32))

	// production is what serve needs.
	production = []string{
		"LOJA_DATABASE_URL=postgres://loja:hush@db/gsan",
		"LOJA_REDIS_URL=redis://:hush@cache:6379/0",
		"LOJA_SECRET=" + secret32,
	}
)

func TestConfigDefaults(t *testing.T) {
	c, err := loadConfig([]string{"HOME=/root", "LOJA_LOG="})
	if err != nil {
		t.Fatal(err)
	}
	if c.DatabaseURL+c.RedisURL+c.Operator+c.TelegramToken != "" || c.Secret != nil {
		t.Errorf("what was not given is %+v", c)
	}
	if c.HTTPAddr != ":8080" || c.StaffAddr != "127.0.0.1:8081" || c.PublicURL != "http://localhost:8080" ||
		c.TelegramAPIURL != "https://api.telegram.org" || c.TelegramWebhook || c.WhatsApp || c.LogLevel != slog.LevelInfo || c.LogFormat != "text" ||
		c.Hands != 4*runtime.NumCPU() || c.Posts != 32 || c.Identity != 30*time.Minute || c.Session != 7*24*time.Hour || c.Notify != 5*time.Minute {
		t.Errorf("the defaults are %+v", c)
	}
}

func TestConfigReads(t *testing.T) {
	c, err := loadConfig(append([]string{
		"LOJA_PUBLIC_URL=https://loja.example/", "LOJA_TELEGRAM_TOKEN=123:abc", "LOJA_TELEGRAM_WEBHOOK=True",
		"LOJA_WHATSAPP=true", "LOJA_LOG=debug", "LOJA_HANDS=3", "LOJA_SESSION_DAYS=2",
	}, production...))
	if err != nil {
		t.Fatal(err)
	}
	if c.DatabaseURL != "postgres://loja:hush@db/gsan" || c.RedisURL != "redis://:hush@cache:6379/0" || !bytes.Equal(c.Secret, bytes.Repeat([]byte{0xfb}, 32)) ||
		c.PublicURL != "https://loja.example" || c.TelegramToken != "123:abc" || !c.TelegramWebhook || !c.WhatsApp ||
		c.LogLevel != slog.LevelDebug || c.Hands != 3 || c.Session != 48*time.Hour {
		t.Errorf("read %+v", c)
	}
	urlSafe := strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(secret32), "=")
	if c, err := loadConfig([]string{"LOJA_SECRET=" + urlSafe}); err != nil || len(c.Secret) != 32 {
		t.Errorf("a secret in the alphabet of addresses: %v", err)
	}
}

// The first key signs, and the one of LOJA_SECRET goes on checking.
func TestConfigSigningKeys(t *testing.T) {
	alone, err := loadConfig(production)
	if err != nil {
		t.Fatal(err)
	}
	if keys := alone.seals().Keys(); len(keys) != 1 || !keys[0].Signs() {
		t.Fatalf("without keys: %+v", keys)
	}
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte("2027:"+secret32+", 2026:pub:"+zero32+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig(append([]string{"LOJA_SIGNING_KEYS_FILE=" + path}, production...))
	if err != nil {
		t.Fatal(err)
	}
	keys := c.seals().Keys()
	if len(keys) != 3 || keys[0].Name != "2027" || !keys[0].Signs() || keys[1].Name != "2026" || keys[1].Signs() || keys[2].ID() != alone.seals().Keys()[0].ID() {
		t.Errorf("read %+v", keys)
	}
}

// Each line names its variable first and is one line, and nothing tells a
// secret.
func TestConfigProblems(t *testing.T) {
	for given, want := range map[string]string{
		"LOJA_DATABASE_URL=mysql://loja:hush@db/gsan":          "LOJA_DATABASE_URL: is no address of PostgreSQL",
		"LOJA_DATABASE_URL=postgres://loja:hush@db:x/gsan":     "LOJA_DATABASE_URL: is no address of PostgreSQL",
		"LOJA_REDIS_URL=hush:6379":                             "LOJA_REDIS_URL: is no address of Redis",
		"LOJA_REDIS_URL=redis://":                              "LOJA_REDIS_URL: is no address of Redis",
		"LOJA_HTTP_ADDR=8080":                                  `LOJA_HTTP_ADDR: "8080" is no address to listen on: write HOST:PORT`,
		"LOJA_STAFF_ADDR=:99999":                               "LOJA_STAFF_ADDR: ",
		"LOJA_PUBLIC_URL=https://loja.example/bot":             "LOJA_PUBLIC_URL: is no address of a host",
		"LOJA_PUBLIC_URL=loja.example":                         "LOJA_PUBLIC_URL: is no address of a site",
		"LOJA_PUBLIC_URL=https://u:hush@loja.example":          "LOJA_PUBLIC_URL: is no address of a site",
		"LOJA_PUBLIC_URL=https://loja.example/?a=b":            "LOJA_PUBLIC_URL: is no address of a site",
		"LOJA_SECRET=hush":                                     "LOJA_SECRET: is not 32 bytes in base64",
		"LOJA_SECRET=" + secret32 + "AAAA":                     "LOJA_SECRET: is not 32 bytes in base64",
		"LOJA_SIGNING_KEYS=" + secret32:                        "LOJA_SIGNING_KEYS: part 1 is not NAME:SEED",
		"LOJA_SIGNING_KEYS=a:" + secret32 + ",hush hush:x":     "LOJA_SIGNING_KEYS: part 2 is not NAME:SEED",
		"LOJA_SIGNING_KEYS=a:hush":                             "LOJA_SIGNING_KEYS: key a is not 32 bytes in base64",
		"LOJA_SIGNING_KEYS=a:" + secret32 + ",b:pub:hush":      "LOJA_SIGNING_KEYS: key b is not 32 bytes in base64",
		"LOJA_SIGNING_KEYS=a:" + secret32 + ",a:pub:" + zero32: "LOJA_SIGNING_KEYS: two keys are named a",
		"LOJA_SIGNING_KEYS=a:" + secret32 + ",b:" + secret32:   "LOJA_SIGNING_KEYS: keys a and b are the same",
		"LOJA_SIGNING_KEYS=a:pub:" + secret32:                  "LOJA_SIGNING_KEYS: key a cannot sign",
		"LOJA_TELEGRAM_TOKEN=hush":                             "LOJA_TELEGRAM_TOKEN: ",
		"LOJA_TELEGRAM_WEBHOOK=sim":                            `LOJA_TELEGRAM_WEBHOOK: "sim" is neither true nor false`,
		"LOJA_WHATSAPP=yes":                                    `LOJA_WHATSAPP: "yes" is neither true nor false`,
		"LOJA_NOTIFY_EVERY=5":                                  `LOJA_NOTIFY_EVERY: "5" is no time from 1s to 24h`,
		"LOJA_LOG=loud":                                        `LOJA_LOG: "loud" is no level`,
		"LOJA_LOG_FORMAT=xml":                                  `LOJA_LOG_FORMAT: "xml" is no format`,
		"LOJA_HANDS=0":                                         `LOJA_HANDS: "0" is no number`,
		"LOJA_POSTS=many":                                      `LOJA_POSTS: "many" is no number`,
		"LOJA_IDENTITY_MINUTES=-1":                             "LOJA_IDENTITY_MINUTES: ",
		"LOJA_SESSION_DAYS=1e3":                                "LOJA_SESSION_DAYS: ",
	} {
		_, err := loadConfig([]string{given})
		if !errors.Is(err, errMisused) || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %s", given, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), secret32)) {
			t.Errorf("%s: tells the secret: %v", given, err)
		}
	}
}

func TestConfigRequire(t *testing.T) {
	for _, c := range []struct{ given, needed, lacks []string }{
		{nil, []string{"LOJA_SECRET", "LOJA_DATABASE_URL"}, []string{"LOJA_DATABASE_URL", "LOJA_SECRET"}},
		{production[:2], []string{"LOJA_SECRET", "LOJA_REDIS_URL"}, []string{"LOJA_SECRET"}},
		{production, []string{"LOJA_SECRET", "LOJA_REDIS_URL", "LOJA_DATABASE_URL"}, nil},
		{nil, nil, nil},
	} {
		cfg, err := loadConfig(c.given)
		if err != nil {
			t.Fatal(err)
		}
		err = cfg.require(c.needed...)
		lines, _ := errors.AsType[problems](err)
		if len(lines) != len(c.lacks) || (err != nil) != (c.lacks != nil) {
			t.Errorf("of %v are missing: %v, want %v", c.needed, err, c.lacks)
			continue
		}
		for i, name := range c.lacks {
			if !strings.HasPrefix(lines[i], name+": is missing: set it (or "+name+"_FILE): ") {
				t.Errorf("%s is missing: %s", name, lines[i])
			}
		}
	}
}

func TestConfigFromFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c, err := loadConfig([]string{
		"LOJA_SECRET_FILE=" + write("secret", secret32+"\n"),
		"LOJA_TELEGRAM_TOKEN_FILE=" + write("token", "123:abc\r\n"),
		"LOJA_LOG_FILE=" + write("log", "warn"),
	})
	if err != nil || len(c.Secret) != 32 || c.TelegramToken != "123:abc" || c.LogLevel != slog.LevelWarn {
		t.Errorf("from files: %+v, %v", c, err)
	}
	for want, given := range map[string][]string{
		"LOJA_LOG: is set twice, also as LOJA_LOG_FILE": {"LOJA_LOG=info", "LOJA_LOG_FILE=" + filepath.Join(dir, "log")},
		"LOJA_LOG_FILE: cannot be read":                 {"LOJA_LOG_FILE=" + filepath.Join(dir, "none")},
		"LOJA_SECRET_FILE: " + write("empty", "\n"):     {"LOJA_SECRET_FILE=" + filepath.Join(dir, "empty")},
		"LOJA_HANDS_FILE: \"3\\n\" is no number":        {"LOJA_HANDS_FILE=" + write("hands", "3\n\n")},
	} {
		if _, err := loadConfig(given); !errors.Is(err, errMisused) || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %s", given, err, want)
		}
	}
}

func TestConfigWebhook(t *testing.T) {
	webhook := []string{"LOJA_TELEGRAM_TOKEN=123:abc", "LOJA_TELEGRAM_WEBHOOK=true"}
	if _, err := loadConfig(webhook); !errors.Is(err, errMisused) || !strings.HasPrefix(err.Error(), "LOJA_PUBLIC_URL: must begin with https://") {
		t.Errorf("Telegram cannot call http: %v", err)
	}
	for _, more := range []string{"LOJA_PUBLIC_URL=https://loja.example", "LOJA_TELEGRAM_API_URL=http://127.0.0.1:8082/"} {
		if _, err := loadConfig(append(webhook, more)); err != nil {
			t.Errorf("%s: %v", more, err)
		}
	}
}

func TestUnknownVariables(t *testing.T) {
	lines := unknownSettings(append([]string{"LOJA_REDIS=x", "LOJA_SECRT=hush", "LOJA_LOGFORMAT=json", "LOJA_COLOUR=blue", "LOJA_LOG_FILE=/x", "HOME=/"}, production...))
	want := []string{
		"LOJA_COLOUR: nobody reads this variable: unset it",
		"LOJA_LOGFORMAT: nobody reads this variable; did you mean LOJA_LOG_FORMAT?",
		"LOJA_REDIS: nobody reads this variable; did you mean LOJA_REDIS_URL?",
		"LOJA_SECRT: nobody reads this variable; did you mean LOJA_SECRET?",
	}
	if len(lines) != len(want) {
		t.Fatalf("%q", lines)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("%q, want %q", lines[i], want[i])
		}
	}
}

func TestConfigHelp(t *testing.T) {
	var b bytes.Buffer
	if err := printSettings(&b); err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		if !strings.Contains(b.String(), s.name+" ") || !strings.Contains(b.String(), s.help) {
			t.Errorf("%s is not in the help", s.name)
		}
	}
	if rows := strings.Count(b.String(), "(secret)"); rows != 7 {
		t.Errorf("%d variables are marked as secret", rows)
	}
}

func TestNewLogger(t *testing.T) {
	var b bytes.Buffer
	log := newLogger(config{LogLevel: slog.LevelWarn, LogFormat: "json"}, &b)
	log.Info("no")
	log.Warn("yes")
	if got := b.String(); !strings.HasPrefix(got, "{") || !strings.Contains(got, `"msg":"yes"`) || strings.Contains(got, `"no"`) {
		t.Errorf("as json: %s", got)
	}
	b.Reset()
	newLogger(config{LogFormat: "text"}, &b).Info("yes")
	if !strings.Contains(b.String(), "msg=yes") {
		t.Errorf("as text: %s", b.String())
	}
	b.Reset()
	newLogger(config{LogFormat: "text"}, &b).Info("turn", "session", "whatsapp:557991234567@s.whatsapp.net")
	newLogger(config{LogFormat: "json"}, &b).Info("turn", "session", "whatsapp:271828182845904@lid")
	if got := b.String(); !strings.Contains(got, "session=whatsapp:…4567@s.whatsapp.net") || !strings.Contains(got, `"whatsapp:271828182845904@lid"`) {
		t.Errorf("sessions on WhatsApp: %s", got)
	}
}
