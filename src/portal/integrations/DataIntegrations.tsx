// The workspace's integrations and how each is.
import { Anchor, Badge, Button, Table, Text } from "@mantine/core";
import { Link } from "wouter";
import { PROVIDER_NAMES, titleOf, type Integration } from "../api.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { ListTable } from "../ui/ListTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { Section } from "../ui/Section.tsx";
import { StatusBadge } from "../ui/StatusBadge.tsx";
import { When } from "../ui/RelativeTime.tsx";
import { useIntegrations } from "../queries.ts";

export default function DataIntegrations() {
  const integrations = useIntegrations();
  const list = integrations.data?.integrations ?? [];
  return (
    <Page
      title="Data Integrations"
      actions={
        <Button component={Link} href="/integrations/new">
          Add Integration
        </Button>
      }
    >
      {integrations.isPending && <Loading label="Loading integrations" />}
      {integrations.error && <Failure error={integrations.error} onRetry={integrations.refetch} />}
      {integrations.data && list.length === 0 && (
        <Section title="No integrations yet">
          <Text size="sm">
            Connect your Mixpanel or BigQuery project: router exposures go out to it, your product events come in.
          </Text>
        </Section>
      )}
      {list.length > 0 && (
        <ListTable label="Integrations" minWidthPx={560} heads={["Project", "Status", "Data Sync", "Last run"]} isRoomy>
          {list.map((integration) => (
            <Row key={integration.id} integration={integration} />
          ))}
        </ListTable>
      )}
    </Page>
  );
}

function Row({ integration }: { integration: Integration }) {
  const { id, provider, status, lastRun } = integration;
  const directions = (["export", "import"] as const).filter((direction) => integration[direction].enabled);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} href={`/integrations/${id}`} fw={600}>
          {titleOf(integration)}
        </Anchor>
        <Text size="xs" c="dimmed">
          {PROVIDER_NAMES[provider]}
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusBadge status={status} />
      </Table.Td>
      <Table.Td>
        {directions.length === 0
          ? "off"
          : directions.map((direction) => (
              <Badge key={direction} variant="default" mr={4}>
                {direction}
              </Badge>
            ))}
      </Table.Td>
      <Table.Td>
        <When at={lastRun?.startedAt} empty="none yet" />
      </Table.Td>
    </Table.Tr>
  );
}
