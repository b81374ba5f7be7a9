package redis

import (
	"context"
	"time"
)

const typingSpan = 6 * time.Second // after which who typed does not any more

func typingAt(session string) string { return key(partition(session), "ty:"+session) }

// Typing notes that a person types at this moment. It stands in no journal and is
// forgotten after six seconds.
func (m *Mail) Typing(ctx context.Context, session string) error {
	return away("note who types", m.client.Set(ctx, typingAt(session), "", typingSpan).Err())
}

// Types tells whether a person has typed within the last six seconds.
func (m *Mail) Types(ctx context.Context, session string) (bool, error) {
	n, err := m.client.Exists(ctx, typingAt(session)).Result()
	return n > 0, away("look who types", err)
}
