-- Allows a guess at a property's document, or says how long to wait.
-- KEYS 1 the chat's guesses  2 its lock  3 the property's guesses  4 the document's  5 the properties that the chat is known at
-- ARGV 1 now (ms)  2 a mark of this guess
--      3 guesses a chat has  4 in how many ms  5 ms of its first lock  6 of its longest  7 ms without one after which locks are short again
--      8 guesses a property has  9 guesses a document has  10 in how many ms  11 the property
-- Returns 0 if the guess may be tried, else the ms to wait.
--
-- Guesses are lists of "ms:mark", oldest first. A lock is "level:until:mark",
-- the mark being of the guess that closed it.
local call = redis.call
local now = tonumber(ARGV[1])

-- full forgets old guesses and returns when the next one is possible: 0 for now.
local function full(key, limit, window)
  while true do
    local oldest = call('LINDEX', key, 0)
    if not oldest then
      return 0
    end
    local free = tonumber(string.match(oldest, '^%d+')) + window
    if free > now then
      return call('LLEN', key) >= limit and free or 0
    end
    call('LPOP', key)
  end
end

local function count(key, window)
  call('RPUSH', key, ARGV[1] .. ':' .. ARGV[2])
  call('PEXPIRE', key, window)
end

for _, guess in ipairs(call('LRANGE', KEYS[1], 0, -1)) do
  if string.match(guess, ':(.*)$') == ARGV[2] then
    return 0 -- the same try, played again
  end
end
local level, locked = string.match(call('GET', KEYS[2]) or '0:0:', '^(%d+):(%d+):')
local known = call('SISMEMBER', KEYS[5], ARGV[11]) == 1
local chats, day = tonumber(ARGV[4]), tonumber(ARGV[10])
local free = math.max(tonumber(locked), full(KEYS[1], tonumber(ARGV[3]), chats))
if not known then
  free = math.max(free, full(KEYS[3], tonumber(ARGV[8]), day), full(KEYS[4], tonumber(ARGV[9]), day))
end
if free > now then
  return free - now
end

count(KEYS[1], chats)
if not known then
  count(KEYS[3], day)
  count(KEYS[4], day)
end
if call('LLEN', KEYS[1]) >= tonumber(ARGV[3]) then
  local pause = math.min(ARGV[5] * 2 ^ level, tonumber(ARGV[6]))
  call('SET', KEYS[2], string.format('%d:%d:%s', level + 1, now + pause, ARGV[2]), 'PX', pause + ARGV[7])
end
return 0
