-- wrk script: POSTs events with fresh message ids. Arguments: path, authorization, events a request, bytes an event.
-- An event happens when it is sent, whole seconds: consent must have been there at collection, and withdrawals.py grants
-- anew all the time.
local path, auth, count, size = ...
local seed

-- With OCTROI_BENCH_PAUSE_MS each connection waits that long between answer and request: a steady load, no crowd.
local pause = tonumber(os.getenv("OCTROI_BENCH_PAUSE_MS") or "")
if pause then
  function delay() return pause end
end

function init(args)
  path, auth, count, size = args[1], args[2], tonumber(args[3]), tonumber(args[4])
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000000)
  seed = string.format("%08x", math.random(0, 0x7fffffff))
  number = 0
  local head = '{"event":"bench.viewed","message_id":"'
  local tail = '.000Z","traits":{"email":"person%d@example.org","phone":"+3361234%04d"},'
    .. '"userId":"u-%d","context":{"campaign":{"name":"rentree-2026"},"country":"FR","locale":"fr-FR",'
    .. '"page":{"url":"https://www.example.org/produits/42?ref=accueil","title":"Boutique \195\160 Lyon"},'
    .. '"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"},'
    .. '"properties":{"product":"42","category":"jardin","price":19.9,"quantity":2,"currency":"EUR","pad":"%s"}}'
  local base = #head + #string.format(tail, 500, 500, 500, "") + 18 + #'","sent_at":"2026-11-20T10:00:00'
  local pad = string.rep("x", math.max(0, size - base))
  heads, tails = head, {}
  for i = 1, 1000 do tails[i] = string.format(tail, i, i, i, pad) end
  wrk.headers["Authorization"] = auth
  wrk.headers["Content-Type"] = count > 1 and "application/x-ndjson" or "application/json"
end

local second, sent_at
local function event()
  local now = os.time()
  if now ~= second then second, sent_at = now, os.date('!","sent_at":"%Y-%m-%dT%H:%M:%S', now) end
  number = number + 1
  return heads .. seed .. string.format("%010d", number) .. sent_at .. tails[number % 1000 + 1]
end

function request()
  if count == 1 then return wrk.format("POST", path, nil, event()) end
  local lines = {}
  for i = 1, count do lines[i] = event() end
  return wrk.format("POST", path, nil, table.concat(lines, "\n"))
end

function done(summary, latency, requests)
  io.write(string.format('JSON {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"refused":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
