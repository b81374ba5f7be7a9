-- Counts an attempt to enter, or says how long to wait.
-- KEYS 1.. the counts it falls under
-- ARGV 1 now (ms)  2 ms after which a count is forgotten
--      then for each count: attempts it has free, ms of the first wait after them, ms of the longest
-- Returns 0 if it may be made, else the ms to wait; then it counts nowhere.
--
-- A count is "attempts:when the next one may be made".
local now = tonumber(ARGV[1])
local wait, counts = 0, {}
for i, key in ipairs(KEYS) do
  local n, free = string.match(redis.call('GET', key) or '0:0', '^(%d+):(%d+)$')
  counts[i] = tonumber(n) + 1
  wait = math.max(wait, tonumber(free) - now)
end
if wait > 0 then
  return wait
end
for i, key in ipairs(KEYS) do
  local free, first, longest = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local pause = 0
  if counts[i] >= free then
    pause = math.min(first * 2 ^ math.min(counts[i] - free, 30), longest)
  end
  redis.call('SET', key, string.format('%d:%d', counts[i], now + pause), 'PX', ARGV[2])
end
return 0
