-- Adds letters that answer nothing, once.
-- KEYS 1 lanes out  2 ids seen  3 journal
-- ARGV 1 person  2 id  3 minutes an id is remembered  4 most journal entries kept
--      5 journal entry  6... letters
-- Returns 'known' or 'told'.
local O, person = KEYS[1], ARGV[1]
local minute = math.floor(now / 60000)
if call('ZADD', KEYS[2], 'NX', minute, ARGV[2]) == 0 then
  return 'known'
end
call('EXPIRE', KEYS[2], ARGV[3] * 60)
call('ZREMRANGEBYSCORE', KEYS[2], '-inf', minute - ARGV[3])

call('RPUSH', O .. ':q:' .. person, unpack(ARGV, 6))
if call('HEXISTS', O .. ':l', person) == 0 then -- else whoever holds the lane finds them with its next mark
  call('ZADD', O .. ':w', 'NX', now, person)
  signal(O)
end
call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 's', person, 'b', ARGV[5])
return 'told'
