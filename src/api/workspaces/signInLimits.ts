// Limits per minute on sign-ins and calls with wrong keys. Each process counts for itself.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Problem } from "../../http/problem.ts";

/** 0 means no limit. */
export interface LimitSettings {
  signInsPerMinute: number;
  failedKeysPerMinute: number;
}

/** Each counts one call, and throws a 429 if there were too many. */
export interface Limits {
  signIn(address: string, apiKey: string): Promise<void>;
  failedKey(address: string): Promise<void>;
}

export const NO_LIMITS: LimitSettings = { signInsPerMinute: 0, failedKeysPerMinute: 0 };

const MINUTE_SECONDS = 60;
/** Guesses of one key share its start, which is too short to give the key away. */
const KEY_PREFIX_CHARS = 12;

export function createLimits(settings: LimitSettings): Limits {
  const byAddress = limiter(settings.signInsPerMinute, "sign-ins from this address");
  const byKey = limiter(settings.signInsPerMinute, "sign-ins with this key");
  const failed = limiter(settings.failedKeysPerMinute, "calls with wrong keys from this address");
  return {
    signIn: async (address, apiKey) => {
      await byAddress?.(address);
      await byKey?.(apiKey.slice(0, KEY_PREFIX_CHARS));
    },
    failedKey: async (address) => await failed?.(address),
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
