// The demo's metric: dollars that customers spend within three days of their first exposure to a route, by variant. The
// demo computes it a second time from the raw data.
import type { Api } from "./api.ts";
import { ROUTER, ROUTES } from "./exposures.ts";
import type { Purchase } from "./purchases.ts";
import type { Line } from "./report.ts";
import type { DemoData } from "./data.ts";

const WINDOW_HOURS = 72;
const HOUR_MS = 3_600_000;
const ROUTE = ROUTES[0];

/** The provider's event that the metric counts. */
export interface CountedEvent {
  event: string;
  /** True for the purchases that are this event. */
  isEvent: (purchase: Purchase) => boolean;
}

/** Creates the router of the exposures, so that the Portal shows its weights and metrics check them. */
export async function createRouter(api: Api, upstreamUrl: string): Promise<void> {
  const routes = ROUTES.map(({ route, page, variants }) => ({
    id: route,
    conditions: { metadata: { page: [page] } },
    variants: variants.map((id) => ({ id, upstream: { baseUrl: upstreamUrl, model: id, apiKey: "sk-demo" } })),
  }));
  await api.call("POST", "/v1/routers", { id: ROUTER, routes });
}

/** Creates the metric and returns its id. */
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

/** The metric's page in the Portal. */
export function metricPath(metricId: string): string {
  return `/product-metrics/${metricId}?router=${ROUTER}&route=${ROUTE.route}`;
}

/** Users and dollars of each variant by the metric, beside the same from the raw exposures and purchases. */
export async function metricLines(api: Api, metricId: string, of: CountedEvent, data: DemoData): Promise<Line[]> {
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
      { what: `metric: users assigned to ${variant}`, actual, expected: users },
      {
        what: `  dollars of ${of.event} within ${WINDOW_HOURS} hours`,
        actual: dollars,
        expected: cents / 100,
      },
    ];
  });
}

function countAgain({ isEvent }: CountedEvent, { exposures, purchases }: DemoData) {
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
