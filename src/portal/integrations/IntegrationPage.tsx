// The page of one integration: connection, sync, events, runs, settings.
import { Stack } from "@mantine/core";
import { useSearch } from "wouter";
import { client, isMissing, type Integration } from "../api.ts";
import { EventsToImport } from "../events/EventsToImport.tsx";
import { titleOf, useProvider } from "../providers/providers.tsx";
import { hasSetupGuide } from "../providers/setupGuides.ts";
import { RejectedRecords } from "../runs/RejectedRecords.tsx";
import { Runs } from "../runs/Runs.tsx";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { TextLink } from "../ui/links.tsx";
import { Loading } from "../ui/Loading.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { ConnectionTest } from "./ConnectionTest.tsx";
import { ChangeConnection } from "./ChangeConnection.tsx";
import { DataSync } from "./DataSync.tsx";
import { INTEGRATIONS_KEY, useIntegration } from "./queries.ts";
import { StatusBadge } from "./StatusBadge.tsx";
import { SyncStatus } from "./SyncStatus.tsx";

export default function IntegrationPage({ id }: { id: string }) {
  const { data: integration, error, isPending, refetch } = useIntegration(id);
  const provider = useProvider(integration?.provider);
  const isNew = useSearch() === "enabled";
  if (isPending) return <Loading label="Loading the integration" rows={6} />;
  if (isMissing(error)) return <NotFound />;
  if (integration === undefined) return <ErrorAlert error={error} onRetry={refetch} />;
  return (
    <Page
      title={`${provider.title} ${titleOf(provider, integration)}`}
      above={[{ label: "Data Integrations", href: "/integrations" }]}
      actions={<StatusBadge integration={integration} />}
    >
      {error !== null && <ErrorAlert title="This page could not be updated" error={error} />}
      <ConnectionTest id={id} runAtOnce={isNew && integration.lastTest === null} last={integration.lastTest} />
      <DataSync integration={integration} />
      <SyncStatus integration={integration} />
      {integration.import.enabled && <EventsToImport integration={integration} />}
      <Runs id={id} />
      <RejectedRecords id={id} />
      <Settings integration={integration} />
    </Page>
  );
}

function Settings({ integration }: { integration: Integration }) {
  const { id, provider } = integration;
  const { title } = useProvider(provider);
  return (
    <Section title="Settings">
      <Stack align="flex-start">
        {hasSetupGuide(provider) && (
          <TextLink href={`/setup/${provider}`} size="sm">
            What to prepare in {title}
          </TextLink>
        )}
        <ChangeConnection integration={integration} />
        <ConfirmDelete
          what="this integration"
          consequence={`The sync ends. Events and imported records are deleted here. The data in ${title} stays.`}
          label="Delete integration"
          call={(withBlockers) => {
            const query = withBlockers ? { force: "true" } : {};
            return client.DELETE("/v1/integrations/{id}", { params: { path: { id }, query } });
          }}
          forceLabel="Delete with these metrics"
          listKey={INTEGRATIONS_KEY}
          listPage="/integrations"
        />
      </Stack>
    </Section>
  );
}
