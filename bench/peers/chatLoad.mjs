// The load generator of the gateway's benchmark, a separate process that prints one JSON line.
//   rate     {url, key, calls, connections, stream}  → {perSecond}
//   latency  {targets: [{url, key}], calls}          → {medians: [{firstMs, totalMs}]}, targets taking turns
import { Agent } from "undici";

const [, , mode, text] = process.argv;
const options = JSON.parse(text);
const agent = new Agent({ connections: options.connections ?? 1, pipelining: 1 });
let calls = 0;

/** One call read to its end; a short read or another status is an error. */
function call({ url, key }, stream) {
  const body = JSON.stringify({
    model: "inworld/my-router",
    stream,
    // The gateway asks for the usage itself. Without it the upstream alone would have an event less to send.
    ...(stream && { stream_options: { include_usage: true } }),
    messages: [{ role: "user", content: "Say something of a middling length, about as long as this sentence is." }],
    user: `user-${calls++ % 5000}`,
  });
  const startedAtMs = performance.now();
  const { origin, pathname } = new URL(`${url}/chat/completions`);
  return new Promise((resolve, reject) => {
    let firstMs = 0;
    let tail = "";
    let status = 0;
    agent.dispatch(
      {
        origin,
        path: pathname,
        method: "POST",
        headers: { authorization: `Basic ${key}`, "content-type": "application/json" },
        body,
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          if (firstMs === 0) firstMs = performance.now() - startedAtMs;
          tail = chunk.toString("utf8");
        },
        onResponseEnd() {
          const isWhole = status === 200 && (stream ? tail.endsWith("[DONE]\n\n") : tail.endsWith("}"));
          if (isWhole) resolve({ firstMs, totalMs: performance.now() - startedAtMs });
          else reject(new Error(`status ${status}: ${tail}`));
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

async function rate({ connections, stream, calls: total }) {
  let left = total;
  const startedAtMs = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left-- > 0) await call(options, stream);
    }),
  );
  return { perSecond: total / ((performance.now() - startedAtMs) / 1000) };
}

async function latency({ targets, calls: total }) {
  const seen = targets.map(() => []);
  for (let i = 0; i < total; i++) {
    for (const [index, target] of targets.entries()) {
      const one = await call(target, true);
      // The first calls warm up.
      if (i >= total / 10) seen[index].push(one);
    }
  }
  return {
    medians: seen.map((all) => ({
      firstMs: median(all.map(({ firstMs }) => firstMs)),
      totalMs: median(all.map(({ totalMs }) => totalMs)),
    })),
  };
}

console.log(JSON.stringify(await (mode === "rate" ? rate(options) : latency(options))));
await agent.close();
