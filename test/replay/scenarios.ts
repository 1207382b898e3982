// The lives of integrations whose histories are kept and replayed: each shows a way through the workflow that must not
// change.
import type { ImportPageInput } from "../../src/activities/contract.ts";
import { configChangedSignal, pauseSignal, resumeSignal, syncNowSignal } from "../../src/workflows/messages.ts";
import { failing, type FakeSync } from "../support/workflows/fakeSync.ts";
import { passTimeUntil, type Scenario, scenario, type ScenarioOptions } from "../support/workflows/scenario.ts";
import { startDevServer } from "../support/workflows/servers.ts";
import { arrangeStoreOfV1, continuedFromV1 } from "./fixtures/continuedFromV1.ts";

interface Life {
  /** Lived on a development server, which suggests continue-as-new as Temporal does. */
  devServer?: true;
  state?: ScenarioOptions["state"];
  arrange?: (fake: FakeSync, handle: Scenario["handle"]) => void;
  act?: (current: Scenario) => Promise<void>;
}

const runs = (current: Scenario, count: number) =>
  passTimeUntil(current, () => current.fake.finishedRuns.length >= count, `${count} runs`);

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
      await passTimeUntil(current, () => current.fake.count("exportBatch") >= 2, "the pause");
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
        fake.checkpointSeq = 3;
        fake.progress = {};
      };
    },
    act: (current) => runs(current, 1),
  },
  "rejected-resent": {
    arrange: (fake) => {
      fake.marked = 3;
      fake.before.resendRejected = (_, call) => {
        if (call === 1) throw failing("schema");
      };
    },
    act: (current) => runs(current, 2),
  },
  "gap-left-and-read": {
    arrange: (fake) => {
      fake.smallestPageHalvings = 7;
      fake.before.importPage = ({ task }: ImportPageInput) => {
        if (task.ranges === undefined && task.progress.unfinished?.position === 1) throw failing("schema");
      };
      fake.before.leaveGap = () => void (fake.ranges = [{ id: 1, events: ["purchase"] }]);
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
  "long-backfill": {
    devServer: true,
    arrange: (fake) => {
      fake.batchSeqs = 1;
      fake.sealPerRun = 10_000;
      fake.pagesPerPass = 10_000;
    },
    act: async (current) => {
      const latest = () => current.env.client.workflow.getHandle(current.handle.workflowId).describe();
      const continued = async () => (await latest()).runId !== current.handle.firstExecutionRunId;
      await passTimeUntil(current, continued, "continue-as-new", 20_000);
    },
  },
  "upgraded-from-v1": {
    state: continuedFromV1().input.state,
    arrange: arrangeStoreOfV1,
    act: async (current) => {
      await passTimeUntil(current, () => current.fake.projection !== null, "the first look at the store");
      await current.handle.signal(resumeSignal);
      await runs(current, 2);
    },
  },
};

type History = Awaited<ReturnType<Scenario["handle"]["fetchHistory"]>>;

/** Lives one scenario and returns the histories of its executions, in order. */
export async function live(name: string) {
  const { arrange, act, state, devServer } = SCENARIOS[name]!;
  const server = devServer === undefined ? undefined : await startDevServer();
  try {
    const histories: History[] = [];
    await scenario(
      async (current) => {
        const { env, handle } = current;
        await act?.(current);
        for (let runId: string | undefined = handle.firstExecutionRunId; runId !== undefined;) {
          const history = await env.client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
          histories.push(history);
          runId = nextRunIdOf(history);
        }
      },
      { integrationId: `replay-${name}`, arrange, state, server: server === undefined ? undefined : server.connect },
    );
    return histories;
  } finally {
    await server?.stop();
  }
}

/** Of the execution that continues this one. */
function nextRunIdOf({ events }: History): string | undefined {
  return events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
}
