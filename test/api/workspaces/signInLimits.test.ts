// How often: sign-ins, keys that are not valid, calls of a workspace; and whose address counts.
import type { IncomingMessage } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import type { WebSettings } from "../../../src/api/deps.ts";
import { NO_LIMITS, type LimitSettings } from "../../../src/api/workspaces/signInLimits.ts";
import { createHarness, NEW_INTEGRATION, type Harness } from "../../support/api/harness.ts";

let api: Harness;
afterEach(() => api.close());

async function limited(limits: Partial<LimitSettings>, web: Partial<WebSettings> = {}): Promise<void> {
  api = await createHarness({ ...web, limits: { ...NO_LIMITS, ...limits } });
}

/** A call from this address, with these words of the proxies in front. */
async function callFrom(remoteAddress: string, key: string, forwarded?: string, path = "/v1/workspace") {
  const headers = { authorization: `Bearer ${key}`, ...(forwarded !== undefined && { "x-forwarded-for": forwarded }) };
  const incoming = { socket: { remoteAddress } } as IncomingMessage;
  return await api.app.request(path, { headers }, { incoming });
}

const statusesOf = async (calls: (() => Promise<{ status: number }>)[]) => {
  const statuses: number[] = [];
  for (const call of calls) statuses.push((await call()).status);
  return statuses;
};
const times = <T>(count: number, call: () => Promise<T>) => Array.from({ length: count }, () => call);

test("sign-ins with one key from one address; the answer says when to try again", async () => {
  await limited({ signInsPerMinute: 3 });
  const signIn = (apiKey: string) => api.callAs(null)("/v1/session", { json: { apiKey } });
  expect(await statusesOf(times(3, () => signIn("cck_wrong")))).toEqual([401, 401, 401]);
  const answer = await signIn("cck_wrong");
  expect(answer).toMatchObject({ status: 429, body: { title: "Too Many Requests", errors: [] } });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(60);
});

test("bad sign-ins lock out neither others at the address nor the same key elsewhere", async () => {
  await limited({ signInsPerMinute: 3, failedKeysPerMinute: 30 }, { trustedProxies: 1 });
  const signIn = (apiKey: string, address: string) =>
    api.callAs(null)("/v1/session", { json: { apiKey }, headers: { "x-forwarded-for": address } });
  const guesses = Array.from({ length: 40 }, (_, i) => () => signIn(`cck_${i}-wrong-key`, "192.0.2.1"));
  const statuses = await statusesOf(guesses);
  expect(statuses.slice(0, 30)).toEqual(Array<number>(30).fill(401));
  expect(statuses.slice(30)).toEqual(Array<number>(10).fill(429));
  expect((await signIn(api.workspace.apiKey, "192.0.2.1")).status).toBe(201);
  const own = () => signIn(`${api.workspace.apiKey}x`, "192.0.2.2");
  expect(await statusesOf(times(4, own))).toEqual([401, 401, 401, 429]);
  expect((await signIn(api.workspace.apiKey, "192.0.2.3")).status).toBe(201);
});

test("connection tests of a workspace, before and after an integration is created", async () => {
  await limited({ connectionTestsPerMinute: 4 });
  const { body } = await api.call("/v1/integrations", { json: NEW_INTEGRATION });
  const stored = () => api.call(`/v1/integrations/${String(body.id)}/test`, { method: "POST" });
  const fresh = (secret: string) =>
    api.call("/v1/integrations/test", { json: { ...NEW_INTEGRATION, serviceAccountSecret: secret } });
  expect(await statusesOf(times(2, stored))).toEqual([202, 202]);
  const guesses = Array.from({ length: 20 }, (_, i) => () => fresh(`guess-${i}`));
  expect(await statusesOf(guesses)).toEqual([202, 202, ...Array<number>(18).fill(429)]);
  expect((await stored()).headers.get("retry-after")).toMatch(/^\d+$/);
  expect(api.connector.tested).toHaveLength(4);
  expect((await api.callOther("/v1/integrations/test", { json: NEW_INTEGRATION })).status).toBe(202);
});

test("keys that are not valid: 429 for that address; a valid key and other addresses are not affected", async () => {
  await limited({ failedKeysPerMinute: 5 });
  const wrong = () => callFrom("192.0.2.1", "cck_wrong");
  expect(await statusesOf(times(7, wrong))).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect((await wrong()).headers.get("content-type")).toBe("application/problem+json");
  expect((await callFrom("192.0.2.1", api.workspace.apiKey)).status).toBe(200);
  expect((await callFrom("192.0.2.2", "cck_wrong")).status).toBe(401);
});

test("an address with ever new wrong keys has a bounded number of look-ups and sign-ins", async () => {
  await limited({ signInsPerMinute: 2, failedKeysPerMinute: 5 });
  const lookUps = vi.spyOn(api.store.keys, "authenticate");
  const own = () => callFrom("192.0.2.1", api.workspace.apiKey);
  const guess = (i: number) => () => callFrom("192.0.2.1", `cck_${i}`);
  expect(await statusesOf(Array.from({ length: 6 }, (_, i) => guess(i)))).toEqual([401, 401, 401, 401, 401, 429]);
  expect((await own()).status).toBe(200);
  await statusesOf(Array.from({ length: 1_500 }, (_, i) => guess(i)));
  expect(lookUps.mock.calls.length).toBeLessThanOrEqual(6 + 2 + 256 * 3);
  expect((await own()).status).toBe(200);
  const signIn = (apiKey: string) => () => api.callAs(null)("/v1/session", { json: { apiKey } });
  lookUps.mockClear();
  await statusesOf(Array.from({ length: 600 }, (_, i) => signIn(`cck_${i}`)));
  expect(lookUps.mock.calls.length).toBeLessThanOrEqual(256 * 2);
});

test("a key that was valid before stays so, however many wrong ones come from its address", async () => {
  await limited({ failedKeysPerMinute: 5 });
  const own = () => callFrom("192.0.2.1", api.workspace.apiKey);
  expect((await own()).status).toBe(200);
  await statusesOf(Array.from({ length: 1_500 }, (_, i) => () => callFrom("192.0.2.1", `cck_${i}`)));
  expect((await own()).status).toBe(200);
});

test("without trusted proxies their words are ignored; with them the entry that the outermost one wrote counts", async () => {
  await limited({ failedKeysPerMinute: 1 });
  const through = (list: string) => () => callFrom("192.0.2.1", "cck_wrong", list);
  expect(await statusesOf([through("198.51.100.1"), through("198.51.100.2")])).toEqual([401, 429]);
  await api.close();

  await limited({ failedKeysPerMinute: 1 }, { trustedProxies: 2 });
  const lists = ["spoofed, 198.51.100.1, 10.0.0.1", "198.51.100.9, 198.51.100.1, 10.0.0.2", "198.51.100.2, 10.0.0.1"];
  expect(await statusesOf(lists.map(through))).toEqual([401, 429, 401]);
  // Too few entries, and what is no address: the nearest that is known.
  expect(await statusesOf([through("198.51.100.3"), through("nonsense, 10.0.0.1"), through("")])).toEqual([
    401, 401, 429,
  ]);
});

test("addresses of IPv6 count by their /64, an IPv4 address in IPv6's clothes as itself", async () => {
  await limited({ failedKeysPerMinute: 1 });
  const from = (address: string) => () => callFrom(address, "cck_wrong");
  expect(await statusesOf(["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"].map(from))).toEqual([401, 429, 401]);
  expect(await statusesOf(["::ffff:192.0.2.7", "192.0.2.7"].map(from))).toEqual([401, 429]);
});

test("calls of a workspace", async () => {
  api = await createHarness({}, { workspaceCallsPerMinute: 2 });
  expect(await statusesOf(times(3, () => api.call("/v1/integrations")))).toEqual([200, 200, 429]);
  expect((await api.callOther("/v1/integrations")).status).toBe(200);
});

test("calls of the API of a workspace, and their bytes", async () => {
  api = await createHarness({}, { workspaceApiCallsPerMinute: 6 });
  expect(await statusesOf(times(3, () => api.call("/v1/integrations")))).toEqual([200, 200, 429]);
  expect((await api.call("/v1/exposures", { raw: "not an exposure" })).status).toBe(400);
  expect((await api.callOther("/v1/integrations")).status).toBe(200);
  await api.close();
  api = await createHarness({}, { workspaceApiBytesPerSecond: 50 });
  const large = () => api.call("/v1/metrics", { json: { name: "x".repeat(200) } });
  expect(await statusesOf([large, large, () => api.callOther("/v1/metrics")])).toEqual([400, 429, 200]);
  const { status, headers } = await large();
  expect([status, headers.get("retry-after")]).toEqual([429, "3"]);
});
