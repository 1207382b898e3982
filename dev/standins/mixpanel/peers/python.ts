// The Python clients that the stand-in is held to, in a virtualenv of their own.
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { pythonPackages } from "../../../services/python.ts";
import { PEER_CA_PATH } from "./certificate.ts";

const VENV_DIR = resolve(import.meta.dirname, "../../../../.crosscurrent/mixpanel-peers");
const PINS = ["mixpanel==5.4.1", "tap-mixpanel==1.8.0"];
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const run = promisify(execFile);

/** Folder of the virtualenv's programs; installs on first use. */
export async function peerPythonBin(): Promise<string> {
  return (await pythonPackages(PINS, { venvDir: VENV_DIR })).binDir;
}

/** Runs one of the programs and answers its standard output; `proxyUrl` tunnels Mixpanel's hosts to a stand-in. */
export async function runPeer(program: string, args: string[], proxyUrl: string): Promise<string> {
  const binDir = await peerPythonBin();
  const env = { ...process.env, HTTPS_PROXY: proxyUrl, REQUESTS_CA_BUNDLE: PEER_CA_PATH };
  const { stdout } = await run(join(binDir, program), args, { env, maxBuffer: MAX_OUTPUT_BYTES });
  return stdout;
}
