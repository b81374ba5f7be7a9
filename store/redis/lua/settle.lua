-- Ends a turn: all of it, or nothing if the lease is lost.
-- KEYS 1 lanes in  2 session  3 alarms  4 lanes out  5 journal  6 dead letters  7 waiting for a person  8 how long others waited
-- ARGV 1 person  2 lease  3 version  4 session  5 seconds to keep it  6 alarm (unix seconds), or ''
--      7 lease on the lane out, if this process holds it or has a hand free for it, else ''  8 its ms
--      9 the lease by which it holds the lane so far, or ''  10 and 11 as 5 and 6 of mark.lua
--      12 lease on another turn, if this process wants one, else ''  13 its ms  14 prefix of session keys
--      15 dead letter, or ''  16 most dead letters kept  17 most journal entries kept
--      18 journal entry  19 since when they wait for a person (unix seconds), or ''
--      20 when an attendant took them and how long they had waited, or ''  21... letters
-- Returns 'late', or 'settled', what has become of the lane out, and what claim
-- appends. The lane is 'held', 'behind' if held but with letters before these
-- that the process does not know, or 'late' if not held.
local L, person = KEYS[1], ARGV[1]
local lease, _, tries = holding(L, person)
if lease ~= ARGV[2] then
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

if ARGV[19] ~= '' then
  call('ZADD', KEYS[7], ARGV[19], person)
else
  call('ZREM', KEYS[7], person)
end

if ARGV[20] ~= '' then
  call('LPUSH', KEYS[8], ARGV[20])
  call('LTRIM', KEYS[8], 0, 19)
  call('EXPIRE', KEYS[8], 10800)
end

local out = 'late'
local letters = #ARGV - 20
if letters > 0 then
  local O = KEYS[4]
  local queue = O .. ':q:' .. person
  local mine, before = ARGV[7] ~= '', 0
  if ARGV[9] ~= '' then
    lease, _, before = holding(O, person)
    mine = lease == ARGV[9]
    if mine and tonumber(ARGV[10]) > 0 then
      call('LTRIM', queue, ARGV[10], -1)
      if before ~= '0' then
        call('HDEL', O .. ':t', person)
        before = 0
      end
    end
  end
  local others = call('RPUSH', queue, unpack(ARGV, 21)) - letters - ARGV[11]
  if mine and (others == 0 or ARGV[9] ~= '') then
    hold(O, person, ARGV[7], ARGV[8], before)
    out = others == 0 and 'held' or 'behind'
  elseif call('HEXISTS', O .. ':l', person) == 0 then
    call('ZADD', O .. ':w', 'NX', now, person)
    signal(O)
  end
end

call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[17], '*',
  's', person, 'b', ARGV[18])
if ARGV[15] ~= '' then
  call('LPUSH', KEYS[6], ARGV[15])
  call('LTRIM', KEYS[6], 0, ARGV[16] - 1)
end

local queue = L .. ':q:' .. person
call('LPOP', queue)
if tries ~= '0' then
  call('HDEL', L .. ':t', person)
end
call('HDEL', L .. ':l', person)
if call('EXISTS', queue) == 1 then
  call('ZADD', L .. ':w', now, person)
end
local result = {'settled', out}
if ARGV[12] == '' or claim(L, ARGV[12], ARGV[13], 1, ARGV[14], result) then
  signal(L)
end
return result
