// The Temporal development server: kept data, taken ports, where its program comes from.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporalCli } from "../../../dev/services/temporalCli.ts";
import { startTemporal } from "../../../dev/services/temporal.ts";
import { startScript } from "../../support/dev/script.ts";
import { startTimeSkipping } from "../../support/workflows/servers.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-temporal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  return use(new Client({ connection })).finally(() => connection.close());
}

const start = (client: Client) => client.workflow.start("probe", { workflowId: "kept", taskQueue: "nobody" });
const status = async (client: Client) => (await client.workflow.getHandle("kept").describe()).status.name;

describe("startTemporal", () => {
  it("keeps workflows over a restart, serves its UI and has fairness switched on", async () => {
    const dbFile = join(folder, "temporal.db");
    const first = await startTemporal({ dbFile });
    await withClient(first.address, start).finally(() => first.stop());
    const second = await startTemporal({ dbFile });
    try {
      expect(await withClient(second.address, status)).toBe("RUNNING");
      const ui = await fetch(`${second.uiUrl}/namespaces/default/workflows`);
      expect(ui.status).toBe(200);
      expect(await ui.text()).toContain("<html");
    } finally {
      await second.stop();
    }
  });

  it("ends the orphan of a killed parent and keeps its workflows", async () => {
    const dbFile = join(folder, "temporal.db");
    const script = await startScript(`
      import { startTemporal } from "./dev/services/temporal.ts";
      console.log(JSON.stringify((await startTemporal({ dbFile: ${JSON.stringify(dbFile)} })).address));`);
    await withClient(script.first as string, start);
    await script.kill("SIGKILL");
    const server = await startTemporal({ dbFile });
    try {
      expect(await withClient(server.address, status)).toBe("RUNNING");
      await expect(Connection.connect({ address: script.first as string, connectTimeout: 500 })).rejects.toThrow(
        "Failed to connect",
      );
    } finally {
      await server.stop();
    }
  });

  it("says that its port is taken and what to do", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(startTemporal({ port })).rejects.toThrow(`Temporal cannot listen on 127.0.0.1:${port} (EADDRINUSE)`);
    await expect(startTemporal({ uiPort: port })).rejects.toThrow(`Temporal's UI cannot listen on 127.0.0.1:${port}`);
    other.close();
  });
});

describe("temporalCli", () => {
  it("takes TEMPORAL_CLI_PATH before PATH, and PATH before an installation", async () => {
    const onPath = join(folder, "temporal");
    writeFileSync(onPath, "", { mode: 0o755 });
    const given = join(folder, "given");
    writeFileSync(given, "", { mode: 0o755 });
    expect(await temporalCli({ env: { TEMPORAL_CLI_PATH: given, PATH: folder } })).toBe(given);
    expect(await temporalCli({ env: { PATH: `/nowhere:${folder}` } })).toBe(onPath);
  });

  it("says that TEMPORAL_CLI_PATH is wrong", async () => {
    const wrong = join(folder, "nothing");
    await expect(temporalCli({ env: { TEMPORAL_CLI_PATH: wrong } })).rejects.toThrow(
      `TEMPORAL_CLI_PATH names ${wrong}, which is not an executable file`,
    );
  });
});

describe("startTimeSkipping", () => {
  it("skips over a month of waiting", async () => {
    const environment = await startTimeSkipping();
    try {
      const before = await environment.currentTimeMs();
      await environment.sleep("30 days");
      expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(30 * 86_400_000);
    } finally {
      await environment.teardown();
    }
  });
});
