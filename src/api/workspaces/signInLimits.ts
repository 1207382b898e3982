// Limits per minute on sign-ins, wrong keys and connection tests. Each process counts for itself.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Problem } from "../../http/problem.ts";

/** 0 means no limit. */
export interface LimitSettings {
  signInsPerMinute: number;
  failedKeysPerMinute: number;
  connectionTestsPerMinute: number;
}

/** Each counts one call, and throws a 429 if there were too many. */
export interface Limits {
  signIn(address: string, apiKey: string): Promise<void>;
  failedKey(address: string): Promise<void>;
  connectionTest(workspaceId: string): Promise<void>;
}

export const NO_LIMITS: LimitSettings = { signInsPerMinute: 0, failedKeysPerMinute: 0, connectionTestsPerMinute: 0 };

const MINUTE_SECONDS = 60;
/** Guesses of one key share its start, which is too short to give the key away. */
const KEY_PREFIX_CHARS = 12;

export function createLimits(settings: LimitSettings): Limits {
  const signIns = limiter(settings.signInsPerMinute, "sign-ins with this key from this address");
  const failed = limiter(settings.failedKeysPerMinute, "calls with wrong keys from this address");
  const tests = limiter(settings.connectionTestsPerMinute, "connection tests of this workspace");
  return {
    // Others behind the same address, and the same user at another one, can go on.
    signIn: async (address, apiKey) => await signIns?.(`${address} ${apiKey.slice(0, KEY_PREFIX_CHARS)}`),
    failedKey: async (address) => await failed?.(address),
    connectionTest: async (workspaceId) => await tests?.(workspaceId),
  };
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
