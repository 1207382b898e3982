// Events to import: what is read from the provider, and how far each is.
import { Anchor, Button, Modal, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "wouter";
import { answer, client, nameOf, type Integration, type SyncEvent } from "../api.ts";
import { useChange, useEvents } from "../queries.ts";
import { count } from "../ui/time.ts";
import { BigQueryEventForm } from "./BigQueryEventForm.tsx";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { Failure } from "../ui/ErrorAlert.tsx";
import { ListTable } from "../ui/ListTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { MixpanelEventForm } from "./MixpanelEventForm.tsx";
import { Section } from "../ui/Section.tsx";
import { Troubles } from "./SyncError.tsx";
import { When } from "../ui/RelativeTime.tsx";

export function EventsToImport({ integration }: { integration: Integration }) {
  const { id, provider } = integration;
  const events = useEvents(id);
  const [opened, { open, close }] = useDisclosure();
  const list = events.data?.events ?? [];
  const Form = provider === "mixpanel" ? MixpanelEventForm : BigQueryEventForm;
  return (
    <Section title="Events to import" actions={<Button onClick={open}>Add Event</Button>}>
      {events.isPending && <Loading label="Loading events" />}
      {events.error && <Failure error={events.error} onRetry={events.refetch} />}
      {events.data && list.length === 0 && (
        <Text size="sm">No events yet. Add the first one: nothing is imported before.</Text>
      )}
      <Troubles
        of={list.map((event) => ({ name: nameOf(event), error: event.error }))}
        butFor={integration.import.error}
      />
      {list.length > 0 && <EventTable id={id} events={list} />}
      <Modal opened={opened} onClose={close} title="Add Event" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
        <Form id={id} onAdded={close} />
      </Modal>
    </Section>
  );
}

const HEADS = [
  "Event",
  { label: "Imported", isNumber: true },
  { label: "Rejected", isNumber: true },
  "Complete through",
  { label: "Actions", isHidden: true },
];

function EventTable({ id, events }: { id: string; events: SyncEvent[] }) {
  return (
    <ListTable label="Events to import" minWidthPx={600} heads={HEADS}>
      {events.map((event) => (
        <EventRow key={nameOf(event)} id={id} event={event} />
      ))}
    </ListTable>
  );
}

function EventRow({ id, event }: { id: string; event: SyncEvent }) {
  const name = nameOf(event);
  const remove = useChange(() =>
    answer(client.DELETE("/v1/integrations/{id}/events/{name}", { params: { path: { id, name } } })),
  );
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          component={Link}
          href={`/integrations/${id}/events/${name}`}
          size="sm"
          aria-label={`${name}: properties and records`}
        >
          {name}
        </Anchor>
        {event.description !== null && (
          <Text size="xs" c="dimmed">
            {event.description}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{count(event.imported)}</Table.Td>
      <Table.Td ta="right">{count(event.rejected)}</Table.Td>
      <Table.Td>
        <When at={event.completeThrough} empty="not yet" />
      </Table.Td>
      <Table.Td ta="right">
        <ConfirmDelete
          what={`the event ${name}`}
          consequence="Its imported records are deleted here. What is at the provider stays."
          onDelete={() => remove.mutateAsync()}
        />
      </Table.Td>
    </Table.Tr>
  );
}
