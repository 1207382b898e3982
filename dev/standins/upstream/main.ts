// The local upstream as a process of its own: `tsx dev/standins/upstream/main.ts --port 8095`, or PORT and HOST; `--pace-ms` spaces events.
import { parseArgs } from "node:util";
import { startLocalUpstream } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: process.env["PORT"] ?? "0" },
    "pace-ms": { type: "string", default: "0" },
    host: { type: "string", default: process.env["HOST"] ?? "127.0.0.1" },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("the port must be a number from 0 to 65535");

const upstream = await startLocalUpstream({ host: values.host, port, paceMs: Number(values["pace-ms"]) });
process.stdout.write(`local upstream ready on ${upstream.baseUrl}\n`);

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void upstream.stop());
