// `crosscurrent dev`: runs the development stack until Ctrl-C.
import { LOCAL_DIR } from "../paths.ts";
import { startStack } from "./stack.ts";

/** Resolves after a signal, when all parts have ended in order. */
export async function runDev(options: { fresh: boolean }): Promise<void> {
  const asked = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => asked.abort());
  const stack = await startStack({
    dataDir: LOCAL_DIR,
    fresh: options.fresh,
    onStep: (step) => console.error(`… ${step}`),
  });
  const lines = [
    ["Portal", stack.apiUrl],
    ["API", `${stack.apiUrl}/v1`],
    ["OpenAPI", `${stack.apiUrl}/openapi.json`],
    ["Temporal UI", stack.temporalUiUrl],
    ["Temporal", stack.temporalAddress],
    ["Mixpanel stand-in", stack.mixpanelUrl],
    ["Local BigQuery", `${stack.bigQuery.restUrl}, Storage API ${stack.bigQuery.storageUrl}`],
    ["Local upstream", stack.upstreamUrl],
    ["Logs", stack.logDir],
    ["Data", LOCAL_DIR],
  ] as const;
  for (const [name, value] of lines) console.log(`${name.padEnd(18)} ${value}`);
  const settings = ["DATABASE_URL", "TEMPORAL_ADDRESS", "CROSSCURRENT_SECRET_KEY"] as const;
  console.log("\nSettings for commands in another terminal:");
  for (const name of settings) console.log(`  export ${name}='${stack.env[name]}'`);
  console.log("\nCtrl-C stops everything. The data is kept until a start with --fresh.");
  if (!asked.signal.aborted) await new Promise((end) => asked.signal.addEventListener("abort", end, { once: true }));
  console.error("… stopping");
  await stack.stop();
}
