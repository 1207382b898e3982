// A test certificate for mixpanel.com, *.mixpanel.com, localhost and 127.0.0.1. The key of its CA was deleted.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "certificate");

/** For `REQUESTS_CA_BUNDLE`, `NODE_EXTRA_CA_CERTS` and similar variables. */
export const PEER_CA_PATH = join(FOLDER, "ca.pem");

export function peerTls(): { key: string; cert: string; ca: string } {
  const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");
  return { key: read("server.key"), cert: read("server.pem"), ca: read("ca.pem") };
}
