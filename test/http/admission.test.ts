// Shares of workspaces: turns in a fair order, bytes held, rates, and how several servers divide them.
import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/config/setting.ts";
import { admissionSettings } from "../../src/config/admissionSettings.ts";
import { createAdmission } from "../../src/http/admission/admission.ts";
import { FairQueue, type Caller } from "../../src/http/admission/fairQueue.ts";
import { HeldBytes } from "../../src/http/admission/heldBytes.ts";
import { Rate } from "../../src/http/admission/rate.ts";

const DEFAULTS = readSettings(admissionSettings, {}, []);

/** Work that ends when it is told to, in the order in which it began. */
function workOf(queue: FairQueue) {
  const running: { name: string; end: () => void }[] = [];
  const started: string[] = [];
  const run = (workspace: string, name = workspace, caller?: Caller) =>
    queue.run(workspace, caller, async () => {
      started.push(name);
      await new Promise<void>((end) => running.push({ name, end }));
      return name;
    });
  /** Ends the oldest, and lets what follows begin. */
  const endOne = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    running.shift()?.end();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { run, endOne, started };
}

const queueOf = (options: Partial<ConstructorParameters<typeof FairQueue>[0]> = {}) =>
  new FairQueue({
    what: "reports",
    maxRunning: 2,
    maxRunningOfWorkspace: () => 2,
    maxWaitingOfWorkspace: 3,
    maxWaitMs: 60_000,
    ...options,
  });

class LeavingCaller extends EventEmitter {
  destroyed = false;
}

describe("turns", () => {
  test("a workspace that waits in front of many gets a turn before their next one", async () => {
    const { run, endOne, started } = workOf(queueOf());
    const calls = ["b1", "b2", "b3"].map((name) => run("b", name));
    const others = [run("a"), run("c")];
    await endOne();
    expect(started).toEqual(["b1", "a", "c"]);
    for (let i = 0; i < 4; i++) await endOne();
    expect(await Promise.all([...calls, ...others])).toEqual(["b1", "b2", "b3", "a", "c"]);
    expect(started).toEqual(["b1", "a", "c", "b2", "b3"]);
  });

  test("a workspace never has more than are then still free, so the next one finds some", async () => {
    const { run, endOne, started } = workOf(queueOf({ maxRunning: 8, maxRunningOfWorkspace: () => 8 }));
    const calls = ["b", "b", "b", "b", "b", "c", "c", "c", "d", "d", "e"].map((name) => run(name));
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(["b", "b", "b", "b", "c", "c", "d", "e"]);
    for (let i = 0; i < calls.length; i++) await endOne();
    await Promise.all(calls);
  });

  test("a workspace never has more than its own, though others are free", async () => {
    const { run, endOne, started } = workOf(queueOf({ maxRunningOfWorkspace: () => 1 }));
    const calls = [run("b", "b1"), run("b", "b2"), run("a")];
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(["b1", "a"]);
    for (let i = 0; i < 3; i++) await endOne();
    await Promise.all(calls);
  });

  test("429 for a workspace that has its share, 503 for one that has not, each with Retry-After", async () => {
    const { run, endOne } = workOf(queueOf({ maxRunningOfWorkspace: () => 1, maxWaitingOfWorkspace: 0 }));
    const calls = [run("b"), run("c")];
    await expect(run("b")).rejects.toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    await expect(run("a")).rejects.toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    for (let i = 0; i < 2; i++) await endOne();
    await Promise.all(calls);
  });

  test("nobody waits longer than the time allows", async () => {
    const { run, endOne } = workOf(queueOf({ maxRunning: 1, maxRunningOfWorkspace: () => 1, maxWaitMs: 20 }));
    const call = run("b");
    await expect(run("b")).rejects.toMatchObject({ status: 429 });
    await expect(run("a")).rejects.toMatchObject({ status: 503 });
    await endOne();
    await call;
  });

  test("work of a caller that left is dropped, and its place in the queue is free", async () => {
    const { run, endOne, started } = workOf(queueOf({ maxRunning: 1, maxWaitingOfWorkspace: 1 }));
    const first = run("b", "b1");
    const caller = new LeavingCaller();
    const left = run("b", "b2", caller as unknown as Caller);
    caller.emit("close");
    await expect(left).rejects.toThrow("The caller has left.");
    const third = run("b", "b3");
    await endOne();
    await endOne();
    await Promise.all([first, third]);
    expect(started).toEqual(["b1", "b3"]);
  });

  test("a caller that left before takes no turn", async () => {
    const { run, started } = workOf(queueOf());
    const caller = Object.assign(new LeavingCaller(), { destroyed: true });
    await expect(run("b", "b", caller as unknown as Caller)).rejects.toThrow("The caller has left.");
    expect(started).toEqual([]);
  });

  test("503 for a workspace below its own share, though it has turns", async () => {
    const { run, endOne } = workOf(queueOf({ maxRunning: 4, maxWaitingOfWorkspace: 0 }));
    const calls = [run("b"), run("c"), run("d")];
    await expect(run("b")).rejects.toMatchObject({ status: 503 });
    for (let i = 0; i < 3; i++) await endOne();
    await Promise.all(calls);
  });

  test("work that fails gives its turn back", async () => {
    const queue = queueOf({ maxRunning: 1, maxWaitingOfWorkspace: 0 });
    for (let i = 0; i < 3; i++) {
      await expect(queue.run("a", undefined, () => Promise.reject(new Error("fails")))).rejects.toThrow("fails");
    }
  });
});

describe("bytes", () => {
  test("of a workspace and of all: refused without being counted, given back once", () => {
    const bytes = new HeldBytes(100, 60);
    const [first, second] = [bytes.hold("b"), bytes.hold("b")];
    first.add(40);
    expect(() => second.add(21)).toThrow(expect.objectContaining({ status: 429 }) as Error);
    second.add(20);
    expect(() => bytes.hold("a").add(41)).toThrow(expect.objectContaining({ status: 503 }) as Error);
    bytes.hold("a").add(40);
    first.release();
    first.release();
    bytes.hold("b").add(40);
    expect(() => bytes.hold("b").add(1)).toThrow(expect.objectContaining({ status: 429 }) as Error);
  });
});

describe("bytes of greedy workspaces", () => {
  const MB = 1024 * 1024;

  test("leave some to the next one, and a little to any", () => {
    const bytes = new HeldBytes(256 * MB, 64 * MB);
    const held = ["b", "c", "d", "e", "f", "g", "h"].map((workspace) => {
      const hold = bytes.hold(workspace);
      let mb = 0;
      try {
        for (; ; mb++) hold.add(MB);
      } catch {
        return mb;
      }
    });
    expect(held).toEqual([64, 64, 64, 32, 16, 8, 4]);
    expect(() => bytes.hold("i").add(3 * MB)).toThrow(expect.objectContaining({ status: 503 }) as Error);
    for (let i = 0; i < 4; i++) bytes.hold(`small ${i}`).add(MB);
  });

  test("that are announced are not counted before they come", () => {
    const bytes = new HeldBytes(256 * MB, 64 * MB);
    for (let i = 0; i < 20; i++) bytes.hold(`slow ${i}`).check(32 * MB);
    bytes.hold("a").add(32 * MB);
    expect(() => bytes.hold("a").check(33 * MB)).toThrow(expect.objectContaining({ status: 429 }) as Error);
  });
});

describe("a rate", () => {
  test("can be overdrawn by one call, which the later ones wait for", () => {
    const clock = { nowMs: 0 };
    const rate = new Rate({
      what: "10 rows per second",
      perSecond: () => 10,
      burstSeconds: 2,
      nowMs: () => clock.nowMs,
    });
    rate.check("b");
    rate.count("b", 50);
    const refused = expect.objectContaining({ status: 429, headers: { "retry-after": "4" } }) as Error;
    expect(() => rate.check("b")).toThrow(refused);
    rate.check("a");
    clock.nowMs = 3_000;
    expect(() => rate.check("b")).toThrow(expect.objectContaining({ headers: { "retry-after": "1" } }) as Error);
    clock.nowMs = 3_101;
    rate.check("b");
  });

  test("of 0 is no limit", () => {
    const rate = new Rate({ what: "", perSecond: () => 0, burstSeconds: 1 });
    rate.count("a", 1e9);
    expect(() => rate.check("a")).not.toThrow();
  });
});

describe("several servers", () => {
  /** How many calls `servers` servers admit at once, when all of them are asked for as many as they give. */
  const admitted = (servers: number, asked: number) => {
    let total = 0;
    for (let i = 0; i < servers; i++) {
      const { calls, setServers } = createAdmission({ ...DEFAULTS, workspaceCallsPerMinute: 1_000 });
      setServers(servers);
      try {
        for (let call = 0; call < asked; call++) {
          calls.check("b");
          calls.count("b", 1);
          total++;
        }
      } catch {
        // This server's part is used up.
      }
    }
    return total;
  };

  test.each([1, 2, 3, 5, 20])("%i admit between one and two times the limit together", (servers) => {
    expect(admitted(servers, 10_000)).toBeGreaterThanOrEqual(1_000);
    expect(admitted(servers, 10_000)).toBeLessThanOrEqual(2_000 + servers * 20);
  });
});
