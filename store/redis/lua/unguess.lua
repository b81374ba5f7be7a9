-- Takes back the chat's last guess, and remembers the chat if it was right.
-- KEYS as in guess.lua
-- ARGV 1 seconds to remember the chat, or ''
local call = redis.call
if ARGV[1] ~= '' then
  call('SET', KEYS[5], 1, 'EX', ARGV[1])
end
local last = call('RPOP', KEYS[1])
if not last then
  return 0
end
call('LREM', KEYS[3], -1, last)
call('LREM', KEYS[4], -1, last)
local level, mark = string.match(call('GET', KEYS[2]) or '', '^(%d+):%d+:(.*)$')
if mark and mark == string.match(last, ':(.*)$') then
  if level == '1' then
    call('DEL', KEYS[2])
  else
    local ttl = call('PTTL', KEYS[2])
    call('SET', KEYS[2], string.format('%d:0:', level - 1), 'PX', ttl)
  end
end
return 1
