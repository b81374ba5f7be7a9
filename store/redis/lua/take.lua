-- Holds the lanes that have waited longest, one for each lease given.
-- KEYS 1 lanes
-- ARGV 1 ms  2 most items of a lane to return  3 prefix of session keys, or ''  4... leases
-- Returns what claim appends for each.
local found = {}
for i = 4, #ARGV do
  if not claim(KEYS[1], ARGV[i], ARGV[1], ARGV[2], ARGV[3], found) then
    break
  end
end
signal(KEYS[1])
return found
