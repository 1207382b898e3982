// The stand-in as a process of its own: `tsx dev/standins/mixpanel/main.ts --port 8400 --data-dir DIR`, or PORT, HOST, DATA_DIR.
import { parseArgs } from "node:util";
import { startMixpanelStandIn } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: process.env["PORT"] ?? "0" },
    host: { type: "string", default: process.env["HOST"] ?? "127.0.0.1" },
    "data-dir": { type: "string", default: process.env["DATA_DIR"] },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("the port must be a number from 0 to 65535");

const standIn = await startMixpanelStandIn({
  host: values.host,
  port,
  ...(values["data-dir"] ? { dataDir: values["data-dir"] } : {}),
});
process.stdout.write(`mixpanel stand-in ready on ${standIn.origin}\n`);

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void standIn.stop());
