/** `npm run demo`: real purchases and real exposures synced both ways, with the worker killed in the middle, and counted. */
import { parseArgs } from "node:util";
import { crosscurrent, runToEnd } from "../children.ts";
import { LOCAL_DIR } from "../paths.ts";
import { startStack } from "../stack.ts";
import type { Stack } from "../stack.ts";
import { Api } from "./api.ts";
import { createBars } from "./bars.ts";
import type { Bars } from "./bars.ts";
import { bucketKey, bucketsOf, makeExposures } from "./exposures.ts";
import type { DemoExposure } from "./exposures.ts";
import { ACCOUNT, createProject, loadPurchases, PROJECT_ID, readEvents } from "./mixpanelProject.ts";
import { firstDay, PURCHASE_EVENT, readPurchases } from "./purchases.ts";
import { isExact, table } from "./report.ts";
import type { Line } from "./report.ts";
import { syncAndKill } from "./sync.ts";

const EXPOSURES_PER_CALL = 10_000;
const EXPORTED_EVENT = "Inworld Router Exposure";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { exit: { type: "boolean", default: false } } });
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  const stack = await startStack({
    dataDir: LOCAL_DIR,
    fresh: true,
    onStep: (step) => console.error(`… ${step}`),
    // A killed worker is noticed by its missing heartbeats: sooner here than in production.
    env: { ACTIVITY_HEARTBEAT_SECONDS: "5", ...process.env },
  });
  try {
    const run = demonstrate(stack);
    const lines = await Promise.race([run, ended]);
    if (lines === undefined) return;
    console.log(`\nBoth sides, after the worker was killed in the middle of both legs:\n\n${table(lines)}\n`);
    console.log(
      `  Temporal UI  ${stack.temporalUiUrl}\n  API          ${stack.apiUrl}\n  Mixpanel     ${stack.mixpanelUrl}\n`,
    );
    if (!isExact(lines)) process.exitCode = 1;
    if (values.exit) return;
    console.log("All of it stays up until Ctrl-C.");
    await ended;
  } finally {
    await stack.stop();
  }
}

async function demonstrate(stack: Stack): Promise<Line[]> {
  const nowMs = Date.now();
  const purchases = readPurchases(nowMs);
  const exposures = makeExposures([...new Set(purchases.map(({ customer }) => customer))], nowMs);
  const buckets = bucketsOf(exposures);
  const bars = createBars();
  try {
    await createProject(stack.mixpanelUrl);
    let loaded = 0;
    const loading = bars.add("loading purchases", purchases.length);
    await loadPurchases(stack.mixpanelUrl, purchases, (count) => loading.update((loaded += count)));
    const api = new Api(stack.apiUrl, await createWorkspace(stack));
    const accepted = await postExposures(api, exposures, bars);
    const id = await createIntegration(api, firstDay(purchases));
    const killedIn = await syncAndKill(stack, api, id, { buckets: buckets.size, purchases: purchases.length }, bars);
    return await countBothSides(stack, api, id, {
      nowMs,
      exposures,
      accepted,
      buckets,
      purchases: purchases.length,
      killedIn,
    });
  } finally {
    bars.stop();
  }
}

async function createWorkspace(stack: Stack): Promise<string> {
  const answer = await runToEnd(crosscurrent("workspace", "create", "demo"), stack.env, "Creating the workspace");
  return (JSON.parse(answer) as { apiKey: string }).apiKey;
}

async function postExposures(api: Api, exposures: DemoExposure[], bars: Bars): Promise<number> {
  const bar = bars.add("posting exposures", exposures.length);
  let accepted = 0;
  for (let at = 0; at < exposures.length; at += EXPOSURES_PER_CALL) {
    const body = { exposures: exposures.slice(at, at + EXPOSURES_PER_CALL) };
    accepted += (await api.call<{ accepted: number }>("POST", "/v1/exposures", body)).accepted;
    bar.update(accepted);
  }
  return accepted;
}

async function createIntegration(api: Api, importFrom: string): Promise<string> {
  const { id } = await api.call<{ id: string }>("POST", "/v1/integrations", {
    provider: "mixpanel",
    projectId: PROJECT_ID,
    serviceAccountUsername: ACCOUNT.username,
    serviceAccountSecret: ACCOUNT.secret,
    importFrom,
  });
  await api.call("POST", `/v1/integrations/${id}/events`, {
    eventId: PURCHASE_EVENT,
    description: "Fires when a customer completes a purchase",
  });
  await api.call("PATCH", `/v1/integrations/${id}`, { export: { enabled: true }, import: { enabled: true } });
  return id;
}

interface Facts {
  nowMs: number;
  exposures: DemoExposure[];
  accepted: number;
  buckets: Map<string, number>;
  purchases: number;
  killedIn: string[];
}

/** Asks both sides, each through its own front door. */
async function countBothSides(stack: Stack, api: Api, id: string, facts: Facts): Promise<Line[]> {
  const fromMs = facts.exposures.reduce((first, { timestamp }) => Math.min(first, timestamp), facts.nowMs);
  const events = await readEvents(stack.mixpanelUrl, EXPORTED_EVENT, fromMs, facts.nowMs);
  const held = new Map(
    events.map(({ properties }) => {
      const {
        alias_id,
        route_id,
        variant_id,
        distinct_id: user,
        time,
      } = properties as unknown as DemoExposure & {
        distinct_id: string;
        time: number;
      };
      return [bucketKey({ alias_id, route_id, variant_id, user }, time), time] as const;
    }),
  );
  const right = [...facts.buckets].filter(([key, timeMs]) => held.get(key) === timeMs).length;
  const integration = await api.integration(id);
  const { properties } = await api.call<{ properties: { name: string; count: number; numeric: boolean }[] }>(
    "GET",
    `/v1/integrations/${id}/events/${PURCHASE_EVENT}/properties`,
  );
  const numeric = properties.filter(({ name }) => name === "amount" || name === "cds");
  return [
    { what: "exposures accepted", actual: facts.accepted, expected: facts.exposures.length },
    {
      what: "buckets sent (one per user, router, route, variant, hour)",
      actual: integration.export.sent,
      expected: facts.buckets.size,
    },
    {
      what: "buckets pending or rejected",
      actual: integration.export.pending + integration.export.rejected,
      expected: 0,
    },
    { what: "events at Mixpanel", actual: events.length, expected: facts.buckets.size },
    { what: "  of them each bucket exactly once, at its latest time", actual: right, expected: facts.buckets.size },
    { what: "purchases imported", actual: await api.imported(id), expected: facts.purchases },
    {
      what: "numeric properties found (amount, cds)",
      actual: numeric.filter((one) => one.numeric).length,
      expected: 2,
    },
    {
      what: "  records that have both",
      actual: Math.min(...numeric.map((one) => one.count)),
      expected: facts.purchases,
    },
    { what: "legs in whose middle the worker was killed", actual: facts.killedIn.length, expected: 2 },
  ];
}

await main();
