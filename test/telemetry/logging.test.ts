// Logs: JSON lines without credentials, and without the data that PostgreSQL quotes in its errors.
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { createLogger } from "../../src/telemetry/logging.ts";

function capture(): { lines: () => Record<string, unknown>[]; stream: Writable } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream, lines: () => chunks.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test.each(["apiKey", "authorization", "secret", "serviceAccountSecret", "password", "databaseUrl"])(
  "%s is blanked, alone and one level down",
  (name) => {
    const { stream, lines } = capture();
    createLogger("info", stream).info({ [name]: "hunter2", inner: { [name]: "hunter2" }, other: "kept" }, "message");
    expect(lines()).toMatchObject([
      { [name]: "[redacted]", inner: { [name]: "[redacted]" }, other: "kept", level: "info" },
    ]);
  },
);

test("a data exception's message and detail stay out; other errors are told apart by code, message and frames", () => {
  const { stream, lines } = capture();
  const logger = createLogger("info", stream);
  const data = Object.assign(new Error('invalid input: "user-77"'), { code: "22P02", detail: "row of user-77" });
  const conflict = Object.assign(new Error("duplicate key value"), { code: "23505", detail: "row of user-77" });
  logger.error({ err: new Error("outer", { cause: data }) }, "a call failed");
  logger.error({ err: conflict }, "a call failed");
  expect(JSON.stringify(lines())).not.toContain("user-77");
  expect(lines()).toMatchObject([
    { err: { message: "outer", cause: { code: "22P02" } } },
    { err: { code: "23505", message: "duplicate key value", stack: expect.stringContaining("at ") as string } },
  ]);
});
