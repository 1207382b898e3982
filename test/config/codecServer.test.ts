// Settings of the codec server.
import { expect, test } from "vitest";
import { loadCodecServerConfig } from "../../src/config/codecServer.ts";
import { ConfigError } from "../../src/config/config.ts";

const TEMPORAL_PAYLOAD_KEY = Buffer.alloc(32, 1).toString("base64");
const CODEC_SERVER_TOKEN = "t".repeat(32);

test("it needs a key and a token, and nothing else", () => {
  expect(loadCodecServerConfig({ TEMPORAL_PAYLOAD_KEY, CODEC_SERVER_TOKEN })).toEqual({
    address: "127.0.0.1:8081",
    token: CODEC_SERVER_TOKEN,
    keys: [Buffer.alloc(32, 1)],
    uiOrigin: undefined,
    logLevel: "info",
  });
});

test.each([
  [{}, ["CODEC_SERVER_TOKEN", "TEMPORAL_PAYLOAD_KEY"]],
  [{ TEMPORAL_PAYLOAD_KEY, CODEC_SERVER_TOKEN: "short" }, ["CODEC_SERVER_TOKEN"]],
  [{ TEMPORAL_PAYLOAD_KEY: "short", CODEC_SERVER_TOKEN }, ["TEMPORAL_PAYLOAD_KEY"]],
])("%j is refused by the names of its settings", (env, names) => {
  let refusal: unknown;
  try {
    loadCodecServerConfig(env);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(ConfigError);
  expect((refusal as ConfigError).problems.map(({ setting }) => setting)).toEqual(names);
});
