// Child processes: ready or a clear error, ended in order or by force, never left behind.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startService, type ServiceOptions } from "../../../dev/process/service.ts";
import { identify } from "../../../dev/process/processTable.ts";
import { eventually } from "../../support/eventually.ts";
import { startScript } from "../../support/dev/script.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-process-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const STAYS = "console.log('up'); setInterval(() => {}, 1000)";
const STUBBORN = `process.on('SIGTERM', () => {}); ${STAYS}`;

/** A Node program that counts as ready once it printed something. */
function program(code: string, more: Partial<ServiceOptions> = {}): ServiceOptions {
  let printed = false;
  return {
    name: "Probe",
    command: process.execPath,
    args: ["-e", code],
    isReady: () => Promise.resolve(printed),
    onLog: () => (printed = true),
    ...more,
  };
}

describe("startService", () => {
  it("says how a service ended that never got ready, with its last lines", async () => {
    const dies = program("console.error('no space left'); process.exit(3)", { isReady: () => Promise.resolve(false) });
    await expect(startService(dies)).rejects.toThrow(/^Probe ended at once \(exit code 3\).*\n {2}no space left$/);
  });

  it("names a command that does not exist", async () => {
    const missing = program("", { command: join(folder, "nothing-here") });
    await expect(startService(missing)).rejects.toThrow(/Probe could not be started.*\n.*nothing-here ENOENT/);
  });

  it("ends a service that is not ready in time and says what it printed", async () => {
    let pid = 0;
    const slow = program("console.log(process.pid); setInterval(() => {}, 1000)", {
      isReady: () => Promise.resolve(false),
      readyWithinMs: 1_500,
      onLog: (line) => (pid = Number(line)),
    });
    await expect(startService(slow)).rejects.toThrow(/Probe was not ready within 1.5 s.*\n {2}\d+$/);
    expect(pid).toBeGreaterThan(0);
    expect(identify(pid)).toBeNull();
  });

  it("stops by force what does not end when asked", async () => {
    const service = await startService(program(STUBBORN, { stopWithinMs: 200 }));
    await service.stop();
    expect(await service.exited).toEqual({ code: null, signal: "SIGKILL" });
    await service.stop();
  });

  it("refuses a second start while the first one's owner lives, and allows it after the stop", async () => {
    const pidFile = join(folder, "probe.pid");
    const first = await startService(program(STAYS, { pidFile }));
    await expect(startService(program(STAYS, { pidFile }))).rejects.toThrow(`Probe is in use: process ${process.pid}`);
    await first.stop();
    expect(existsSync(pidFile)).toBe(false);
    await (await startService(program(STAYS, { pidFile }))).stop();
  });
});

/** A parent that starts a service, prints both process numbers, and then does what it is told. */
function parent(pidFile: string, afterwards: string) {
  return startScript(`
    import { startService } from "./dev/process/service.ts";
    let printed = false;
    const service = await startService({ name: "Probe", command: process.execPath, args: ["-e", ${JSON.stringify(STAYS)}],
      pidFile: ${JSON.stringify(pidFile)}, isReady: () => Promise.resolve(printed), onLog: () => (printed = true) });
    console.log(JSON.stringify(service.pid));
    ${afterwards}`);
}

describe("a parent that ends", () => {
  it.each([
    ["by process.exit", "setTimeout(() => process.exit(0), 50)", null],
    ["by an uncaught error", "setTimeout(() => { throw new Error('broken') }, 50)", null],
    ["by Ctrl-C", "", "SIGINT"],
    ["by SIGTERM", "", "SIGTERM"],
  ] as const)("%s takes its service along", async (_how, afterwards, signal) => {
    const script = await parent(join(folder, "probe.pid"), afterwards);
    const pid = script.first as number;
    if (signal !== null) await script.kill(signal);
    await script.ended;
    expect(
      await eventually(
        () => identify(pid),
        (found) => found === null,
      ),
    ).toBeNull();
  });

  it("by SIGKILL leaves an orphan, which the next start ends", async () => {
    const pidFile = join(folder, "probe.pid");
    const script = await parent(pidFile, "");
    const orphan = script.first as number;
    await script.kill("SIGKILL");
    expect(identify(orphan)).not.toBeNull();
    const service = await startService(program(STAYS, { pidFile }));
    expect(identify(orphan)).toBeNull();
    expect(service.pid).not.toBe(orphan);
    await service.stop();
  });
});
