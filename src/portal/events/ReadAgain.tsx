// Asks for days of an event to be read again, and shows how far that is.
import { Button, Modal, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { client } from "../api.ts";
import { useIntegrationMutation } from "../integrations/queries.ts";
import { useSyncRequest } from "../integrations/useSyncRequest.ts";
import { SubmitForm } from "../ui/SubmitForm.tsx";

export function ReadAgain({ id, name }: { id: string; name: string }) {
  const [opened, { open, close }] = useDisclosure();
  const form = useForm({ initialValues: { from: "", to: "" } });
  const reread = useIntegrationMutation((body: { from: string; to?: string }) =>
    client.POST("/v1/integrations/{id}/events/{name}/reread", { params: { path: { id, name } }, body }),
  );
  const progress = useSyncRequest(id, reread.data?.requestId);
  const inputs = { type: "date" as const };
  return (
    <>
      <Text role="status" aria-live="polite" aria-label="Your request">
        {progress}
      </Text>
      <Button size="xs" variant="default" onClick={open}>
        Read again
      </Button>
      <Modal opened={opened} onClose={close} title="Read days again">
        <SubmitForm
          form={form}
          mutation={reread}
          toBody={({ from, to }) => (to === "" ? { from } : { from, to })}
          onDone={close}
          button="Read again"
          failure="Nothing was asked for"
          isDialog
        >
          <Text>Nothing is stored twice. Rows that came late are added, changed ones are taken over.</Text>
          <TextInput {...inputs} {...form.getInputProps("from")} label="First day" required data-autofocus />
          <TextInput {...inputs} {...form.getInputProps("to")} label="Last day" description="Empty: until today" />
        </SubmitForm>
      </Modal>
    </>
  );
}
