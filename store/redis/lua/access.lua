-- Finds an access of the staff and notes that it was seen.
-- KEYS 1 the accesses of the person
-- ARGV 1 its id  2 now (ms)  3 ms without being seen after which it ends  4 ms after which it ends in any case  5 "1" notes that it was seen
-- Returns its entry, or nothing if it has ended.
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then
  return false
end
local began, seen, about = string.match(entry, '^(%d+) (%d+) (.*)$')
local now = tonumber(ARGV[2])
if not began or now - seen > tonumber(ARGV[3]) or now - began > tonumber(ARGV[4]) then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return false
end
if ARGV[5] == '1' and now > tonumber(seen) then
  redis.call('HSET', KEYS[1], ARGV[1], began .. ' ' .. ARGV[2] .. ' ' .. about)
end
return entry
