// The bytes that a browser with an empty cache downloads of the Portal: headers, compressed files, answers.
import type { BrowserContext } from "playwright-core";
import { startBrowser } from "../dev/services/chromium.ts";
import { rounded, type Comparison } from "./comparison.ts";
import { startMachine, type Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";

const MAX_FIRST_LOAD_KB = 300;
const HOURS = 12;
const USERS_PER_HOUR = 20;

export async function benchPortal({ onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal, the server and a browser");
  const machine = await startMachine("portal");
  try {
    const { service, url } = await machine.startServer();
    const apiKey = await createRouter(machine, url);
    const browser = await startBrowser();
    try {
      const stranger = await browser.newContext({ baseURL: url });
      const signIn = await downloadedKb(stranger, "heading", "Crosscurrent Portal");
      const customer = await browser.newContext({ baseURL: url });
      // Sets the cookie without opening a page, so that the cache stays empty.
      await customer.request.post("/v1/session", { data: { apiKey } });
      const routers = await downloadedKb(customer, "figure", /^Exposures per hour/);
      return [compare("sign-in page", signIn), compare("Routers, signed in, its chart drawn", routers)];
    } finally {
      await browser.close();
      await service.stop();
    }
  } finally {
    await machine.stop();
  }
}

function compare(page: string, ours: number): Comparison {
  const against = `${MAX_FIRST_LOAD_KB} KB for a first load: ${page}`;
  const ratio = rounded(MAX_FIRST_LOAD_KB / ours);
  return { bench: "portal", against, ours, theirs: MAX_FIRST_LOAD_KB, unit: "KB", ratio, goal: 1 };
}

/** Kilobytes of 1,000 bytes until the page shows this and no request is running. */
async function downloadedKb(context: BrowserContext, role: "heading" | "figure", name: string | RegExp) {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  let bytes = 0;
  network.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await network.send("Network.enable");
  await page.goto("/");
  await page.getByRole(role, { name }).waitFor();
  await page.waitForLoadState("networkidle");
  await context.close();
  return Math.ceil(bytes / 1_000);
}

/** A workspace with a router of two variants and their exposures, for its first page. */
async function createRouter({ store }: Machine, url: string): Promise<string> {
  const { workspaceId, apiKey } = await store.workspaces.create("bench");
  const variants = ["a", "b"].map((id) => ({
    id,
    weight: 1,
    upstream: {
      baseUrl: "https://upstream.example/v1",
      model: id,
      apiKey: null,
    },
  }));
  const routes = [{ id: "default", conditions: {}, fallbackVariantIds: [], variants }];
  await store.routers.create(workspaceId, { id: "my-router", description: null, routes });
  const exposures = Array.from({ length: HOURS * USERS_PER_HOUR }, (_, i) => ({
    alias_id: "my-router",
    route_id: "default",
    variant_id: i % 2 === 0 ? "a" : "b",
    user: `user-${i}`,
    timestamp: Date.now() - (i % HOURS) * 36e5,
  }));
  const headers = { authorization: `Basic ${apiKey}`, "content-type": "application/json" };
  const answer = await fetch(`${url}/v1/exposures`, { method: "POST", headers, body: JSON.stringify({ exposures }) });
  if (!answer.ok) throw new Error(`The exposures were not taken: ${answer.status}`);
  return apiKey;
}
