// What an integration and its events say of themselves beside errors. API, CLI and Portal show these very words.
import { daysText, type ExportDestination, type MadeAnew } from "./destination.ts";
import { MAX_PROPERTIES_PER_EVENT } from "./limits.ts";
import { proofText, type AccountOwnership } from "./ownership.ts";
import { READING_CODES, readingWarnings, type ReadingFacts } from "./readingWarnings.ts";
import { nothingMatched, type RowFacts, rowWarnings } from "./rowWarnings.ts";

export const WARNING_CODES = [
  "account_elsewhere",
  "claimed_by_another_attempt",
  "never_tested",
  "test_failed",
  "partly_tested",
  "test_warned",
  "never_run",
  "overdue",
  "no_events",
  "rejected",
  "late_exposures",
  "destination_expires",
  "destination_drops_rows",
  "destination_made_anew",
  "event_not_seen",
  "event_in_other_case",
  "nothing_imported",
  "gaps",
  "future_rows",
  "properties_truncated",
  "nothing_matched",
  "columns_left_out",
  "uuid_not_unique",
  "uuids_change",
  "unknown_property",
  ...READING_CODES,
] as const;

export interface Warning {
  code: (typeof WARNING_CODES)[number];
  /** What is not as it should be, and what to do about it. */
  message: string;
}

/** The result of a connection test, kept with the integration until its settings change. */
export interface LastTest {
  atMs: number;
  ok: boolean;
  steps: { name: string; ok: boolean; message?: string; warning?: true }[];
}

export interface EventFacts extends ReadingFacts {
  name: string;
  imported: number;
  rejected: number;
  completeThroughMs: number | null;
  /** Whether the project has an event of this name; null if that is not known. */
  seen: boolean | null;
  /** Names of the project: the nearest ones if it was not seen, else those that differ in case alone. */
  nearest: readonly string[];
  /** Days that cannot be read now, oldest first. */
  gaps: readonly { fromDay: string; toDay: string }[];
  /** Imported rows that were dated more than a day ahead when they came. */
  future: number;
  /** Records have more properties than are listed. */
  propertiesTruncated: boolean;
  rows: RowFacts;
}

export interface IntegrationFacts {
  lastTest: LastTest | null;
  hasRun: boolean;
  overdue: boolean;
  nextRunAtMs: number | null;
  ownership: AccountOwnership | null;
  export: {
    enabled: boolean;
    rejected: number;
    late: number;
    destination: ExportDestination | null;
    madeAnew: MadeAnew | null;
  };
  import: { enabled: boolean };
  /** A late exposure corrects what was delivered, so that it needs no warning. */
  deliversUpdates: boolean;
  events: readonly EventFacts[];
}

/** Of the warnings of its events, an integration lists this many. */
const MAX_EVENT_WARNINGS = 20;
const MAX_GAPS_NAMED = 3;

export function integrationWarnings(facts: IntegrationFacts): Warning[] {
  return [
    ...ownershipWarnings(facts),
    ...connectionWarnings(facts),
    ...recordWarnings(facts),
    ...destinationWarnings(facts),
    ...warningsOfEvents(facts),
  ];
}

export function eventWarnings(event: EventFacts): Warning[] {
  const { rejected, gaps, future } = event;
  const warnings = nameWarnings(event);
  if (rejected > 0) {
    const message = `${records(rejected)} ${wereRejected(rejected)}. The list of rejected records says why.`;
    warnings.push({ code: "rejected", message });
  }
  if (gaps.length > 0) {
    const named = gaps
      .slice(0, MAX_GAPS_NAMED)
      .map(({ fromDay, toDay }) => (fromDay === toDay ? fromDay : `${fromDay} to ${toDay}`));
    if (gaps.length > named.length) named.push(`${gaps.length - named.length} more`);
    const message = `Days could not be read and are missing: ${named.join(", ")}. Each run tries them again.`;
    warnings.push({ code: "gaps", message });
  }
  if (future > 0) {
    const message =
      `${records(future)} ${future === 1 ? "was" : "were"} dated more than a day ahead when imported. ` +
      "Check the clocks of what sends this event.";
    warnings.push({ code: "future_rows", message });
  }
  if (event.propertiesTruncated) {
    const message =
      `The event has more than ${MAX_PROPERTIES_PER_EVENT} properties. Only the most frequent ones are listed ` +
      "and can be measured.";
    warnings.push({ code: "properties_truncated", message });
  }
  return [...warnings, ...rowWarnings(event.rows), ...readingWarnings(event)];
}

/** `unknownProperties`: those of a metric that no record of its events has. */
export function metricWarnings(unknownProperties: readonly string[]): Warning[] {
  return unknownProperties.map((name) => {
    const message =
      `No record has the property “${name}” yet, so it counts as absent: a sum of it is 0. ` +
      "Check its name if records were imported.";
    return { code: "unknown_property", message };
  });
}

function ownershipWarnings({ ownership }: IntegrationFacts): Warning[] {
  if (ownership === null) return [];
  const { status, code, attemptedAtMs } = ownership;
  if (status === "elsewhere") {
    const message =
      "Another workspace uses this account, so nothing is read or written here. If the account is yours, write " +
      `${proofText(code)} into its description at the provider, then test the connection.`;
    return [{ code: "account_elsewhere", message }];
  }
  if (attemptedAtMs === null) return [];
  const proof =
    status === "proven" ? "" : ` To prove that it is yours, write ${proofText(code)} into its description there.`;
  const message =
    `Another workspace tried to use this account, last at ${new Date(attemptedAtMs).toISOString()}. It got nothing. ` +
    `If that was not you, look at who may act as this account at the provider.${proof}`;
  return [{ code: "claimed_by_another_attempt", message }];
}

function connectionWarnings({ lastTest, hasRun, overdue, nextRunAtMs, ...facts }: IntegrationFacts): Warning[] {
  const warnings: Warning[] = [];
  const isEnabled = facts.export.enabled || facts.import.enabled;
  if (lastTest === null) {
    warnings.push({ code: "never_tested", message: "The connection was never tested with these settings. Test it." });
  } else if (!lastTest.ok) {
    const step = lastTest.steps.find(({ ok }) => !ok)?.name ?? "connection";
    const message = `The last connection test failed at “${step}”. Correct the cause, then test again.`;
    warnings.push({ code: "test_failed", message });
  } else {
    const untried = lastTest.steps.find(({ message, warning }) => message !== undefined && warning !== true)?.name;
    const message = `The last connection test could not try “${untried}”. Test again later.`;
    if (untried !== undefined) warnings.push({ code: "partly_tested", message });
    const warned = lastTest.steps.find(({ warning }) => warning === true)?.name;
    const advice = `The last connection test warns at “${warned}”. The step says what to do.`;
    if (warned !== undefined) warnings.push({ code: "test_warned", message: advice });
  }
  if (overdue) {
    const since = nextRunAtMs === null ? "" : ` since ${new Date(nextRunAtMs).toISOString()}`;
    const message = `The sync is overdue${since}. The operator must check that a worker runs and reaches its services.`;
    warnings.push({ code: "overdue", message });
  } else if (isEnabled && !hasRun) {
    warnings.push({ code: "never_run", message: "No run has started yet, so nothing is synced." });
  }
  if (facts.import.enabled && facts.events.length === 0) {
    const message = "The import is on, but there is no event to import. Add an event.";
    warnings.push({ code: "no_events", message });
  }
  return warnings;
}

function recordWarnings({ export: exported, deliversUpdates, events }: IntegrationFacts): Warning[] {
  const warnings: Warning[] = [];
  const ofImport = events.reduce((sum, { rejected }) => sum + rejected, 0);
  const rejected = exported.rejected + ofImport;
  if (rejected > 0) {
    const parts = `${exported.rejected} of the export, ${ofImport} of the import`;
    const message = `${records(rejected)} ${wereRejected(rejected)} (${parts}). The list of rejected records says why.`;
    warnings.push({ code: "rejected", message });
  }
  const { late } = exported;
  if (late > 0 && exported.enabled && !deliversUpdates) {
    const buckets = late === 1 ? "1 bucket" : `${late} buckets`;
    const message =
      `${buckets} got exposures after the hour was closed. The destination keeps the time that it was sent first; ` +
      "metrics count the late exposures.";
    warnings.push({ code: "late_exposures", message });
  }
  return warnings;
}

/** What the destination loses by itself, and what it has lost. */
function destinationWarnings({ export: { enabled, destination, madeAnew } }: IntegrationFacts): Warning[] {
  const warnings: Warning[] = [];
  if (destination === null || !enabled) return warnings;
  const { name, endsAtMs, keepsRowsMs, remedy } = destination;
  if (endsAtMs !== null) {
    const at = new Date(endsAtMs).toISOString();
    const message = `${name} expires at ${at}: it is deleted then, with everything that was sent. ${remedy}`;
    warnings.push({ code: "destination_expires", message });
  }
  if (keepsRowsMs !== null) {
    const message =
      `${name} keeps rows for ${daysText(keepsRowsMs)} and deletes older ones, although they count as sent. ` +
      `Buckets that are older when they are sent are rejected. ${remedy}`;
    warnings.push({ code: "destination_drops_rows", message });
  }
  if (madeAnew !== null) {
    const at = new Date(madeAnew.atMs).toISOString();
    const buckets = madeAnew.sent === 1 ? "The 1 bucket" : `The ${madeAnew.sent} buckets`;
    const next = madeAnew.isResending
      ? "They are being sent again."
      : "Send all again, or they stay away: the button “Send everything again”, or `POST …/export/resend`.";
    const message = `${name} was made anew at ${at}. ${buckets} sent before went into the earlier one. ${next}`;
    warnings.push({ code: "destination_made_anew", message });
  }
  return warnings;
}

/** Rejected records of all events are counted together. */
function warningsOfEvents({ import: imported, events }: IntegrationFacts): Warning[] {
  if (!imported.enabled) return [];
  const all = events.flatMap((event) =>
    eventWarnings(event)
      .filter(({ code }) => code !== "rejected")
      .map(({ code, message }) => ({ code, message: `${event.name}: ${message}` })),
  );
  return all.slice(0, MAX_EVENT_WARNINGS);
}

function nameWarnings(facts: EventFacts): Warning[] {
  const { imported, rejected, seen, nearest, completeThroughMs, rows } = facts;
  const unmatched = imported === 0 && rejected === 0 ? nothingMatched(rows, facts) : null;
  if (unmatched !== null) return [unmatched];
  const names = nearest.map((name) => `“${name}”`).join(", ");
  if (imported === 0 && seen === false) {
    const hint = names === "" ? "" : ` The nearest names there are ${names}.`;
    const message =
      `No event of this name was seen in the project lately.${hint} Names must match letter by letter; ` +
      "a display name is not the event's name.";
    return [{ code: "event_not_seen", message }];
  }
  const warnings: Warning[] = [];
  if (seen === true && names !== "") {
    const message = `The project also has ${names}: names that differ in case are different events.`;
    warnings.push({ code: "event_in_other_case", message });
  }
  if (imported === 0 && completeThroughMs !== null) {
    const through = new Date(completeThroughMs).toISOString();
    const message =
      `Nothing was imported, although the import is complete through ${through}. ` +
      "Check the event's name and the first day of the import.";
    warnings.push({ code: "nothing_imported", message });
  }
  return warnings;
}

const records = (count: number): string => (count === 1 ? "1 record" : `${count} records`);
const wereRejected = (count: number): string => (count === 1 ? "was rejected" : "were rejected");
