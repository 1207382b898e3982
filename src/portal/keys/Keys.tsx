// The API keys of the workspace: a form for a new one, and the list of all.
import { client } from "../api.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { localTime } from "../ui/time.ts";
import { NewKey } from "./NewKey.tsx";
import { type ApiKey, KEYS_KEY, useKeys } from "./queries.ts";

const COLUMNS: Column<ApiKey>[] = [
  { head: "Name", isRowHead: true, overflowWrap: "anywhere", cell: ({ name }) => name },
  { head: "Begins with", cell: ({ hint }) => (hint === null ? "–" : `${hint}…`) },
  { head: "Scopes", cell: ({ scopes }) => scopes.join(", ") },
  { head: "Last used", cell: ({ lastUsedAt }) => <RelativeTime at={lastUsedAt} empty="never" /> },
  { head: "Expires", cell: ({ expiresAt }) => expiryText(expiresAt) },
  {
    head: "Revoke",
    isHeadHidden: true,
    cell: ({ id, name }) => (
      <ConfirmDelete
        what={`the key ${name}`}
        consequence="Calls with it are refused within two seconds. Sessions that it opened end, this one too if it did."
        call={() => client.DELETE("/v1/keys/{id}", { params: { path: { id } } })}
        listKey={KEYS_KEY}
      />
    ),
  },
];

function expiryText(expiresAt: string | null): string {
  if (expiresAt === null) return "never";
  return new Date(expiresAt).getTime() <= Date.now() ? `expired ${localTime(expiresAt)}` : localTime(expiresAt);
}

export default function Keys() {
  return (
    <Page title="API Keys">
      <Section title="New key">
        <NewKey />
      </Section>
      <Section title="Keys">
        <QueryState query={useKeys()} loading="Loading keys">
          {({ keys }) => <DataTable label="API keys" columns={COLUMNS} rows={keys} keyOf={({ id }) => id} />}
        </QueryState>
      </Section>
    </Page>
  );
}
