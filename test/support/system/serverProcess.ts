// The server in a process of its own, for tests that kill it: says where it listens. SIGTERM drains it.
import { loadConfig } from "../../../src/config/config.ts";
import { startServer } from "../../../src/server.ts";

const { url, stop } = await startServer(loadConfig());
process.once("SIGTERM", () => void stop().then(() => process.exit(0)));
process.stdout.write(`${url}\n`);
// A test run that was killed itself leaves no server behind.
process.stdin.on("end", () => process.exit(1)).resume();
