-- Ends a turn: all of it, or nothing if the lease is lost.
-- KEYS 1 lanes in  2 session  3 alarms  4 lanes out  5 journal  6 dead letters
-- ARGV 1 person  2 lease  3 version  4 session  5 seconds to keep it  6 alarm (unix seconds), or ''
--      7 lease on the lane out, if this process has a hand free for it, else ''  8 its ms
--      9 lease on another turn, if this process wants one, else ''  10 its ms  11 prefix of session keys
--      12 dead letter, or ''  13 most dead letters kept  14 most journal entries kept
--      15-20 journal: session, protocol, said, answered, flow, state
--      21... letters
-- Returns 'late', or 'settled', '1' if the lane out is held, and what claim appends.
local L, person = KEYS[1], ARGV[1]
if call('HGET', L .. ':l', person) ~= ARGV[2] then
  return {'late'}
end
local version = string.match(call('GETRANGE', KEYS[2], 0, 19), '^%d+') or '0'
if version ~= ARGV[3] then
  return {'late'}
end

call('SET', KEYS[2], string.format('%d', version + 1) .. ' ' .. ARGV[4], 'EX', ARGV[5])
if ARGV[6] ~= '' then
  call('ZADD', KEYS[3], ARGV[6], person)
else
  call('ZREM', KEYS[3], person)
end

local out = ''
local letters = #ARGV - 20
if letters > 0 then
  local O = KEYS[4]
  local length = call('RPUSH', O .. ':q:' .. person, unpack(ARGV, 21))
  if length == letters and ARGV[7] ~= '' then
    hold(O, person, ARGV[7], ARGV[8])
    out = '1'
  elseif not call('ZSCORE', O .. ':b', person) then
    call('ZADD', O .. ':w', 'NX', now, person)
    signal(O)
  end
end

call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[14], '*',
  's', ARGV[15], 'n', ARGV[16], 'q', ARGV[17], 'a', ARGV[18], 'f', ARGV[19], 't', ARGV[20])
if ARGV[12] ~= '' then
  call('LPUSH', KEYS[6], ARGV[12])
  call('LTRIM', KEYS[6], 0, ARGV[13] - 1)
end

local queue = L .. ':q:' .. person
call('LPOP', queue)
call('HDEL', L .. ':t', person)
free(L, person)
if call('EXISTS', queue) == 1 then
  call('ZADD', L .. ':w', now, person)
end
local result = {'settled', out}
if ARGV[9] ~= '' then
  claim(L, ARGV[9], ARGV[10], 1, ARGV[11], result)
end
signal(L)
return result
