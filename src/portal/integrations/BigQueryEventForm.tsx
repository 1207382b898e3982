// Add Event for BigQuery: which table, and which of its columns is what. Names are offered where they can be read.
import { Autocomplete, SimpleGrid, Text, Textarea, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { focusFirst } from "../ui/fieldErrors.ts";
import { useAddEvent } from "../events/queries.ts";
import { column, dataset, eventName, table } from "../validation.ts";
import { trimmedOrUndefined } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useBrowsing } from "./useBrowsing.ts";
import { useSubmit } from "../ui/useSubmit.ts";

const EMPTY = {
  eventName: "",
  description: "",
  dataset: "",
  tableName: "",
  eventFieldName: "",
  userIdFieldName: "",
  timestampFieldName: "",
  eventUuidFieldName: "",
};

const RULES = {
  eventName,
  dataset,
  tableName: table,
  eventFieldName: column,
  userIdFieldName: column,
  timestampFieldName: column,
  eventUuidFieldName: column,
};

/** Which types of BigQuery each column may have. */
const COLUMNS = [
  { field: "eventFieldName", label: "Event Field Name", description: "Identifies the event type", types: ["STRING"] },
  { field: "userIdFieldName", label: "User ID Field Name", description: "As in user of your calls", types: ["STRING"] },
  {
    field: "timestampFieldName",
    label: "Timestamp Field Name",
    description: "TIMESTAMP or DATETIME",
    types: ["TIMESTAMP", "DATETIME"],
  },
  { field: "eventUuidFieldName", label: "Event UUID Field Name", description: "Unique per row", types: ["STRING"] },
] as const;

export function BigQueryEventForm({ id, onAdded }: { id: string; onAdded: () => void }) {
  const form = useForm({
    initialValues: EMPTY,
    validate: RULES,
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useAddEvent(id), onAdded);
  const offered = useBrowsing(id, form.values.dataset, form.values.tableName);
  const onSubmit = form.onSubmit(
    ({ description, ...names }) => submit({ ...trimmed(names), description: trimmedOrUndefined(description) }),
    focusFirst,
  );
  return (
    <SubmitForm {...state} onSubmit={onSubmit} button="Add" failure="The event was not added" isDialog>
      <TextInput
        label="Event Name"
        description="Rows whose event column equals it, for example user_donation"
        required
        data-autofocus
        {...form.getInputProps("eventName")}
      />
      <Textarea
        label="Description"
        description="When this event is triggered"
        autosize
        {...form.getInputProps("description")}
      />
      {offered.message !== null && (
        <Text size="sm" c="dimmed" role="status">
          Names cannot be offered, type them: {offered.message}
        </Text>
      )}
      <Columns form={form} offered={offered} />
    </SubmitForm>
  );
}

interface ColumnsProps {
  form: UseFormReturnType<typeof EMPTY>;
  offered: ReturnType<typeof useBrowsing>;
}

/** Of which table, and which of its columns is what. */
function Columns({ form, offered }: ColumnsProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Autocomplete
        label="Dataset"
        description="Holds the table"
        data={offered.datasets}
        required
        {...form.getInputProps("dataset")}
      />
      <Autocomplete
        label="Table Name"
        description="Holds the rows"
        data={offered.tables}
        required
        {...form.getInputProps("tableName")}
      />
      {COLUMNS.map(({ field, label, description, types }) => (
        <Autocomplete
          key={field}
          label={label}
          description={description}
          data={offered.columns
            .filter(({ type }) => (types as readonly string[]).includes(type))
            .map(({ name }) => name)}
          required
          {...form.getInputProps(field)}
        />
      ))}
    </SimpleGrid>
  );
}

function trimmed<T extends Record<string, string>>(values: T): T {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()])) as T;
}
