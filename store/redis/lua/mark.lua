-- Removes what is done from the head of a lane that is held, and then holds it
-- for longer, or gives it back. Harmless if it is run a second time.
-- KEYS 1 lanes
-- ARGV 1 person  2 lease  3 lease from now on  4 its ms  5 how many are done
--      6 how many more the process knows  7 most others to return
--      8 ms after which another may hold the lane, 0 for as if it had never been held, '' to go on holding it
--      9 '1' if the head was tried in vain
-- Returns 'late', 'free', or 'held' and the items that the process does not know.
local L, person = KEYS[1], ARGV[1]
local queue = L .. ':q:' .. person
local held, ends, tries = holding(L, person)
if held == ARGV[2] then
  if tonumber(ARGV[5]) > 0 then
    call('LTRIM', queue, ARGV[5], -1)
    if tries ~= '0' then
      call('HDEL', L .. ':t', person)
      tries = 0
    end
  end
elseif held ~= ARGV[3] then
  return {'late'}
end

if call('EXISTS', queue) == 0 then
  call('HDEL', L .. ':l', person)
  return {'free'}
end
if ARGV[8] == '' then
  hold(L, person, ARGV[3], ARGV[4], tries)
  return {'held', unpack(call('LRANGE', queue, ARGV[6], ARGV[6] + ARGV[7] - 1))}
end
if ARGV[9] == '1' then
  call('HINCRBY', L .. ':t', person, 1)
end
call('HDEL', L .. ':l', person)
local since = now + ARGV[8]
if ARGV[8] == '0' then -- it has its old place in the queue again
  since = ends - ARGV[4]
end
call('ZADD', L .. ':w', since, person)
signal(L)
return {'free'}
