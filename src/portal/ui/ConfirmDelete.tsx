// A button that deletes something after a confirmation.
import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { ApiError, unwrap, type ApiCall } from "../api.ts";
import { ErrorAlert } from "./ErrorAlert.tsx";
import { TextLink } from "./links.tsx";

interface ConfirmDeleteProps {
  /** What is deleted, as in "the event purchase". */
  what: string;
  consequence: string;
  /** The button's text, if it says by itself what is deleted. */
  label?: string;
  /** `withBlockers`: what uses the object is deleted too. */
  call: (withBlockers: boolean) => ApiCall<unknown>;
  /** The text of the button that deletes it together with what uses it. Absent if that must go first. */
  forceLabel?: string;
  listKey: QueryKey;
  /** The page to go to, if what is deleted has its own page. */
  listPage?: string;
}

export function ConfirmDelete(props: ConfirmDeleteProps) {
  const { what, consequence, label, call, forceLabel, listKey, listPage } = props;
  const [opened, { open, close }] = useDisclosure();
  const [, navigate] = useLocation();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: (withBlockers: boolean) => unwrap(call(withBlockers)),
    onSuccess: async () => {
      // The list alone: what was deleted may still be on the page, and cannot be fetched any more.
      await queryClient.invalidateQueries({ queryKey: listKey, exact: true, refetchType: "all" });
      if (listPage === undefined) close();
      else navigate(listPage);
    },
  });
  const blockers = remove.error instanceof ApiError ? remove.error.blockers : [];
  const canForce = forceLabel !== undefined && blockers.length > 0;
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={label ?? `Delete ${what}`}>
        {label ?? "Delete"}
      </Button>
      <Modal opened={opened} onClose={close} title={`Delete ${what}?`}>
        <Stack>
          <Text>{consequence}</Text>
          {remove.error && <ErrorAlert title="It was not deleted" error={remove.error} />}
          {blockers.length > 0 && <Blockers blockers={blockers} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep
            </Button>
            <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate(canForce)}>
              {canForce ? forceLabel : "Delete"}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** Metrics are all that can be in the way. */
function Blockers({ blockers }: { blockers: ApiError["blockers"] }) {
  return (
    <List size="sm" aria-label="Metrics that use it">
      {blockers.map(({ id, name }) => (
        <List.Item key={id} style={{ overflowWrap: "anywhere" }}>
          <TextLink href={`/product-metrics/${id}`} size="sm">
            {name}
          </TextLink>
        </List.Item>
      ))}
    </List>
  );
}
