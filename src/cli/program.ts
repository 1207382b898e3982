// All commands and their options. What a command needs is imported when it runs: `--help` loads no native module.
import { Command, InvalidArgumentError } from "commander";
import { loadConfig } from "../config/config.ts";
import { addIntegrationCommands } from "./integration.ts";
import { addKeyCommands } from "./key.ts";
import { processOutput, type Output } from "./print.ts";
import { NO_SECRET_KEY, withStore } from "./withStore.ts";

const MAX_NAME_CHARS = 255;

export function createProgram(output: Output = processOutput): Command {
  const program = new Command("crosscurrent")
    .description("Durable two-way sync between an LLM router and product analytics.")
    .exitOverride()
    .configureOutput({ writeOut: output.print, writeErr: output.printError })
    .showHelpAfterError();
  program
    .command("dev")
    .description("Runs PostgreSQL, Temporal, stand-ins of the providers, a server and a worker on this machine.")
    .option("--fresh", "delete the data of earlier starts first", false)
    .action(async (options: { fresh: boolean }) => {
      const { loadDevStack } = await import("./dev.ts");
      await (await loadDevStack()).runDev(options);
    });
  program
    .command("server")
    .description("Runs a server: HTTP API, gateway and Portal. SIGTERM drains it.")
    .action(serve);
  program
    .command("worker")
    .description("Runs a Temporal worker, which syncs the integrations. SIGTERM drains it.")
    .action(work);
  program
    .command("migrate")
    .description("Prepares the database, Temporal's search attributes and the reconciler. Safe to repeat.")
    .action(() => migrateAll(output));
  program
    .command("codec-server")
    .description("Decrypts payloads for Temporal's UI and CLI, where `TEMPORAL_PAYLOAD_KEY` encrypts them.")
    .action(serveCodec);
  program
    .command("workspace")
    .description("Commands on workspaces, the tenants.")
    .command("create")
    .description(
      'Creates a workspace and prints `{"workspaceId", "apiKey"}`. The key is shown only once. It may do everything.',
    )
    .argument("<name>", "the workspace's name: 1 to 255 characters", workspaceName)
    .action((name: string) => createWorkspace(name, output));
  addKeyCommands(program, output);
  addIntegrationCommands(program, output);
  return program;
}

async function serve(): Promise<void> {
  const config = loadConfig();
  const { startServer } = await import("../server.ts");
  const server = await startServer(config);
  await untilAskedToStop();
  await server.stop();
}

async function work(): Promise<void> {
  const config = loadConfig(undefined, { secretKey: true, server: false });
  const { runWorker } = await import("../worker.ts");
  await runWorker(config);
}

async function serveCodec(): Promise<void> {
  const { loadCodecServerConfig } = await import("../config/codecServer.ts");
  const { startCodecServer } = await import("./codecServer.ts");
  const server = await startCodecServer(loadCodecServerConfig());
  await untilAskedToStop();
  await server.stop();
}

/** A second signal ends the process at once, since the listeners are gone by then. */
function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
}

async function migrateAll(output: Output): Promise<void> {
  const config = loadConfig(undefined, NO_SECRET_KEY);
  const { migrate } = await import("../store/postgres/migrate.ts");
  const { prepareTemporal } = await import("../client/connection.ts");
  const migrations = await migrate(config.databaseUrl);
  const searchAttributes = await prepareTemporal(config.temporal, config.reconcileIntervalMs);
  output.print(`${JSON.stringify({ migrations, searchAttributes })}\n`);
}

function workspaceName(text: string): string {
  const name = text.trim();
  if (name !== "" && name.length <= MAX_NAME_CHARS && !/[\p{Cc}\p{Cs}]/u.test(name)) return name;
  throw new InvalidArgumentError(`Give 1 to ${MAX_NAME_CHARS} characters without control characters.`);
}

async function createWorkspace(name: string, output: Output): Promise<void> {
  await withStore(async (store) => {
    const { workspaceId, apiKey } = await store.workspaces.create(name);
    output.print(`${JSON.stringify({ workspaceId, apiKey })}\n`);
  });
}
