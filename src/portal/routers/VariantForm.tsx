// The form that changes a variant's weight and upstream.
import { SimpleGrid, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { client, type Schemas } from "../api.ts";
import { useApiMutation } from "../queries.ts";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { CHANGED_ROUTERS } from "./queries.ts";
import { VARIANT_RULES, VariantFields } from "./VariantFields.tsx";

export function VariantForm(props: { router: string; route: string; variant: Schemas["Variant"] }) {
  const { router, route, variant } = props;
  const { id, weight, upstream } = variant;
  const [isSaved, setIsSaved] = useState(false);
  const form = useForm({
    initialValues: { weight, upstream: { baseUrl: upstream.baseUrl, model: upstream.model, apiKey: "" } },
    validate: VARIANT_RULES,
    validateInputOnChange: true,
    onValuesChange: () => setIsSaved(false),
  });
  const params = { path: { router, route, variant: id } };
  const save = useApiMutation(CHANGED_ROUTERS, (body: Schemas["VariantPatch"]) =>
    client.PATCH("/v1/routers/{router}/routes/{route}/variants/{variant}", { params, body }),
  );
  const toBody = (values: typeof form.values) => ({
    ...values,
    upstream: { ...values.upstream, apiKey: values.upstream.apiKey.trim() || undefined },
  });
  return (
    <SubmitForm
      form={form}
      mutation={save}
      toBody={toBody}
      onDone={() => setIsSaved(true)}
      label={`Variant ${id}`}
      button={`Save ${id}`}
      failure="Nothing was changed"
      status={isSaved ? "Saved." : ""}
    >
      <Text size="md" fw={600}>
        Variant {id}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <VariantFields
          inputProps={form.getInputProps}
          apiKeyDescription={upstream.hasApiKey ? "A key is stored. A new one replaces it." : "No key is stored."}
        />
      </SimpleGrid>
    </SubmitForm>
  );
}
