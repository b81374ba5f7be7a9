-- Takes back a guess, and remembers the chat if it was right.
-- KEYS as in guess.lua
-- ARGV 1 seconds to remember the chat, or ''  2 the mark of the guess  3 the property
local call = redis.call
if ARGV[1] ~= '' then
  call('SADD', KEYS[5], ARGV[3])
  call('EXPIRE', KEYS[5], ARGV[1])
end
local last
for _, guess in ipairs(call('LRANGE', KEYS[1], 0, -1)) do
  if string.match(guess, ':(.*)$') == ARGV[2] then
    last = guess
  end
end
if not last then
  return 0
end
call('LREM', KEYS[1], -1, last)
call('LREM', KEYS[3], -1, last)
call('LREM', KEYS[4], -1, last)
local level, mark = string.match(call('GET', KEYS[2]) or '', '^(%d+):%d+:(.*)$')
if mark and mark == ARGV[2] then
  if level == '1' then
    call('DEL', KEYS[2])
  else
    local ttl = call('PTTL', KEYS[2])
    call('SET', KEYS[2], string.format('%d:0:', level - 1), 'PX', ttl)
  end
end
return 1
