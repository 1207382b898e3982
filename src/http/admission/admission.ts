// The share that each workspace has of what all of them use: turns, rates and bytes in memory.
import { FairQueue } from "./fairQueue.ts";
import { HeldBytes } from "./heldBytes.ts";
import { Pieces } from "./pieces.ts";
import { Rate } from "./rate.ts";

/** At once, in this process and of one workspace. */
interface AtOnce {
  inAll: number;
  ofWorkspace: number;
}

/** 0 means no limit for rates and bytes. */
export interface AdmissionSettings {
  workspaceCallsPerMinute: number;
  workspaceApiCallsPerMinute: number;
  workspaceApiBytesPerSecond: number;
  workspaceExposuresPerSecond: number;
  workspaceExposureBytesPerSecond: number;
  workspaceChatBytesPerSecond: number;
  bodyBytes: number;
  workspaceBodyBytes: number;
  gatewayCallsAtOnce: number;
  workspaceGatewayCallsAtOnce: number;
  apiCallsAtOnce: number;
  workspaceApiCallsAtOnce: number;
  ingestsAtOnce: number;
  workspaceIngestsAtOnce: number;
  reportsAtOnce: number;
  workspaceReportsAtOnce: number;
  providerCallsAtOnce: number;
  workspaceProviderCallsAtOnce: number;
}

export type TurnName = "api" | "gateway" | "ingests" | "reports" | "providerCalls";

export interface Admission {
  calls: Rate;
  /** Of calls that are neither exposures nor calls of the gateway. */
  apiCalls: Rate;
  apiBytes: Rate;
  exposures: Rate;
  exposureBytes: Rate;
  chatBytes: Rate;
  bytes: HeldBytes;
  turns: Record<TurnName, FairQueue>;
  /** Tells how many servers there are, this one included. Each then gives its part of a workspace's share. */
  setServers(count: number): void;
}

const MINUTE_SECONDS = 60;
/** As much as a page of the Portal or a script asks for at once, and little beside what others ask for meanwhile. */
const API_BURST_SECONDS = 20;
const API_BYTES_BURST_SECONDS = 2;
/** Long enough for a batch job that then rests, short enough for the database to keep up. */
const EXPOSURE_BURST_SECONDS = 30;
/** Some of the largest bodies. */
const CHAT_BURST_SECONDS = 8;
/**
 * Load balancers spread calls unevenly, so each of n servers gives a workspace two n-ths: together at most twice the
 * limit, and never more than the limit on one server.
 */
const UNEVENNESS = 2;

export function createAdmission(settings: AdmissionSettings): Admission {
  let servers = 1;
  const part = (limit: number) => Math.min(limit, (UNEVENNESS * limit) / servers);
  const { workspaceCallsPerMinute, workspaceExposuresPerSecond, workspaceExposureBytesPerSecond } = settings;
  const turns = createTurns(settings, part);
  const pieces = new Pieces((workspaceId) => Object.values(turns).some((queue) => queue.hasOthers(workspaceId)));
  return {
    calls: new Rate({
      what: `${workspaceCallsPerMinute} calls of this workspace in a minute`,
      perSecond: () => part(workspaceCallsPerMinute) / MINUTE_SECONDS,
      burstSeconds: MINUTE_SECONDS,
    }),
    apiCalls: new Rate({
      what: `${settings.workspaceApiCallsPerMinute} calls of the API of this workspace in a minute`,
      perSecond: () => part(settings.workspaceApiCallsPerMinute) / MINUTE_SECONDS,
      burstSeconds: API_BURST_SECONDS,
    }),
    apiBytes: new Rate({
      what: `${settings.workspaceApiBytesPerSecond} bytes of calls of the API of this workspace per second`,
      perSecond: () => part(settings.workspaceApiBytesPerSecond),
      burstSeconds: API_BYTES_BURST_SECONDS,
    }),
    exposures: new Rate({
      what: `${workspaceExposuresPerSecond} exposures of this workspace per second`,
      perSecond: () => part(workspaceExposuresPerSecond),
      burstSeconds: EXPOSURE_BURST_SECONDS,
    }),
    exposureBytes: new Rate({
      what: `${workspaceExposureBytesPerSecond} bytes of exposures of this workspace per second`,
      perSecond: () => part(workspaceExposureBytesPerSecond),
      burstSeconds: EXPOSURE_BURST_SECONDS,
    }),
    chatBytes: new Rate({
      what: `${settings.workspaceChatBytesPerSecond} bytes of calls of the gateway of this workspace per second`,
      perSecond: () => part(settings.workspaceChatBytesPerSecond),
      burstSeconds: CHAT_BURST_SECONDS,
    }),
    bytes: new HeldBytes(settings.bodyBytes, settings.workspaceBodyBytes, pieces),
    turns,
    setServers: (count) => {
      servers = Math.max(1, count);
    },
  };
}

function createTurns(settings: AdmissionSettings, part: (limit: number) => number): Record<TurnName, FairQueue> {
  const turns = (what: string, { inAll, ofWorkspace }: AtOnce, waiting: { maxOfWorkspace: number; maxMs: number }) =>
    new FairQueue({
      what,
      maxRunning: inAll,
      maxRunningOfWorkspace: () => Math.ceil(part(ofWorkspace)),
      maxWaitingOfWorkspace: waiting.maxOfWorkspace,
      maxWaitMs: waiting.maxMs,
    });
  return {
    api: turns(
      "API calls",
      { inAll: settings.apiCallsAtOnce, ofWorkspace: settings.workspaceApiCallsAtOnce },
      { maxOfWorkspace: 100, maxMs: 10_000 },
    ),
    // A call can last for minutes, so another one does not wait for its end.
    gateway: turns(
      "calls of the gateway",
      { inAll: settings.gatewayCallsAtOnce, ofWorkspace: settings.workspaceGatewayCallsAtOnce },
      { maxOfWorkspace: 0, maxMs: 0 },
    ),
    ingests: turns(
      "calls with exposures",
      { inAll: settings.ingestsAtOnce, ofWorkspace: settings.workspaceIngestsAtOnce },
      { maxOfWorkspace: 100, maxMs: 10_000 },
    ),
    reports: turns(
      "reports",
      { inAll: settings.reportsAtOnce, ofWorkspace: settings.workspaceReportsAtOnce },
      { maxOfWorkspace: 20, maxMs: 30_000 },
    ),
    providerCalls: turns(
      "calls to providers",
      { inAll: settings.providerCallsAtOnce, ofWorkspace: settings.workspaceProviderCallsAtOnce },
      { maxOfWorkspace: 20, maxMs: 30_000 },
    ),
  };
}
