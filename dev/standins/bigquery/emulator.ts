// Installs bqemulator from PyPI into a virtualenv and runs it as a child process.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LOCAL_DIR } from "../../paths.ts";
import { startService } from "../../process/service.ts";
import { pythonPackages } from "../../services/python.ts";

/** bqemulator needs numpy without declaring it. DuckDB would download the two extensions by itself. */
const PINS = [
  "bqemulator==1.4.0",
  "numpy==2.4.6",
  "duckdb==1.5.5",
  "duckdb-extension-spatial==1.5.5",
  "duckdb-extension-avro==1.5.5",
  // bqemulator accepts any later version of these.
  "pyarrow==26.0.1",
  "sqlglot==30.11.0",
  "fastapi==0.165.0",
  "starlette==1.10.0",
  "uvicorn==0.54.0",
  "grpcio==1.85.1",
  "protobuf==6.33.6",
  "google-cloud-bigquery-storage==2.43.0",
];
const VENV_DIR = join(LOCAL_DIR, "bigquery-venv");
/** Beside the sources, for what is compiled runs it as well. */
const LAUNCHER = resolve(LOCAL_DIR, "../dev/standins/bigquery/emulator.py");
/** The limit of its gRPC server; a batch of wide rows has some ten megabytes. */
const MESSAGE_MAX_BYTES = 1_000_000_000;
/** Printed by the launcher, which lets the system choose the ports. */
const READY_LINE = /^bqemulator ready: REST (\d+), gRPC (\d+)$/;
const INSTALL_NOTE_EVERY_MS = 10_000;

export interface EmulatorOptions {
  /** Where datasets and tables are kept; default: in memory alone. */
  dataDir?: string;
  /** Records the process, so that the next start can end an orphan. */
  pidFile?: string;
  onLog?: (line: string) => void;
}

export interface Emulator {
  restUrl: string;
  /** `host:port`, plaintext. */
  grpcAddress: string;
  stop(): Promise<void>;
}

/** Returns the folder of the virtualenv's programs. The first call installs them: about a minute and 600 MB. */
export async function emulatorPythonBin(onLog?: (line: string) => void): Promise<string> {
  const startedAtMs = Date.now();
  const note = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAtMs) / 1_000);
    onLog?.(`still installing the BigQuery emulator (about a minute and 600 MB, once): ${seconds} s`);
  }, INSTALL_NOTE_EVERY_MS);
  try {
    return (await pythonPackages(PINS, { venvDir: VENV_DIR, onLog })).binDir;
  } finally {
    clearInterval(note);
  }
}

/** Resolves when it answers over HTTP. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const binDir = await emulatorPythonBin(options.onLog);
  const home = join(VENV_DIR, "home");
  mkdirSync(home, { recursive: true });
  const dataDir = options.dataDir === undefined ? undefined : resolve(options.dataDir);
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  if (options.pidFile !== undefined) mkdirSync(dirname(options.pidFile), { recursive: true });
  let ports: { rest: string; grpc: string } | null = null;
  const service = await startService({
    name: "The BigQuery emulator",
    command: join(binDir, "python"),
    args: [
      LAUNCHER,
      "--rest-port=0",
      "--grpc-port=0",
      "--log-level=warning",
      ...(dataDir === undefined ? ["--ephemeral"] : ["--data-dir", dataDir]),
    ],
    // A separate home, because DuckDB writes its extensions there and must not change the user's.
    env: { ...process.env, HOME: home, BQEMU_WRITE_API_MAX_REQUEST_BYTES: String(MESSAGE_MAX_BYTES) },
    pidFile: options.pidFile,
    isReady: () => Promise.resolve(ports !== null),
    readyWithinMs: 120_000,
    onLog: (line) => {
      const [, rest, grpc] = READY_LINE.exec(line) ?? [];
      if (rest !== undefined && grpc !== undefined) ports = { rest, grpc };
      options.onLog?.(line);
    },
  });
  const { rest, grpc } = ports ?? { rest: "", grpc: "" };
  return { restUrl: `http://127.0.0.1:${rest}`, grpcAddress: `127.0.0.1:${grpc}`, stop: () => service.stop() };
}
