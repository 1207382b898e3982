// What every store must do, whatever keeps its data. Run it with `storeContract("name", makeHarness)`.
import { afterAll, beforeAll, describe } from "vitest";
import { bigQueryTests } from "./contract/bigQuery.ts";
import { exposureTests } from "./contract/exposures.ts";
import type { Harness } from "./contract/harness.ts";
import { importTests } from "./contract/imports.ts";
import { rangeTests } from "./contract/ranges.ts";
import { readingTests } from "./contract/reading.ts";
import { keyTests } from "./contract/keys.ts";
import { propertyTests } from "./contract/properties.ts";
import { integrationTests } from "./contract/integrations.ts";
import { resendTests } from "./contract/resend.ts";
import { resendAllTests } from "./contract/resendAll.ts";
import { routerTests } from "./contract/routers.ts";
import { tellingTests } from "./contract/telling.ts";
import { sessionTests } from "./contract/sessions.ts";
import { budgetTests, runTests } from "./contract/runs.ts";

/** One harness for all: tests share nothing but its clock, which only moves on. */
export function storeContract(name: string, makeHarness: () => Promise<Harness>): void {
  describe(`store contract: ${name}`, () => {
    let harness: Harness | undefined;
    const get = (): Harness => {
      if (harness === undefined) throw new Error("The store is not there yet.");
      return harness;
    };
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(() => harness?.close());
    describe("workspaces and keys", () => {
      keyTests(get);
    });
    describe("integrations, events", () => {
      integrationTests(get);
    });
    describe("what an integration tells", () => {
      tellingTests(get);
    });
    describe("sessions", () => {
      sessionTests(get);
    });
    describe("exposures and exports", () => {
      exposureTests(get);
    });
    describe("BigQuery", () => {
      bigQueryTests(get);
    });
    describe("imports", () => {
      importTests(get);
    });
    describe("ranges of days", () => {
      rangeTests(get);
    });
    describe("when and how rows are read", () => {
      readingTests(get);
    });
    describe("properties and records", () => {
      propertyTests(get);
    });
    describe("runs and requests", () => {
      runTests(get);
    });
    describe("rejected buckets that are sent again", () => {
      resendTests(get);
    });
    describe("everything that is sent again", () => {
      resendAllTests(get);
    });
    describe("routers", () => {
      routerTests(get);
    });
    describe("budgets", () => {
      budgetTests(get);
    });
  });
}
