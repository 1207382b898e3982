import type { Direction } from "../domain/run.ts";
import { workflowInfo } from "@temporalio/workflow";
import type { ErrorState } from "../domain/errors.ts";
import type { Session } from "./integrationRun.ts";

/** The Markdown that operators see as the workflow's current details in the Temporal UI. Counts and cursors only. */
export function describe(session: Session, note?: string): string {
  const { state, plan } = session;
  const id = workflowInfo().workflowId;
  const lines = [
    `**${session.status}**${note === undefined ? "" : `: ${note}`}`,
    "",
    `- next run: ${time(session.nextRunAtMs)}; last started: ${time(state.lastRunStartedAtMs)}`,
    direction("export", plan?.export.enabled, session, state.errors.export),
    `  - everything up to seal sequence ${state.exportCursorSeq ?? 0} is delivered`,
    direction("import", plan?.import.enabled, session, state.errors.import),
    ...events(session),
    state.requests.length > 0 ? `- ${state.requests.length} sync request(s) waiting for the next run` : "",
    "",
    "Commands: `temporal workflow signal --workflow-id " +
      id +
      " --name syncNow` (or `pause`, `resume`, `configChanged`), " +
      "`temporal workflow query --workflow-id " +
      id +
      " --name status`.",
  ];
  return lines.filter((line, index) => line !== "" || lines[index - 1] !== "").join("\n");
}

/** At most so many events are listed one by one. */
const MAX_EVENTS_LISTED = 20;

function events(session: Session): string[] {
  const names = Object.keys(session.state.events);
  const listed = names.slice(0, MAX_EVENTS_LISTED).map((name) => {
    const progress = session.state.events[name];
    const error = session.state.errors.events[name];
    const through = time(progress?.completeThroughMs ?? null);
    const reading = progress?.unfinished ? ", a pass is under way" : "";
    return `  - \`${name}\`: complete through ${through}${reading}${error ? `; **${error.kind}**: ${error.message}` : ""}`;
  });
  if (names.length > MAX_EVENTS_LISTED) listed.push(`  - and ${names.length - MAX_EVENTS_LISTED} more`);
  return listed;
}

function direction(name: Direction, enabled: boolean | undefined, session: Session, error: ErrorState | null): string {
  const doing = enabled === true ? session.doing[name] : "off";
  return `- ${name}: ${doing}${error === null ? "" : `; **${error.kind}** since ${time(error.sinceMs)}: ${error.message}`}`;
}

function time(ms: number | null): string {
  return ms === null ? "none" : new Date(ms).toISOString();
}
