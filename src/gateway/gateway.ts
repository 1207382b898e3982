// POST /v1/chat/completions: router, route, variant, upstream; the exposure is recorded while the answer flows.
import type { NewVariant } from "../domain/router.ts";
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { matchRoute, pickVariant } from "../domain/assignment.ts";
import type { ServedRouter } from "../domain/router.ts";
import type { RouterStore } from "../store/store.ts";
import { readChatBody, type ChatBody } from "./chatBody.ts";
import { hashedDraw, randomDraw } from "./assignmentHash.ts";
import { GatewayError } from "./errors.ts";
import type { ExposureRecorder } from "./recorder.ts";
import { readBody } from "./requestBody.ts";
import { relay } from "./streamResponse.ts";
import { createTtlCache } from "../http/ttlCache.ts";
import { callUpstream, refusalOf, type CallSignal, type UpstreamAnswer } from "./upstream.ts";

export interface GatewayDeps {
  routers: Pick<RouterStore, "serving">;
  recorder: ExposureRecorder;
  agent: Dispatcher;
  /** What `model` begins with before the router's id. */
  modelPrefix: string;
  headersTimeoutMs: number;
  idleTimeoutMs: number;
  /** Told of an exposure that could not be committed. */
  onLost: (error: unknown) => void;
  /** Told of a call that goes on to the fallback variant. */
  onFallback: () => void;
}

export interface Gateway {
  /**
   * Serves one call. The answer is written to `outgoing` with `headers` (null), or is a Response for the caller to send. Throws
   * GatewayError for what is refused before an upstream has answered.
   */
  serve(
    workspaceId: string,
    incoming: IncomingMessage,
    answer: { outgoing: ServerResponse; headers: Record<string, string> },
  ): Promise<Response | null>;
}

/** How long another server's change of a router may go unseen. */
const ROUTER_TTL_MS = 1_000;
const MAX_CACHED_ROUTERS = 1_000;
const TOO_MANY_REQUESTS = 429;

/** Which variants serve a call: the one that was picked, then the fallback. */
interface Assignment {
  routerId: string;
  routeId: string;
  variants: [NewVariant, ...NewVariant[]];
}

interface Served {
  variant: NewVariant;
  answer: UpstreamAnswer;
}

export function createGateway(deps: GatewayDeps): Gateway {
  const routers = createTtlCache<ServedRouter>({
    ttlMs: ROUTER_TTL_MS,
    maxEntries: MAX_CACHED_ROUTERS,
    load: (key) => {
      const [workspaceId = "", routerId = ""] = key.split("/");
      return deps.routers.serving(workspaceId, routerId);
    },
  });
  return {
    async serve(workspaceId, incoming, { outgoing, headers: common }) {
      const body = readChatBody(await readBody(incoming));
      const { routerId, modelHint } = parseModel(deps.modelPrefix, body.model);
      const router = routerId === null ? null : await routers.get(`${workspaceId}/${routerId}`);
      if (router === null) {
        const message = `There is no router for this model: it must be "${deps.modelPrefix}" and the id of a router.`;
        throw new GatewayError(404, message, { code: "model_not_found", param: "model" });
      }
      const assignment = assign(router, body, modelHint);
      const caller = new Caller(outgoing);
      const { variant, answer } = await callVariants(deps, assignment, body, {
        accept: incoming.headers.accept,
        signal: caller,
      });
      const headers: Record<string, string> = { ...answer.headers, ...describe(assignment, variant) };
      if (answer.status < 200 || answer.status > 299) return refusalOf({ ...answer, headers });
      const committed = record(deps, workspaceId, assignment, variant, body.user);
      const isEventStream = answer.headers["content-type"]?.startsWith("text/event-stream") === true;
      // A stream ends with the commit, not with the last of its bytes.
      if (isEventStream) delete headers["content-length"];
      outgoing.writeHead(answer.status, { ...common, ...headers, ...OWN_HEADERS });
      await relay(answer.body, outgoing, { isEventStream, committed });
      return null;
    },
  };
}

/** Emits `abort` when the caller leaves before its answer is whole: to undici a signal, at a fraction of an AbortSignal's cost. */
class Caller extends EventEmitter implements CallSignal {
  aborted = false;

  constructor(outgoing: ServerResponse) {
    super();
    outgoing.once("close", () => {
      if (outgoing.writableFinished) return;
      this.aborted = true;
      this.emit("abort");
    });
  }
}

/** Reverse proxies that gather bytes would hold up a stream. */
const OWN_HEADERS = { "cache-control": "no-store", "x-accel-buffering": "no" };

/** `inworld/my-router`, or with a model hint `inworld/my-router:hint`. */
function parseModel(prefix: string, model: string): { routerId: string | null; modelHint: string | null } {
  if (!model.startsWith(prefix)) return { routerId: null, modelHint: null };
  const rest = model.slice(prefix.length);
  const colon = rest.indexOf(":");
  const id = colon === -1 ? rest : rest.slice(0, colon);
  // What cannot be an id is none, and no look-up is spent on it.
  const routerId = /^[\w.-]{1,64}$/.test(id) ? id : null;
  return { routerId, modelHint: colon === -1 ? null : rest.slice(colon + 1) };
}

function assign(router: ServedRouter, { user, metadata }: ChatBody, modelHint: string | null): Assignment {
  const route = matchRoute(router.routes, { metadata, modelHint });
  if (route === undefined) {
    const message = "No route of the router matches the call: see the conditions of its routes.";
    throw new GatewayError(404, message, { code: "no_route", param: "model" });
  }
  const place = { routerId: router.id, routeId: route.id };
  const variant = pickVariant(route.variants, user === null ? randomDraw : hashedDraw(user, place));
  if (variant === undefined) {
    const message = "The route that matches has no variant with a weight above 0.";
    throw new GatewayError(404, message, { code: "no_variant", param: "model" });
  }
  const fallback = route.variants.find(({ id }) => id === route.fallbackVariantId && id !== variant.id);
  return { ...place, variants: fallback === undefined ? [variant] : [variant, fallback] };
}

/** The first answer that is none of the upstream's own failures, or else the last one, whatever it is. */
async function callVariants(
  deps: GatewayDeps,
  assignment: Assignment,
  body: ChatBody,
  call: { accept: string | undefined; signal: CallSignal },
): Promise<Served> {
  const last = assignment.variants.length - 1;
  for (const [index, variant] of assignment.variants.entries()) {
    if (index > 0) deps.onFallback();
    try {
      const sent = { ...call, body: body.withModel(variant.upstream.model) };
      const answer = await callUpstream(deps, variant.upstream, sent);
      if (index === last || !hasFailed(answer)) return { variant, answer };
      answer.body.destroy();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw new GatewayError(499, "The caller has left.");
      if (index === last) throw withHeaders(error, describe(assignment, variant));
    }
  }
  throw new Error("A route was served without a variant.");
}

function hasFailed({ status }: UpstreamAnswer): boolean {
  return status >= 500 || status === TOO_MANY_REQUESTS;
}

/** Null where the call names no user. The promise is always handled: what waits for it sees a rejection again. */
function record(
  deps: GatewayDeps,
  workspaceId: string,
  { routerId, routeId }: Assignment,
  variant: NewVariant,
  user: string | null,
): Promise<void> | null {
  if (user === null) return null;
  const exposure = { aliasId: routerId, routeId, variantId: variant.id, userId: user, exposedAtMs: null };
  const committed = deps.recorder.record(workspaceId, exposure);
  committed.catch(deps.onLost);
  return committed;
}

function describe({ routerId, routeId }: Assignment, variant: NewVariant): Record<string, string> {
  return {
    "x-crosscurrent-router": routerId,
    "x-crosscurrent-route": routeId,
    "x-crosscurrent-variant": variant.id,
  };
}

function withHeaders({ status, message, code }: GatewayError, headers: Record<string, string>): GatewayError {
  return new GatewayError(status, message, { ...(code !== null && { code }), headers });
}
