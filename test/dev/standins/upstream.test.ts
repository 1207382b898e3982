// The local upstream as `crosscurrent dev` starts it: a process that answers, strikes when told to, and is allowed by
// setting.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLog } from "../../../dev/process/logFile.ts";
import { stackSettings, startUpstream } from "../../../dev/stack/parts.ts";

test("answers, obeys its control, and its host is allowed", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "crosscurrent-upstream-"));
  const upstream = await startUpstream(dataDir, process.env, openLog(dataDir, "upstream"));
  try {
    const origin = new URL(upstream.baseUrl).origin;
    const post = (url: string, body: object) => fetch(url, { method: "POST", body: JSON.stringify(body) });
    const chat = () => post(`${upstream.baseUrl}/chat/completions`, { model: "m", messages: [] });
    expect(await (await chat()).json()).toMatchObject({ choices: [{ message: { content: "m heard: something" } }] });
    await post(`${origin}/__control/faults`, { faults: [{ kind: "status", status: 503 }] });
    expect([(await chat()).status, (await chat()).status]).toEqual([503, 200]);
    const { requests } = (await (await fetch(`${origin}/__control/requests`)).json()) as { requests: unknown[] };
    expect(requests).toHaveLength(3);
    const at = { databaseUrl: "x", temporalAddress: "x", mixpanelUrl: "x", apiPort: 1, upstreamHost: upstream.host };
    const settings = stackSettings(dataDir, { GATEWAY_ALLOWED_HOSTS: "llm.internal" }, at);
    expect(settings["GATEWAY_ALLOWED_HOSTS"]).toBe(`llm.internal,${new URL(origin).host}`);
  } finally {
    await upstream.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
