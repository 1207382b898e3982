// The lives of integrations whose histories are kept and replayed: each shows a way through the workflow that must not change.
import { configChangedSignal, pauseSignal, resumeSignal, syncNowSignal } from "../../src/workflows/messages.ts";
import { failing } from "../support/workflows/fakeSync.ts";
import type { FakeSync } from "../support/workflows/fakeSync.ts";
import { scenario, until } from "../support/workflows/scenario.ts";
import type { Scenario } from "../support/workflows/scenario.ts";

interface Life {
  arrange?: (fake: FakeSync, handle: Scenario["handle"]) => void;
  act?: (current: Scenario) => Promise<void>;
}

const runs = (current: Scenario, count: number) =>
  until(current, () => current.fake.finishedRuns.length >= count, `${count} runs`);

export const SCENARIOS: Record<string, Life> = {
  "two-runs": { act: (current) => runs(current, 2) },
  "sync-requests": {
    arrange: (fake, handle) => {
      fake.before.exportBatch = async (_, call) => {
        if (call === 1) await handle.signal(syncNowSignal, "in mid-run");
      };
    },
    act: (current) => runs(current, 2),
  },
  "pause-in-mid-run": {
    arrange: (fake, handle) => {
      fake.sealPerRun = 40;
      fake.before.exportBatch = async (_, call) => {
        if (call === 2) await handle.signal(pauseSignal);
      };
    },
    act: async (current) => {
      await until(current, () => current.fake.count("exportBatch") >= 2, "the pause");
      await current.env.sleep("1 hour");
      await current.handle.signal(resumeSignal);
      await runs(current, 1);
    },
  },
  "auth-failure-healed": {
    arrange: (fake) => {
      fake.before.importPage = (_, call) => {
        if (call === 1) throw failing("auth");
      };
    },
    act: async (current) => {
      await runs(current, 1);
      current.fake.syncVersion++;
      await current.handle.signal(configChangedSignal);
      await runs(current, 2);
    },
  },
  "transient-failures": {
    arrange: (fake) => {
      fake.before.exportBatch = (_, call) => {
        if (call <= 7) throw failing("transient");
      };
    },
    act: (current) => runs(current, 2),
  },
  "rate-limited": {
    arrange: (fake) => {
      const page = fake.importPage.bind(fake);
      fake.importPage = async (input) =>
        fake.count("importPage") === 2
          ? { progress: input.task.progress, retryAtMs: (await fake.nowMs()) + 600_000 }
          : await page(input);
    },
    act: (current) => runs(current, 1),
  },
  "store-restored": {
    arrange: (fake) => {
      fake.sealPerRun = 40;
      fake.before.exportBatch = (_, call) => {
        if (call !== 3) return;
        fake.sealed = 8;
        fake.mirrorSeq = 3;
        fake.progress = {};
      };
    },
    act: (current) => runs(current, 1),
  },
  deleted: {
    act: async (current) => {
      await runs(current, 1);
      current.fake.deleted = true;
      await current.handle.signal(configChangedSignal);
      await current.handle.result();
    },
  },
};

/** Lives one scenario and answers its history. */
export async function live(name: string) {
  const { arrange, act } = SCENARIOS[name]!;
  let history: Awaited<ReturnType<Scenario["handle"]["fetchHistory"]>> | undefined;
  await scenario(
    async (current) => {
      await act?.(current);
      history = await current.handle.fetchHistory();
    },
    { integrationId: `replay-${name}`, arrange },
  );
  return history!;
}
