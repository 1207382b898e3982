// The page for a new router, with one route that takes all calls.
import { Button, Fieldset, Group, SimpleGrid, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { randomId } from "@mantine/hooks";
import { useLocation } from "wouter";
import { client, type Schemas } from "../api.ts";
import { useApiMutation } from "../queries.ts";
import { Page, Section } from "../ui/Page.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { routerId } from "../validation.ts";
import { CHANGED_ROUTERS } from "./queries.ts";
import { VARIANT_RULES, VariantFields } from "./VariantFields.tsx";

/** The key identifies the variant's fields while other variants are added and removed. */
const newVariant = () => ({
  key: randomId(),
  id: "",
  weight: 1,
  upstream: { baseUrl: "https://api.openai.com/v1", model: "", apiKey: "" },
});
const initialValues = () => ({ id: "", description: "", routeId: "default", variants: [newVariant()] });
type Values = ReturnType<typeof initialValues>;

export default function NewRouter() {
  const [, navigate] = useLocation();
  const form = useForm({
    initialValues: initialValues(),
    validate: { id: routerId, routeId: routerId, variants: { id: routerId, ...VARIANT_RULES } },
    validateInputOnChange: true,
  });
  const create = useApiMutation(CHANGED_ROUTERS, (body: Schemas["NewRouter"]) => client.POST("/v1/routers", { body }));
  return (
    <Page title="Add Router" above={[{ label: "Routers", href: "/routers" }]}>
      <Section title="Router">
        <SubmitForm
          form={form}
          mutation={create}
          toBody={toRouter}
          onDone={() => navigate("/routers")}
          label="Router"
          button="Save Router"
          failure="The router was not added"
        >
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label="Router ID" description="As in inworld/my-router" required {...form.getInputProps("id")} />
            <TextInput
              label="Route ID"
              description="This route takes all calls."
              required
              {...form.getInputProps("routeId")}
            />
          </SimpleGrid>
          <TextInput label="Description" {...form.getInputProps("description")} />
          {form.values.variants.map(({ key }, index) => (
            <Fieldset key={key} legend={`Variant ${index + 1}`}>
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <TextInput label="Variant ID" required {...form.getInputProps(`variants.${index}.id`)} />
                <VariantFields
                  inputProps={(path) => form.getInputProps(`variants.${index}.${path}`)}
                  apiKeyDescription="Stored encrypted and never shown again."
                />
              </SimpleGrid>
              {index > 0 && (
                <Button mt="sm" size="xs" variant="default" onClick={() => form.removeListItem("variants", index)}>
                  Remove variant {index + 1}
                </Button>
              )}
            </Fieldset>
          ))}
          <Group>
            <Button size="xs" variant="default" onClick={() => form.insertListItem("variants", newVariant())}>
              Add Variant
            </Button>
          </Group>
        </SubmitForm>
      </Section>
    </Page>
  );
}

function toRouter({ id, description, routeId, variants }: Values) {
  const withoutKeys = variants.map(({ key: _key, ...variant }) => ({
    ...variant,
    upstream: { ...variant.upstream, apiKey: variant.upstream.apiKey.trim() || null },
  }));
  return {
    id,
    description: description.trim() || null,
    routes: [{ id: routeId, conditions: {}, fallbackVariantIds: [], variants: withoutKeys }],
  };
}
