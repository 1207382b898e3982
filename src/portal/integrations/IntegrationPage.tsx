// One integration: its connection, its sync, its events, what happened.
import { Anchor, Stack } from "@mantine/core";
import { Link, useLocation, useSearch } from "wouter";
import { answer, client, isMissing, PROVIDER_NAMES, titleOf, type Integration } from "../api.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { ConnectionTest } from "./ConnectionTest.tsx";
import { Credentials } from "./Credentials.tsx";
import { DataSync } from "./DataSync.tsx";
import { EventsToImport } from "./EventsToImport.tsx";
import { Failure } from "../ui/ErrorAlert.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { Rejected } from "./Rejected.tsx";
import { Runs } from "./Runs.tsx";
import { Section } from "../ui/Section.tsx";
import { StatusBadge } from "../ui/StatusBadge.tsx";
import { SyncStatus } from "./SyncStatus.tsx";
import { useChange, useIntegration } from "../queries.ts";
import { NotFound } from "../ui/NotFound.tsx";

export default function IntegrationPage({ id }: { id: string }) {
  const integration = useIntegration(id);
  if (integration.isPending) return <Loading label="Loading the integration" rows={6} />;
  if (isMissing(integration.error)) return <NotFound />;
  // What was seen last stays while the server is away; its sections say so.
  if (integration.data === undefined) return <Failure error={integration.error} onRetry={integration.refetch} />;
  return <Loaded integration={integration.data} error={integration.error} />;
}

function Loaded({ integration, error }: { integration: Integration; error: Error | null }) {
  const { id, provider } = integration;
  const isNew = useSearch() === "enabled";
  return (
    <Page
      title={`${PROVIDER_NAMES[provider]} ${titleOf(integration)}`}
      above={[{ label: "Data Integrations", href: "/integrations" }]}
      actions={<StatusBadge status={integration.status} />}
    >
      {error !== null && <Failure error={error} />}
      <ConnectionTest id={id} runAtOnce={isNew} />
      <DataSync integration={integration} />
      <SyncStatus integration={integration} />
      {integration.import.enabled && <EventsToImport integration={integration} />}
      <Runs id={id} />
      <Rejected id={id} />
      <Settings integration={integration} />
    </Page>
  );
}

function Settings({ integration }: { integration: Integration }) {
  const { id, provider } = integration;
  const [, navigate] = useLocation();
  const remove = useChange(() => answer(client.DELETE("/v1/integrations/{id}", { params: { path: { id } } })));
  return (
    <Section title="Settings">
      <Stack align="flex-start">
        <Anchor component={Link} href={`/setup/${provider}`} size="sm">
          What to prepare in {PROVIDER_NAMES[provider]}
        </Anchor>
        <Credentials integration={integration} />
        <ConfirmDelete
          what="this integration"
          consequence={`Its sync ends, and its events with all imported records are deleted here. What is at ${PROVIDER_NAMES[provider]} stays.`}
          label="Delete integration"
          onDelete={async () => {
            await remove.mutateAsync();
            navigate("/integrations");
          }}
        />
      </Stack>
    </Section>
  );
}
