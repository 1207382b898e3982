// Python clients of Mixpanel in a virtualenv. Tests run them against the stand-in.
import { join } from "node:path";
import { execa } from "execa";
import { LOCAL_DIR } from "../../../paths.ts";
import { pythonPackages } from "../../../services/python.ts";
import { PEER_CA_PATH } from "./certificate.ts";

const VENV_DIR = join(LOCAL_DIR, "mixpanel-peers");
const PINS = ["mixpanel==5.4.1", "tap-mixpanel==1.8.0"];
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Returns the folder of the virtualenv's programs. The first call installs them. */
export async function peerPythonBin(): Promise<string> {
  return (await pythonPackages(PINS, { venvDir: VENV_DIR })).binDir;
}

/** Runs one of the programs and returns its stdout. `proxyUrl` tunnels Mixpanel's hosts to a stand-in. */
export async function runPeer(program: string, args: string[], proxyUrl: string): Promise<string> {
  const binDir = await peerPythonBin();
  const env = { HTTPS_PROXY: proxyUrl, REQUESTS_CA_BUNDLE: PEER_CA_PATH };
  return (await execa(join(binDir, program), args, { env, maxBuffer: MAX_OUTPUT_BYTES })).stdout;
}
