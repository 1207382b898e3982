// The gateway: router, route, variant, upstream. The exposure is recorded while the response streams.
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { matchRoute, pickVariant } from "../domain/assignment.ts";
import type { NewVariant, ServedRouter } from "../domain/router.ts";
import type { Admission } from "../http/admission/admission.ts";
import { cachedLookup } from "../http/cache.ts";
import { OpenAiError } from "../http/openAiError.ts";
import type { RouterStore } from "../store/store.ts";
import { assignmentHash, randomNumber } from "./assignmentHash.ts";
import type { ChatBody } from "./chatBody.ts";
import type { ExposureRecorder } from "./recorder.ts";
import { LOOP_HEADER, nextLoopHeader } from "./loop.ts";
import { readBody } from "./requestBody.ts";
import { streamResponse } from "./streamResponse.ts";
import { callUpstream, refusalOf, type CallSignal, type UpstreamResponse } from "./upstream.ts";

export interface GatewayDeps {
  admission: Pick<Admission, "bytes" | "chatBytes" | "turns">;
  routers: Pick<RouterStore, "serving">;
  recorder: ExposureRecorder;
  agent: Dispatcher;
  /** Precedes the router's id in `model`. */
  modelPrefix: string;
  /** Its name in the header that finds loops (loop.ts). */
  installationId: string;
  headersTimeoutMs: number;
  idleTimeoutMs: number;
  onLost: (error: unknown) => void;
  onFallback: () => void;
}

export interface Gateway {
  /** Writes to `outgoing` and returns null, or returns a Response to be sent. Throws OpenAiError for a refused call. */
  serve(
    workspaceId: string,
    incoming: IncomingMessage,
    target: { outgoing: ServerResponse; headers: Record<string, string> },
  ): Promise<Response | null>;
}

/** How long a change of a router by another server can go unnoticed. */
const ROUTER_TTL_MS = 1_000;
const MAX_CACHED_ROUTERS = 1_000;
const MAX_CACHED_BYTES = 32 * 1024 * 1024;
const TOO_MANY_REQUESTS = 429;

/** The variants that can serve a call: the picked one, then the fallback. */
interface Assignment {
  routerId: string;
  routeId: string;
  variants: [NewVariant, ...NewVariant[]];
}

export function createGateway(deps: GatewayDeps): Gateway {
  const findRouter = cachedLookup<ServedRouter>({
    ttlMs: ROUTER_TTL_MS,
    maxEntries: MAX_CACHED_ROUTERS,
    maxBytes: MAX_CACHED_BYTES,
    ownerOf: (key) => key.slice(0, key.indexOf("/")),
    load: (key) => {
      const [workspaceId = "", routerId = ""] = key.split("/");
      return deps.routers.serving(workspaceId, routerId);
    },
  });
  /** Holds the body only until an upstream has answered: a response can take far longer than that. */
  const choose = async (workspaceId: string, incoming: IncomingMessage, outgoing: ServerResponse) => {
    const loop = nextLoopHeader(incoming.headers[LOOP_HEADER], deps.installationId);
    const { bytes: heldBytes, chatBytes } = deps.admission;
    chatBytes.check(workspaceId);
    const hold = heldBytes.hold(workspaceId);
    try {
      const body = await readBody(incoming, { hold, countBytes: (bytes) => chatBytes.count(workspaceId, bytes) });
      const { routerId, modelHint } = parseModel(deps.modelPrefix, body.model);
      const router = routerId === null ? null : await findRouter(`${workspaceId}/${routerId}`);
      if (router === null) {
        const message = `There is no router for this model: it must be "${deps.modelPrefix}" and the id of a router.`;
        throw new OpenAiError(404, message, { code: "model_not_found", param: "model" });
      }
      const assignment = assign(router, body, modelHint);
      if (body.user !== null) deps.recorder.check();
      const call = { accept: incoming.headers.accept, loop, signal: new CallerSignal(outgoing) };
      return { assignment, user: body.user, ...(await callVariants(deps, assignment, body, call)) };
    } finally {
      hold.release();
    }
  };
  return {
    serve: (workspaceId, incoming, target) =>
      deps.admission.turns.gateway.run(workspaceId, target.outgoing, async () => {
        const { assignment, user, variant, response } = await choose(workspaceId, incoming, target.outgoing);
        const headers: Record<string, string> = { ...response.headers, ...routingHeaders(assignment, variant) };
        if (response.status < 200 || response.status > 299) {
          return refusalOf({ ...response, headers }, variant.upstream.apiKey);
        }
        const committed = record(deps, workspaceId, assignment, variant, user);
        const isEventStream = response.headers["content-type"]?.startsWith("text/event-stream") === true;
        // A stream ends with the commit, not with the upstream's last byte.
        if (isEventStream) delete headers["content-length"];
        target.outgoing.writeHead(response.status, { ...target.headers, ...headers, ...OWN_HEADERS });
        await streamResponse(response.body, target.outgoing, { isEventStream, committed });
        return null;
      }),
  };
}

/** Emits `abort` when the caller leaves before the end of the response. Far cheaper than an AbortSignal. */
class CallerSignal extends EventEmitter implements CallSignal {
  aborted: boolean;

  constructor(outgoing: ServerResponse) {
    super();
    // It may have left while the router was looked up.
    this.aborted = outgoing.destroyed;
    outgoing.once("close", () => {
      if (outgoing.writableFinished) return;
      this.aborted = true;
      this.emit("abort");
    });
  }
}

/** Reverse proxies must not buffer a stream. */
const OWN_HEADERS = { "cache-control": "no-store", "x-accel-buffering": "no" };

/** `inworld/my-router`, or with a model hint `inworld/my-router:hint`. */
function parseModel(prefix: string, model: string): { routerId: string | null; modelHint: string | null } {
  if (!model.startsWith(prefix)) return { routerId: null, modelHint: null };
  const rest = model.slice(prefix.length);
  const colon = rest.indexOf(":");
  const id = colon === -1 ? rest : rest.slice(0, colon);
  // A text that cannot be an id is not worth a look-up.
  const routerId = /^[\w.-]{1,64}$/.test(id) ? id : null;
  return { routerId, modelHint: colon === -1 ? null : rest.slice(colon + 1) };
}

function assign(router: ServedRouter, { user, metadata }: ChatBody, modelHint: string | null): Assignment {
  const route = matchRoute(router.routes, { metadata, modelHint });
  if (route === undefined) {
    const message = "No route of the router matches the call. Check the conditions of its routes.";
    throw new OpenAiError(404, message, { code: "no_route", param: "model" });
  }
  const ref = { routerId: router.id, routeId: route.id };
  const variant = pickVariant(route.variants, user === null ? randomNumber : assignmentHash(user, ref));
  if (variant === undefined) {
    const message = "The route that matches has no variant with a weight above 0.";
    throw new OpenAiError(404, message, { code: "no_variant", param: "model" });
  }
  const fallback = route.variants.find(({ id }) => id === route.fallbackVariantId && id !== variant.id);
  return { ...ref, variants: fallback === undefined ? [variant] : [variant, fallback] };
}

/** The first response that is not a failure of the upstream, or else the last one. */
async function callVariants(
  deps: GatewayDeps,
  assignment: Assignment,
  body: ChatBody,
  call: { accept: string | undefined; loop: string; signal: CallSignal },
): Promise<{ variant: NewVariant; response: UpstreamResponse }> {
  const last = assignment.variants.length - 1;
  for (const [index, variant] of assignment.variants.entries()) {
    if (call.signal.aborted) throw callerLeft();
    if (index > 0) deps.onFallback();
    try {
      const sent = { ...call, body: body.withModel(variant.upstream.model) };
      const response = await callUpstream(deps, variant.upstream, sent);
      if (index === last || !hasFailed(response)) return { variant, response };
      response.body.destroy();
    } catch (error) {
      if (!(error instanceof OpenAiError)) throw callerLeft();
      if (index === last) throw withHeaders(error, routingHeaders(assignment, variant));
    }
  }
  throw new Error("An assignment has no variants.");
}

function callerLeft(): OpenAiError {
  return new OpenAiError(499, "The caller has left.");
}

function hasFailed({ status }: UpstreamResponse): boolean {
  return status >= 500 || status === TOO_MANY_REQUESTS;
}

/** Null if the call has no user. Rejections are handled even if nothing waits for the promise. */
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

function routingHeaders({ routerId, routeId }: Assignment, variant: NewVariant): Record<string, string> {
  return { "x-crosscurrent-router": routerId, "x-crosscurrent-route": routeId, "x-crosscurrent-variant": variant.id };
}

function withHeaders({ status, message, code }: OpenAiError, headers: Record<string, string>): OpenAiError {
  return new OpenAiError(status, message, { code, headers });
}
