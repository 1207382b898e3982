// The demo's metric: what customers spend within three days of first meeting a route, by variant; counted here a
// second time.
import type { Api } from "./api.ts";
import { ROUTER, ROUTES } from "./exposures.ts";
import type { Purchase } from "./purchases.ts";
import type { Line } from "./report.ts";
import type { DemoData } from "./side.ts";

const WINDOW_HOURS = 72;
const HOUR_MS = 3_600_000;
const ROUTE = ROUTES[0];

/** What of a provider's events the metric counts. */
export interface Counted {
  event: string;
  /** Which purchases are that event. */
  isEvent: (purchase: Purchase) => boolean;
}

/** The router whose exposures are posted: the Portal then shows its weights, and metrics hold users against them. */
export async function createRouter(api: Api, upstreamUrl: string): Promise<void> {
  const routes = ROUTES.map(({ route, page, variants }) => ({
    id: route,
    conditions: { metadata: { page: [page] } },
    variants: variants.map((id) => ({ id, upstream: { baseUrl: upstreamUrl, model: id, apiKey: "sk-demo" } })),
  }));
  await api.call("POST", "/v1/routers", { id: ROUTER, routes });
}

/** Defines the metric; answers its id. */
export async function createMetric(
  api: Api,
  integrationId: string,
  of: { provider: string; event: string },
): Promise<string> {
  const measure = { event: of.event, aggregation: "sum", property: "amount" };
  const format = { style: "currency", currency: "USD" };
  const name = `Dollars per customer, ${of.provider}`;
  const metric = { integrationId, name, measure, windowHours: WINDOW_HOURS, format };
  return (await api.call<{ id: string }>("POST", "/v1/metrics", metric)).id;
}

/** Where the Portal shows it. */
export function metricPath(metricId: string): string {
  return `/product-metrics/${metricId}?router=${ROUTER}&route=${ROUTE.route}`;
}

/** Users and money of each variant, as the metric has them and as the raw exposures and purchases have them. */
export async function metricLines(api: Api, metricId: string, of: Counted, data: DemoData): Promise<Line[]> {
  const { groups } = await api.call<{ groups: { id: string; users: number; value: number | null }[] }>(
    "GET",
    `/v1/metrics/${metricId}/results?router=${ROUTER}&route=${ROUTE.route}`,
  );
  const expected = countAgain(of, data);
  return ROUTE.variants.flatMap((variant) => {
    const found = groups.find(({ id }) => id === variant);
    const { users, cents } = expected.get(variant) ?? { users: 0, cents: 0 };
    const actual = found?.users ?? 0;
    const dollars = Math.round(actual * (found?.value ?? 0) * 100) / 100;
    return [
      { what: `metric: users who met ${variant}`, actual, expected: users },
      {
        what: `  dollars of ${of.event} in ${WINDOW_HOURS} hours from then on`,
        actual: dollars,
        expected: cents / 100,
      },
    ];
  });
}

function countAgain({ isEvent }: Counted, { exposures, purchases }: DemoData) {
  const met = new Map<string, { variant: string; firstMs: number }>();
  for (const { route_id: route, variant_id: variant, user, timestamp } of exposures) {
    if (route !== ROUTE.route) continue;
    const firstMs = Math.min(met.get(user)?.firstMs ?? Infinity, timestamp);
    met.set(user, { variant, firstMs });
  }
  const groups = new Map<string, { users: number; cents: number }>(
    ROUTE.variants.map((variant) => [variant, { users: 0, cents: 0 }]),
  );
  for (const { variant } of met.values()) groups.get(variant)!.users++;
  for (const purchase of purchases) {
    const user = met.get(purchase.customer);
    if (user === undefined || !isEvent(purchase)) continue;
    const afterMs = purchase.timeMs - user.firstMs;
    if (afterMs < 0 || afterMs >= WINDOW_HOURS * HOUR_MS) continue;
    groups.get(user.variant)!.cents += Math.round(purchase.amount * 100);
  }
  return groups;
}
