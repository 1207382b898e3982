// A page of records as a stream: what it holds is given back however it ends, and no caller learns why it broke off.
import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { streamRecords } from "../../../src/api/events/streamRecords.ts";
import type { ImportedRecord } from "../../../src/domain/event.ts";
import type { Page } from "../../../src/domain/page.ts";
import type { Caller } from "../../../src/http/admission/fairQueue.ts";
import { HeldBytes } from "../../../src/http/admission/heldBytes.ts";

const PART_BYTES = 512 * 1024;
const RECORD = { uuid: "u", userIds: ["ann"], timestampMs: 0, properties: "{}" };
const PART: Page<ImportedRecord> = { items: [RECORD], next: "next" };

class SomeCaller extends EventEmitter {
  destroyed = false;

  destroy() {
    this.destroyed = true;
    this.emit("close");
  }
}

function share() {
  const bytes = new HeldBytes(PART_BYTES, PART_BYTES);
  const caller = new SomeCaller();
  const failures: unknown[] = [];
  return {
    caller,
    failures,
    isHeld: () => {
      try {
        bytes.hold("one").check(PART_BYTES);
        return false;
      } catch {
        return true;
      }
    },
    parts: {
      caller: caller as unknown as Caller,
      hold: bytes.hold("one"),
      onFailure: (error: unknown) => failures.push(error),
      inTurn: (work: () => Promise<Page<ImportedRecord>>) => work(),
    },
  };
}

test("without room nothing is read", async () => {
  const { parts } = share();
  parts.hold.add(PART_BYTES);
  const read = vi.fn<() => Promise<Page<ImportedRecord>>>();
  await expect(streamRecords({ cursor: null, limit: 10 }, read, parts)).rejects.toMatchObject({ status: 429 });
  expect(read).not.toHaveBeenCalled();
});

test("a first part that cannot be read holds nothing", async () => {
  const { parts, isHeld } = share();
  const read = () => Promise.reject(new Error("no table"));
  await expect(streamRecords({ cursor: null, limit: 10 }, read, parts)).rejects.toThrow("no table");
  expect(isHeld()).toBe(false);
});

test("a later part that cannot be read cuts the caller off without a word", async () => {
  const { parts, caller, failures, isHeld } = share();
  const read = vi
    .fn<() => Promise<Page<ImportedRecord>>>()
    .mockResolvedValueOnce(PART)
    .mockRejectedValueOnce(new Error("no table"));
  const response = await streamRecords({ cursor: null, limit: 10 }, read, parts);
  expect(isHeld()).toBe(true);
  const text = await response.text();
  expect(text).not.toContain("no table");
  expect(text).not.toContain('"next"');
  expect(failures).toEqual([new Error("no table")]);
  expect(caller.destroyed).toBe(true);
  expect(isHeld()).toBe(false);
});

test("what is held is given back once the caller has the whole page", async () => {
  const { parts, caller, isHeld } = share();
  const read = () => Promise.resolve({ ...PART, next: null });
  const response = await streamRecords({ cursor: null, limit: 10 }, read, parts);
  await response.text();
  expect(isHeld()).toBe(true);
  caller.emit("close");
  expect(isHeld()).toBe(false);
});
