// The page of one router, with a form for each variant.
import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { client, isMissing, type Schemas } from "../api.ts";
import { useApiMutation, useApiQuery } from "../queries.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { CHANGED_ROUTERS, ROUTERS_KEY } from "./queries.ts";
import { VARIANT_RULES, VariantFields } from "./VariantFields.tsx";

export default function RouterPage({ id }: { id: string }) {
  const params = { path: { router: id } };
  const query = useApiQuery([...ROUTERS_KEY, id], () => client.GET("/v1/routers/{router}", { params }));
  if (isMissing(query.error)) return <NotFound />;
  return (
    <Page title={id} above={[{ label: "Routers", href: "/routers" }]}>
      <QueryState query={query} loading="Loading the router">
        {({ description, routes }) => (
          <>
            {description !== null && <Text size="md">{description}</Text>}
            {routes.map((route) => (
              <Section key={route.id} title={`Route ${route.id}`}>
                <Stack gap="lg">
                  {route.variants.map((variant) => (
                    <VariantForm key={variant.id} router={id} route={route.id} variant={variant} />
                  ))}
                </Stack>
              </Section>
            ))}
            <Section title="Settings">
              <Stack align="flex-start">
                <ConfirmDelete
                  what={`the router ${id}`}
                  consequence="Calls to it are refused from then on. Its exposures stay."
                  label="Delete router"
                  call={() => client.DELETE("/v1/routers/{router}", { params })}
                  listKey={ROUTERS_KEY}
                  listPage="/routers"
                />
              </Stack>
            </Section>
          </>
        )}
      </QueryState>
    </Page>
  );
}

function VariantForm(props: { router: string; route: string; variant: Schemas["Variant"] }) {
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
