// Opaque cursors of list calls: the key of the last item, with a check that ties it to the list it came from. The check
// finds mistakes, not forgeries, so each part of a key must also be a value that PostgreSQL takes.
import { createHash } from "node:crypto";
import type { Page } from "../../domain/page.ts";
import { InvalidCursorError } from "../errors.ts";

const MAX_CURSOR_CHARS = 1_000;
const MAX_INTEGER = 2 ** 31 - 1;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
type Key = (string | number)[];

/** The types of PostgreSQL that keys are made of. */
type KeyType = "integer" | "bigint" | "text" | "uuid";

/** One list of one owner, such as the runs of an integration. `shape` names the types of the key's parts. */
export interface CursorList {
  name: string;
  owner: string;
  shape: readonly KeyType[];
}

/** Throws InvalidCursorError for anything that `toPage` did not make for the same list. */
export function decodeCursor(list: CursorList, cursor: string | null): Key | null {
  if (cursor === null) return null;
  const [body = "", check = ""] = cursor.slice(0, MAX_CURSOR_CHARS).split(".");
  const key = check === checkOf(list, body) ? parseKey(body) : null;
  if (key === null || key.length !== list.shape.length || !key.every((part, i) => isOfType(part, list.shape[i]))) {
    throw new InvalidCursorError("cursor", "is no cursor of this list");
  }
  return key;
}

/** Makes a page out of up to `limit + 1` rows: the extra row only shows that there is a next page. */
export function toPage<Row, T>(
  list: CursorList,
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => Key,
  toItem: (row: Row) => T,
): Page<T> {
  return toPart(list, rows.slice(0, limit), rows.length > limit, keyOf, toItem);
}

/** Makes a page out of all `rows`. `hasMore`: there is a next page. */
export function toPart<Row, T>(
  list: CursorList,
  rows: Row[],
  hasMore: boolean,
  keyOf: (row: Row) => Key,
  toItem: (row: Row) => T,
): Page<T> {
  const last = hasMore ? rows.at(-1) : undefined;
  const items = rows.map(toItem);
  if (last === undefined) return { items, next: null };
  const body = Buffer.from(JSON.stringify(keyOf(last)), "utf8").toString("base64url");
  return { items, next: `${body}.${checkOf(list, body)}` };
}

function parseKey(body: string): Key | null {
  try {
    const key: unknown = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    return Array.isArray(key) ? (key as Key) : null;
  } catch {
    return null;
  }
}

function isOfType(part: unknown, type: KeyType | undefined): boolean {
  if (type === "integer") return Number.isInteger(part) && Math.abs(Number(part)) <= MAX_INTEGER;
  if (type === "bigint") return Number.isSafeInteger(part);
  if (typeof part !== "string" || part.includes("\0")) return false;
  return type === "text" || UUID.test(part);
}

function checkOf(list: CursorList, body: string): string {
  return createHash("sha256").update(`${list.name}\n${list.owner}\n${body}`).digest("base64url").slice(0, 8);
}
