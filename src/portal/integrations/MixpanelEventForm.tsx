// Add Event for Mixpanel.
import { Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { focusFirst } from "../ui/fieldErrors.ts";
import { useAddEvent } from "../events/queries.ts";
import { eventName } from "../validation.ts";
import { trimmedOrUndefined } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";

export function MixpanelEventForm({ id, onAdded }: { id: string; onAdded: () => void }) {
  const form = useForm({
    initialValues: { eventId: "", description: "" },
    validate: { eventId: eventName },
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useAddEvent(id), onAdded);
  const onSubmit = form.onSubmit(
    ({ eventId, description }) => submit({ eventId: eventId.trim(), description: trimmedOrUndefined(description) }),
    focusFirst,
  );
  return (
    <SubmitForm {...state} onSubmit={onSubmit} button="Add" failure="The event was not added" isDialog>
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
    </SubmitForm>
  );
}
