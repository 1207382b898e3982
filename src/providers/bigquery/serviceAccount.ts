// Reads a customer's service account with this service's own identity: its stable id, and the codes in its description.
import type { AuthClient } from "google-auth-library";
import { z } from "zod";
import { SyncError } from "../../domain/errors.ts";
import { type AccountReading, codesIn } from "../../domain/ownership.ts";

const IAM_ORIGIN = "https://iam.googleapis.com";
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_RESPONSE_BYTES = 64 * 1024;

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts */
const accountResponse = z.object({
  uniqueId: z.string().min(1).max(100),
  projectId: z.string(),
  description: z.string().optional(),
  disabled: z.boolean().optional(),
});

export interface ServiceAccount extends AccountReading {
  projectId: string;
  isDisabled: boolean;
}

/** Needs `iam.serviceAccounts.get`, which Service Account Token Creator includes. Throws errors of Google's client. */
export async function readServiceAccount(
  source: AuthClient,
  email: string,
  iamUrl = IAM_ORIGIN,
): Promise<ServiceAccount> {
  const { data } = await source.request<unknown>({
    url: `${iamUrl}/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}`,
    method: "GET",
    timeout: REQUEST_TIMEOUT_MS,
    size: MAX_RESPONSE_BYTES,
    responseType: "json",
    retry: false,
  });
  const parsed = accountResponse.safeParse(data);
  if (!parsed.success) {
    throw new SyncError("transient", `Google sent a response of unknown form for ${email}; it is tried again.`);
  }
  const { uniqueId, projectId, description = "", disabled = false } = parsed.data;
  return { accountId: uniqueId, address: email, codes: codesIn(description), projectId, isDisabled: disabled };
}
