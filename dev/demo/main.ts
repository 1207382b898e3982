// `npm run demo`: syncs purchases and exposures both ways, kills the worker in the middle, and counts what both ends hold.
import { once } from "node:events";
import { parseArgs } from "node:util";
import { crosscurrent, runToEnd } from "../process/program.ts";
import { LOCAL_DIR } from "../paths.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { Api } from "./api.ts";
import { type Bars, createBars } from "./bars.ts";
import { bigQueryDemo } from "./bigQueryDemo.ts";
import { makeData, type DemoData } from "./data.ts";
import type { DemoProvider } from "./demoProvider.ts";
import type { DemoExposure } from "./exposures.ts";
import { createMetric, createRouter, metricLines, metricPath } from "./metric.ts";
import { mixpanelDemo } from "./mixpanelDemo.ts";
import { isExact, type Line, table } from "./report.ts";
import { syncAndKill } from "./sync.ts";

const EXPOSURES_PER_CALL = 10_000;
const PROVIDERS = ["mixpanel", "bigquery", "both"] as const;
type Provider = (typeof PROVIDERS)[number];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { exit: { type: "boolean", default: false }, provider: { type: "string", default: "both" } },
  });
  const provider = PROVIDERS.find((one) => one === values.provider);
  if (provider === undefined) {
    console.error(`--provider is one of ${PROVIDERS.join(", ")}, not ${values.provider}`);
    process.exitCode = 2;
    return;
  }
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end.abort());
  const ended = once(end.signal, "abort").then(() => undefined);
  const stack = await startStack({
    dataDir: LOCAL_DIR,
    fresh: true,
    onStep: (step) => console.error(`… ${step}`),
    // Temporal notices a killed worker by its missing heartbeats; here sooner than in production.
    env: { ACTIVITY_HEARTBEAT_SECONDS: "5", ...process.env },
  });
  try {
    const results = await Promise.race([demonstrate(stack, provider, end.signal), ended]);
    if (results === undefined) return;
    print(stack, results, values.exit);
    if (!results.demoProviders.every(({ lines }) => isExact(lines))) process.exitCode = 1;
    if (values.exit) return;
    console.log("Everything keeps running until Ctrl-C.");
    await ended;
  } finally {
    await stack.stop();
  }
}

interface Results {
  apiKey: string;
  demoProviders: { name: string; lines: Line[]; metricId: string }[];
}

function print(stack: Stack, { apiKey, demoProviders }: Results, exits: boolean): void {
  console.log("\nWhat both ends hold, after the worker was killed in the middle of each direction:");
  for (const { name, lines } of demoProviders) console.log(`\n${table(name, lines)}`);
  if (exits) return;
  const metrics = demoProviders.map(({ metricId }) => `               ${stack.apiUrl}${metricPath(metricId)}`);
  console.log(`
  Portal       ${stack.apiUrl}, with the API key ${apiKey}
${metrics.join("\n")}
  Temporal UI  ${stack.temporalUiUrl}
  Mixpanel     ${stack.mixpanelUrl}
  BigQuery     ${stack.bigQuery.restUrl}
`);
}

async function demonstrate(stack: Stack, provider: Provider, signal: AbortSignal): Promise<Results> {
  const data = makeData(Date.now());
  const demoProviders = providersOf(stack, provider, data);
  const bars = createBars();
  try {
    await Promise.all(demoProviders.map((demoProvider) => demoProvider.load(bars, signal)));
    const apiKey = await createWorkspace(stack);
    const api = new Api(stack.apiUrl, apiKey);
    await createRouter(api, stack.upstreamUrl);
    const accepted = await postExposures(api, data.exposures, bars);
    const connected = await Promise.all(
      demoProviders.map(async (demoProvider) => {
        const id = await demoProvider.connect(api);
        return { demoProvider, id, directions: demoProvider.directions(api, id) };
      }),
    );
    const ids = connected.map(({ id }) => id);
    const directions = connected.flatMap(({ directions: { exporting, importing } }) => [exporting, importing]);
    const killedIn = await syncAndKill(stack, api, ids, directions, bars);
    bars.note("counting what both ends hold");
    const counted = connected.map(async ({ demoProvider, id, directions: { exporting, importing } }) => {
      const metricId = await createMetric(api, id, { provider: demoProvider.name, event: demoProvider.counted.event });
      return {
        name: demoProvider.name,
        metricId,
        lines: [
          { what: "exposures accepted", actual: accepted, expected: data.exposures.length },
          ...(await demoProvider.count(api, id)),
          ...(await metricLines(api, metricId, demoProvider.counted, data)),
          { what: demoProvider.exportKill, actual: killedIn.has(exporting) ? 1 : 0, expected: 1 },
          { what: "worker killed in the middle of the import", actual: killedIn.has(importing) ? 1 : 0, expected: 1 },
        ],
      };
    });
    return { apiKey, demoProviders: await Promise.all(counted) };
  } finally {
    bars.stop();
  }
}

function providersOf(stack: Stack, provider: Provider, data: DemoData): DemoProvider[] {
  return [
    ...(provider === "bigquery" ? [] : [mixpanelDemo(stack.mixpanelUrl, data)]),
    ...(provider === "mixpanel" ? [] : [bigQueryDemo(stack.bigQuery, data)]),
  ];
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

await main();
