// Node's parser of HTTP/1, llhttp, over the same records as http_filter's and with the same lines for an answer; a
// refusal is "refused" and node's own code.
"use strict";
const { HTTPParser, methods } = require("_http_common");

const hex = (text) => Buffer.from(text, "latin1").toString("hex");

function read(kind, octets) {
  const parser = new HTTPParser();
  parser.initialize(kind === "q" ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {});
  const seen = { fields: [], body: "", head: false, complete: false, target: "", first: "" };
  parser[HTTPParser.kOnHeaders] = (fields, target) => {
    if (seen.head) return; // trailers
    seen.fields.push(...fields);
    seen.target += target;
  };
  parser[HTTPParser.kOnHeadersComplete] = (major, minor, fields, method, target, status) => {
    seen.head = true;
    seen.fields.push(...(fields || []));
    seen.target += target || "";
    seen.first = kind === "q" ? methods[method] : String(status);
    return kind === "h" ? 1 : 0; // 1: no body, whatever the fields say
  };
  parser[HTTPParser.kOnBody] = (data, start = 0, size = data.length) => {
    seen.body += data.toString("hex", start, start + size);
  };
  parser[HTTPParser.kOnMessageComplete] = () => { seen.complete = true; };
  const result = parser.execute(octets);
  // Of a request for an upgrade it does not say why it went no further.
  if (seen.head && !seen.complete && result < octets.length) return "refused in the body";
  const open = !seen.complete && seen.head;
  if (result instanceof Error) return `refused ${result.code}`;
  if (!seen.head) return "partial";
  const finished = open ? parser.finish() : undefined; // the connection ends
  const outcome = finished instanceof Error || !seen.complete ? "partial" : "complete";
  const fields = seen.fields.map((text) => `${hex(text)},`).join("");
  return `${outcome} ${octets.length} ${hex(seen.first)} ${hex(seen.target)} ${fields} ${seen.body} ${open && outcome === "complete" ? "open" : ""}`;
}

const input = require("fs").readFileSync(0);
const lines = [];
for (let at = 0; at < input.length;) {
  const end = input.indexOf(10, at);
  const [kind, size] = input.toString("latin1", at, end).split(" ");
  lines.push(read(kind, input.subarray(end + 1, end + 1 + Number(size))));
  at = end + 1 + Number(size);
}
process.stdout.write(lines.map((line) => `${line}\n`).join(""));
