// Limits per minute on sign-ins, wrong keys and connection tests. Each process counts for itself.
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Problem } from "../../http/problem.ts";

/** 0 means no limit. */
export interface LimitSettings {
  signInsPerMinute: number;
  failedKeysPerMinute: number;
  connectionTestsPerMinute: number;
}

/** Each throws a 429 if there were too many calls, and all but `lookUp` count one. */
export interface Limits {
  signIn(address: string, apiKey: string): Promise<void>;
  /** To be asked before a key is looked up: an address that sent many wrong keys has only so many look-ups left. */
  lookUp(address: () => string, apiKey: string): void;
  /** While an address is limited, a key that was valid goes on. */
  validKey(apiKey: string): void;
  /** Null: what was not valid is a session's token. */
  failedKey(address: string, apiKey: string | null): Promise<void>;
  connectionTest(workspaceId: string): Promise<void>;
}

export const NO_LIMITS: LimitSettings = { signInsPerMinute: 0, failedKeysPerMinute: 0, connectionTestsPerMinute: 0 };

const MINUTE_SECONDS = 60;
/** Guesses of one key share its start, which is too short to give the key away. */
const KEY_PREFIX_CHARS = 12;
/** Keys count by groups, so that an address with ever new keys has a bounded number of tries and of counts. */
const KEY_GROUPS = 256;
/** Wrong keys of one group that an address may still send in a minute after too many wrong keys. */
const LATE_FAILURES_PER_GROUP = 3;
const MAX_REMEMBERED = 10_000;

export function createLimits(settings: LimitSettings): Limits {
  const signIns = limiter(settings.signInsPerMinute, "sign-ins with this key from this address");
  const failed = limiter(settings.failedKeysPerMinute, "calls with wrong keys from this address");
  const tests = limiter(settings.connectionTestsPerMinute, "connection tests of this workspace");
  const wrongKeys = createWrongKeys();
  return {
    // Others behind the same address, and the same user at another one, can go on.
    signIn: async (address, apiKey) => await signIns?.(`${address} ${groupOf(apiKey)}`),
    lookUp: (address, apiKey) => wrongKeys.lookUp(address, apiKey),
    validKey: (apiKey) => wrongKeys.valid(apiKey),
    async failedKey(address, apiKey) {
      if (apiKey !== null) wrongKeys.failed(address, apiKey);
      try {
        await failed?.(address);
      } catch (tooMany) {
        if (tooMany instanceof Problem) wrongKeys.limit(address, tooMany);
        throw tooMany;
      }
    },
    connectionTest: async (workspaceId) => await tests?.(workspaceId),
  };
}

/** Of addresses that sent too many wrong keys. Calls from other addresses cost nothing here. */
function createWrongKeys() {
  const limited = new LRUCache<string, Problem>({
    max: MAX_REMEMBERED,
    ttl: MINUTE_SECONDS * 1_000,
    // It is empty again once no address is limited.
    ttlAutopurge: true,
  });
  const failures = new LRUCache<string, number>({ max: MAX_REMEMBERED * 10, ttl: MINUTE_SECONDS * 1_000 });
  const valid = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  return {
    limit: (address: string, tooMany: Problem) => void limited.set(address, tooMany),
    failed(address: string, apiKey: string): void {
      if (!limited.has(address)) return;
      const group = `${address} ${groupOf(apiKey)}`;
      failures.set(group, (failures.get(group) ?? 0) + 1);
    },
    valid: (apiKey: string) => void valid.set(digest(apiKey).toString("base64"), true),
    lookUp(addressOf: () => string, apiKey: string): void {
      if (limited.size === 0) return;
      const address = addressOf();
      const tooMany = limited.get(address);
      if (tooMany === undefined || valid.has(digest(apiKey).toString("base64"))) return;
      if ((failures.get(`${address} ${groupOf(apiKey)}`) ?? 0) >= LATE_FAILURES_PER_GROUP) throw tooMany;
    },
  };
}

function groupOf(apiKey: string): number {
  return digest(apiKey.slice(0, KEY_PREFIX_CHARS)).readUInt32BE() % KEY_GROUPS;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function limiter(perMinute: number, what: string): ((key: string) => Promise<void>) | null {
  if (perMinute === 0) return null;
  const memory = new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS });
  return async (key) => {
    try {
      await memory.consume(key);
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result;
      const waitSeconds = Math.max(1, Math.ceil(result.msBeforeNext / 1_000));
      throw new Problem(429, `More than ${perMinute} ${what} in a minute. Try again in ${waitSeconds} seconds.`, {
        headers: { "retry-after": String(waitSeconds) },
      });
    }
  };
}
