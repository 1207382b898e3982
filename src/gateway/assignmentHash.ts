// The draws of an assignment: hashed for a user, which makes it sticky, random without one.
import { hash, randomInt } from "node:crypto";

const DRAW_BITS = 53;
const RANDOM_LIMIT = 2 ** 47;

/** Where a draw is made: parts that hold no NUL, so that joined by one they stay apart. */
export interface DrawPlace {
  routerId: string;
  routeId: string;
}

/**
 * The first 53 bits of SHA-256 over `user NUL router NUL route NUL variant` in UTF-8, as a number in (0, 1). Fixed for ever: another
 * hash would move every user.
 */
export function hashedDraw(user: string, { routerId, routeId }: DrawPlace): (variantId: string) => number {
  const start = `${user}\0${routerId}\0${routeId}\0`;
  return (variantId) => {
    const digest = hash("sha256", start + variantId, "buffer");
    const bits = digest.readBigUInt64BE(0) >> BigInt(64 - DRAW_BITS);
    return (Number(bits) + 0.5) / 2 ** DRAW_BITS;
  };
}

export function randomDraw(): number {
  return (randomInt(RANDOM_LIMIT) + 0.5) / RANDOM_LIMIT;
}
