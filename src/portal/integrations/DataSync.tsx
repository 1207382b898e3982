// Data Sync: export and import, each with its own switch.
import { Stack, Switch, Text } from "@mantine/core";
import { answer, client, PROVIDER_NAMES, type Integration } from "../api.ts";
import { useChange } from "../queries.ts";
import { Notice } from "../ui/ErrorAlert.tsx";
import { Section } from "../ui/Section.tsx";

type Direction = "export" | "import";

export function DataSync({ integration }: { integration: Integration }) {
  const { id, provider } = integration;
  const change = useChange(({ direction, enabled }: { direction: Direction; enabled: boolean }) =>
    answer(client.PATCH("/v1/integrations/{id}", { params: { path: { id } }, body: { [direction]: { enabled } } })),
  );
  const name = PROVIDER_NAMES[provider];
  const hasNowhere = provider === "bigquery" && integration.datasetId === null;
  const toggle = (direction: Direction, label: string, description: string, disabled = false) => (
    <Switch
      label={label}
      description={description}
      // What was asked for shows at once, and goes back if it is refused.
      checked={
        change.isPending && change.variables.direction === direction
          ? change.variables.enabled
          : integration[direction].enabled
      }
      disabled={disabled}
      onChange={({ currentTarget }) => change.mutate({ direction, enabled: currentTarget.checked })}
    />
  );
  return (
    <Section title="Data Sync">
      <Stack>
        {change.error && <Notice title="Nothing was changed">{change.error.message}</Notice>}
        {toggle(
          "export",
          `Export to ${name}`,
          hasNowhere
            ? "This integration has no Dataset ID and only imports. Add another one with it to export."
            : "Router exposures, one per user, router, route, variant and hour, about every 8 hours.",
          hasNowhere,
        )}
        {toggle("import", `Import from ${name}`, "Your product events, those that you add below, about every 8 hours.")}
        {!integration.import.enabled && (
          <Text size="sm" c="dimmed">
            Events to import are chosen once import is on.
          </Text>
        )}
      </Stack>
    </Section>
  );
}
