package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// A Finding is one thing that was looked at. Do says, in one line, what to do
// about it; it is "" if all is well.
type Finding struct {
	What string
	Do   string
}

// Check looks at the server: version, whether what it holds survives a
// restart, and whether it may throw keys away. It changes nothing.
func (m *Mail) Check(ctx context.Context) []Finding {
	text, err := m.client.Info(ctx).Result()
	if err != nil {
		return []Finding{{"Redis server", away("ask Redis about itself", err).Error()}}
	}
	info := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		info[name] = value
	}
	found := []Finding{
		{What: "Redis version " + info["redis_version"]},
		{What: "Redis append-only file " + map[string]string{"1": "on"}[info["aof_enabled"]]},
		{What: "Redis eviction " + info["maxmemory_policy"]},
	}
	if !atLeast(info["redis_version"], 6, 2) {
		found[0].Do = "use Redis 6.2 or newer"
	}
	if info["aof_enabled"] != "1" {
		found[1].What += "off"
		found[1].Do = "set appendonly yes: without it a restart of Redis forgets messages that wait and everybody's place in the conversation"
	}
	if policy := info["maxmemory_policy"]; policy != "noeviction" && policy != "" {
		found[2].Do = fmt.Sprintf("set maxmemory-policy noeviction: with %s Redis may throw away messages that wait", policy)
	}
	return found
}

// atLeast tells whether a version such as "7.0.15" is at least major.minor.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	x, err1 := strconv.Atoi(parts[0])
	y, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && (x > major || x == major && y >= minor)
}

// Version says which one the server is.
func (m *Mail) Version(ctx context.Context) (string, error) {
	text, err := m.client.Info(ctx, "server").Result()
	if err != nil {
		return "", away("ask Redis about itself", err)
	}
	_, after, _ := strings.Cut(text, "redis_version:")
	version, _, _ := strings.Cut(after, "\r\n")
	return version, nil
}
