-- One line of JSON at the end: wrk's own text rounds, and counts refusals and errors in words only. Latencies in microseconds.
done = function(summary, latency, requests)
  io.write(string.format('{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"not2xx":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
