// `crosscurrent dev` finds the development stack in a checkout, and says what to do without one.
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { loadDevStack } from "../../src/cli/dev.ts";

test("a checkout has the development stack", async () => {
  expect((await loadDevStack()).runDev).toBeTypeOf("function");
});

test("without a checkout it says that it needs one", async () => {
  await expect(loadDevStack(tmpdir())).rejects.toThrow(/needs a checkout of Crosscurrent.*`npm run dev`/);
});
