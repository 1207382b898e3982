// An upstream that answers, fails and breaks off at random. What it does to a call hangs on the seed, the user and the
// model alone, so a seed shows the same again in whatever order calls arrive.
import { createHash } from "node:crypto";
import pg from "pg";
import { COMPLETION, JSON_TYPE, startRawUpstream } from "./rawUpstream.ts";

const EVENTS = { "content-type": "text/event-stream" };
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
const DONE = "data: [DONE]\n\n";
const WAYS = ["ok", "ok", "ok", "ok", "error", "reset", "errorIn200", "empty", "cut", "errorLater", "refused"] as const;

/** A number below `max`, always the same for the same parts. */
export function drawFor(max: number, ...parts: (string | number)[]): number {
  return createHash("sha256").update(parts.join("/")).digest().readUInt32BE(0) % max;
}

export interface RandomUpstream {
  baseUrl: string;
  /** The users whose calls have come. Variants must forward them. */
  seen: Set<string>;
  stop(): void;
}

export async function startRandomUpstream(seed: number): Promise<RandomUpstream> {
  const upstream = await startRawUpstream();
  const seen = new Set<string>();
  upstream.respond((request, response, body) => {
    const { user, model, stream } = JSON.parse(body) as { user: string; model: string; stream?: boolean };
    seen.add(user);
    switch (WAYS[drawFor(WAYS.length, seed, user, model)]) {
      case "ok":
        if (stream !== true) response.writeHead(200, JSON_TYPE).end(COMPLETION);
        // In one piece or in several.
        else if (drawFor(2, seed, user) === 0) response.writeHead(200, EVENTS).end(EVENT + DONE);
        else response.writeHead(200, EVENTS).write(EVENT, () => response.end(EVENT + DONE));
        return;
      case "error":
        response.writeHead(503).end('{"detail":"down"}');
        return;
      case "reset":
        request.socket.destroy();
        return;
      case "errorIn200":
        response.writeHead(200, JSON_TYPE).end('{"error":{"message":"no"}}');
        return;
      case "empty":
        response.writeHead(200, EVENTS).end();
        return;
      case "cut":
        response.writeHead(200, EVENTS).write(EVENT, () => request.socket.destroy());
        return;
      case "errorLater":
        response.writeHead(200, EVENTS).write(EVENT, () => response.end(`data: {"error":{"message":"no"}}\n\n${DONE}`));
        return;
      default:
        response.writeHead(400).end('{"detail":"refused"}');
    }
  });
  return { baseUrl: upstream.baseUrl, seen, stop: () => upstream.stop() };
}

/** A router of two variants of the upstream, and one that they fall back on. */
export function randomVariants(baseUrl: string) {
  const variant = (id: string, weight: number) => ({
    id,
    weight,
    upstream: { baseUrl, model: id, apiKey: null, forwardUser: "plain" as const },
  });
  return { variants: [variant("a", 1), variant("b", 1), variant("c", 0)], fallbackVariantIds: ["c"] };
}

/** How many rows of each kind a user has. */
export interface RecordedCalls {
  assigned: Map<string, number>;
  served: Map<string, number>;
  failed: Map<string, number>;
}

export async function recordedCalls(databaseUrl: string): Promise<RecordedCalls> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const count = async (statement: string) => {
    const { rows } = await client.query<{ user: string; count: string }>(
      `select user_id as "user", count(*) from (${statement}) calls group by 1`,
    );
    return new Map(rows.map(({ user, count: calls }) => [user, Number(calls)]));
  };
  const recorded = {
    assigned: await count(
      "select user_id from assignments where is_assignment union all select user_id from exposures where is_assignment",
    ),
    served: await count("select user_id from exposures"),
    failed: await count("select user_id from assignments where failed"),
  };
  await client.end();
  return recorded;
}
