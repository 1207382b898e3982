// Google's Python clients in a virtualenv. Tests and the demo use them against the local BigQuery.
import { join } from "node:path";
import { execa } from "execa";
import { LOCAL_DIR } from "../../../paths.ts";
import { pythonPackages } from "../../../services/python.ts";

const VENV_DIR = join(LOCAL_DIR, "bigquery-peers");
const PINS = ["google-cloud-bigquery==3.47.0", "google-cloud-bigquery-storage==2.43.0", "pyarrow==26.0.1"];

/** Returns the folder of the virtualenv's programs. The first call installs them. */
export async function bigQueryPeersBin(): Promise<string> {
  return (await pythonPackages(PINS, { venvDir: VENV_DIR })).binDir;
}

/** Runs a script with these clients and returns its stdout. */
export async function runBigQueryPeer(script: string, args: string[]): Promise<string> {
  const python = join(await bigQueryPeersBin(), "python");
  return (await execa(python, [script, ...args])).stdout;
}
