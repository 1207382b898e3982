// Asks the upstreams of a call one after the other, until one answers.
import type { NewVariant } from "../domain/router.ts";
import { beginAnswer, decoded, readBeginning, type Answer, type AnswerFault } from "./answer.ts";
import type { Breakers } from "./breakers.ts";
import type { FailedAttempt } from "./callRecord.ts";
import type { CallBody } from "./callBody.ts";
import { forwardedBody, type Forwarding } from "./forwardedBody.ts";
import {
  callUpstream,
  secretsOf,
  UpstreamFailure,
  type CallFacts,
  type UpstreamResponse,
  type UpstreamTransport,
} from "./upstream.ts";
import type { StreamUsage } from "./streamUsage.ts";
import { ownRefusal, refusalOf, type Refusal } from "./upstreamErrors.ts";

export interface AttemptDeps extends UpstreamTransport {
  breakers: Breakers;
  streamUsage: StreamUsage;
}

export interface AttemptedCall {
  ids: { workspaceId: string; routerId: string; routeId: string };
  /** The variant that was picked, then the fallbacks. */
  variants: readonly [NewVariant, ...NewVariant[]];
  body: CallBody;
  forwarding: Forwarding;
  facts: CallFacts;
}

export type Outcome =
  | { kind: "answer"; variant: NewVariant; answer: Answer; hidesUsage: boolean }
  | { kind: "refused"; variant: NewVariant; refusal: Refusal }
  | { kind: "left" };

type Attempt = { kind: "answer"; answer: Answer; hidesUsage: boolean } | RefusedAttempt | { kind: "left" };

interface RefusedAttempt {
  kind: "refused";
  refusal: Refusal;
  /** Null: there was no response. */
  status: number | null;
  isFailure: boolean;
}

/** Besides redirects and 5xx. A call that its own content makes impossible is refused by every upstream. */
const FAILED_STATUSES = [401, 402, 403, 404, 408, 429];
/** What one call's content can bring about says nothing about the upstream. */
const STATUSES_OF_CONTENT = new Set([400, 409, 413, 422]);
/** What OpenAI, Azure, Gemini, vLLM and Ollama call a model that is not there. */
const MISSING_MODEL = new Set([
  "model_not_found",
  "DeploymentNotFound",
  "NOT_FOUND",
  "NotFoundError",
  "not_found_error",
]);

/** Returns the first answer, a refusal that no other variant would mend, or else the last failure. */
export async function ask(deps: AttemptDeps, call: AttemptedCall, failed: FailedAttempt[]): Promise<Outcome> {
  let last: Outcome | null = null;
  for (const variant of call.variants) {
    const attempt = await deps.breakers.run(
      { ...call.ids, variantId: variant.id },
      variant.upstream,
      () => askOne(deps, call, variant),
      verdictOf,
    );
    if (attempt === null) {
      failed.push({ variantId: variant.id, status: null, reason: "upstream_left_out", code: null });
      continue;
    }
    const outcome = noted(attempt, variant, failed);
    if (attempt.kind !== "refused" || !attempt.isFailure) return outcome;
    last = outcome;
  }
  if (last !== null) return last;
  // All are left out: none is refused for that.
  const [variant] = call.variants;
  return noted(await askOne(deps, call, variant), variant, failed);
}

function noted(attempt: Attempt, variant: NewVariant, failed: FailedAttempt[]): Outcome {
  if (attempt.kind === "left") return attempt;
  if (attempt.kind === "answer") return { ...attempt, variant };
  const { refusal, status } = attempt;
  failed.push({ variantId: variant.id, status, reason: refusal.reason, code: refusal.code });
  return { kind: "refused", variant, refusal };
}

function verdictOf(attempt: Attempt): "working" | "failing" | "unknown" | "begun" {
  if (attempt.kind === "left") return "unknown";
  if (attempt.kind === "answer") return "begun";
  if (!attempt.isFailure) return "working";
  const { status, refusal } = attempt;
  if (status !== null && STATUSES_OF_CONTENT.has(status)) return "working";
  // Of a file or another thing that the call names. It says nothing about the model. A wrong path has no code.
  if (status === 404 && refusal.code !== null && !MISSING_MODEL.has(refusal.code)) return "unknown";
  return "failing";
}

async function askOne(deps: AttemptDeps, call: AttemptedCall, { upstream }: NewVariant): Promise<Attempt> {
  const { workspaceId } = call.ids;
  const asksUsage = deps.streamUsage.asks(workspaceId, call.facts.api, call.body, upstream);
  const attempt = await send(deps, call, upstream, asksUsage);
  if (!asksUsage || attempt.kind !== "refused") return attempt;
  const { status, refusal } = attempt;
  if (!deps.streamUsage.mayBeRefused({ status, text: refusal.text })) return attempt;
  const second = await send(deps, call, upstream, false);
  if (second.kind === "answer") deps.streamUsage.stopAsking(workspaceId, upstream);
  return second;
}

async function send(
  deps: AttemptDeps,
  call: AttemptedCall,
  upstream: NewVariant["upstream"],
  asksUsage: boolean,
): Promise<Attempt> {
  const { signal } = call.facts;
  if (signal.aborted) return { kind: "left" };
  try {
    const body = forwardedBody(call.body, upstream, call.forwarding, { asksUsage });
    const response = decoded(await callUpstream(deps, upstream, call.facts, body));
    const attempt = await judged(response, upstream);
    if (!signal.aborted) return attempt.kind === "answer" ? { ...attempt, hidesUsage: asksUsage } : attempt;
    response.body.destroy();
    return { kind: "left" };
  } catch (error) {
    if (signal.aborted) return { kind: "left" };
    if (!(error instanceof UpstreamFailure)) throw error;
    return { kind: "refused", refusal: error.refusal, status: null, isFailure: true };
  }
}

type Judged = { kind: "answer"; answer: Answer } | RefusedAttempt;

async function judged(response: UpstreamResponse, upstream: NewVariant["upstream"]): Promise<Judged> {
  const { status, headers } = response;
  if (status >= 200 && status <= 299) {
    const answer = await beginAnswer(response);
    if (!("reason" in answer)) return { kind: "answer", answer };
    return { kind: "refused", refusal: faultRefusal(answer, upstream), status: answer.status, isFailure: true };
  }
  const text = status < 400 ? "" : await readError(response);
  response.body.destroy();
  const failedStatuses = upstream.failedStatuses ?? FAILED_STATUSES;
  const isFailure = status < 400 || status >= 500 || failedStatuses.includes(status);
  return { kind: "refused", refusal: refusalOf({ status, headers, text }, secretsOf(upstream)), status, isFailure };
}

function faultRefusal({ status, reason, text }: AnswerFault, upstream: NewVariant["upstream"]): Refusal {
  switch (reason) {
    case "upstream_error_body":
      return { ...refusalOf({ status, headers: {}, text }, secretsOf(upstream)), reason };
    case "upstream_empty":
      return ownRefusal(status, "The upstream's answer was empty.", reason);
    case "upstream_broken":
      return ownRefusal(status, "The upstream's answer broke off before it began.", reason);
    case "upstream_not_json":
      return ownRefusal(status, "The upstream's answer is not JSON. Check the variant's base URL.", reason);
    case "upstream_timeout":
      return ownRefusal(status, "The upstream did not respond in time.", reason);
  }
}

/** The text of a small body; empty if the body is larger or breaks off. */
async function readError({ body }: UpstreamResponse): Promise<string> {
  try {
    const { start, isComplete } = await readBeginning(body, () => Infinity);
    return isComplete ? start.toString("utf8") : "";
  } catch {
    return "";
  }
}
