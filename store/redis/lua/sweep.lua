-- Puts right what time has changed: leases that have ended, people who waited
-- out a delay, tokens that died with the process that had them.
-- KEYS lanes
-- ARGV for each of them: the key of its alarms, or ''
-- Returns the alarms that are due: person, unix seconds, person...
local due = {}
for i, L in ipairs(KEYS) do
  local held = call('HGETALL', L .. ':l')
  for j = 1, #held, 2 do
    local person = held[j]
    if tonumber(string.match(held[j + 1], ' (%S+) ')) <= now then
      call('HDEL', L .. ':l', person)
      if call('EXISTS', L .. ':q:' .. person) == 1 then
        call('HINCRBY', L .. ':t', person, 1)
        call('ZADD', L .. ':w', 'NX', now, person)
      end
    end
  end
  signal(L)
  if ARGV[i] ~= '' then
    for _, text in ipairs(call('ZRANGEBYSCORE', ARGV[i], '-inf', math.floor(now / 1000), 'WITHSCORES', 'LIMIT', 0, 100)) do
      due[#due + 1] = text
    end
  end
end
return due
