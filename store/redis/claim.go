package redis

import (
	"context"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// claimScript keeps who is about to take a conversation over, unless another is.
// KEYS 1 the claim   ARGV 1 who  2 for how many milliseconds
// Returns who has it.
var claimScript = goredis.NewScript(`
local has = redis.call('GET', KEYS[1])
if not has or has == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
return has`)

func claimOf(session string) string { return key(partition(session), "h:"+session) }

// Claim keeps a conversation for somebody who is about to take it over, until the
// bot has heard of it. It returns who has it: another, if they came first and not
// so long ago.
func (m *Mail) Claim(ctx context.Context, session, who string, life time.Duration) (has string, err error) {
	has, err = claimScript.Run(ctx, m.client, []string{claimOf(session)}, who, life.Milliseconds()).Text()
	return has, away("claim a conversation", err)
}

// Release ends the claim of somebody, if they have it.
func (m *Mail) Release(ctx context.Context, session, who string) error {
	has, err := m.client.Get(ctx, claimOf(session)).Result()
	if errors.Is(err, goredis.Nil) || err == nil && has != who {
		return nil
	}
	if err == nil {
		err = m.client.Del(ctx, claimOf(session)).Err()
	}
	return away("release a conversation", err)
}
