// Limits on how often: sign-ins, keys that do not exist, and calls of one workspace. Counted in this process, by the minute.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Problem } from "../../http/problem.ts";

/** 0: no limit. */
export interface LimitSettings {
  signInsPerMinute: number;
  failedKeysPerMinute: number;
  workspaceCallsPerMinute: number;
}

/** Each counts, and throws a 429 where there were too many. */
export interface Limits {
  signIn(address: string, apiKey: string): Promise<void>;
  failedKey(address: string): Promise<void>;
  /** Null where calls are not limited, so that they cost nothing. */
  call: ((workspaceId: string) => Promise<void>) | null;
}

export const NO_LIMITS: LimitSettings = { signInsPerMinute: 0, failedKeysPerMinute: 0, workspaceCallsPerMinute: 0 };

const MINUTE_SECONDS = 60;
/** Of a key, what all of its guesses share and no log would give away. */
const KEY_PREFIX_CHARS = 12;

type Count = (key: string) => Promise<void>;

export function createLimits(settings: LimitSettings): Limits {
  const ofAddress = limiter(settings.signInsPerMinute, "sign-ins from this address");
  const ofKey = limiter(settings.signInsPerMinute, "sign-ins with this key");
  const failed = limiter(settings.failedKeysPerMinute, "calls from this address with keys that are not valid");
  return {
    signIn: async (address, apiKey) => {
      await ofAddress?.(address);
      await ofKey?.(apiKey.slice(0, KEY_PREFIX_CHARS));
    },
    failedKey: async (address) => await failed?.(address),
    call: limiter(settings.workspaceCallsPerMinute, "calls of this workspace"),
  };
}

function limiter(perMinute: number, what: string): Count | null {
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
