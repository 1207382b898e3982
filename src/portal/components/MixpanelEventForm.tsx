// Add Event for Mixpanel.
import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { eventName } from "../validation.ts";
import { focusFirst } from "../fieldErrors.ts";
import { Notice } from "./Failure.tsx";
import { useAddEvent } from "./useAddEvent.ts";
import { filled } from "./useEnable.ts";

export function MixpanelEventForm({ id, onAdded }: { id: string; onAdded: () => void }) {
  const form = useForm({
    initialValues: { eventId: "", description: "" },
    validate: { eventId: eventName },
    validateInputOnChange: true,
  });
  const { add, isPending, message } = useAddEvent(id, form, onAdded);
  const submit = form.onSubmit(
    ({ eventId, description }) => add({ eventId: eventId.trim(), description: filled(description) }),
    focusFirst,
  );
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        {message !== null && <Notice title="The event was not added">{message}</Notice>}
        <TextInput
          label="Event ID"
          description="The event's name, exactly as in your Mixpanel project, for example purchase"
          required
          data-autofocus
          {...form.getInputProps("eventId")}
        />
        <Textarea
          label="Description"
          description="When this event is emitted"
          autosize
          {...form.getInputProps("description")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={isPending}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
