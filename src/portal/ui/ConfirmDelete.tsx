// Deleting, with a question before it.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { Notice } from "./ErrorAlert.tsx";

interface ConfirmDeleteProps {
  /** What is deleted, as in "the event purchase". */
  what: string;
  consequence: string;
  /** Where that says enough by itself. */
  label?: string;
  onDelete: () => Promise<unknown>;
}

export function ConfirmDelete({ what, consequence, label, onDelete }: ConfirmDeleteProps) {
  const [opened, { open, close }] = useDisclosure();
  const remove = useMutation({ mutationFn: onDelete, onSuccess: close });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={open}
        aria-label={label === undefined ? `Delete ${what}` : undefined}
      >
        {label ?? "Delete"}
      </Button>
      <Modal opened={opened} onClose={close} title={`Delete ${what}?`} closeButtonProps={{ "aria-label": "Close" }}>
        <Stack>
          <Text size="sm">{consequence}</Text>
          {remove.error && <Notice title="It was not deleted">{remove.error.message}</Notice>}
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
