package main

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/jackc/pgx/v5"

	"lojavirtual/bot/console"
	"lojavirtual/bot/telegram"
	"lojavirtual/store"
	"lojavirtual/store/seal"
)

// A config is what the environment says, read and checked.
//
// # Why
//
// The table below is our own and not one of struct tags: it is printed as help,
// every variable can be a file's content (NAME_FILE), and an error must name
// the variable and the mend in one line without ever showing a secret. A
// library would read the values and leave all that to be written beside it.
type config struct {
	DatabaseURL     string // "" if not given
	RedisURL        string // "" if not given
	HTTPAddr        string
	Proxies         int
	StaffAddr       string
	StaffURL        string // without a slash at its end
	StaffProxies    int
	StaffSecond     []store.Role // who must have a second factor in the console
	SignOn          console.SignOn
	PublicURL       string     // without a slash at its end
	Secret          []byte     // 32 bytes, nil if not given
	SigningKeys     []seal.Key // of documents, the first signs; none if not given
	Operator        string     // a path, "" for the demo operator
	BankSecret      string     // "" if not given
	TelegramToken   string     // "" if the channel is off
	TelegramAPIURL  string
	TelegramWebhook bool
	WhatsApp        bool
	LogLevel        slog.Level
	LogFormat       string        // "text" or "json"
	Hands           int           // turns answered at once
	Posts           int           // replies a channel sends at once
	Identity        time.Duration // how long an identification is believed in silence
	Session         time.Duration // how long a conversation is kept after its last message
	Notify          time.Duration // between two looks at requests that people want to be told of

	given map[string]bool     // the variables that were set
	cards []store.CardCompany // beside those of the operator's file: the demo's own
}

// A setting is a row of the table: one variable.
type setting struct {
	name    string
	initial string // what it is if not given
	secret  bool   // never shown
	help    string
	read    func(c *config, value string) error // the error is the mend
}

// settings is the table, in the order in which it is printed.
var settings = []setting{
	{
		"LOJA_DATABASE_URL", "", true,
		"PostgreSQL with GSAN's schemas, where our schema loja lives too",
		into(func(c *config) *string { return &c.DatabaseURL }, databaseURL),
	},
	{
		"LOJA_REDIS_URL", "", true,
		"Redis 6.2 or newer: single, Sentinel or Cluster",
		into(func(c *config) *string { return &c.RedisURL }, redisURL),
	},
	{
		"LOJA_HTTP_ADDR", ":8080", false,
		"public listener: chat page, Telegram's webhook, authenticity of documents",
		into(func(c *config) *string { return &c.HTTPAddr }, address),
	},
	{
		"LOJA_PROXIES", "0", false, "how many proxies stand before the public listener and add to X-Forwarded-For",
		into(func(c *config) *int { return &c.Proxies }, proxies),
	},
	{
		"LOJA_STAFF_ADDR", "127.0.0.1:8081", false,
		"staff listener: console, /metrics, /healthz, /readyz; not for the internet",
		into(func(c *config) *string { return &c.StaffAddr }, address),
	},
	{
		"LOJA_STAFF_URL", "http://localhost:8081", false,
		"how staff reach the console; https:// makes its cookies safe",
		into(func(c *config) *string { return &c.StaffURL }, host),
	},
	{
		"LOJA_STAFF_PROXIES", "0", false, "how many proxies stand before the staff listener and add to X-Forwarded-For",
		into(func(c *config) *int { return &c.StaffProxies }, proxies),
	},
	{
		"LOJA_STAFF_SECOND_FACTOR", "supervisor", false,
		"from which role on a second factor is asked: leitor, atendente, supervisor, encarregado, admin; or none",
		into(func(c *config) *[]store.Role { return &c.StaffSecond }, rolesFrom),
	},
	{
		"LOJA_OIDC_ISSUER", "", false,
		"single sign-on: the OpenID Connect provider's address; without it staff enter by password",
		into(func(c *config) *string { return &c.SignOn.Issuer }, issuer),
	},
	{
		"LOJA_OIDC_CLIENT", "", false, "our client ID at the provider",
		into(func(c *config) *string { return &c.SignOn.Client }, anything),
	},
	{
		"LOJA_OIDC_SECRET", "", true, "our client secret at the provider",
		into(func(c *config) *string { return &c.SignOn.Secret }, anything),
	},
	{
		"LOJA_OIDC_CLAIM", "groups", false, "the claim of the ID token that holds a person's groups",
		into(func(c *config) *string { return &c.SignOn.Claim }, anything),
	},
	{
		"LOJA_OIDC_ROLES", "", false, "the role of each group: bot-atendimento=atendente,bot-ti=admin; who is in none does not enter",
		into(func(c *config) *map[string]store.Role { return &c.SignOn.Roles }, groupRoles),
	},
	{
		"LOJA_OIDC_NAME", "a conta da empresa", false, "what the button says after \"Entrar com\"",
		into(func(c *config) *string { return &c.SignOn.Name }, anything),
	},
	{
		"LOJA_PUBLIC_URL", "http://localhost:8080", false,
		"how customers reach the public listener",
		into(func(c *config) *string { return &c.PublicURL }, host),
	},
	{
		"LOJA_SECRET", "", true,
		"32 bytes in base64 that sign links and cookies; the same in every process",
		into(func(c *config) *[]byte { return &c.Secret }, secretKey),
	},
	{
		"LOJA_SIGNING_KEYS", "", true,
		"keys that sign documents: NAME:SEED,NAME:SEED,NAME:pub:KEY in base64; the first signs, all check; without it one is made of LOJA_SECRET",
		into(func(c *config) *[]seal.Key { return &c.SigningKeys }, signingKeys),
	},
	{
		"LOJA_OPERATOR", "", false,
		"YAML file about the utility (see: loja help operator); without it a demo operator",
		into(func(c *config) *string { return &c.Operator }, anything),
	},
	{
		"LOJA_BANK_SECRET", "", true,
		"the client's secret at the bank of the operator's pix.bank",
		into(func(c *config) *string { return &c.BankSecret }, anything),
	},
	{
		"LOJA_TELEGRAM_TOKEN", "", true,
		"bot token from @BotFather; without it the channel is off",
		into(func(c *config) *string { return &c.TelegramToken }, telegramToken),
	},
	{
		"LOJA_TELEGRAM_API_URL", "https://api.telegram.org", false,
		"another Bot API server",
		into(func(c *config) *string { return &c.TelegramAPIURL }, site),
	},
	{
		"LOJA_TELEGRAM_WEBHOOK", "false", false,
		"true: Telegram calls LOJA_PUBLIC_URL; false: we ask it (long polling)",
		into(func(c *config) *bool { return &c.TelegramWebhook }, boolean),
	},
	{
		"LOJA_WHATSAPP", "false", false,
		"true: answer on WhatsApp as the device linked by loja pair",
		into(func(c *config) *bool { return &c.WhatsApp }, boolean),
	},
	{
		"LOJA_LOG", "info", false,
		"what is logged: debug, info, warn or error",
		into(func(c *config) *slog.Level { return &c.LogLevel }, logLevel),
	},
	{
		"LOJA_LOG_FORMAT", "text", false,
		"text or json",
		into(func(c *config) *string { return &c.LogFormat }, logFormat),
	},
	{
		"LOJA_HANDS", strconv.Itoa(4 * runtime.NumCPU()), false,
		"messages answered at once; by default 4 a CPU",
		into(func(c *config) *int { return &c.Hands }, count),
	},
	{
		"LOJA_POSTS", "32", false,
		"replies sent at once, in each channel",
		into(func(c *config) *int { return &c.Posts }, count),
	},
	{
		"LOJA_IDENTITY_MINUTES", "30", false,
		"minutes of silence after which we ask again who is talking",
		into(func(c *config) *time.Duration { return &c.Identity }, several(time.Minute)),
	},
	{
		"LOJA_SESSION_DAYS", "7", false,
		"days for which a silent conversation is remembered",
		into(func(c *config) *time.Duration { return &c.Session }, several(24*time.Hour)),
	},
	{
		"LOJA_NOTIFY_EVERY", "5m", false,
		"how often to look whether requests have changed that customers want to be told of: 30s, 5m, 1h",
		into(func(c *config) *time.Duration { return &c.Notify }, interval),
	},
}

// into makes the reader of one field.
func into[T any](field func(*config) *T, parse func(string) (T, error)) func(*config, string) error {
	return func(c *config, value string) error {
		v, err := parse(value)
		if err == nil {
			*field(c) = v
		}
		return err
	}
}

// problems are what is wrong with the configuration, a line each: what, and
// how to mend it. Whoever returns them was misused.
type problems []string

func (p problems) Error() string { return strings.Join(p, "\n") }

// Is makes them the operator's fault and not ours.
func (p problems) Is(err error) bool { return err == errMisused }

// orNil returns the problems as an error, if there are any.
func (p problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// loadConfig reads the variables, given as os.Environ does. One that is set to
// nothing counts as not given. The error is problems, all there are, and then
// the config holds what was right.
func loadConfig(environ []string) (config, error) {
	c := config{given: map[string]bool{}}
	var wrong problems
	vars := variables(environ)
	for _, s := range settings {
		value, from, err := lookup(vars, s.name)
		c.given[s.name] = value != ""
		if value = cmp.Or(value, s.initial); err == nil && value != "" {
			err = s.read(&c, value)
		}
		if err != nil {
			wrong = append(wrong, from+": "+err.Error())
		}
	}
	if c.SignOn.Issuer != "" {
		for _, name := range []string{"LOJA_OIDC_CLIENT", "LOJA_OIDC_ROLES", "LOJA_STAFF_URL"} {
			if !c.given[name] {
				wrong = append(wrong, name+": is missing: single sign-on (LOJA_OIDC_ISSUER) needs it")
			}
		}
	}
	official := c.TelegramAPIURL == "https://api.telegram.org"
	if official && c.TelegramToken != "" && c.TelegramWebhook && strings.HasPrefix(c.PublicURL, "http://") {
		wrong = append(wrong, "LOJA_PUBLIC_URL: must begin with https:// if LOJA_TELEGRAM_WEBHOOK is true, for Telegram calls nothing else")
	}
	return c, wrong.orNil()
}

// unreachable says what to do if customers cannot reach the addresses that are
// printed on their bills; "" if they can.
func (c config) unreachable() string {
	if u, err := url.Parse(c.PublicURL); err == nil && u.Scheme == "https" && u.Hostname() != "localhost" {
		return ""
	}
	return "set it to the https:// address at which customers reach us: it is printed on their bills, and cookies are safe only there"
}

// require returns as problems which of the variables are not given.
func (c config) require(names ...string) error {
	var wrong problems
	for _, s := range settings {
		if slices.Contains(names, s.name) && !c.given[s.name] {
			wrong = append(wrong, fmt.Sprintf("%s: is missing: set it (or %s_FILE): %s", s.name, s.name, s.help))
		}
	}
	return wrong.orNil()
}

// variables returns those that are ours of what os.Environ returns.
func variables(environ []string) map[string]string {
	ours := map[string]string{}
	for _, pair := range environ {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "LOJA_") {
			ours[name] = value
		}
	}
	return ours
}

// lookup returns the value of a variable, its own or its file's, and the name
// of the one that it comes from.
func lookup(vars map[string]string, name string) (value, from string, err error) {
	value, from = vars[name], name+"_FILE"
	path := vars[from]
	switch {
	case path == "":
		return value, name, nil
	case value != "":
		return "", name, fmt.Errorf("is set twice, also as %s: unset one of them", from)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", from, fmt.Errorf("cannot be read: %w", err)
	}
	value = strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if value == "" {
		return "", from, fmt.Errorf("%s is empty: write the value into it", path)
	}
	return value, from, nil
}

// unknownSettings tells of each LOJA_ variable that nobody reads, with the one
// that may have been meant.
func unknownSettings(environ []string) []string {
	var known []string
	for _, s := range settings {
		known = append(known, s.name, s.name+"_FILE")
	}
	var lines []string
	for name := range variables(environ) {
		if slices.Contains(known, name) {
			continue
		}
		nearest := slices.MinFunc(known, func(a, b string) int {
			return cmp.Compare(levenshtein.ComputeDistance(name, a), levenshtein.ComputeDistance(name, b))
		})
		line := name + ": nobody reads this variable"
		if d := levenshtein.ComputeDistance(name, nearest); d <= 4 && 2*d < len(nearest)-len("LOJA_") {
			line += "; did you mean " + nearest + "?"
		} else {
			line += ": unset it (loja help config has the list)"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// printSettings prints the table.
func printSettings(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "VARIABLE\tDEFAULT\tMEANING")
	for _, s := range settings {
		help := s.help
		if s.secret {
			help += " (secret)"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", s.name, cmp.Or(s.initial, "none"), help)
	}
	_, _ = fmt.Fprintln(t, "\nEach can be given as NAME_FILE too: a file with the value. Secrets are never printed.")
	return t.Flush()
}

// newLogger returns the log that the configuration asks for.
func newLogger(c config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel, ReplaceAttr: withoutPhones}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// phoneSession is a person on WhatsApp of whom nothing but the number is known.
var phoneSession = regexp.MustCompile(`^whatsapp:\d+(\d{4}@s\.whatsapp\.net)$`)

// withoutPhones leaves of a phone number that names a conversation its end.
func withoutPhones(_ []string, a slog.Attr) slog.Attr {
	if a.Key == "session" && phoneSession.MatchString(a.Value.String()) {
		a.Value = slog.StringValue(phoneSession.ReplaceAllString(a.Value.String(), "whatsapp:…$1"))
	}
	return a
}

func anything(s string) (string, error) { return s, nil }

func databaseURL(s string) (string, error) {
	if _, err := pgx.ParseConfig(s); err != nil { // err may hold the password
		return "", errors.New("is no address of PostgreSQL: write postgres://USER:PASSWORD@HOST:5432/DATABASE")
	}
	return s, nil
}

func redisURL(s string) (string, error) {
	if u, err := url.Parse(s); err != nil || !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme) || u.Host+u.Path == "" {
		return "", errors.New("is no address of Redis: write redis://HOST:6379/0, rediss:// for TLS, or unix:///PATH")
	}
	return s, nil
}

func address(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", fmt.Errorf("%q is no address to listen on: write HOST:PORT, or :PORT for every interface", s)
	}
	return s, nil
}

func site(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery+u.Fragment != "" {
		return "", errors.New("is no address of a site: write https://HOST or https://HOST/PATH, without user, ? or #")
	}
	return strings.TrimRight(s, "/"), nil
}

// host is a site without a path, since our pages stand at paths of their own.
func host(s string) (string, error) {
	s, err := site(s)
	if err == nil && strings.Count(s, "/") > len("//") {
		return "", errors.New("is no address of a host: write https://HOST, without a path")
	}
	return s, err
}

// issuer is the address of a provider, by which it is known: a slash at its end
// is part of it.
func issuer(s string) (string, error) {
	if _, err := site(s); err != nil {
		return "", err
	}
	return s, nil
}

// rolesFrom lists the roles from one on.
func rolesFrom(s string) ([]store.Role, error) {
	if s == "none" {
		return nil, nil
	}
	i := slices.Index(store.Roles, store.Role(s))
	if i < 0 {
		return nil, fmt.Errorf("%q is no role: write leitor, atendente, supervisor, encarregado or admin; or none", s)
	}
	return store.Roles[i:], nil
}

// groupRoles reads "group=role,group=role".
func groupRoles(s string) (map[string]store.Role, error) {
	roles := map[string]store.Role{}
	for pair := range strings.SplitSeq(s, ",") {
		group, role, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if group == "" || !slices.Contains(store.Roles, store.Role(role)) {
			return nil, fmt.Errorf("%q is not GROUP=ROLE: roles are leitor, atendente, supervisor, encarregado and admin", pair)
		}
		roles[group] = store.Role(role)
	}
	return roles, nil
}

func secretKey(s string) ([]byte, error) {
	key, ok := bytes32(s)
	if !ok {
		return nil, errors.New("is not 32 bytes in base64: make one by  openssl rand -base64 32")
	}
	return key, nil
}

// bytes32 reads 32 bytes in either alphabet of base64.
func bytes32(s string) (b []byte, ok bool) {
	digits := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	b, err := base64.RawStdEncoding.DecodeString(digits)
	return b, err == nil && len(b) == 32
}

var keyName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// signingKeys reads "name:seed,name:seed,name:pub:key". No error tells what stands
// at the place of a key.
func signingKeys(s string) ([]seal.Key, error) {
	var keys []seal.Key
	for i, part := range strings.Split(s, ",") {
		name, digits, _ := strings.Cut(strings.TrimSpace(part), ":")
		if !keyName.MatchString(name) || digits == "" {
			return nil, fmt.Errorf("part %d is not NAME:SEED: a name is of letters, digits, - and _, and a seed is made by  openssl rand -base64 32", i+1)
		}
		digits, public := strings.CutPrefix(digits, "pub:")
		b, ok := bytes32(digits)
		if !ok {
			return nil, fmt.Errorf("key %s is not 32 bytes in base64: make a seed by  openssl rand -base64 32, or take x of /d/keys for a public one", name)
		}
		k := seal.Key{Name: name, Public: b}
		if !public {
			k = seal.NewKey(name, b)
		}
		for _, other := range keys {
			switch {
			case other.Name == name:
				return nil, fmt.Errorf("two keys are named %s: name each once", name)
			case other.ID() == k.ID():
				return nil, fmt.Errorf("keys %s and %s are the same: leave one out", other.Name, name)
			}
		}
		keys = append(keys, k)
	}
	if !keys[0].Signs() {
		return nil, fmt.Errorf("key %s cannot sign, for it is public: put a key with its seed first", keys[0].Name)
	}
	return keys, nil
}

func telegramToken(s string) (string, error) {
	_, err := telegram.New(telegram.Config{Token: s})
	return s, err
}

func boolean(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	default:
		return false, fmt.Errorf("%q is neither true nor false", s)
	}
}

func logLevel(s string) (slog.Level, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[strings.ToLower(s)]
	if !ok {
		return 0, fmt.Errorf("%q is no level: write debug, info, warn or error", s)
	}
	return level, nil
}

func logFormat(s string) (string, error) {
	if s != "text" && s != "json" {
		return "", fmt.Errorf("%q is no format: write text or json", s)
	}
	return s, nil
}

func count(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 10_000 {
		return 0, fmt.Errorf("%q is no number from 1 to 10000", s)
	}
	return n, nil
}

func proxies(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 9 {
		return 0, fmt.Errorf("%q is no number from 0 to 9", s)
	}
	return n, nil
}

func interval(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d > 24*time.Hour {
		return 0, fmt.Errorf("%q is no time from 1s to 24h: write 30s, 5m or 1h", s)
	}
	return d, nil
}

// several makes the reader of a number of units of time.
func several(unit time.Duration) func(string) (time.Duration, error) {
	return func(s string) (time.Duration, error) {
		n, err := count(s)
		return time.Duration(n) * unit, err
	}
}
