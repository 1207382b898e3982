// The small calls: the account, event names, top properties, and empty profiles for clients that ask for them.
import type { IncomingMessage } from "node:http";
import { json, type Reply } from "../shared/reply.ts";
import { authenticate, isWrongRegion, projectsOf, readBasic } from "./auth.ts";
import type { EmulatorState } from "./emulatorState.ts";
import { faultReply } from "./faults.ts";
import type { Outcome } from "./outcome.ts";
import type { Project } from "./project.ts";
import * as replies from "./replies.ts";
import type { ProjectSettings } from "./settings.ts";
import { dayOf } from "./zone.ts";

const NAMES_DAYS = 31;
const MAX_SAMPLED_ROWS = 10_000;

/** `/api/app/me`: all projects of the account, with their time zones. */
export function aboutMe(state: EmulatorState, request: IncomingMessage): Outcome {
  const credentials = readBasic(request.headers.authorization);
  const memberships = credentials
    ? projectsOf(state, credentials).filter(({ project }) => !isWrongRegion(state, request, project))
    : [];
  const project = memberships[0]?.project ?? state.unknownProject;
  const fault = state.strike(project, "app");
  const faulty = fault && faultReply(fault, "app", "");
  if (faulty) return { project, fault, reply: faulty };
  if (memberships.length === 0)
    return { project, fault, reply: json(401, { status: "error", error: replies.INVALID_ACCOUNT }) };
  const projects: Record<string, object> = Object.fromEntries(
    memberships.map(({ project: { id, settings }, account }) => [
      id,
      {
        name: settings.name,
        organization_id: 1,
        ...timezoneOf(settings),
        domain: { us: "mixpanel.com", eu: "eu.mixpanel.com", in: "in.mixpanel.com" }[settings.region],
        has_workspaces: false,
        permissions: account.permissions,
        role: { name: account.role },
      },
    ]),
  );
  for (const { account } of memberships) addOtherProjects(projects, account.otherProjects);
  const results = { projects, organizations: { 1: { name: "Stand-in organization" } }, workspaces: {} };
  return { project, fault, reply: json(200, { status: "ok", results }) };
}

function timezoneOf({ timezone, timezoneInMe }: ProjectSettings): { timezone?: string | null } {
  if (timezoneInMe === "absent") return {};
  return { timezone: timezoneInMe === "null" ? null : timezone };
}

const FIRST_OTHER_PROJECT = 9_000_000;

/** Projects of which only `/api/app/me` knows. Every third one has no zone. */
function addOtherProjects(projects: Record<string, object>, count: number): void {
  for (let i = 0; i < count; i++) {
    const timezone = i % 3 === 0 ? null : "US/Pacific";
    projects[FIRST_OTHER_PROJECT + i] = { name: `Other project ${i}`, timezone, permissions: ["view_base_reports"] };
  }
}

/** All calls below `/api/query/` and its older alias `/api/2.0/`, except the export. Null for an unknown path. */
export function query(state: EmulatorState, request: IncomingMessage, url: URL, path: string): Outcome | null {
  const answer = QUERIES[path];
  if (!answer) return null;
  const auth = authenticate(state, request, url.searchParams.get("project_id"), { token: false, importing: false });
  const project = auth.project ?? state.unknownProject;
  const fault = state.strike(project, "query");
  const faulty = fault && faultReply(fault, "query", "");
  if (faulty) return { project, fault, reply: faulty };
  if ("error" in auth) return { project, fault, reply: json(401, { error: auth.error, status: "error" }) };
  const nowMs = state.nowMs();
  const { queryPerHour } = project.settings;
  const used = project.budgets.queryHour.count(nowMs);
  if (queryPerHour !== null && used >= queryPerHour) {
    const error = `Query rate limit exceeded for project_id: ${project.id}. This request exceeded the rate limit (${used + 1}/${queryPerHour} queries running in the last hour).`;
    return { project, fault, reply: json(429, { request: url.pathname + url.search, error }) };
  }
  project.budgets.queryHour.add(nowMs);
  return { project, fault, reply: answer(project, url.searchParams, nowMs) };
}

const QUERIES: Record<string, (project: Project, params: URLSearchParams, nowMs: number) => Reply> = {
  "/events/names": (project, params, nowMs) => json(200, recentNames(project, nowMs).slice(0, limitOf(params, 255))),
  "/events/properties/top": (project, params, nowMs) =>
    json(200, topProperties(project, params.get("event"), limitOf(params, 10), nowMs)),
  "/engage": () => json(200, { page: 0, page_size: 1000, results: [], session_id: "0", status: "ok", total: 0 }),
  "/engage/properties": () => json(200, { results: {}, status: "ok" }),
};

function limitOf(params: URLSearchParams, fallback: number): number {
  const limit = Number(params.get("limit") ?? fallback);
  return Number.isInteger(limit) && limit > 0 ? limit : fallback;
}

function recentNames(project: Project, nowMs: number): string[] {
  const today = dayOf(project.toStoredMs(nowMs));
  const ids = new Set<number>();
  for (const day of project.rows.daysBetween(today - NAMES_DAYS, today)) {
    const rows = project.rows.day(day);
    for (let i = 0; i < (rows?.count ?? 0); i++) ids.add(rows?.eventIds[i] ?? 0);
  }
  return [...ids].map((id) => project.rows.eventName(id)).toSorted();
}

/** Counts the latest rows only, so that a big project is not parsed as a whole. */
function topProperties(
  project: Project,
  event: string | null,
  limit: number,
  nowMs: number,
): Record<string, { count: number }> {
  const counts = new Map<string, number>();
  let sampled = 0;
  const days = project.rows.daysBetween(-Infinity, dayOf(project.toStoredMs(nowMs))).toReversed();
  for (const day of days) {
    const rows = project.rows.day(day);
    for (let i = 0; rows && i < rows.count && sampled < MAX_SAMPLED_ROWS; i++) {
      if (event !== null && project.rows.eventName(rows.eventIds[i] ?? 0) !== event) continue;
      sampled++;
      for (const name of propertyNames(rows.text(i))) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const top = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, limit);
  return Object.fromEntries(top.map(([name, count]) => [name, { count }]));
}

function propertyNames(line: string): string[] {
  try {
    return Object.keys((JSON.parse(line) as { properties: object }).properties);
  } catch {
    return [];
  }
}
