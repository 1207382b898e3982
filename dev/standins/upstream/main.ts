// The local upstream as a process: `tsx dev/standins/upstream/main.ts --port 8095`, or PORT and HOST; `--pace-ms` spaces events.
import { readOptions, stopOnSignal } from "../shared/httpServer.ts";
import { startLocalUpstream } from "./server.ts";

const { host, port, "pace-ms": paceMs } = readOptions({ "pace-ms": "0" });
const upstream = await startLocalUpstream({ host, port, paceMs: Number(paceMs) });
process.stdout.write(`local upstream ready on ${upstream.baseUrl}\n`);
stopOnSignal(upstream.stop);
