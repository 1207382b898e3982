// What a scan of JSON bounds, what it finds wrong, and the members that it finds.

export interface JsonLimits {
  /** How many brackets may be open at once. */
  maxDepth: number;
  /** How many values there may be: members, elements, and lines of NDJSON. */
  maxValues: number;
  /** How many members one object may have. */
  maxMembersOfObject: number;
  /** How many members the outermost object may have, if fewer: each of its keys is read. */
  maxOutermostMembers?: number;
}

/** `broken`: brackets do not match, or a member of the outermost object has no key, no colon or no value. */
export type JsonFault = "broken" | "too_deep" | "too_many_values" | "too_many_members";

/** A member of the outermost object: where its key and its value are, in bytes from the start, without white space. */
export interface FoundMember {
  /** Null: the key is too long to be looked for. */
  name: string | null;
  keyStart: number;
  keyEnd: number;
  start: number;
  end: number;
}
