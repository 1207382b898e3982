// The set-up script: its commands for each direction, values that cannot break out of their quotes, and valid shell.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { readSettings } from "../../../src/providers/bigquery/spec.ts";
import { setupScript } from "../../../src/providers/bigquery/setupScript.ts";
import type { SetupInput } from "../../../src/providers/connector.ts";

const INPUT: SetupInput = {
  settings: {
    projectId: "my-project",
    datasetId: "analytics",
    serviceAccountEmail: "sync@my-project.iam.gserviceaccount.com",
    location: "EU",
  },
  exports: true,
  imports: true,
  datasets: ["user_data", "user_data", "analytics"],
  principal: "ours@operator.iam.gserviceaccount.com",
  proof: "crosscurrent:7h2k9m4pqx3w5t8z",
};
const write = (change: Partial<SetupInput> = {}) => {
  const { settings, ...input } = { ...INPUT, ...change };
  return setupScript(readSettings(settings), input);
};
/** The commands, each on one line. */
const commands = (script: string) =>
  script
    .replaceAll(/\\\n\s+/g, "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
const parses = (script: string) => execFileSync("bash", ["-n"], { input: script, encoding: "utf8" });

const SCRIPT = `#!/usr/bin/env bash
# Prepares BigQuery for the sync. Run it as an owner of the project, for example in Cloud Shell.
# It can run again: what is there already stays.
set -euo pipefail

PROJECT='my-project'
LOCATION='EU'
ACCOUNT='sync@my-project.iam.gserviceaccount.com'
ACCOUNT_PROJECT='my-project'
# The account that the sync runs as. It may act as the service account, and needs no key.
PRINCIPAL='serviceAccount:ours@operator.iam.gserviceaccount.com'
# Shows that the service account is yours.
PROOF='crosscurrent:7h2k9m4pqx3w5t8z'
: "\${PRINCIPAL:?Ask the operator of the sync for its account, and enter it above as serviceAccount:ADDRESS}"

gcloud services enable --project="$PROJECT" bigquery.googleapis.com iam.googleapis.com bigquerystorage.googleapis.com

if ! gcloud iam service-accounts describe "$ACCOUNT" --project="$ACCOUNT_PROJECT" >/dev/null 2>&1; then
  gcloud iam service-accounts create 'sync' --project="$ACCOUNT_PROJECT"
fi

DESCRIPTION=$(gcloud iam service-accounts describe "$ACCOUNT" --project="$ACCOUNT_PROJECT" \\
  --format='value(description)')
if [[ "$DESCRIPTION" != *"$PROOF"* ]]; then
  gcloud iam service-accounts update "$ACCOUNT" --project="$ACCOUNT_PROJECT" \\
    --description="\${DESCRIPTION:+$DESCRIPTION }$PROOF"
fi

gcloud iam service-accounts add-iam-policy-binding "$ACCOUNT" --project="$ACCOUNT_PROJECT" --condition=None \\
  --member="$PRINCIPAL" --role=roles/iam.serviceAccountTokenCreator >/dev/null
gcloud projects add-iam-policy-binding "$PROJECT" --condition=None \\
  --member="serviceAccount:$ACCOUNT" --role=roles/bigquery.jobUser >/dev/null
gcloud projects add-iam-policy-binding "$PROJECT" --condition=None \\
  --member="serviceAccount:$ACCOUNT" --role=roles/bigquery.readSessionUser >/dev/null

if ! bq show --project_id="$PROJECT" --dataset "$PROJECT:"'analytics' >/dev/null 2>&1; then
  bq mk --project_id="$PROJECT" --location="$LOCATION" --dataset "$PROJECT:"'analytics'
fi

bq query --project_id="$PROJECT" --location="$LOCATION" --use_legacy_sql=false \\
  'GRANT \`roles/bigquery.dataEditor\` ON SCHEMA \`my-project\`.\`analytics\` TO '\\''serviceAccount:sync@my-project.iam.gserviceaccount.com'\\'''

bq query --project_id="$PROJECT" --location="$LOCATION" --use_legacy_sql=false \\
  'GRANT \`roles/bigquery.dataViewer\` ON SCHEMA \`my-project\`.\`user_data\` TO '\\''serviceAccount:sync@my-project.iam.gserviceaccount.com'\\'''
`;

test("for both directions", () => {
  expect(write()).toBe(SCRIPT);
  parses(write());
});

test("no one gets the right to act as every account of the project", () => {
  const grants = commands(write()).filter((line) => line.includes("serviceAccountTokenCreator"));
  expect(grants).toHaveLength(1);
  expect(grants[0]).toMatch(/^gcloud iam service-accounts add-iam-policy-binding "\$ACCOUNT"/);
});

test("for the export alone: no right to read sessions, no other dataset", () => {
  const script = write({ imports: false });
  expect(script).not.toMatch(/readSessionUser|dataViewer|bigquerystorage|user_data/);
  expect(script).toContain("dataEditor");
  parses(script);
});

test("for the import alone: nothing may be written, and no dataset is made", () => {
  const script = write({ exports: false });
  expect(script).not.toMatch(/dataEditor|bq mk/);
  expect(commands(script).filter((line) => line.startsWith("bq query"))).toHaveLength(2);
  expect(script.match(/dataViewer/g)).toHaveLength(2);
  parses(script);
});

test("an export without a dataset is refused with what to do", () => {
  const settings = { ...INPUT.settings, datasetId: null };
  expect(() => write({ settings })).toThrow("Enter the Dataset ID");
});

test("an account elsewhere, an old project, and an account of Google's own", () => {
  const other = write({
    settings: { ...INPUT.settings, serviceAccountEmail: "s@other-project.iam.gserviceaccount.com" },
  });
  expect(other).toContain("ACCOUNT_PROJECT='other-project'");
  const old = write({
    settings: {
      ...INPUT.settings,
      projectId: "example.com:my-project",
      serviceAccountEmail: "s@my-project.example.com.iam.gserviceaccount.com",
    },
  });
  expect(old).toContain("ACCOUNT_PROJECT='example.com:my-project'");
  expect(old).toContain("ON SCHEMA `example.com:my-project`.`analytics`");
  const own = write({ settings: { ...INPUT.settings, serviceAccountEmail: "my-project@appspot.gserviceaccount.com" } });
  expect(own).not.toContain("service-accounts create");
  expect(own).toContain("ACCOUNT_PROJECT='my-project'");
  for (const script of [other, old, own]) parses(script);
});

test("without our own address the script stops before it does anything", () => {
  const script = write({ principal: null });
  expect(script).toContain("PRINCIPAL=''\n");
  const run = () => execFileSync("bash", ["-c", `PATH=/nowhere\n${script}`], { encoding: "utf8", stdio: "pipe" });
  expect(run).toThrow(/Ask the operator/);
});

test("a person's address is a user", () => {
  expect(write({ principal: "jo@example.com" })).toContain("PRINCIPAL='user:jo@example.com'");
});

test("no value ends its quotes", () => {
  const evil = `x'; echo broken; '$(echo broken)\`echo broken\``;
  const values = { projectId: "my-project", datasetId: null, serviceAccountEmail: evil, location: evil };
  const input = { exports: false, imports: false, datasets: [], principal: evil, proof: evil };
  const script = setupScript(values, input);
  parses(script);
  // The assignments alone, then what the shell made of them.
  const head = script.slice(script.indexOf("PROJECT="), script.indexOf(': "'));
  const shown = execFileSync("bash", ["-c", `${head}\nprintf '%s\\n' "$LOCATION" "$ACCOUNT" "$PRINCIPAL" "$PROOF"`], {
    encoding: "utf8",
  });
  expect(shown).toBe([evil, evil, `user:${evil}`, evil, ""].join("\n"));
});

test.each(["a-b", "a`b", "a'b", "a b"])("a dataset that BigQuery cannot have is refused: %s", (dataset) => {
  expect(() => write({ datasets: [dataset] })).toThrow("not a valid dataset name");
});
