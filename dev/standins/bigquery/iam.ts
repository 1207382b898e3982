// What impersonation needs of two APIs: access tokens of IAM Credentials, and the look at a service account of IAM.
import { z } from "zod";
import { json, type Reply } from "../shared/reply.ts";
import { bearerToken, projectOfAccount } from "./accounts.ts";
import { parseJson } from "./body.ts";
import { strikeBefore } from "./faults.ts";
import { GoogleError, unauthenticated } from "./google.ts";
import type { EmulatorState } from "./emulatorState.ts";

const DEFAULT_LIFETIME_SECONDS = 3_600;
/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken */
const asked = z.object({
  scope: z.array(z.string()).min(1),
  lifetime: z
    .string()
    .regex(/^\d+(?:\.\d+)?s$/)
    .optional(),
});

export async function generateAccessToken(
  state: EmulatorState,
  email: string,
  authorization: string | undefined,
  body: string,
): Promise<Reply> {
  const project = state.project(projectOfAccount(email));
  await strikeBefore(project.faults.strikeOperation("iam.generateAccessToken"));
  const source = bearerToken(authorization);
  if (source === null || !state.accounts.isSource(source)) {
    project.counters.tokensRefused++;
    return unauthenticated(source !== null).reply();
  }
  const account = state.accounts.impersonated(email, source);
  if (account === null || account.disabled) {
    project.counters.tokensRefused++;
    return refused("iam.serviceAccounts.getAccessToken");
  }
  const parsed = asked.safeParse(parseJson(body));
  if (!parsed.success) throw new GoogleError(400, "badRequest", "Request contains an invalid argument.");
  const wanted = Number.parseFloat(parsed.data.lifetime ?? String(DEFAULT_LIFETIME_SECONDS));
  const { token, expiresAtMs } = state.accounts.issue(email, Math.min(wanted, account.tokenLifetimeMaxSeconds));
  project.counters.tokensIssued++;
  return json(200, { accessToken: token, expireTime: `${new Date(expiresAtMs).toISOString().slice(0, 19)}Z` });
}

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get. Token creators may see the account. */
export async function getServiceAccount(
  state: EmulatorState,
  email: string,
  authorization: string | undefined,
): Promise<Reply> {
  const projectId = projectOfAccount(email);
  await strikeBefore(state.project(projectId).faults.strikeOperation("iam.serviceAccounts.get"));
  const source = bearerToken(authorization);
  if (source === null || !state.accounts.isSource(source)) return unauthenticated(source !== null).reply();
  const account = state.accounts.impersonated(email, source);
  if (account === null) return refused("iam.serviceAccounts.get");
  const { uniqueId, description, disabled } = account;
  return json(200, {
    name: `projects/${projectId}/serviceAccounts/${email}`,
    projectId,
    uniqueId,
    email,
    etag: "MDEwMjE5MjA=",
    oauth2ClientId: uniqueId,
    ...(description !== "" && { description }),
    ...(disabled && { disabled }),
  });
}

/** The answer is the same if the account does not exist, so that it does not reveal which accounts exist. */
function refused(permission: string): Reply {
  return json(403, {
    error: {
      code: 403,
      message: `Permission '${permission}' denied on resource (or it may not exist).`,
      status: "PERMISSION_DENIED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "IAM_PERMISSION_DENIED",
          domain: "iam.googleapis.com",
          metadata: { permission },
        },
      ],
    },
  });
}
