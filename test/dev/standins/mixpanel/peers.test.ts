// The stand-in held to Mixpanel's contract by clients that nobody here wrote, with nothing but their address changed.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { peerTls } from "../../../../dev/standins/mixpanel/peers/certificate.ts";
import { type ConnectProxy, startConnectProxy } from "../../../../dev/standins/mixpanel/peers/connectProxy.ts";
import { peerPythonBin, runPeer } from "../../../../dev/standins/mixpanel/peers/python.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";

const run = promisify(execFile);
const requireFrom = createRequire(import.meta.url);
const PROJECT = "4242";
const ACCOUNT = `sync.${PROJECT}.mp-service-account`;
const ACCOUNT_SECRET = `sa-secret-${PROJECT}`;
const INSTALL_TIMEOUT_MS = 300_000;

let plain: MixpanelStandIn;
let secure: MixpanelStandIn;
let proxy: ConnectProxy;
let folder: string;

beforeAll(async () => {
  plain = await startMixpanelStandIn();
  secure = await startMixpanelStandIn({ tls: peerTls() });
  proxy = await startConnectProxy(secure.origin);
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-peers-"));
  await peerPythonBin();
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await proxy.stop();
  await secure.stop();
  await plain.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  for (const { control } of [plain, secure]) {
    await control.deleteProject(PROJECT);
    await control.putProject(PROJECT, { exportPerSecond: null });
  }
});

const NOON_MS = Math.floor((Date.now() - 3 * 86_400_000) / 86_400_000) * 86_400_000 + 12 * 3_600_000;

function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

describe("npm mixpanel 0.24.0", () => {
  interface Client {
    import(event: string, time: number, properties: object, done: (error: Error | undefined) => void): void;
    import_batch(events: object[], options: object, done: (errors: Error[] | null) => void): void;
  }
  interface Library {
    init(token: string, config: object): Client;
  }
  const library = requireFrom("mixpanel") as Library;

  it("imports a batch of 120 in its requests of 50, and one by GET", async () => {
    const { hostname, port } = new URL(plain.origin);
    const client = library.init(`token-${PROJECT}`, { host: hostname, port, protocol: "http", key: "x" });
    const events = Array.from({ length: 120 }, (_, i) => ({
      event: "purchase",
      properties: {
        time: Math.floor(NOON_MS / 1000) + i,
        distinct_id: `user-${i}`,
        $insert_id: `node-${i}`,
        text: "é+/ü",
      },
    }));
    const errors = await new Promise((done) => client.import_batch(events, { max_batch_size: 50 }, done));
    expect(errors).toBeNull();
    const single = await new Promise((done) =>
      client.import("view", Math.floor(NOON_MS / 1000), { distinct_id: "user-1", $insert_id: "node-single" }, done),
    );
    expect(single).toBeUndefined();
    expect(await plain.control.count(PROJECT)).toEqual({
      stored: 121,
      deduped: 121,
      byEvent: { purchase: { stored: 120, deduped: 120 }, view: { stored: 1, deduped: 1 } },
    });
    const [row] = await plain.control.rows(PROJECT, { distinctId: "user-7" });
    expect(row?.properties).toMatchObject({ time: NOON_MS + 7000, $insert_id: "node-7", text: "é+/ü", $import: true });
    expect((await plain.control.requests(PROJECT)).byKind["import"]).toEqual({
      total: 4,
      byStatus: { 200: 4 },
      reset: 0,
    });
  });

  it("is told of a bad secret", async () => {
    const { port } = new URL(secure.origin);
    const script = `
      const client = require("mixpanel").init("wrong-token", { host: "localhost", port: ${port}, protocol: "https", secret: "wrong" });
      client.import_batch([{ event: "purchase", properties: { time: 1700000000, distinct_id: "a" } }], {}, (errors) => {
        console.log(errors ? "refused" : "accepted");
      });`;
    const env = {
      ...process.env,
      NODE_EXTRA_CA_CERTS: resolve(import.meta.dirname, "../../../../dev/standins/mixpanel/peers/certificate/ca.pem"),
    };
    const { stdout } = await run(process.execPath, ["-e", script], { env, cwd: import.meta.dirname });
    expect(stdout.trim()).toBe("refused");
    expect((await secure.control.count(PROJECT)).stored).toBe(0);
  });
});

describe("npm mixpanel-import 3.1.43", () => {
  const preload = resolve(import.meta.dirname, "../../../../dev/standins/mixpanel/peers/redirectMixpanelImport.cjs");
  const cli = requireFrom.resolve("mixpanel-import");

  function mixpanelImport(args: string[]): Promise<{ stdout: string }> {
    const credentials = ["--project", PROJECT, "--acct", ACCOUNT, "--pass", ACCOUNT_SECRET, "--no-logs"];
    const env = { ...process.env, MIXPANEL_STAND_IN_ORIGIN: plain.origin };
    return run(process.execPath, ["--require", preload, cli, ...args, ...credentials], { env, cwd: folder });
  }

  it.each(["undici", "got"])("imports 5,000 events strictly and exports them again, over %s", async (transport) => {
    const file = join(folder, `events-${transport}.ndjson`);
    const lines = Array.from({ length: 5000 }, (_, i) => {
      const properties = { time: NOON_MS + i, distinct_id: `user-${i % 70}`, $insert_id: `mpi-${i}`, amount: i / 100 };
      return JSON.stringify({ event: "purchase", properties });
    });
    writeFileSync(file, lines.join("\n"));
    await mixpanelImport([file, "--type", "event", "--transport", transport, "--compress"]);
    expect(await plain.control.count(PROJECT)).toMatchObject({ stored: 5000, deduped: 5000 });
    expect((await plain.control.requests(PROJECT)).byKind["import"]?.byStatus).toEqual({ 200: 3 });

    const exported = join(folder, `exported-${transport}.ndjson`);
    const range = ["--start", dateOf(NOON_MS), "--end", dateOf(NOON_MS)];
    await mixpanelImport([join(folder, "unused"), "--type", "export", "--where", exported, ...range]);
    const rows = readFileSync(exported, "utf8").trim().split("\n");
    expect(rows).toHaveLength(5000);
  });
});

describe("PyPI mixpanel 5.4.1", () => {
  it("imports 130 events through its buffered consumer over http", async () => {
    const script = `
import sys
from mixpanel import Mixpanel, BufferedConsumer
consumer = BufferedConsumer(import_url=sys.argv[1] + "/import")
client = Mixpanel("token-${PROJECT}", consumer=consumer)
for i in range(130):
    client.import_data("", "user-%d" % i, "purchase", ${Math.floor(NOON_MS / 1000)} + i, {"$insert_id": "py-%d" % i, "amount": 1.5}, api_secret="secret-${PROJECT}")
consumer.flush()
`;
    await run(join(await peerPythonBin(), "python"), ["-c", script, plain.origin]);
    expect(await plain.control.count(PROJECT)).toMatchObject({ stored: 130, deduped: 130 });
    expect((await plain.control.requests(PROJECT)).byKind["import"]?.byStatus).toEqual({ 200: 3 });
  });

  it("is told of a bad secret, by an exception", async () => {
    const script = `
import sys
from mixpanel import Mixpanel, Consumer, MixpanelException
client = Mixpanel("wrong", consumer=Consumer(import_url=sys.argv[1] + "/import"))
try:
    client.import_data("", "user", "purchase", 1700000000, api_secret="wrong")
except MixpanelException as error:
    print("refused")
`;
    const { stdout } = await run(join(await peerPythonBin(), "python"), ["-c", script, plain.origin]);
    expect(stdout.trim()).toBe("refused");
    expect((await plain.control.count(PROJECT)).stored).toBe(0);
  });
});

describe("PyPI tap-mixpanel 1.8.0", () => {
  async function tap(): Promise<{ type: string; stream: string; record: Record<string, unknown> }[]> {
    const config = join(folder, "config.json");
    writeFileSync(
      config,
      JSON.stringify({
        api_secret: `secret-${PROJECT}`,
        project_timezone: "UTC",
        start_date: `${dateOf(NOON_MS - 86_400_000)}T00:00:00Z`,
        date_window_size: "30",
        attribution_window: "5",
        user_agent: "stand-in test",
        select_properties_by_default: "true",
      }),
    );
    const catalog = JSON.parse(await runPeer("tap-mixpanel", ["--config", config, "--discover"], proxy.url)) as {
      streams: { stream: string; metadata: { breadcrumb: string[]; metadata: Record<string, unknown> }[] }[];
    };
    for (const stream of catalog.streams) {
      for (const { breadcrumb, metadata } of stream.metadata) {
        if (breadcrumb.length === 0) metadata["selected"] = stream.stream === "export";
      }
    }
    const catalogPath = join(folder, "catalog.json");
    writeFileSync(catalogPath, JSON.stringify(catalog));
    const out = await runPeer("tap-mixpanel", ["--config", config, "--catalog", catalogPath], proxy.url);
    return out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as never);
  }

  it("discovers and reads every row, unmodified, through a proxy", async () => {
    const users = 40;
    await secure.control.loadRows(
      PROJECT,
      Array.from({ length: 1500 }, (_, i) => ({
        event: i % 3 === 0 ? "view" : "purchase",
        timeMs: NOON_MS + i * 1000,
        properties: { distinct_id: `user-${i % users}`, $insert_id: `tap-${i}`, amount: i, note: "a\u2028b" },
      })),
    );
    const messages = await tap();
    const records = messages.filter(({ type }) => type === "RECORD");
    expect(records).toHaveLength(1500);
    expect(new Set(records.map(({ record }) => record["mp_reserved_insert_id"])).size).toBe(1500);
    expect(records.filter(({ record }) => record["event"] === "view")).toHaveLength(500);
    expect(new Set(records.map(({ record }) => record["note"]))).toEqual(new Set(["a\u2028b"]));
  });
});
