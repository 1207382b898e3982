// The warning about saved variants that this version refuses to call.
import { expect, test } from "vitest";
import { createAddressPolicy } from "../../src/gateway/addresses.ts";
import { warnOfRefusedUpstreams } from "../../src/gateway/refusedUpstreams.ts";

const variant = (variantId: string, baseUrl: string) => ({ workspaceId: "w", routerId: "r", variantId, baseUrl });

test("names variants at ports that are closed, not their addresses; says nothing of the others", async () => {
  const policy = createAddressPolicy(["own.example:9000"], [443, 8443]);
  const saved = [variant("open", "https://llm.example:8443/v1"), variant("own", "https://own.example:9000/v1")];
  const warnings: unknown[] = [];
  const logger = { warn: (facts: object) => void warnings.push(facts) };
  const warn = () => warnOfRefusedUpstreams({ routers: { upstreamsWithPorts: async () => saved } }, policy, logger);
  await warn();
  expect(warnings).toEqual([]);
  saved.push(variant("closed", "https://llm.example:9443/v1"));
  await warn();
  expect(warnings).toEqual([{ variants: 1, examples: [{ workspaceId: "w", routerId: "r", variantId: "closed" }] }]);
});
