// Connects to allowed addresses only. A name is resolved once, so the address that is checked is the one used.
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector } from "undici";
import { bare, isPublicAddress, type AddressPolicy } from "./addresses.ts";
import { ignoreContinue } from "./continueResponse.ts";

export type Resolve = (hostname: string, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void;

export class AddressRefusedError extends Error {
  override readonly name = "AddressRefusedError";
  constructor() {
    super("The upstream has a port or an address that is not open to all, and the operator does not allow its host.");
  }
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
const MAX_HEADER_BYTES = 32 * 1024;

export interface AgentOptions {
  /** Replaces the system's resolver in tests. */
  resolve?: Resolve | undefined;
  /** Whether connections serve several calls, one after the other. Default: true. */
  keepsConnections?: boolean;
}

/** An agent of undici never follows redirects. */
export function createUpstreamAgent(
  policy: AddressPolicy,
  { resolve = resolveBySystem, keepsConnections = true }: AgentOptions = {},
): Agent {
  const anywhere = buildConnector({ timeout: CONNECT_TIMEOUT_MS });
  const publicOnly = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: publicLookup(resolve) });
  const connect: buildConnector.connector = (options, done) => {
    const callback: buildConnector.Callback = (...[error, socket]) => {
      if (error !== null) {
        done(error, null);
        return;
      }
      ignoreContinue(socket);
      done(null, socket);
    };
    const isSecure = options.protocol === "https:";
    const host = bare(options.hostname);
    const port = Number(options.port === "" ? (isSecure ? 443 : 80) : options.port);
    if (policy.isAllowedHost(host, port)) {
      anywhere(options, callback);
      return;
    }
    if (!isSecure || !policy.isAllowedPort(port) || (isIP(host) !== 0 && !isPublicAddress(host))) {
      callback(new AddressRefusedError(), null);
      return;
    }
    publicOnly(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      // The look-up has checked the address already. This guards against a way around it.
      if (isPublicAddress(socket.remoteAddress ?? "")) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(new AddressRefusedError(), null);
    });
  };
  return new Agent({
    connect,
    // No limit: behind one, calls would wait without a deadline. Admission bounds the calls at once.
    connections: null,
    pipelining: keepsConnections ? 1 : 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
}

/** `freshAgent` keeps no connections: each call has a socket of its own. */
export function createUpstreamAgents(policy: AddressPolicy, options: Pick<AgentOptions, "resolve"> = {}) {
  const agents = {
    agent: createUpstreamAgent(policy, options),
    freshAgent: createUpstreamAgent(policy, { ...options, keepsConnections: false }),
  };
  return { ...agents, destroy: () => Promise.all([agents.agent.destroy(), agents.freshAgent.destroy()]) };
}

function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      const open = addresses.filter(({ address }) => isPublicAddress(address));
      const first = open[0];
      if (error !== null) callback(error, "", 0);
      else if (first === undefined) callback(new AddressRefusedError(), "", 0);
      else if (options.all === true) callback(null, open);
      else callback(null, first.address, first.family);
    });
  };
}

function resolveBySystem(hostname: string, callback: Parameters<Resolve>[1]): void {
  systemLookup(hostname, { all: true }, (error, addresses) => callback(error, error === null ? addresses : []));
}
