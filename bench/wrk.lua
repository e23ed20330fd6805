-- wrk's side of bench/load.py: the requests of a file in turn; the result as one line of JSON.
local prepared, at = {}, 0

function init(args)
  for number, item in ipairs(dofile(args[1])) do
    prepared[number] = wrk.format(item.body and "POST" or "GET", item.path, item.headers, item.body)
  end
  at = #prepared - 1  -- wrk asks for one to look at it, and does not send that
end

function request()
  at = at % #prepared + 1
  return prepared[at]
end

function done(summary, latency, requests)
  local wrong = summary.errors
  print(string.format(
    '\n{"rate": %.1f, "p50": %.2f, "p99": %.2f, "answers": %d, "errors": %d}',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.requests,
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
