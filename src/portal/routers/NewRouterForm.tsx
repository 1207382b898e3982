// A new router with one route, which takes all calls, and its variants.
import { Button, Fieldset, NumberInput, SimpleGrid, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { randomId } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, client } from "../api.ts";
import { focusFirst } from "../ui/fieldErrors.ts";
import { keys } from "../queries.ts";
import { baseUrl, required, routerId } from "../validation.ts";
import { filled, SecretInput } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";

const VARIANT = { id: "", weight: 1, baseUrl: "https://api.openai.com/v1", model: "", apiKey: "" };
/** With a key that stays with its fields while others come and go. */
const newVariant = () => ({ ...VARIANT, key: randomId() });

interface Values {
  id: string;
  description: string;
  routeId: string;
  variants: ReturnType<typeof newVariant>[];
}

export function NewRouterForm({ onAdded }: { onAdded: () => void }) {
  const queries = useQueryClient();
  const form = useForm<Values>({
    initialValues: { id: "", description: "", routeId: "default", variants: [newVariant()] },
    validate: { id: routerId, routeId: routerId, variants: { id: routerId, baseUrl, model: required("model") } },
    validateInputOnChange: true,
  });
  const add = useMutation({
    mutationFn: (values: Values) => answer(client.POST("/v1/routers", { body: toRouter(values) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.routers }),
  });
  const { submit, ...state } = useSubmit(form, add, onAdded);
  return (
    <SubmitForm
      {...state}
      onSubmit={form.onSubmit(submit, focusFirst)}
      label="Router"
      button="Save Router"
      failure="The router was not added"
      actions={
        <Button variant="default" onClick={() => form.insertListItem("variants", newVariant())}>
          Add Variant
        </Button>
      }
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="Router ID" description="As in inworld/my-router" required {...form.getInputProps("id")} />
        <TextInput label="Route ID" description="It takes all calls" required {...form.getInputProps("routeId")} />
      </SimpleGrid>
      <TextInput label="Description" {...form.getInputProps("description")} />
      {form.values.variants.map(({ key }, index) => (
        <VariantFields key={key} form={form} index={index} />
      ))}
    </SubmitForm>
  );
}

function VariantFields({ form, index }: { form: UseFormReturnType<Values>; index: number }) {
  const field = (name: keyof typeof VARIANT) => form.getInputProps(`variants.${index}.${name}`);
  return (
    <Fieldset legend={`Variant ${index + 1}`}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="Variant ID" required {...field("id")} />
        <NumberInput label="Weight" min={0} {...field("weight")} />
        <TextInput label="Base URL" required {...field("baseUrl")} />
        <TextInput label="Model" required {...field("model")} />
        <SecretInput
          what="the key"
          label="API Key"
          description="Kept encrypted and never shown again."
          {...field("apiKey")}
        />
      </SimpleGrid>
      {index > 0 && (
        <Button mt="sm" size="xs" variant="default" onClick={() => form.removeListItem("variants", index)}>
          Remove variant {index + 1}
        </Button>
      )}
    </Fieldset>
  );
}

function toRouter({ id, description, routeId, variants }: Values) {
  return {
    id,
    description: filled(description) ?? null,
    routes: [
      {
        id: routeId,
        conditions: {},
        fallbackVariantId: null,
        variants: variants.map(({ id: variantId, weight, baseUrl: url, model, apiKey }) => ({
          ...{ id: variantId, weight },
          upstream: { baseUrl: url, model, apiKey: filled(apiKey) ?? null },
        })),
      },
    ],
  };
}
