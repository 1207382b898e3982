// Reads one project out of Mixpanel's answer about an account, which lists all projects that the account sees.
import { z } from "zod";
import { sliceMember } from "../../domain/rawJson.ts";
import { parseJson } from "../http.ts";

const role = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
const project = z.object({
  timezone: z.string().optional().catch(undefined),
  role: role.optional().catch(undefined),
});

export type MixpanelProject = z.infer<typeof project>;

/**
 * Returns null if the account does not see the project, undefined if the text is of unknown form. Other projects are
 * skipped unread: an account may have tens of thousands, and what is odd in another one does not matter here.
 */
export function readProject(text: string, projectId: string): MixpanelProject | null | undefined {
  const trimmed = text.trim();
  // Text that was cut short could lack just this project.
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  try {
    const results = sliceMember(trimmed, "results");
    const projects = results === null ? null : sliceMember(results, "projects");
    if (projects === null || !projects.startsWith("{")) return undefined;
    const found = sliceMember(projects, projectId);
    return found === null ? null : project.safeParse(parseJson(found)).data;
  } catch {
    // A key that is not valid JSON.
    return undefined;
  }
}
