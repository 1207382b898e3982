// The raw export's refusals and rates, and the small calls around it.
import { request } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { ACCOUNT, basic, call, exportRaw, loadEvents, NOON_MS, PROJECT } from "../../../support/dev/mixpanelClient.ts";

let standIn: MixpanelStandIn;
beforeAll(async () => {
  standIn = await startMixpanelStandIn();
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT, { exportPerHour: null, exportPerSecond: null });
  await standIn.control.realClock();
});

const load = (timesMs: number[], name?: string) => loadEvents(standIn, timesMs, name);

describe("refusals", () => {
  it("says 400 in plain text for bad credentials", async () => {
    for (const authorization of [
      basic("x.mp-service-account:y"),
      basic("nonsense:"),
      basic(`token-${PROJECT}:`),
      "Bearer x",
    ]) {
      const answer = await exportRaw(standIn, {}, { authorization });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain("Unable to authenticate request");
      expect(answer.headers["content-type"]).toBe("text/plain");
    }
    await standIn.control.putProject(PROJECT, { invented: { exportAuthStatus: 401 } });
    expect((await exportRaw(standIn, {}, { authorization: "Bearer x" })).status).toBe(401);
  });

  it("takes any role, and the secret without a project id", async () => {
    await standIn.control.putProject(PROJECT, {
      serviceAccounts: [{ username: "c.mp-service-account", secret: "s", role: "consumer" }],
    });
    expect((await exportRaw(standIn, {}, { authorization: basic("c.mp-service-account:s") })).status).toBe(200);
    const bare = await call(standIn, "/api/2.0/export?from_date=2026-03-10&to_date=2026-03-10", {
      headers: { authorization: basic(`secret-${PROJECT}`) },
    });
    expect(bare.status).toBe(200);
  });

  it("says 402 where the plan has no raw export", async () => {
    await standIn.control.putProject(PROJECT, { plan: "no_raw_export" });
    const answer = await exportRaw(standIn);
    expect([answer.status, answer.text]).toEqual([
      402,
      "Your plan does not support raw data export. Visit mixpanel.com/pricing to upgrade.",
    ]);
  });

  it("allows 3 in a second and 60 in an hour, by the stand-in's clock", async () => {
    await standIn.control.putProject(PROJECT, { exportPerHour: 60, exportPerSecond: 3 });
    await standIn.control.setClock(NOON_MS, { frozen: true });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await exportRaw(standIn)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    for (let i = 0; i < 57; i++) {
      await standIn.control.advanceClock(1000);
      expect((await exportRaw(standIn)).status).toBe(200);
    }
    await standIn.control.advanceClock(1000);
    const refused = await exportRaw(standIn);
    expect(refused.status).toBe(429);
    expect(refused.json["error"]).toContain("exceeded the rate limit (61/60 queries running in the last hour)");
    expect(refused.headers["retry-after"]).toBeUndefined();
    await standIn.control.putProject(PROJECT, { invented: { exportRateLimitHeaders: true } });
    expect((await exportRaw(standIn)).headers["retry-after"]).toBe(String(3600 - 58));
    await standIn.control.advanceClock(3_542_000);
    expect((await exportRaw(standIn)).status).toBe(200);
  });

  it("runs only so many at once", async () => {
    await standIn.control.putProject(PROJECT, { exportConcurrent: 1 });
    await load([NOON_MS]);
    const id = await standIn.control.addFault(PROJECT, {
      kind: "hang_mid_body",
      target: "export",
      times: 1,
      afterEvents: 1,
    });
    const hanging = await request(
      `${standIn.origin}/api/2.0/export?project_id=${PROJECT}&from_date=2026-03-10&to_date=2026-03-10`,
      { headers: { authorization: ACCOUNT } },
    );
    expect(hanging.statusCode).toBe(200);
    expect((await exportRaw(standIn)).status).toBe(429);
    await standIn.control.clearFaults(PROJECT, id);
    await expect(hanging.body.text()).rejects.toThrow(/./);
    expect((await exportRaw(standIn)).status).toBe(200);
  });
});

describe("the small calls", () => {
  it("tells an account its projects and their zone", async () => {
    await standIn.control.putProject(PROJECT, { timezone: "Europe/Berlin" });
    const me = await call(standIn, "/api/app/me?include_workspace_users=false");
    expect(me.json).toMatchObject({
      status: "ok",
      results: { projects: { [PROJECT]: { timezone: "Europe/Berlin", domain: "mixpanel.com" } } },
    });
    const refused = await call(standIn, "/api/app/me", { headers: { authorization: basic("a:b") } });
    expect([refused.status, refused.text]).toEqual([
      401,
      '{"status":"error","error":"Invalid service account credentials"}',
    ]);
  });

  it("lists names and top properties under both paths, within 60 an hour", async () => {
    await standIn.control.setClock(NOON_MS + 1000, { frozen: true });
    await load([NOON_MS, NOON_MS]);
    for (const base of ["/api/query", "/api/2.0"]) {
      expect((await call(standIn, `${base}/events/names?project_id=${PROJECT}&type=general`)).json).toEqual([
        "purchase",
      ]);
      const top = await call(standIn, `${base}/events/properties/top?project_id=${PROJECT}&event=purchase&limit=50`);
      expect(top.json).toMatchObject({ n: { count: 2 }, distinct_id: { count: 2 } });
      expect((await call(standIn, `${base}/engage?project_id=${PROJECT}`)).json).toMatchObject({
        results: [],
        status: "ok",
      });
      expect((await call(standIn, `${base}/engage/properties?project_id=${PROJECT}`)).json).toEqual({
        results: {},
        status: "ok",
      });
    }
    await standIn.control.putProject(PROJECT, { queryPerHour: 8 });
    expect((await call(standIn, `/api/query/events/names?project_id=${PROJECT}`)).status).toBe(429);
  });
});
