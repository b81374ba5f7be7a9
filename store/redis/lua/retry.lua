-- Takes a message from those put aside; put.lua follows, and gives it to the bot.
-- KEYS and ARGV as in put.lua, and 5 dead letters, 9 what is there of the message
--      10 the version of the session it is to be answered in
-- Returns 'gone' if it is not there, 'moved' if the conversation has gone on, else
-- what put.lua does.
if (string.match(call('GETRANGE', KEYS[2], 0, 19), '^%d+') or '0') ~= ARGV[10]
    or call('EXISTS', KEYS[1] .. ':q:' .. ARGV[1]) == 1 then
  return {'moved'}
end
if call('LREM', KEYS[5], 1, ARGV[9]) == 0 then
  return {'gone'}
end
