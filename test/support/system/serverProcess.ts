// The server in a process of its own, for tests that kill it: says where it listens.
import { loadConfig } from "../../../src/config/config.ts";
import { startServer } from "../../../src/server.ts";

const { url } = await startServer(loadConfig());
process.stdout.write(`${url}\n`);
// A test run that was killed itself leaves no server behind.
process.stdin.on("end", () => process.exit(1)).resume();
