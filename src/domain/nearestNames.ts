// The names of a list that are nearest to a name, because it may be misspelt.

const MAX_NEAREST = 3;
const MAX_EDITS = 3;
/** The work grows with the square of the length, and names differ in their first letters too. */
const MAX_COMPARED_CHARS = 64;

export interface NameFinding {
  seen: boolean;
  /** The nearest names if it was not seen, else the names that differ in case alone. */
  nearest: string[];
}

/** @example findName("Purchase", ["refund", "purchase"]) // { seen: false, nearest: ["purchase", "refund"] } */
export function findName(name: string, known: readonly string[]): NameFinding {
  const others = known.filter((one) => one !== name);
  if (others.length < known.length)
    return { seen: true, nearest: others.filter((one) => isSameInOtherCase(one, name)) };
  return { seen: false, nearest: nearestNames(name, known) };
}

/** Names that differ in case alone come first, then those that the fewest edits turn into `name`. */
function nearestNames(name: string, known: readonly string[]): string[] {
  const wanted = comparable(name);
  const best: { one: string; edits: number }[] = [];
  for (const one of known) {
    const limit = best[MAX_NEAREST - 1]?.edits ?? Infinity;
    const edits = isSameInOtherCase(one, name) ? -1 : editDistance(comparable(one), wanted, limit);
    if (edits > limit) continue;
    best.push({ one, edits });
    best.sort((a, b) => a.edits - b.edits || (a.one < b.one ? -1 : 1));
    best.length = Math.min(best.length, MAX_NEAREST);
  }
  return best.map(({ one }) => one);
}

/** Whether one may be the other, misspelt: of two short names, a few edits make anything. */
export function isAlmost(a: string, b: string): boolean {
  const limit = Math.min(MAX_EDITS, Math.floor(Math.min(a.length, b.length) / 2));
  return isSameInOtherCase(a, b) || editDistance(a.toLowerCase(), b.toLowerCase(), limit) <= limit;
}

const comparable = (name: string): string => name.toLowerCase().slice(0, MAX_COMPARED_CHARS);
const isSameInOtherCase = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Levenshtein's distance: how many letters must be inserted, removed or replaced to make `b` of `a`. Infinity if it is
 * more than `limit`, which most names of a long list show in their first letters.
 */
export function editDistance(a: string, b: string, limit = Infinity): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1));
    }
    if (Math.min(...current) > limit) return Infinity;
    above = current;
  }
  return above[b.length]!;
}
