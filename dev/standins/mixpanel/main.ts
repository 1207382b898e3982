// The Mixpanel stand-in as a process: `tsx dev/standins/mixpanel/main.ts --port 8400 --data-dir DIR`, or PORT, HOST, DATA_DIR.
import { readOptions, stopOnSignal } from "../shared/httpServer.ts";
import { startMixpanelStandIn } from "./server.ts";

const { host, port, "data-dir": dataDir } = readOptions({ "data-dir": process.env["DATA_DIR"] ?? "" });
const standIn = await startMixpanelStandIn({ host, port, dataDir: dataDir || undefined });
process.stdout.write(`mixpanel stand-in ready on ${standIn.origin}\n`);
stopOnSignal(standIn.stop);
