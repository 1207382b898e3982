// The events that an integration imports, and how far each is imported.
import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { client, nameOf, type Integration, type SyncEvent } from "../api.ts";
import { BigQueryEventForm } from "../integrations/BigQueryEventForm.tsx";
import { MixpanelEventForm } from "../integrations/MixpanelEventForm.tsx";
import { SyncErrors } from "../integrations/SyncErrors.tsx";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { TextLink } from "../ui/links.tsx";
import { Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { formatCount } from "../ui/time.ts";
import { eventsKey, useEvents } from "./queries.ts";

const columnsOf = (id: string): Column<SyncEvent>[] => [
  { head: "Event", cell: (event) => <EventLink id={id} event={event} /> },
  { head: "Imported", align: "right", cell: ({ imported }) => formatCount(imported) },
  { head: "Rejected", align: "right", cell: ({ rejected }) => formatCount(rejected) },
  { head: "Complete through", cell: ({ completeThrough }) => <RelativeTime at={completeThrough} empty="not yet" /> },
  {
    head: "Actions",
    isHeadHidden: true,
    align: "right",
    cell: (event) => <DeleteEvent id={id} name={nameOf(event)} />,
  },
];

export function EventsToImport({ integration }: { integration: Integration }) {
  const { id, provider } = integration;
  const query = useEvents(id);
  const [opened, { open, close }] = useDisclosure();
  const Form = provider === "mixpanel" ? MixpanelEventForm : BigQueryEventForm;
  return (
    <Section title="Events to import" actions={<Button onClick={open}>Add Event</Button>}>
      <QueryState query={query} loading="Loading events">
        {({ events }) => (
          <>
            <SyncErrors
              of={events.map((event) => ({ name: nameOf(event), error: event.error }))}
              except={integration.import.error}
            />
            <DataTable
              label="Events to import"
              columns={columnsOf(id)}
              rows={events}
              keyOf={nameOf}
              empty="No events yet. Nothing is imported until you add one."
            />
          </>
        )}
      </QueryState>
      <Modal opened={opened} onClose={close} title="Add Event" size="lg">
        <Form id={id} onAdded={close} />
      </Modal>
    </Section>
  );
}

function EventLink({ id, event }: { id: string; event: SyncEvent }) {
  const name = nameOf(event);
  return (
    <>
      <TextLink href={`/integrations/${id}/events/${name}`} size="sm" aria-label={`${name}: properties and records`}>
        {name}
      </TextLink>
      <Text size="xs" c="dimmed">
        {event.description}
      </Text>
    </>
  );
}

function DeleteEvent({ id, name }: { id: string; name: string }) {
  return (
    <ConfirmDelete
      what={`the event ${name}`}
      consequence="Its imported records are deleted here. The data at the provider stays."
      call={() => client.DELETE("/v1/integrations/{id}/events/{name}", { params: { path: { id, name } } })}
      listKey={eventsKey(id)}
    />
  );
}
