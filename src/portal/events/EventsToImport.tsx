// The events that an integration imports, and how far each is imported.
import { Accordion, Badge, Button, Modal, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { client, type Integration, type SyncEvent } from "../api.ts";
import { SyncErrors } from "../integrations/SyncErrors.tsx";
import { useIntegrationMutation } from "../integrations/queries.ts";
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, toBody, useProviderForm, type ProviderField, type Values } from "../providers/fields.ts";
import { nameOf, useProvider, type Provider } from "../providers/providers.tsx";
import { useSuggestions } from "../providers/useSuggestions.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { TextLink } from "../ui/links.tsx";
import { Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { AMBER } from "../ui/theme.ts";
import { formatCount } from "../ui/time.ts";
import { eventsKey, useEvents } from "./queries.ts";

const columnsOf = (id: string, provider: Provider): Column<SyncEvent>[] => [
  {
    head: "Event",
    cell: (event) => {
      const name = nameOf(provider, event);
      return (
        <>
          <TextLink
            href={`/integrations/${id}/events/${name}`}
            size="sm"
            aria-label={`${name}: properties and records`}
          >
            {name}
          </TextLink>
          <Text size="xs" c="dimmed">
            {event.description}
          </Text>
          {event.warnings.length > 0 && <Badge color={AMBER}>has warnings</Badge>}
        </>
      );
    },
  },
  { head: "Imported", align: "right", cell: ({ imported }) => formatCount(imported) },
  { head: "Rejected", align: "right", cell: ({ rejected }) => formatCount(rejected) },
  { head: "Complete through", cell: ({ completeThrough }) => <RelativeTime at={completeThrough} empty="not yet" /> },
  {
    head: "Actions",
    isHeadHidden: true,
    align: "right",
    cell: (event) => {
      const name = nameOf(provider, event);
      return (
        <ConfirmDelete
          what={`the event ${name}`}
          consequence="Its imported records are deleted here. The data at the provider stays."
          call={() => client.DELETE("/v1/integrations/{id}/events/{name}", { params: { path: { id, name } } })}
          listKey={eventsKey(id)}
        />
      );
    },
  },
];

export function EventsToImport({ integration }: { integration: Integration }) {
  const { id } = integration;
  const provider = useProvider(integration.provider);
  const [opened, { open, close }] = useDisclosure();
  return (
    <Section title="Events to import" actions={<Button onClick={open}>Add Event</Button>}>
      <QueryState query={useEvents(id)} loading="Loading events">
        {({ events }) => (
          <>
            <SyncErrors
              of={events.map((event) => ({ name: nameOf(provider, event), error: event.error }))}
              except={integration.import.error}
            />
            <DataTable
              label="Events to import"
              columns={columnsOf(id, provider)}
              rows={events}
              keyOf={(event) => nameOf(provider, event)}
              empty="No events yet. Nothing is imported until you add one."
            />
          </>
        )}
      </QueryState>
      <Modal opened={opened} onClose={close} title="Add Event" size="lg">
        <EventForm id={id} provider={provider} onAdded={close} />
      </Modal>
    </Section>
  );
}

/** Suggests names that the integration's project holds. */
function EventForm({ id, provider, onAdded }: { id: string; provider: Provider; onAdded: () => void }) {
  const fields = provider.event;
  const form = useProviderForm(fields, initialValues(fields));
  const suggestions = useSuggestions(id, provider, form.values);
  // The fields of the body are the provider's, so the server checks them.
  const add = useIntegrationMutation((body: Values) =>
    client.POST("/v1/integrations/{id}/events", { params: { path: { id } }, body: body as never }),
  );
  const [name, description, ...source] = fields;
  const inputOf = (field: ProviderField) => (
    <FieldInput key={field.name} form={form} field={field} suggestions={suggestions.of(field)} />
  );
  return (
    <SubmitForm
      form={form}
      mutation={add}
      toBody={toBody}
      onDone={onAdded}
      button="Add"
      failure="The event was not added"
      isDialog
    >
      {name && <FieldInput form={form} field={name} hasFocus />}
      {description && <FieldInput form={form} field={description} />}
      {suggestions.message !== null && (
        <Text c="dimmed" role="status">
          Names cannot be offered, type them: {suggestions.message}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>{source.filter(({ advanced }) => !advanced).map(inputOf)}</SimpleGrid>
      {source.some(({ advanced }) => advanced) && (
        <Accordion variant="contained">
          <Accordion.Item value="advanced">
            <Accordion.Control>Advanced (optional)</Accordion.Control>
            <Accordion.Panel>
              <Stack>{source.filter(({ advanced }) => advanced).map(inputOf)}</Stack>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </SubmitForm>
  );
}
