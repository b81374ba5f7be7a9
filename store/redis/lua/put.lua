-- Adds a message to a person's lane, once.
-- KEYS 1 lanes in  2 session  3 ids seen  4 alarms
-- ARGV 1 person  2 message  3 id  4 most that may wait  5 minutes an id is remembered
--      6 lease, if this process has a hand free, else ''  7 its ms
--      8 the alarm this message is the ringing of (unix seconds), else ''
-- Returns 'known', 'flood', 'queued', or 'held' and the session.
local L, person = KEYS[1], ARGV[1]
local queue = L .. ':q:' .. person

if ARGV[8] ~= '' then
  local set = call('ZSCORE', KEYS[4], person)
  if not set or tonumber(set) ~= tonumber(ARGV[8]) then
    return {'known'}
  end
  call('ZREM', KEYS[4], person)
  if call('EXISTS', queue) == 1 then -- they are not silent; the turn to come sets the next alarm
    return {'known'}
  end
end

local minute = math.floor(now / 60000)
if call('ZADD', KEYS[3], 'NX', minute, ARGV[3]) == 0 then
  return {'known'}
end
local length = call('RPUSH', queue, ARGV[2])
if length > tonumber(ARGV[4]) then
  call('RPOP', queue)
  call('ZREM', KEYS[3], ARGV[3])
  return {'flood'}
end
call('EXPIRE', KEYS[3], ARGV[5] * 60)
if now % 8 == 0 then -- often enough to forget
  call('ZREMRANGEBYSCORE', KEYS[3], '-inf', minute - ARGV[5])
end

if length == 1 and ARGV[6] ~= '' then
  hold(L, person, ARGV[6], ARGV[7], 0)
  return {'held', call('GET', KEYS[2]) or ''}
end
if call('HEXISTS', L .. ':l', person) == 0 then
  call('ZADD', L .. ':w', 'NX', now, person)
  signal(L)
end
return {'queued'}
