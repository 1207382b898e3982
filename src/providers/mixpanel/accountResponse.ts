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
  try {
    const results = sliceObject(text.trim(), "results");
    const projects = results === null ? null : sliceObject(results, "projects");
    if (projects === null) return undefined;
    const found = sliceMember(projects, projectId);
    return found === null ? null : project.safeParse(parseJson(found)).data;
  } catch {
    // A name that is no valid JSON.
    return undefined;
  }
}

/** Returns null also for an object that was cut short, because it could lack just this project. */
function sliceObject(text: string, name: string): string | null {
  if (!text.startsWith("{")) return null;
  const slice = sliceMember(text, name);
  // The brace of the outer object follows, unless the text ends within the member.
  return slice?.startsWith("{") === true && !text.endsWith(slice) ? slice : null;
}
