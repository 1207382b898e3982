// Limits on what comes from outside, each with its unit in its name.
export const MAX_EXPOSURES_PER_CALL = 10_000;
export const MAX_EXPOSURE_BODY_BYTES = 10 * 1024 * 1024;
export const MAX_ID_BYTES = 255;
export const MAX_EXPOSURE_AHEAD_MS = 5 * 60_000;
/** All events of an integration are read together. */
export const MAX_EVENT_DEFINITIONS = 200;
export const MAX_PROPERTIES_PER_EVENT = 2_000;
/** Requests to read days of one event again that no run has served yet. */
export const MAX_REREADS_PER_EVENT = 50;
/** So many names are counted, so that the most frequent ones are listed with exact counts. */
export const MAX_TRACKED_PROPERTIES_PER_EVENT = 10_000;
export const MAX_REQUEST_ID_CHARS = 200;
/** How many unserved sync requests one workflow carries; beyond it they coalesce into the last one. */
export const MAX_PENDING_REQUESTS = 1_000;
export const MAX_KEYS_PER_WORKSPACE = 100;
export const MAX_ROUTERS_PER_WORKSPACE = 200;
export const MAX_ROUTES_PER_ROUTER = 20;
export const MAX_VARIANTS_PER_ROUTER = 100;
export const MAX_VARIANT_WEIGHT = 1_000_000;
export const MAX_EXPOSURE_RANGE_DAYS = 31;
/** With more exposures of a workspace that are not folded into buckets, the reconciler folds them before a run does. */
export const UNFOLDED_ROWS_MAX = 200_000;
export const MAX_METRICS_PER_WORKSPACE = 200;
export const MAX_METRIC_FILTERS = 10;
export const MAX_METRIC_WINDOW_HOURS = 2_160;
export const MAX_RESULT_RANGE_DAYS = 366;

/** Of the values within a column of a row, so many are counted as properties, and none of longer JSON. */
export const MAX_LEAVES = 100;
export const MAX_LEAVES_BYTES = 65_536;
