// Parts of the gateway on their own, over random inputs: bodies, streams in any pieces, and the cache.
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCallBody, scanCallBody, type CallBody } from "../../src/gateway/callBody.ts";
import { CHAT } from "../../src/gateway/openAiApis.ts";
import { streamResponse } from "../../src/gateway/streamResponse.ts";
import { cachedLookup } from "../../src/http/cache.ts";
import { eventually } from "../support/eventually.ts";

/** The body as if it came in one piece. */
function readWhole(bytes: Buffer): CallBody {
  const scan = scanCallBody();
  scan.push(bytes);
  return readCallBody(bytes, scan);
}

describe("the body of a call", () => {
  test("any bytes are a call or a refusal, never a failure", () => {
    const refusal = (bytes: Uint8Array) => {
      try {
        return typeof readWhole(Buffer.from(bytes)).model;
      } catch (error) {
        return (error as Error).name;
      }
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(["string", "OpenAiError"]).toContain(refusal(bytes));
        },
      ),
    );
  });
});

describe("relaying", () => {
  const relay = (rest: PassThrough, outgoing: PassThrough, isEventStream: boolean, committed: Promise<void>) => {
    const answer = { status: 200, headers: {}, isEventStream, start: Buffer.alloc(0), rest };
    const none = () => undefined;
    const options = {
      api: CHAT,
      hidesUsage: false,
      keepAlive: null,
      isBegun: false,
      onPiece: none,
      onFirst: none,
      finish: () => committed,
    };
    return streamResponse(answer, outgoing as unknown as ServerResponse, options);
  };

  test("ends at once for a caller that has left already", async () => {
    const body = new PassThrough();
    const outgoing = Object.assign(new PassThrough(), { flushHeaders: () => undefined });
    outgoing.destroy();
    await once(outgoing, "close");
    await relay(body, outgoing, false, Promise.resolve());
    expect(body.destroyed).toBe(true);
  });

  const STREAM = 'data: {"a":"[DONE"}\n\ndata: {"b":"[DO[DONE"}\n\ndata: [DONE]\n\n: end\n\n';

  /** Runs a relay over pieces of a stream; answers what had passed before the commit, and in all. */
  async function run(pieces: string[], isEventStream: boolean) {
    const body = new PassThrough();
    const outgoing = Object.assign(new PassThrough(), { flushHeaders: () => undefined });
    let text = "";
    outgoing.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    let commit = () => {};
    const committed = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const done = relay(body, outgoing, isEventStream, committed);
    for (const piece of pieces) {
      body.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    body.end();
    await new Promise((resolve) => setImmediate(resolve));
    const before = text;
    const hadEnded = outgoing.writableEnded;
    commit();
    await eventually(() => outgoing.writableEnded);
    outgoing.destroy();
    await done;
    return { before, text, hadEnded };
  }

  test("in any pieces: all but the end passes before the commit, and then every byte in its order", async () => {
    const cuts = fc.array(fc.nat(STREAM.length), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (at, isEventStream) => {
        const places = [0, ...at.toSorted((a, b) => a - b), STREAM.length];
        const pieces = places
          .slice(1)
          .map((end, i) => STREAM.slice(places[i], end))
          .filter(Boolean);
        const { before, text, hadEnded } = await run(pieces, isEventStream);
        expect(hadEnded).toBe(false);
        expect(text).toBe(STREAM);
        const passed = isEventStream
          ? STREAM.slice(0, STREAM.indexOf("data: [DONE]"))
          : STREAM.slice(
              0,
              places.findLast((place) => place < STREAM.length),
            );
        expect(before).toBe(passed);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a cache", () => {
  function counted(maxEntries = 10) {
    const clock = { nowMs: 1 };
    const loads: string[] = [];
    const get = cachedLookup({
      ttlMs: 100,
      maxEntries,
      perf: { now: () => clock.nowMs },
      load: async (key) => {
        loads.push(key);
        if (key === "fails") throw new Error("it fails");
        return key === "none" ? null : `${key} ${loads.length}`;
      },
    });
    return { clock, loads, get };
  }

  test("asks once for calls at the same time, and again once it is old", async () => {
    const { clock, loads, get } = counted();
    expect(await Promise.all([get("a"), get("a")])).toEqual(["a 1", "a 1"]);
    clock.nowMs = 101;
    expect(await get("a")).toBe("a 1");
    clock.nowMs = 102;
    expect(await get("a")).toBe("a 2");
    expect(loads).toEqual(["a", "a"]);
  });

  test("remembers neither nothing nor a failure", async () => {
    const { loads, get } = counted();
    for (const key of ["none", "none"]) expect(await get(key)).toBeNull();
    for (const key of ["fails", "fails"]) await expect(get(key)).rejects.toThrow("it fails");
    expect(loads).toEqual(["none", "none", "fails", "fails"]);
  });

  describe("while the source is down", () => {
    /** Finds `a` while it is up; down, it fails or hangs. */
    function source() {
      const clock = { nowMs: 1 };
      const state = { loads: 0, mode: "up" as "up" | "removed" | "fails" | "hangs" };
      const load = async () => {
        state.loads++;
        if (state.mode === "fails") throw new Error("it fails");
        if (state.mode === "hangs") await new Promise(() => undefined);
        return state.mode === "removed" ? null : "a";
      };
      const get = cachedLookup({ ttlMs: 100, maxEntries: 10, perf: { now: () => clock.nowMs }, load });
      return { clock, state, get };
    }

    test.each(["fails", "hangs"] as const)("what was found before serves for minutes (it %s)", async (mode) => {
      const { clock, state, get } = source();
      await get("a");
      state.mode = mode;
      clock.nowMs += 200;
      expect(await get("a")).toBe("a");
      const { loads } = state;
      // Further calls do not wait for another try, which comes seconds later.
      expect(get("a")).toBe("a");
      clock.nowMs += 1_000;
      expect(get("a")).toBe("a");
      expect(state.loads).toBe(loads);
      clock.nowMs += 240_000;
      expect(await get("a")).toBe("a");
      // One that hangs goes on: the database's limit ends it.
      expect(state.loads).toBe(mode === "fails" ? loads + 1 : loads);
    });

    test("after minutes it serves no longer", async () => {
      const { clock, state, get } = source();
      await get("a");
      state.mode = "fails";
      clock.nowMs += 300_100;
      await expect(get("a")).rejects.toThrow("it fails");
    });

    test("what was removed does not come back", async () => {
      const { clock, state, get } = source();
      await get("a");
      state.mode = "removed";
      clock.nowMs += 200;
      expect(await get("a")).toBeNull();
      state.mode = "fails";
      await expect(get("a")).rejects.toThrow("it fails");
    });
  });

  test("a late answer counts: what was revoked meanwhile serves no longer", async () => {
    const clock = { nowMs: 1 };
    let answer: (value: string | null) => void = () => undefined;
    const load = () => new Promise<string | null>((resolve) => (answer = resolve));
    const get = cachedLookup({ ttlMs: 100, maxEntries: 10, perf: { now: () => clock.nowMs }, load });
    const first = get("a");
    answer("a");
    expect(await first).toBe("a");
    clock.nowMs += 200;
    // The source takes longer than callers wait.
    expect(await get("a")).toBe("a");
    expect(get("a")).toBe("a");
    answer(null);
    await eventually(() => typeof get("a") !== "string");
  });

  test("unknown keys push nothing out while the source hangs, and only so many wait", async () => {
    const load = (key: string) => (key === "a" ? Promise.resolve(key) : new Promise<null>(() => undefined));
    const get = cachedLookup({ ttlMs: 60_000, maxEntries: 10, load });
    await get("a");
    for (let i = 0; i < 1_000; i++) void get(`unknown ${i}`);
    expect(get("a")).toBe("a");
    await expect(get("one more")).rejects.toMatchObject({ status: 503 });
  });

  test("calls that wait for the same new key are one look-up, and an owner has a share of them", async () => {
    const load = (key: string) => (key === "b/0" ? new Promise<null>(() => undefined) : Promise.resolve(key));
    const hang = () => new Promise<null>(() => undefined);
    const options = { ttlMs: 60_000, maxEntries: 10, ownerOf: (key: string) => key.slice(0, 1) };
    const one = cachedLookup({ ...options, load });
    for (let i = 0; i < 1_000; i++) void one("b/0");
    expect(await one("b/1")).toBe("b/1");
    const many = cachedLookup({ ...options, load: (key) => (key.startsWith("b") ? hang() : Promise.resolve(key)) });
    for (let i = 0; i < 250; i++) void many(`b/${i}`);
    await expect(many("b/250")).rejects.toMatchObject({ status: 503 });
    expect(await many("a/1")).toBe("a/1");
  });

  test("what a slow look-up finds is as old as the look-up", async () => {
    const clock = { nowMs: 1 };
    const answers: ((value: string | null) => void)[] = [];
    const load = () => new Promise<string | null>((resolve) => answers.push(resolve));
    const get = cachedLookup({ ttlMs: 100, maxEntries: 10, perf: { now: () => clock.nowMs }, load });
    const slow = get("a");
    clock.nowMs += 200;
    answers[0]?.("a");
    expect(await slow).toBe("a");
    clock.nowMs += 2;
    const next = get("a");
    expect(answers).toHaveLength(2);
    answers[1]?.(null);
    expect(await next).toBeNull();
  });

  test("forgets what was used least lately beyond its bound", async () => {
    const { loads, get } = counted(2);
    for (const key of ["a", "b", "a", "c", "a", "b"]) await get(key);
    expect(loads).toEqual(["a", "b", "c", "b"]);
  });
});
