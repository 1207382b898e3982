// The list of the workspace's integrations, with their status.
import { Badge, Text } from "@mantine/core";
import type { Integration } from "../api.ts";
import { titleOf, useProvider, useProviders } from "../providers/providers.tsx";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { LinkButton, TextLink } from "../ui/links.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { useIntegrations } from "./queries.ts";
import { StatusBadge } from "./StatusBadge.tsx";

const COLUMNS: Column<Integration>[] = [
  { head: "Project", cell: (integration) => <Project integration={integration} /> },
  { head: "Status", cell: (integration) => <StatusBadge integration={integration} /> },
  { head: "Data Sync", cell: (integration) => <Directions integration={integration} /> },
  { head: "Last run", cell: ({ lastRun }) => <RelativeTime at={lastRun?.startedAt} empty="none yet" /> },
];

export default function DataIntegrations() {
  const titles = useProviders().map(({ title }) => title);
  return (
    <Page title="Data Integrations" actions={<LinkButton href="/integrations/new">Add Integration</LinkButton>}>
      <QueryState query={useIntegrations()} loading="Loading integrations">
        {({ integrations }) =>
          integrations.length === 0 ? (
            <Section title="No integrations yet">
              <Text>
                Connect your {titles.join(" or ")} project to export router exposures to it and import product events
                from it.
              </Text>
            </Section>
          ) : (
            <DataTable label="Integrations" columns={COLUMNS} rows={integrations} keyOf={({ id }) => id} />
          )
        }
      </QueryState>
    </Page>
  );
}

function Project({ integration }: { integration: Integration }) {
  const provider = useProvider(integration.provider);
  return (
    <>
      <TextLink href={`/integrations/${integration.id}`} fw={600}>
        {titleOf(provider, integration)}
      </TextLink>
      <Text size="xs" c="dimmed">
        {provider.title}
      </Text>
    </>
  );
}

function Directions({ integration }: { integration: Integration }) {
  const enabled = (["export", "import"] as const).filter((direction) => integration[direction].enabled);
  if (enabled.length === 0) return "off";
  return enabled.map((direction) => (
    <Badge key={direction} variant="default" mr={4}>
      {direction}
    </Badge>
  ));
}
