// Frameworks of PyPI, unmodified, against the gateway: plain, streamed and with tools.
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonPackages } from "../../dev/services/python.ts";
import { createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const VENV_DIR = resolve(import.meta.dirname, "../../.crosscurrent/framework-clients");
const PINS = [
  "langchain-openai==1.7.4",
  "litellm==1.110.2",
  "llama-index-llms-openai-like==0.8.1",
  "openai-agents==0.20.0",
];
const HEARD = "model-a heard: Hello";
const TOOL = ["weather", { city: "Zürich", days: 3 }];

let gateway: GatewayHarness;
beforeAll(async () => {
  gateway = await createGatewayHarness();
  await gateway.createRouter("one", { a: 1 });
});
afterAll(() => gateway.close());

// The first run installs the packages.
test("LangChain, LiteLLM, LlamaIndex and the agents' SDK", { timeout: 600_000 }, async () => {
  const { binDir } = await pythonPackages(PINS, { venvDir: VENV_DIR });
  const script = join(import.meta.dirname, "frameworkClients.py");
  const args = [script, `${gateway.url}/v1`, gateway.workspace.apiKey];
  const { stdout } = await promisify(execFile)(join(binDir, "python"), args);
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({
    "langchain-chat": [HEARD, HEARD, ...TOOL],
    "langchain-responses": [HEARD, HEARD, ...TOOL],
    "langchain-embeddings": [2, 0, 0.5],
    litellm: [HEARD, HEARD, ...TOOL],
    "litellm-responses": HEARD,
    "llama-index": [HEARD, HEARD, ...TOOL],
    "agents-responses": [HEARD, expect.stringContaining("sunny") as string],
    "agents-chat": [HEARD, expect.stringContaining("sunny") as string],
  });
  const users = new Set((await gateway.exposures("one")).map(({ userId }) => userId));
  for (const user of ["langchain-chat", "langchain-responses", "litellm", "llama-index", "agents-chat"]) {
    expect(users).toContain(user);
  }
  expect(users).toContain("agents-responses");
  expect(users).toContain("litellm-header");
});
