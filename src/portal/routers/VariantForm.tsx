// The form that changes a variant's weight and upstream.
import { SimpleGrid, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { client, type Schemas } from "../api.ts";
import { useApiMutation } from "../queries.ts";
import { focusFirst } from "../ui/fieldErrors.ts";
import { trimmedOrUndefined } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";
import { CHANGED_ROUTERS } from "./queries.ts";
import { VARIANT_RULES, VariantFields } from "./VariantFields.tsx";

interface VariantFormProps {
  router: string;
  route: string;
  variant: Schemas["Variant"];
}

export function VariantForm({ router, route, variant: { id, weight, upstream } }: VariantFormProps) {
  const [isSaved, setIsSaved] = useState(false);
  const form = useForm({
    initialValues: { weight, upstream: { baseUrl: upstream.baseUrl, model: upstream.model, apiKey: "" } },
    validate: VARIANT_RULES,
    validateInputOnChange: true,
    onValuesChange: () => setIsSaved(false),
  });
  const params = { path: { router, route, variant: id } };
  const save = useApiMutation(CHANGED_ROUTERS, (values: typeof form.values) =>
    client.PATCH("/v1/routers/{router}/routes/{route}/variants/{variant}", {
      params,
      body: { ...values, upstream: { ...values.upstream, apiKey: trimmedOrUndefined(values.upstream.apiKey) } },
    }),
  );
  const { submit, ...state } = useSubmit(form, save, () => setIsSaved(true));
  return (
    <SubmitForm
      {...state}
      onSubmit={form.onSubmit(submit, focusFirst)}
      label={`Variant ${id}`}
      button={`Save ${id}`}
      failure="Nothing was changed"
      status={isSaved ? "Saved." : ""}
    >
      <Text fw={600}>Variant {id}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <VariantFields
          inputProps={form.getInputProps}
          apiKeyDescription={upstream.hasApiKey ? "A key is stored. A new one replaces it." : "No key is stored."}
        />
      </SimpleGrid>
    </SubmitForm>
  );
}
