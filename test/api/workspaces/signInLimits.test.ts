// How often: sign-ins, keys that are not valid, calls of a workspace; and whose address counts.
import type { IncomingMessage } from "node:http";
import { afterEach, expect, test } from "vitest";
import type { WebSettings } from "../../../src/api/deps.ts";
import { NO_LIMITS, type LimitSettings } from "../../../src/api/workspaces/signInLimits.ts";
import { createHarness, type Harness } from "../../support/api/harness.ts";

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

test("sign-ins: by address, and by key from wherever; the answer says when to try again", async () => {
  await limited({ signInsPerMinute: 3 });
  const signIn = (apiKey: string) => api.callAs(null)("/v1/session", { json: { apiKey } });
  expect(await statusesOf(times(3, () => signIn("cck_wrong")))).toEqual([401, 401, 401]);
  const answer = await signIn(api.workspace.apiKey);
  expect(answer).toMatchObject({ status: 429, body: { title: "Too Many Requests", errors: [] } });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(60);
});

test("sign-ins with one key from many addresses", async () => {
  await limited({ signInsPerMinute: 3 }, { trustedProxies: 1 });
  const signIn = (address: string) =>
    api.callAs(null)("/v1/session", {
      json: { apiKey: "cck_01234567-wrong" },
      headers: { "x-forwarded-for": address },
    });
  const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  expect(await statusesOf(addresses.map((address) => () => signIn(address)))).toEqual([401, 401, 401, 429]);
});

test("keys that are not valid: 429 for that address; a valid key and other addresses are not affected", async () => {
  await limited({ failedKeysPerMinute: 5 });
  const wrong = () => callFrom("192.0.2.1", "cck_wrong");
  expect(await statusesOf(times(7, wrong))).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect((await wrong()).headers.get("content-type")).toBe("application/problem+json");
  expect((await callFrom("192.0.2.1", api.workspace.apiKey)).status).toBe(200);
  expect((await callFrom("192.0.2.2", "cck_wrong")).status).toBe(401);
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
