// The body that an upstream gets: the caller's bytes, with another model and what the variant changes.
import { createHmac } from "node:crypto";
import type { FoundMember } from "../domain/jsonLimits.ts";
import type { Upstream } from "../domain/router.ts";
import type { CallBody } from "./callBody.ts";
import { isUser } from "./identity.ts";
import { USAGE_FIELD } from "./streamUsage.ts";

export interface Forwarding {
  user: string | null;
  /** Whether the upstream keeps a call that does not say `store`, with its metadata. */
  isStoredByDefault: boolean;
  hashUser: (user: string) => string;
}

/** The options of a stream that is asked for its usage. */
function askingForUsage({ streamOptions }: CallBody): Record<string, unknown> {
  return { ...(typeof streamOptions === "object" && streamOptions), include_usage: true };
}

const USER_FIELDS = new Set(["user", "safety_identifier"]);

/**
 * Drops, renames and sets outermost members, in this order. All other bytes stay: no number loses a digit, no field its
 * place. Every one of several members with one name is changed, because parsers differ in which one counts. The parts
 * share the memory of the caller's bytes.
 */
export function forwardedBody(
  body: CallBody,
  upstream: Upstream,
  call: Forwarding,
  { asksUsage = false }: { asksUsage?: boolean } = {},
): Buffer[] {
  const { drop = [], rename = {}, set = {} } = upstream.body ?? {};
  const isMetadataHidden = upstream.forwardMetadata !== true && !isStored(body, upstream, call);
  const dropped = new Set(isMetadataHidden ? [...drop, "metadata"] : drop);
  const users = forwardedUsers(body, upstream, call);
  const finalValues = new Map<string, unknown>([...Object.entries(set), ["model", upstream.model]]);
  if (asksUsage) finalValues.set(USAGE_FIELD, askingForUsage(body));
  const names = new Set(body.members.map(({ name }) => name));
  const renamed = (name: string) => (Object.hasOwn(rename, name) ? rename[name] : undefined);
  const written = new Set<string>();
  const copy = new BodyCopy(body);
  for (const [index, { name }] of body.members.entries()) {
    if (name === null) {
      copy.keep(index, undefined, undefined);
      continue;
    }
    const isUserHidden = USER_FIELDS.has(name) && !users.has(name);
    const newName = renamed(name);
    // The caller's own field of the new name stands, unless it gets another name itself.
    const isTaken =
      newName !== undefined && names.has(newName) && !dropped.has(newName) && renamed(newName) === undefined;
    if (dropped.has(name) || isUserHidden || isTaken) continue;
    const finalName = newName ?? name;
    copy.keep(index, newName, finalValues.has(finalName) ? finalValues.get(finalName) : users.get(name));
    written.add(finalName);
  }
  const added = new Map<string, unknown>();
  for (const [name, user] of users) if (!dropped.has(name)) added.set(renamed(name) ?? name, user);
  for (const [name, value] of finalValues) added.set(name, value);
  for (const name of written) added.delete(name);
  return copy.end(added);
}

/** Whether the upstream keeps the call: what counts is the `store` that it gets. */
function isStored({ bytes, members }: CallBody, upstream: Upstream, { isStoredByDefault }: Forwarding): boolean {
  const { drop = [], rename = {}, set = {} } = upstream.body ?? {};
  if (Object.hasOwn(set, "store")) return typeof set.store === "boolean" ? set.store : isStoredByDefault;
  const renamed = Object.keys(rename).filter((name) => rename[name] === "store");
  // The caller's own field stands before those that get its name.
  const names = Object.hasOwn(rename, "store") ? renamed : ["store", ...renamed];
  const [sent] = names.flatMap((sentAs) =>
    drop.includes(sentAs) ? [] : (members.findLast(({ name }) => name === sentAs) ?? []),
  );
  const value = sent === undefined ? "" : bytes.toString("latin1", sent.start, Math.min(sent.end, sent.start + 6));
  return value === "true" || (value !== "false" && isStoredByDefault);
}

/** What the user's fields say to the upstream: nothing unless the variant asks for it. */
function forwardedUsers(body: CallBody, { forwardUser = "no" }: Upstream, call: Forwarding): Map<string, string> {
  const users = new Map<string, string>();
  if (forwardUser === "no" || call.user === null) return users;
  const spell = (user: string) => (forwardUser === "hashed" ? call.hashUser(user) : user);
  const { user, safetyIdentifier } = body;
  if (isUser(user)) users.set("user", spell(user));
  if (isUser(safetyIdentifier)) users.set("safety_identifier", spell(safetyIdentifier));
  // It was in a header alone.
  if (users.size === 0) users.set("user", spell(call.user));
  return users;
}

/** The key of an installation for hashes of users. */
export function userHashKey(secretKey: Buffer): Buffer {
  return createHmac("sha256", secretKey).update("user-hash").digest();
}

/** 64 characters, which is OpenAI's limit. Without the key, trying ids does not find the user. */
export function hashUser(key: Buffer, workspaceId: string, user: string): string {
  return createHmac("sha256", key).update(`${workspaceId}\0${user}`).digest("hex");
}

/** Copies the members that are kept, each with the white space and the comma before it. */
class BodyCopy {
  readonly #bytes: Buffer;
  readonly #members: readonly FoundMember[];
  readonly #parts: Buffer[] = [];
  #from = 0;
  #to: number;
  #hasKept = false;

  constructor({ bytes, members }: CallBody) {
    this.#bytes = bytes;
    this.#members = members;
    this.#to = members[0]?.keyStart ?? 0;
  }

  keep(index: number, newName: string | undefined, newValue: unknown): void {
    const member = this.#members[index];
    if (member === undefined) return;
    const { keyStart, keyEnd, start, end } = member;
    this.#copy(this.#hasKept ? (this.#members[index - 1]?.end ?? keyStart) : keyStart, keyStart);
    if (newName === undefined) this.#copy(keyStart, keyEnd);
    else this.#write(newName);
    this.#copy(keyEnd, start);
    if (newValue === undefined) this.#copy(start, end);
    else this.#write(newValue);
    this.#hasKept = true;
  }

  end(added: ReadonlyMap<string, unknown>): Buffer[] {
    for (const [name, value] of added) {
      this.#write(name, this.#hasKept ? "," : "");
      this.#write(value, ":");
      this.#hasKept = true;
    }
    this.#copy(this.#members.at(-1)?.end ?? 0, this.#bytes.length);
    this.#flush();
    return this.#parts;
  }

  /** Ranges that follow each other are copied as one. */
  #copy(from: number, to: number): void {
    if (from !== this.#to) {
      this.#flush();
      this.#from = from;
    }
    this.#to = to;
  }

  #write(value: unknown, before = ""): void {
    this.#flush();
    this.#parts.push(Buffer.from(before + JSON.stringify(value)));
  }

  #flush(): void {
    if (this.#to > this.#from) this.#parts.push(this.#bytes.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }
}
