// A button that deletes something after a confirmation.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { unwrap, type ApiCall } from "../api.ts";
import { ErrorAlert } from "./ErrorAlert.tsx";

interface ConfirmDeleteProps {
  /** What is deleted, as in "the event purchase". */
  what: string;
  consequence: string;
  /** The button's text, if it says by itself what is deleted. */
  label?: string;
  call: () => ApiCall<unknown>;
  listKey: QueryKey;
  /** The page to go to, if what is deleted has its own page. */
  listPage?: string;
}

export function ConfirmDelete({ what, consequence, label, call, listKey, listPage }: ConfirmDeleteProps) {
  const [opened, { open, close }] = useDisclosure();
  const [, navigate] = useLocation();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => unwrap(call()),
    onSuccess: async () => {
      // The list alone: what was deleted may still be on the page, and cannot be fetched any more.
      await queryClient.invalidateQueries({ queryKey: listKey, exact: true, refetchType: "all" });
      if (listPage === undefined) close();
      else navigate(listPage);
    },
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={label ?? `Delete ${what}`}>
        {label ?? "Delete"}
      </Button>
      <Modal opened={opened} onClose={close} title={`Delete ${what}?`}>
        <Stack>
          <Text>{consequence}</Text>
          {remove.error && <ErrorAlert title="It was not deleted" error={remove.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep
            </Button>
            <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
