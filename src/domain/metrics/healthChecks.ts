// Whether a result can be trusted: what was checked, the likely cause of what is wrong, and what to do.
import type { MetricDefinition } from "./metric.ts";
import type { GroupResult, HealthCheck, ResultOptions } from "./results.ts";
import type { MetricSample } from "./sample.ts";
import { SAMPLE_RATIO_ALPHA, sampleRatio } from "../statistics/sampleRatio.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Below these, intervals by the normal distribution promise more than they hold. */
const MIN_USERS = 100;
const MIN_CONVERSIONS = 10;
const MIN_JOIN_RATE = 0.5;
const MAX_MIXED_SHARE = 0.01;
/** Three runs: data that is older is late. */
const MAX_DATA_AGE_MS = 24 * HOUR_MS;

type Metric = Pick<MetricDefinition, "measure" | "denominator" | "windowHours">;

type Finding = Omit<HealthCheck, "check">;

export function checkHealth(
  metric: Metric,
  options: ResultOptions,
  sample: MetricSample,
  groups: GroupResult[],
): HealthCheck[] {
  return [
    { check: "sample_ratio", ...checkSampleRatio(options, sample) },
    { check: "minimum_sample", ...checkMinimumSample(metric, groups) },
    { check: "join_rate", ...checkJoinRate(sample) },
    { check: "mixed_variants", ...checkMixed(options, sample) },
    { check: "complete_through", ...checkCompleteThrough(metric, options, sample) },
    ...(options.cuped ? [{ check: "exposed_before" as const, ...checkExposedBefore(metric, options, sample) }] : []),
    { check: "rejected", ...checkRejected(sample) },
    { check: "deduplicated", ...checkDeduplicated(sample) },
  ];
}

/** Route by route, since weights are one route's own. The more routes, the stronger the evidence must be. */
function checkSampleRatio({ fromMs, routeId }: ResultOptions, { router, cells }: MetricSample): Finding {
  const routes = router?.routes.filter(({ id }) => routeId === null || id === routeId) ?? [];
  const tested = routes.flatMap(({ id, variants }) => {
    const weights = new Map(variants.map((variant) => [variant.id, variant.weight]));
    const users = new Map(variants.map((variant) => [variant.id, 0]));
    for (const cell of cells) {
      if (cell.routeId === id) users.set(cell.variantId, (users.get(cell.variantId) ?? 0) + cell.users.n);
    }
    const ratio = sampleRatio(
      [...users.values()],
      [...users.keys()].map((variant) => weights.get(variant) ?? 0),
    );
    return ratio === null ? [] : [{ id, pValue: ratio.pValue }];
  });
  const worst = tested.toSorted((a, b) => a.pValue - b.pValue)[0];
  if (router === null || worst === undefined) {
    const message =
      router === null
        ? "The router is not configured here, so there are no weights to compare the users with."
        : "No route has users and two variants with weights: there is no ratio to check.";
    return { status: "unknown", message, figures: { pValue: null } };
  }
  const figures = { pValue: worst.pValue, route: worst.id, alpha: SAMPLE_RATIO_ALPHA / tested.length };
  if (worst.pValue >= figures.alpha) {
    return { status: "ok", message: "The variants got users in the proportions of their weights.", figures };
  }
  const changed = router.updatedAtMs > fromMs;
  const cause = changed
    ? `The router changed on ${isoDay(router.updatedAtMs)}, within this range. If its weights did, choose later days.`
    : "Likely causes: fallbacks to another variant, lost exposures, or exposures sent for one variant only. " +
      "Find the cause before you believe a difference.";
  const message = `The variants of route ${worst.id} did not get users in the proportions of their weights. ${cause}`;
  return { status: "warning", message, figures };
}

function checkMinimumSample({ measure, denominator }: Metric, groups: GroupResult[]): Finding {
  const smallest = groups.toSorted((a, b) => a.users - b.users)[0];
  if (smallest === undefined) {
    const message = "No user was exposed in this range. Choose other days, or check whether exposures arrive.";
    return { status: "unknown", message, figures: { users: 0, minimum: MIN_USERS } };
  }
  const figures = { group: smallest.id, users: smallest.users, minimum: MIN_USERS };
  if (smallest.users < MIN_USERS) {
    const message = `Group ${smallest.id} has fewer than ${MIN_USERS} users: its intervals are not reliable yet.`;
    return { status: "warning", message, figures };
  }
  const isProportion = denominator === null && measure.aggregation === "conversion";
  const rare = groups.find(
    ({ users, value }) => Math.min(value ?? 0, 1 - (value ?? 0)) * users < MIN_CONVERSIONS - 0.5,
  );
  if (isProportion && rare !== undefined) {
    const message =
      `In group ${rare.id} fewer than ${MIN_CONVERSIONS} users did, or fewer than ${MIN_CONVERSIONS} did not, ` +
      "so its intervals are not reliable. Wait for more users.";
    return { status: "warning", message, figures: { ...figures, group: rare.id, users: rare.users } };
  }
  return { status: "ok", message: `Every group has at least ${MIN_USERS} users.`, figures };
}

function checkJoinRate({ joined: { sampled, found, byId } }: MetricSample): Finding {
  if (sampled === 0) {
    return { status: "unknown", message: "There are no exposed users to find.", figures: { share: null } };
  }
  const share = found / sampled;
  const figures = { share, sampled, found, byId };
  const percent = (share * 100).toFixed(1);
  const ids = Object.entries(byId).map(([name, users]) => `${count(users)} by ${name}`);
  const by = ids.length === 0 ? "" : `: ${ids.join(", ")}`;
  const what = `${percent} % of exposed users (of a sample of ${count(sampled)}) have any imported event${by}.`;
  if (share >= MIN_JOIN_RATE) return { status: "ok", message: what, figures };
  const message =
    `${what} Likely cause: the \`user\` of the calls is none of the ids in the events. Send the same id in both. ` +
    "Or only rare events are imported: import one that every active user has.";
  return { status: "warning", message, figures };
}

function checkMixed(
  { by, multipleExposures: mixed }: ResultOptions,
  { allUsers, multipleExposureUsers: mixedUsers }: MetricSample,
): Finding {
  const share = allUsers === 0 ? null : mixedUsers / allUsers;
  const figures = { share, users: mixedUsers, counted: mixed === "first" ? "with their first" : "left out" };
  const what = `${count(mixedUsers)} of ${count(allUsers)} users saw several ${by}s; they are ${
    mixed === "first" ? `counted with the first ${by} that they saw` : "left out"
  }.`;
  if (share === null) return { status: "unknown", message: "No user was exposed in this range.", figures };
  if (share <= MAX_MIXED_SHARE) return { status: "ok", message: what, figures };
  const message = `${what} This dilutes differences. Likely causes: changed weights, fallbacks, or a shared \`user\`.`;
  return { status: "warning", message, figures };
}

function checkCompleteThrough(metric: Metric, options: ResultOptions, sample: MetricSample): Finding {
  const behind = sample.events.toSorted((a, b) => (a.completeThroughMs ?? -1) - (b.completeThroughMs ?? -1))[0];
  const throughMs = behind?.completeThroughMs ?? null;
  const figures = {
    event: behind?.name ?? null,
    completeThrough: throughMs === null ? null : new Date(throughMs).toISOString(),
    unfinishedUsers: sample.incompleteWindowUsers,
  };
  if (throughMs === null) {
    const message = `Event ${behind?.name ?? ""} was never fully imported. Enable the import, or see its error.`;
    return { status: "warning", message, figures };
  }
  const unfinished =
    `The windows of ${count(sample.incompleteWindowUsers)} users are not over or not fully imported; they are ` +
    `${options.incompleteWindow === "include" ? "counted with what they have so far" : "left out"}.`;
  const firstMs = options.fromMs - (options.cuped ? metric.windowHours * HOUR_MS : 0);
  if (firstMs < Date.parse(`${sample.importFrom}T00:00:00Z`)) {
    const message =
      `The import begins on ${sample.importFrom}, after the first day that counts here` +
      `${options.cuped ? ", with the period before the exposure" : ""}. Earlier events are missing. Choose later days.`;
    return { status: "warning", message, figures };
  }
  const gap = sample.events.find(({ gapFrom }) => gapFrom !== null);
  if (gap !== undefined) {
    const message =
      `Days of event ${gap.name} from ${gap.gapFrom} on could not be read and are missing. Each run tries them ` +
      `again: see the event. ${unfinished}`;
    return { status: "warning", message, figures };
  }
  if (sample.nowMs - throughMs > MAX_DATA_AGE_MS) {
    const days = Math.floor((sample.nowMs - throughMs) / DAY_MS);
    const message = `Event ${behind?.name} is imported up to ${days} days ago: see the integration. ${unfinished}`;
    return { status: "warning", message, figures };
  }
  return { status: "ok", message: unfinished, figures };
}

/** What CUPED takes off must be untouched by the router. */
function checkExposedBefore(
  { windowHours }: Metric,
  { fromMs }: ResultOptions,
  { exposedBefore }: MetricSample,
): Finding {
  const days = `the ${windowHours} hours before ${isoDay(fromMs)}`;
  const figures = { from: new Date(fromMs - windowHours * HOUR_MS).toISOString() };
  if (!exposedBefore) return { status: "ok", message: `The router served no users in ${days}.`, figures };
  const message =
    `The router already served users in ${days}, so what CUPED removes as their past may be the router's effect. ` +
    "Choose the day on which it started, or switch CUPED off.";
  return { status: "warning", message, figures };
}

function checkRejected({ events }: MetricSample): Finding {
  const records = events.reduce((sum, { rejected }) => sum + rejected, 0);
  const message =
    records === 0
      ? "No record of the metric's events was rejected."
      : `${count(records)} records of the metric's events were rejected. The integration lists the reasons.`;
  return { status: records === 0 ? "ok" : "warning", message, figures: { records } };
}

function checkDeduplicated({ events }: MetricSample): Finding {
  const records = events.reduce((sum, { deduplicated }) => sum + deduplicated, 0);
  const message = `${count(records)} records were read more than once, as overlapping reads do, and count once.`;
  return { status: "ok", message, figures: { records } };
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
