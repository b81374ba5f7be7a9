package redis

import (
	"context"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// How many wrong codes count, and for how long.
const (
	doubtsPerChat     = 5
	doubtsPerProperty = 20
	doubtWindow       = 24 * time.Hour
)

// Doubts limits how often people may show codes that name a debt of ours and are
// wrong, so that nobody who knows a matrícula and a month finds the amount by
// trying: 5 of a chat in a day, and 20 that name a property. Windows slide, and the
// same code again teaches nobody anything, so it does not count again. What
// others have tried at a property holds up only chats that have been wrong there
// themselves, and people on the web, who cost nothing to make: who holds a genuine
// code and shows it is answered, whatever others do.
//
// All keys bear the hash tag {doubt}. Chats stand in them as those of Guesses do,
// and codes as a hash, for a day.
type Doubts struct{ client goredis.UniversalClient }

// Doubts returns the limits kept in the same Redis.
func (m *Mail) Doubts() Doubts { return Doubts{m.client} }

// Wait tells how long the chat must leave codes alone that name a debt of that
// property, or of none that we know if it is 0; zero if it need not. It is the
// same whether the code is right or wrong.
func (d Doubts) Wait(ctx context.Context, chat string, property int64, now time.Time) (time.Duration, error) {
	own, err := d.since(ctx, doubtsOf(chat), now)
	if err != nil {
		return 0, err
	}
	wait := untilFree(own, doubtsPerChat, now)
	was := strings.HasPrefix(chat, anonymous)
	for _, one := range own {
		member, _ := one.Member.(string)
		was = was || strings.HasPrefix(member, at(property)+"/")
	}
	if property == 0 || !was {
		return wait, nil
	}
	all, err := d.since(ctx, doubtsAt(property), now)
	return max(wait, untilFree(all, doubtsPerProperty, now)), err
}

// Wrong counts a wrong code, unless it does already.
func (d Doubts) Wrong(ctx context.Context, code, chat string, property int64, now time.Time) error {
	_, err := d.client.TxPipelined(ctx, func(pipe goredis.Pipeliner) error {
		count := func(list, member string) {
			pipe.ZRemRangeByScore(ctx, list, "-inf", strconv.FormatInt(now.Add(-doubtWindow).UnixMilli(), 10))
			pipe.ZAddNX(ctx, list, goredis.Z{Score: float64(now.UnixMilli()), Member: member})
			pipe.PExpire(ctx, list, doubtWindow)
		}
		count(doubtsOf(chat), at(property)+"/"+short(code))
		if property != 0 {
			count(doubtsAt(property), short(code))
		}
		return nil
	})
	return away("count a wrong code", err)
}

// since returns what counts in a list, oldest first.
func (d Doubts) since(ctx context.Context, list string, now time.Time) ([]goredis.Z, error) {
	found, err := d.client.ZRangeByScoreWithScores(ctx, list, &goredis.ZRangeBy{
		Min: "(" + strconv.FormatInt(now.Add(-doubtWindow).UnixMilli(), 10), Max: "+inf",
	}).Result()
	return found, away("look for wrong codes", err)
}

// untilFree is how long until fewer than most of them count.
func untilFree(counted []goredis.Z, most int, now time.Time) time.Duration {
	if len(counted) < most {
		return 0
	}
	oldest := time.UnixMilli(int64(counted[len(counted)-most].Score))
	return max(0, oldest.Add(doubtWindow).Sub(now))
}

func at(property int64) string { return strconv.FormatInt(property, 10) }

func doubtsOf(chat string) string { return "{doubt}c:" + chat }

func doubtsAt(property int64) string { return "{doubt}p:" + at(property) }
