// The switches of an integration's directions, export and import.
import { Stack, Switch, Text } from "@mantine/core";
import { client, type Integration } from "../api.ts";
import { useProvider, valueOf } from "../providers/providers.tsx";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { Section } from "../ui/Page.tsx";
import { useIntegrationMutation } from "./queries.ts";

type Direction = "export" | "import";

export function DataSync({ integration }: { integration: Integration }) {
  const { id, provider } = integration;
  const change = useIntegrationMutation(({ direction, enabled }: { direction: Direction; enabled: boolean }) =>
    client.PATCH("/v1/integrations/{id}", { params: { path: { id } }, body: { [direction]: { enabled } } }),
  );
  const { title, settings } = useProvider(provider);
  const missing = settings.find(({ name, neededToExport }) => neededToExport && valueOf(integration, name) === null);
  const switchOf = (direction: Direction) => {
    const requested = change.isPending && change.variables.direction === direction ? change.variables : undefined;
    return {
      // Shows what was requested at once. If the request fails, the switch goes back.
      checked: (requested ?? integration[direction]).enabled,
      onChange: ({ currentTarget }: React.ChangeEvent<HTMLInputElement>) =>
        change.mutate({ direction, enabled: currentTarget.checked }),
    };
  };
  return (
    <Section title="Data Sync">
      <Stack>
        {change.error && <ErrorAlert title="Nothing was changed" error={change.error} />}
        <Switch
          label={`Export to ${title}`}
          description={
            missing === undefined
              ? "Router exposures, one per user, router, route, variant and hour, about every 8 hours."
              : `This integration has no ${missing.label}, so it only imports. Add one with it to export.`
          }
          disabled={missing !== undefined}
          {...switchOf("export")}
        />
        <Switch
          label={`Import from ${title}`}
          description="The product events that you add below, about every 8 hours."
          {...switchOf("import")}
        />
        {!integration.import.enabled && <Text c="dimmed">Switch the import on to choose the events to import.</Text>}
      </Stack>
    </Section>
  );
}
