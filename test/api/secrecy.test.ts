// No secret comes back: everything that takes one gets a marked one, then every answer, the document and the log are
// searched.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BIGQUERY_EVENT,
  createHarness,
  NEW_BIGQUERY,
  NEW_INTEGRATION,
  type Answer,
  type Harness,
} from "../support/api/harness.ts";

const MARK = "MARKED-SECRET";
let api: Harness;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

/** Takes every secret there is; the answers, and the ids that paths are filled with. */
async function takeSecrets() {
  const answers: Answer[] = [];
  const keep = async (answer: Promise<Answer>) => {
    answers.push(await answer);
    const { status, text, body } = await answer;
    if (status >= 300) throw new Error(`${status} ${text}`);
    return body;
  };
  const mixpanel = { ...NEW_INTEGRATION, serviceAccountSecret: `${MARK}-1` };
  const id = String((await keep(api.call("/v1/integrations", { json: mixpanel }))).id);
  const patch = { serviceAccountSecret: `${MARK}-2` };
  await keep(api.call(`/v1/integrations/${id}`, { method: "PATCH", json: patch }));
  await keep(api.call(`/v1/integrations/${id}/events`, { json: { eventId: "purchase" } }));
  const { requestId } = await keep(api.call(`/v1/integrations/${id}/sync`, { method: "POST" }));
  const upstream = { baseUrl: "http://127.0.0.1:1/v1", model: "m", apiKey: `${MARK}-3` };
  const variants = [{ id: "v", upstream }];
  await keep(api.call("/v1/routers", { json: { id: "r", routes: [{ id: "r", variants }] } }));
  const variant = "/v1/routers/r/routes/r/variants/v";
  await keep(api.call(variant, { method: "PATCH", json: { upstream: { apiKey: `${MARK}-4` } } }));
  const bigQuery = await keep(api.call("/v1/integrations", { json: { ...NEW_BIGQUERY, projectId: "my-project" } }));
  await keep(api.call(`/v1/integrations/${String(bigQuery.id)}/events`, { json: BIGQUERY_EVENT }));
  const definition = { integrationId: id, name: "purchases", measure: { event: "purchase", aggregation: "count" } };
  const metric = await keep(api.call("/v1/metrics", { json: definition }));
  const signedIn = await api.callAs(null)("/v1/session", { json: { apiKey: api.workspace.apiKey } });
  answers.push(signedIn);
  const token = /=([\w-]{43});/.exec(signedIn.headers.get("set-cookie") ?? "")?.[1] ?? "";
  const ids = {
    id,
    name: "purchase",
    requestId: String(requestId),
    metric: String(metric.id),
    router: "r",
    model: "inworld/r",
    route: "r",
    variant: "v",
  };
  return { answers, token, ids: ids as Record<string, string> };
}

test("in no answer, not in the OpenAPI document, and not in the log", async () => {
  const { answers, token, ids } = await takeSecrets();
  expect(token).not.toBe("");
  const document = await api.callAs(null)("/openapi.json");
  const { paths } = document.body as { paths: Record<string, Record<string, unknown>> };
  const reads = Object.entries(paths).flatMap(([path, methods]) => ("get" in methods ? [path] : []));
  const seen = [...answers, document];
  for (const path of reads) {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? "analytics");
    const answer = await api.call(path.includes("/results") ? `${filled}?router=r` : filled);
    seen.push(answer);
    // Mixpanel has nothing to browse; everything else is there.
    expect([path, answer.status]).toEqual([path, path.includes("/bigquery/") ? 404 : 200]);
  }
  for (const open of ["/healthz", "/readyz"]) seen.push(await api.callAs(null)(open));
  const { text: measured } = await api.metrics.render();
  const everything = [...seen.map(({ text }) => text), measured, api.log.text].join("\n");
  for (const secret of [MARK, token, api.workspace.apiKey, api.other.apiKey]) expect(everything).not.toContain(secret);
});
