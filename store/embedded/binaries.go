package embedded

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// oldest is the first major version we can work with: DROP DATABASE … WITH (FORCE).
const oldest = 13

// fetched is the version that is downloaded if the machine has none.
const fetched = embeddedpostgres.V18

// mavenCentral is where it is downloaded from, unless Options name a mirror.
const mavenCentral = "https://repo1.maven.org/maven2"

// A release is PostgreSQL as it lies on a machine.
type release struct {
	bin     string // the folder of initdb and postgres
	version string // "15.20"
	major   int
}

// places are where distributions put PostgreSQL: Debian, RHEL, Alpine,
// Homebrew on both kinds of Mac and on Linux, Postgres.app.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// releases returns what PostgreSQL there is, the newest first. Of the same
// version, the folders of distributions come before the PATH, which may hold
// wrappers.
func releases(ctx context.Context, cache string) []release {
	var dirs []string
	for _, pattern := range append(slices.Clone(places), filepath.Join(cache, "postgresql-*", "bin")) {
		found, _ := filepath.Glob(pattern) // fails only on a bad pattern
		dirs = append(dirs, found...)
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		// The links of a PATH lead to where initdb finds the rest.
		if initdb, err := filepath.EvalSymlinks(filepath.Join(dir, "initdb")); err == nil {
			dirs = append(dirs, filepath.Dir(initdb))
		}
	}
	var found []release
	seen := map[string]bool{}
	for _, dir := range dirs {
		if bin, err := filepath.EvalSymlinks(dir); err == nil && filepath.IsAbs(bin) && !seen[bin] {
			seen[bin] = true
			if r, ok := releaseIn(ctx, bin); ok {
				found = append(found, r)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b release) int { return cmp.Compare(b.major, a.major) })
	return found
}

var versionWords = regexp.MustCompile(`(?:PostgreSQL\) |server v=)((\d+)\.(\d+)[.\d]*|(\d+)\w*)`)

func releaseIn(ctx context.Context, bin string) (release, bool) {
	if _, err := exec.LookPath(filepath.Join(bin, "initdb")); err != nil {
		return release{}, false
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	words := versionWords.FindStringSubmatch(string(out))
	if err != nil || words == nil {
		return release{}, false
	}
	major, _ := strconv.Atoi(words[2] + words[4])
	return release{bin: bin, version: words[1], major: major}, major >= oldest
}

// fetchPostgres downloads PostgreSQL into the cache. Several processes may do
// so at once: one downloads, the others wait for it.
func fetchPostgres(ctx context.Context, cache, mirror string, log *slog.Logger) error {
	mirror = cmp.Or(mirror, mavenCentral)
	place := filepath.Join(cache, "postgresql-"+string(fetched))
	log.Warn("no PostgreSQL found on this machine: downloading it once, about 15 MB", "version", string(fetched), "from", mirror, "to", place)
	k, err := startKeeper(ctx, duty{Base: cache, Lock: filepath.Join(cache, "lock"), Wait: 10 * time.Minute})
	if err != nil {
		return err
	}
	defer func() { _ = k.close() }()
	if _, err := os.Stat(place); err == nil {
		return nil // fetched by another while we waited
	}
	if err := k.do(ctx, order{Fetch: mirror}); err != nil {
		return err
	}
	return os.Rename(filepath.Join(k.folder, unpacked), place)
}

// cacheFolder returns where downloaded binaries lie: in the user's cache, or,
// if root's is closed to the user that the server runs as, in the system's.
func cacheFolder(o *owner) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil || !canEnter(dir, o) {
		if o == nil {
			return "", err
		}
		dir = "/var/cache"
	}
	return filepath.Join(dir, "loja"), nil
}

// errNoPostgres is the last rung of the ladder.
func errNoPostgres(why error) error {
	return fmt.Errorf("no PostgreSQL on this machine, and none could be downloaded (%w): install it "+
		"(apt install postgresql, brew install postgresql) or set LOJA_DATABASE_URL", why)
}

// unpacked is the folder that unpackPostgres makes.
const unpacked = "pgsql"

// unpackPostgres downloads PostgreSQL and unpacks it below the folder. The
// library can only start a whole server; it is asked for one that it must
// refuse after it has unpacked and before it has made anything: there is no
// such encoding.
func unpackPostgres(mirror, folder string) error {
	into := filepath.Join(folder, unpacked)
	config := embeddedpostgres.DefaultConfig().
		Version(fetched).
		CachePath(filepath.Join(folder, "archive")).
		RuntimePath(filepath.Join(folder, "runtime")).
		BinariesPath(into).
		Port(0).
		Encoding("none").
		Logger(nil).
		BinaryRepositoryURL(strings.TrimRight(mirror, "/"))
	err := embeddedpostgres.NewDatabase(config).Start()
	for _, name := range []string{"initdb", "postgres"} {
		if _, missing := os.Stat(filepath.Join(into, "bin", name)); missing != nil {
			if err != nil {
				return err
			}
			return missing
		}
	}
	return nil
}
