// Which account and project this service has itself, by the kind of credentials that it runs with.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { projectOfAccount } from "../../../src/providers/bigquery/names.ts";
import { createOwnIdentity } from "../../../src/providers/bigquery/ownIdentity.ts";

const OPTIONS = { lookbackMs: 0, exportTable: "t", stagingPrefix: "s" };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-identity-"));
  // Nothing of this machine's own.
  vi.stubEnv("HOME", folder);
  vi.stubEnv("CLOUDSDK_CONFIG", folder);
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "");
  vi.stubEnv("GCLOUD_PROJECT", "");
  vi.stubEnv("METADATA_SERVER_DETECTION", "none");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function useFile(credentials: object): void {
  const path = join(folder, "credentials.json");
  writeFileSync(path, JSON.stringify(credentials));
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", path);
}
const seen = async (options: { sourceToken?: string; sourcePrincipal?: string } = {}) => {
  const own = createOwnIdentity({ ...OPTIONS, ...options });
  return {
    principal: await own.principal(),
    projects: [...(await own.projects())].toSorted((a, b) => (a < b ? -1 : 1)),
  };
};

test("a service account's key names both", async () => {
  useFile({
    type: "service_account",
    project_id: "quota-project",
    client_email: "ours@operator.iam.gserviceaccount.com",
    private_key: "-----BEGIN PRIVATE KEY-----\n",
  });
  const principal = "ours@operator.iam.gserviceaccount.com";
  expect(await seen()).toEqual({ principal, projects: ["operator", "quota-project"] });
});

test("a person's credentials name no account; the setting does", async () => {
  useFile({ type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" });
  expect(await createOwnIdentity(OPTIONS).principal()).toBeNull();
  const sourcePrincipal = "ours@operator.iam.gserviceaccount.com";
  expect(await createOwnIdentity({ ...OPTIONS, sourcePrincipal }).principal()).toBe(sourcePrincipal);
});

test("a token names nothing; the setting does", async () => {
  const sourceToken = "ya29.token";
  expect(await seen({ sourceToken })).toEqual({ principal: null, projects: [] });
  const sourcePrincipal = "ours@operator.iam.gserviceaccount.com";
  expect(await seen({ sourceToken, sourcePrincipal })).toEqual({ principal: sourcePrincipal, projects: ["operator"] });
});

test("on Google Cloud the machine's metadata names both, also of an account whose address names no project", async () => {
  const values: Record<string, string> = {
    "/computeMetadata/v1/instance/service-accounts/default/email": "17-compute@developer.gserviceaccount.com",
    "/computeMetadata/v1/project/project-id": "operator",
  };
  const server = createServer((request, response) => {
    const value = values[(request.url ?? "").split("?")[0] ?? ""];
    response.writeHead(value === undefined ? 404 : 200, { "metadata-flavor": "Google", "content-type": "text/plain" });
    response.end(value ?? "");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  vi.stubEnv("GCE_METADATA_HOST", `127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
  expect(await seen()).toEqual({ principal: "17-compute@developer.gserviceaccount.com", projects: ["operator"] });
  server.close();
});

test.each<[string, string | null]>([
  ["sync@my-project.iam.gserviceaccount.com", "my-project"],
  ["sync@my-project.example.com.iam.gserviceaccount.com", "example.com:my-project"],
  ["my-project@appspot.gserviceaccount.com", "my-project"],
  ["17-compute@developer.gserviceaccount.com", null],
  ["jo@example.com", null],
])("the project in %s", (email, project) => {
  expect(projectOfAccount(email)).toBe(project);
});
