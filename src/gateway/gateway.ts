// The gateway: router, route, variant, upstream. What becomes of the call is recorded while the response streams.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServedRouter } from "../domain/router.ts";
import type { Admission } from "../http/admission/admission.ts";
import { cachedLookup } from "../http/cache.ts";
import { OpenAiError } from "../http/openAiError.ts";
import type { RouterStore } from "../store/store.ts";
import type { Answer } from "./answer.ts";
import { ask, type AttemptDeps, type Outcome } from "./attempts.ts";
import { CallerSignal } from "./callerSignal.ts";
import type { CallOutcome, CallRecord, CallRecorder } from "./callRecord.ts";
import { hashUser } from "./forwardedBody.ts";
import { identify, METADATA_HEADER, routingMetadata, USER_HEADER, type Identity } from "./identity.ts";
import { keepAlive, type KeepAlive } from "./keepAlive.ts";
import { LOOP_HEADER, nextLoopHeader } from "./loop.ts";
import type { OpenAiApi } from "./openAiApis.ts";
import { readBody } from "./requestBody.ts";
import { assign, parseModel, unknownModel, type Assignment } from "./routing.ts";
import { streamResponse, type AnswerEnding } from "./streamResponse.ts";
import { createTokenReader } from "./tokenReader.ts";
import type { CallFacts } from "./upstream.ts";
import { ownRefusal, type Refusal, type RefusalBody } from "./upstreamErrors.ts";

export interface GatewayDeps extends AttemptDeps {
  admission: Pick<Admission, "bytes" | "chatBytes" | "turns">;
  routers: Pick<RouterStore, "serving" | "ids">;
  recorder: CallRecorder;
  /** Precedes the router's id in `model`. */
  modelPrefix: string;
  /** Its name in the header that finds loops (loop.ts). */
  installationId: string;
  /** For hashes of users that upstreams get. */
  userHashKey: Buffer;
  /** After so much silence a stream gets a comment. 0: never. */
  keepAliveMs: number;
}

export interface CallTarget {
  api: OpenAiApi;
  requestId: string;
  outgoing: ServerResponse;
  headers: Record<string, string>;
}

export interface Gateway {
  modelPrefix: string;
  /** The routers of a workspace. While the store is down, those of minutes ago. */
  listRouters(workspaceId: string): Promise<RouterIds>;
  /** Writes to `outgoing` and returns null, or returns a Response to be sent. Throws OpenAiError for a refused call. */
  serve(workspaceId: string, incoming: IncomingMessage, target: CallTarget): Promise<Response | null>;
}

type RouterIds = Awaited<ReturnType<RouterStore["ids"]>>;

/** How long a change of a router by another server can go unnoticed. */
const ROUTER_TTL_MS = 1_000;
/** Of routers, and of lists of their ids. */
const CACHED = { ttlMs: ROUTER_TTL_MS, maxEntries: 1_000, maxBytes: 32 * 1024 * 1024 };

/** Reverse proxies must not buffer a stream. */
const OWN_HEADERS = { "cache-control": "no-store", "x-accel-buffering": "no" };

/** A call on its way: whom it serves, and how far its response is. */
interface Call {
  target: CallTarget;
  assignment: Assignment;
  identity: Identity;
  record: CallRecord;
  keepAlive: KeepAlive | null;
}

type FindRouter = (key: string) => ServedRouter | Promise<ServedRouter | null>;

export function createGateway(deps: GatewayDeps): Gateway {
  const findRouter = cachedLookup<ServedRouter>({
    ...CACHED,
    ownerOf: (key) => key.slice(0, key.indexOf("/")),
    load: (key) => {
      const [workspaceId = "", routerId = ""] = key.split("/");
      return deps.routers.serving(workspaceId, routerId);
    },
  });
  const findIds = cachedLookup<RouterIds>({ ...CACHED, load: (workspaceId) => deps.routers.ids(workspaceId) });
  return {
    modelPrefix: deps.modelPrefix,
    listRouters: async (workspaceId) => (await findIds(workspaceId)) ?? [],
    serve: (workspaceId, incoming, target) =>
      deps.admission.turns.gateway.run(workspaceId, target.outgoing, async () => {
        const { call, outcome } = await answered(deps, findRouter, workspaceId, incoming, target);
        if (outcome.kind === "answer") return await respond(deps, call, outcome);
        const isLeft = outcome.kind === "left";
        if (!isLeft) {
          // A stream that has begun is a 200 to its caller.
          call.record.status = target.outgoing.headersSent ? 200 : outcome.refusal.status;
          call.record.endedMs = performance.now();
        }
        // Its rejections are handled, and a failed call waits for no commit.
        void deps.recorder.finished(call.record, isLeft ? "left" : "failed");
        call.keepAlive?.stop();
        if (isLeft && target.outgoing.headersSent) return null;
        if (isLeft) throw new OpenAiError(499, "The caller has left.");
        return refuse(call, outcome.refusal, outcome.variant.id);
      }),
  };
}

/** Holds the body only until an upstream has answered: a response can take far longer than that. */
async function answered(
  deps: GatewayDeps,
  findRouter: FindRouter,
  workspaceId: string,
  incoming: IncomingMessage,
  target: CallTarget,
): Promise<{ call: Call; outcome: Outcome }> {
  const startedMs = performance.now();
  const { headers } = incoming;
  const loop = nextLoopHeader(headers[LOOP_HEADER], deps.installationId);
  const { bytes: heldBytes, chatBytes } = deps.admission;
  chatBytes.check(workspaceId);
  const hold = heldBytes.hold(workspaceId);
  try {
    const body = await readBody(incoming, { hold, countBytes: (bytes) => chatBytes.count(workspaceId, bytes) });
    const identity = identify(single(headers[USER_HEADER]), body);
    const metadata = { ...body.metadata, ...routingMetadata(single(headers[METADATA_HEADER])) };
    const { routerId, modelHint } = parseModel(deps.modelPrefix, body.model);
    const router = routerId === null ? null : await findRouter(`${workspaceId}/${routerId}`);
    if (router === null) throw unknownModel(deps.modelPrefix);
    const { user } = identity;
    const assignment = assign(router, { user, metadata, modelHint });
    if (user !== null) deps.recorder.check();
    const signal = new CallerSignal(target.outgoing);
    // Nothing is assigned, called or recorded for a caller that has left.
    if (signal.aborted) throw new OpenAiError(499, "The caller has left.");
    const record = recordOf(assignment, { workspaceId, requestId: target.requestId, user, startedMs });
    const call: Call = { target, assignment, identity, record, keepAlive: null };
    if (body.stream && deps.keepAliveMs > 0) {
      call.keepAlive = keepAlive(target.outgoing, deps.keepAliveMs, () => beginEarly(call));
    }
    deps.recorder.assigned(record);
    const facts: CallFacts = {
      api: target.api,
      accept: headers.accept,
      loop,
      requestId: target.requestId,
      traceparent: single(headers.traceparent),
      tracestate: single(headers.tracestate),
      signal,
    };
    const forwarding = {
      user,
      isStoredByDefault: target.api.isStoredByDefault,
      hashUser: (id: string) => hashUser(deps.userHashKey, workspaceId, id),
    };
    const ids = { workspaceId, routerId: assignment.routerId, routeId: assignment.routeId };
    const asked = { ids, variants: assignment.variants, body, forwarding, facts };
    const outcome = await ask(deps, asked, record.failedAttempts).catch((error: unknown) => {
      call.keepAlive?.stop();
      void deps.recorder.finished(record, "failed");
      throw error;
    });
    return { call, outcome };
  } finally {
    hold.release();
  }
}

function recordOf(
  { routerId, routeId, routerVersion, variants }: Assignment,
  call: { workspaceId: string; requestId: string; user: string | null; startedMs: number },
): CallRecord {
  return {
    requestId: call.requestId,
    workspaceId: call.workspaceId,
    routerId,
    routeId,
    routerVersion,
    userId: call.user,
    assignedVariantId: variants[0].id,
    startedMs: call.startedMs,
    failedAttempts: [],
    served: null,
    status: null,
    usage: null,
    firstTokenMs: null,
    endedMs: null,
  };
}

async function respond(
  deps: GatewayDeps,
  call: Call,
  { answer, variant, hidesUsage }: Extract<Outcome, { kind: "answer" }>,
): Promise<Response | null> {
  const { target, record } = call;
  const { outgoing } = target;
  record.served = { variantId: variant.id, price: variant.price ?? null };
  record.status = answer.status;
  if (outgoing.headersSent && !answer.isEventStream) {
    answer.rest?.destroy();
    record.served = null;
    void deps.recorder.finished(record, "failed");
    call.keepAlive?.stop();
    return refuse(call, ownRefusal(502, "The upstream did not stream its answer.", "upstream_no_stream"), variant.id);
  }
  const isBegun = outgoing.headersSent;
  if (!isBegun) outgoing.writeHead(answer.status, answerHeaders(call, answer, variant.id));
  // Comments stand in event streams alone.
  if (!answer.isEventStream) call.keepAlive?.stop();
  const tokens = createTokenReader();
  await streamResponse(answer, outgoing, {
    api: target.api,
    hidesUsage,
    keepAlive: call.keepAlive,
    isBegun,
    onPiece: (piece) => tokens.push(piece),
    onFirst: () => {
      record.firstTokenMs = performance.now();
    },
    finish: (ending) => {
      record.usage = tokens.usage();
      if (ending !== "left" && ending !== "left_within") record.endedMs = performance.now();
      // What an answer says to have failed of can be what the call contains.
      if (ending !== "failed") {
        deps.breakers.ended(record.workspaceId, variant.upstream, ending === "broken" ? "failing" : "working");
      }
      return deps.recorder.finished(record, outcomeOf(ending));
    },
  });
  return null;
}

function outcomeOf(ending: AnswerEnding): CallOutcome {
  if (ending === "left") return "left";
  // Who has seen a part of an answer was served.
  return ending === "complete" || ending === "left_within" ? "served" : "failed";
}

function answerHeaders(call: Call, answer: Answer, variantId: string): Record<string, string> {
  const headers: Record<string, string> = { ...answer.headers, ...routingHeaders(call, variantId) };
  // A stream ends with the commit, not with the upstream's last byte.
  if (answer.isEventStream) delete headers["content-length"];
  return {
    ...withOwnId(headers),
    ...call.target.headers,
    "x-crosscurrent-exposure": call.identity.exposure,
    ...OWN_HEADERS,
  };
}

/** The headers of a stream before it is known who answers. */
function beginEarly(call: Call): void {
  call.target.outgoing.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    ...routingHeaders(call, null),
    ...call.target.headers,
    "x-crosscurrent-exposure": call.identity.exposure,
    ...OWN_HEADERS,
  });
}

/** A stream that has begun tells of the failure in an event. It then ends like any other, without an exposure. */
function refuse(call: Call, { status, headers, text }: Refusal, variantId: string): Response | null {
  const { outgoing, api } = call.target;
  if (!outgoing.headersSent) {
    const sent = { ...withOwnId(headers), ...routingHeaders(call, variantId), "content-type": "application/json" };
    return new Response(text, { status, headers: sent });
  }
  // Sound: a refusal has OpenAI's shape.
  outgoing.end(api.errorEvent((JSON.parse(text) as RefusalBody).error));
  return null;
}

function routingHeaders({ assignment }: Call, variantId: string | null): Record<string, string> {
  const { routerId, routeId, variants } = assignment;
  return {
    "x-crosscurrent-router": routerId,
    "x-crosscurrent-route": routeId,
    "x-crosscurrent-assigned-variant": variants[0].id,
    ...(variantId !== null && { "x-crosscurrent-variant": variantId }),
  };
}

/** The caller's `x-request-id` is this server's. */
function withOwnId({ "x-request-id": upstreamId, ...headers }: Record<string, string>): Record<string, string> {
  return { ...headers, ...(upstreamId !== undefined && { "x-upstream-request-id": upstreamId }) };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}
