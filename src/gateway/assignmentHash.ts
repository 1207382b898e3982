// The numbers that assign a variant: a hash of the user, which keeps the assignment, or a random number without a user.
import { hash, randomInt } from "node:crypto";

const HASH_BITS = 53;
const RANDOM_LIMIT = 2 ** 47;

/** The ids contain no NUL, so NUL can separate them in the hashed text. */
export interface RouteRef {
  routerId: string;
  routeId: string;
}

/** 53 bits of SHA-256 over `user NUL router NUL route NUL variant`, in (0, 1). A change would reassign all users. */
export function assignmentHash(user: string, { routerId, routeId }: RouteRef): (variantId: string) => number {
  const start = `${user}\0${routerId}\0${routeId}\0`;
  return (variantId) => {
    const digest = hash("sha256", start + variantId, "buffer");
    const bits = digest.readBigUInt64BE(0) >> BigInt(64 - HASH_BITS);
    return (Number(bits) + 0.5) / 2 ** HASH_BITS;
  };
}

export function randomNumber(): number {
  return (randomInt(RANDOM_LIMIT) + 0.5) / RANDOM_LIMIT;
}
