// Google's Python clients, in a virtualenv of their own: what the local BigQuery is held to beside the Node ones.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { LOCAL_DIR } from "../../../paths.ts";
import { pythonPackages } from "../../../services/python.ts";

const VENV_DIR = join(LOCAL_DIR, "bigquery-peers");
const PINS = ["google-cloud-bigquery==3.47.0", "google-cloud-bigquery-storage==2.43.0", "pyarrow==26.0.1"];
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;
const run = promisify(execFile);

/** Folder of the virtualenv's programs; installs on first use. */
export async function bigQueryPeersBin(): Promise<string> {
  return (await pythonPackages(PINS, { venvDir: VENV_DIR })).binDir;
}

/** Runs a script with these clients and answers what it printed. */
export async function runBigQueryPeer(script: string, args: string[]): Promise<string> {
  const python = join(await bigQueryPeersBin(), "python");
  return (await run(python, [script, ...args], { maxBuffer: OUTPUT_MAX_BYTES })).stdout;
}
