// A server that is killed at random moments: every call that ended cleanly has its exposure.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { createRouter, startServerHarness, type ServerHarness } from "../support/gateway/serverProcess.ts";
import { call } from "../support/gateway/gateway.ts";

const ROUNDS = 4;
const CALLERS = 16;
/** Four servers start from source, one after the other. */
const WITHIN_MS = 180_000;

let server: ServerHarness;
beforeAll(async () => {
  server = await startServerHarness();
});
afterAll(() => server.close());

test(
  "nothing that was answered is lost, whenever the server is killed",
  async () => {
    const answered: string[] = [];
    let cut = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const { url, kill } = await server.start();
      if (round === 0) await createRouter(url, server.workspace.apiKey, server.upstream.baseUrl, ["a", "b"]);
      let isOver = false;
      const caller = async (name: string) => {
        for (let i = 0; !isOver; i++) {
          const user = `${round} ${name} ${i}`;
          const isStream = i % 2 === 0;
          try {
            const answer = await fetch(`${url}/v1/chat/completions`, {
              method: "POST",
              headers: { authorization: `Basic ${server.workspace.apiKey}`, "content-type": "application/json" },
              body: JSON.stringify(call("my-router", user, { stream: isStream })),
            });
            if (answer.status !== 200) continue;
            if (await readsToDone(answer, isStream)) answered.push(user);
          } catch {
            cut++;
          }
        }
      };
      const callers = Array.from({ length: CALLERS }, (_, i) => caller(`caller ${i}`));
      const enough = answered.length + 30 + Math.floor(Math.random() * 200);
      await eventually(() => answered.length >= enough);
      await kill();
      isOver = true;
      await Promise.all(callers);
    }
    const pool = new pg.Pool({ connectionString: server.database.url });
    const { rows } = await pool.query<{ user: string }>('select user_id as "user" from exposures');
    await pool.end();
    const stored = new Set(rows.map(({ user }) => user));
    expect(answered.filter((user) => !stored.has(user))).toEqual([]);
    expect(answered.length).toBeGreaterThan(ROUNDS * 30);
    expect(cut).toBeGreaterThan(0);
  },
  WITHIN_MS,
);

/** Like OpenAI's clients: a stream is over with its [DONE], whatever becomes of the connection. */
async function readsToDone(answer: Response, isStream: boolean): Promise<boolean> {
  let text = "";
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (isStream && text.includes("data: [DONE]")) return true;
  }
  return !isStream;
}
