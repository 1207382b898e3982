// The project's virtualenv: installed once, by one process at a time; clear errors where that cannot be.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pythonPackages } from "../../../dev/services/python.ts";

let venvDir: string;
beforeEach(() => {
  venvDir = join(mkdtempSync(join(tmpdir(), "crosscurrent-python-")), "venv");
});
afterEach(() => rmSync(join(venvDir, ".."), { recursive: true, force: true }));

describe("pythonPackages", () => {
  it("installs a pin once though asked twice at the same time, and not again later", async () => {
    const log: string[] = [];
    const ask = () => pythonPackages(["six==1.17.0"], { venvDir, onLog: (line) => log.push(line) });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(first).toEqual(second);
    expect(log).toEqual([`installing six==1.17.0 into ${venvDir}`]);
    expect(existsSync(join(first.binDir, "python"))).toBe(true);
    await ask();
    expect(log).toHaveLength(1);
    await expect(pythonPackages(["six==0.0.0"], { venvDir })).rejects.toThrow(
      /Installing six==0\.0\.0 from PyPI failed: [^]*No matching distribution[^]*Check that this machine reaches PyPI/,
    );
    expect(readFileSync(join(venvDir, "crosscurrent-pins.txt"), "utf8")).toBe("six==1.17.0\n");
  });

  it("says what to install when there is no Python", async () => {
    await expect(pythonPackages(["six==1.17.0"], { venvDir, python: "no-such-python" })).rejects.toThrow(
      /Creating a Python virtualenv failed: [^]*no-such-python[^]*Install Python 3.11 or later with its venv module/,
    );
  });
});
