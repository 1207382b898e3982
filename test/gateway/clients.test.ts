// The official OpenAI clients and the product pages' own commands, unmodified, against a server process.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import OpenAI, { AuthenticationError, NotFoundError, RateLimitError } from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { pythonPackages } from "../../dev/services/python.ts";
import { createRouter, startServerHarness, type ServerHarness } from "../support/gateway/serverProcess.ts";

const run = promisify(execFile);
const VENV_DIR = resolve(import.meta.dirname, "../../.crosscurrent/openai-client");
const PINS = ["openai==3.57.0"];

let server: ServerHarness;
let url: string;
beforeAll(async () => {
  server = await startServerHarness();
  ({ url } = await server.start());
  await createRouter(url, server.workspace.apiKey, server.upstream.baseUrl, ["small", "large"]);
});
afterAll(() => server.close());
afterEach(() => server.upstream.clear());

/** Users of `my-router` whose exposures are committed. */
async function recorded(): Promise<string[]> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString: server.database.url });
  const { rows } = await pool.query<{ user: string }>(
    `select user_id as "user" from exposures where alias_id = 'my-router' and route_id = 'default'`,
  );
  await pool.end();
  return rows.map(({ user }) => user);
}

describe("npm openai", () => {
  const hello = { model: "inworld/my-router", messages: [{ role: "user" as const, content: "Hello" }] };
  const client = (apiKey = server.workspace.apiKey) => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

  test("plain", async () => {
    const { data, response } = await client()
      .chat.completions.create({ ...hello, user: "js-plain" })
      .withResponse();
    const variant = response.headers.get("x-crosscurrent-variant");
    expect(data.choices[0]?.message.content).toBe(`${variant} heard: Hello`);
    expect(await recorded()).toContain("js-plain");
  });

  test("streaming, to the moment at which the client has the end", async () => {
    let text = "";
    const stream = await client().chat.completions.create({ ...hello, user: "js-stream", stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(await recorded()).toContain("js-stream");
    expect(text).toMatch(/^(small|large) heard: Hello$/);
  });

  test("tools, streamed and run by the client's own helper", async () => {
    const asked: unknown[] = [];
    const runner = client().chat.completions.runTools({
      ...hello,
      user: "js-tools",
      stream: true,
      tools: [
        {
          type: "function",
          function: {
            name: "weather",
            description: "Forecasts",
            parameters: { type: "object", properties: {} },
            parse: JSON.parse,
            function: (args: unknown) => {
              asked.push(args);
              return "sunny";
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toMatch(/heard: sunny$/);
    expect(asked).toEqual([{ city: "Zürich", days: 3 }]);
  });

  test("errors become the client's own", async () => {
    const create = (changes: object, apiKey?: string) =>
      client(apiKey)
        .chat.completions.create({ ...hello, ...changes })
        .catch((error: unknown) => error);
    const unknown = await create({ model: "inworld/none" });
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect(unknown).toMatchObject({ code: "model_not_found", param: "model", type: "invalid_request_error" });
    expect(await create({}, "cck_wrong")).toBeInstanceOf(AuthenticationError);
    server.upstream.order({ kind: "status", status: 429 });
    const limited = await create({});
    expect(limited).toBeInstanceOf(RateLimitError);
    expect(limited).toMatchObject({ code: "ordered" });
  });
});

// The first run installs the package.
test("PyPI openai: chat and responses, plain, streaming and with tools, and errors", { timeout: 300_000 }, async () => {
  const { binDir } = await pythonPackages(PINS, { venvDir: VENV_DIR });
  server.upstream.order(...Array.from({ length: 7 }, () => ({ kind: "headers" as const, headers: {} })));
  server.upstream.order({ kind: "status", status: 429 });
  const script = join(import.meta.dirname, "openaiClient.py");
  const { stdout } = await run(join(binDir, "python"), [script, `${url}/v1`, server.workspace.apiKey]);
  const seen = JSON.parse(stdout) as Record<string, unknown>;
  const heard = expect.stringMatching(/^(small|large) heard: Hello$/) as string;
  expect(seen).toEqual({
    plain: `${String(seen.variant)} heard: Hello`,
    variant: expect.stringMatching(/^(small|large)$/) as string,
    stream: heard,
    tool: ["weather", { city: "Zürich", days: 3 }],
    "tool streamed": ["weather", { city: "Zürich", days: 3 }],
    response: heard,
    "response streamed": heard,
    "response's tool": ["weather", { city: "Zürich", days: 3 }],
    unknown: ["NotFoundError", 404, "model_not_found", "model"],
    unauthorized: ["AuthenticationError", 401, "invalid_api_key", null],
    limited: ["RateLimitError", 429, "ordered", null],
  });
  const users = ["plain", "stream", "tools", "tools-stream", "response", "response-stream", "response-tools"];
  expect(await recorded()).toEqual(expect.arrayContaining(users.map((user) => `py-${user}`)));
  expect(await recorded()).not.toContain("py-limited");
});

/** Word for word as on the product pages. */
const COMMANDS = ["<your-user-id>", "<mixpanel-distinct-id>"].map(
  (user) => `curl --request POST \\
  --url https://api.inworld.ai/v1/chat/completions \\
  --header 'Authorization: Basic <your-api-key>' \\
  --header 'Content-Type: application/json' \\
  --data '{
    "model": "inworld/my-router",
    "messages": [{"role": "user", "content": "Hello"}],
    "user": "${user}"
  }'`,
);

test.each(COMMANDS)("the product page's command, host and key aside: %s", async (command) => {
  const here = command.replace("https://api.inworld.ai", url).replace("<your-api-key>", server.workspace.apiKey);
  const { stdout } = await run("sh", ["-c", here]);
  expect(JSON.parse(stdout)).toMatchObject({ choices: [{ message: { role: "assistant" } }] });
  const user = /"user": "(<[^"]+>)"/.exec(command)?.[1];
  expect(await recorded()).toContain(user);
});

test("the commands of the gateway's page, the local upstream's port aside", async () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/customers/gateway.md"), "utf8");
  const block = /## Try it[^]*?```sh\n([^]*?)```/.exec(page)?.[1] ?? "";
  // A workspace of its own: the router of the other tests has the same name.
  const { workspaceId, apiKey } = await server.store.workspaces.create("reader");
  const script = block.replaceAll("http://127.0.0.1:8095", server.upstream.origin);
  const { stdout } = await run("sh", ["-ec", script], { env: { ...process.env, API: url, KEY: apiKey } });
  const router = await server.store.routers.get(workspaceId, "my-router");
  expect(router?.routes.map(({ id }) => id)).toEqual(["paying", "default"]);
  expect(router?.routes[1]?.variants.map(({ weight }) => weight)).toEqual([1, 1]);
  expect(stdout).toContain("heard: Hello");
  expect(stdout).toMatch(/"routeId":"default","variantId":"(small|large)","exposures":1,"users":1/);
});
