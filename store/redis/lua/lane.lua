-- What every script of a partition begins with.
--
-- A lane is what waits for one person in one direction: what they sent, or
-- what we have to tell them. All lanes of one partition and direction share
-- the prefix L ("{7}i", "{7}o:telegram") and these keys:
--
--   L:w         zset  person -> since when they wait, or until when they must (ms)
--   L:l         hash  person -> "lease end tries" of the process that holds the lane: its end in ms
--   L:t         hash  person -> how often the head of the lane was held in vain, if it was
--   L:k         list  one token while somebody waits: what processes block on
--   L:q:person  list  what waits, oldest first; the head stays until it is done
--
-- A lane with an empty queue is in none of them, so the length that RPUSH
-- returns tells whether it was idle.

local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function hold(L, person, lease, ms, tries)
  call('HSET', L .. ':l', person, lease .. ' ' .. now + ms .. ' ' .. tries)
end

-- holding returns lease, end and tries of a lane that is held.
local function holding(L, person)
  return string.match(call('HGET', L .. ':l', person) or '', '^(%S+) (%S+) (%S+)')
end

-- signal wakes one process, unless one is being woken or nobody is due.
local function signal(L)
  if call('ZCOUNT', L .. ':w', '-inf', now) > 0 and call('EXISTS', L .. ':k') == 0 then
    call('RPUSH', L .. ':k', 1)
  end
end

-- claim holds the lane that has waited longest and appends to found: person,
-- tries, session (if sessions is the prefix of their keys), the number of
-- items that follow, and the first items of the queue.
local function claim(L, lease, ms, most, sessions, found)
  while true do
    local person = call('ZRANGEBYSCORE', L .. ':w', '-inf', now, 'LIMIT', 0, 1)[1]
    if not person then
      return false
    end
    call('ZREM', L .. ':w', person)
    local items = call('LRANGE', L .. ':q:' .. person, 0, most - 1)
    if #items > 0 then
      local tries = call('HGET', L .. ':t', person) or '0'
      hold(L, person, lease, ms, tries)
      found[#found + 1] = person
      found[#found + 1] = tries
      found[#found + 1] = sessions ~= '' and call('GET', sessions .. person) or ''
      found[#found + 1] = tostring(#items)
      for _, item in ipairs(items) do
        found[#found + 1] = item
      end
      return true
    end
  end
end
