// A variant's weight and upstream. Changing weights moves as few users as possible.
import { Button, Group, NumberInput, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, client, type Variant } from "../api.ts";
import { focusFirst } from "../ui/fieldErrors.ts";
import { keys } from "../queries.ts";
import { baseUrl, required } from "../validation.ts";
import { Notice } from "../ui/ErrorAlert.tsx";
import { filled, SecretInput } from "../ui/inputs.tsx";

export function VariantForm({ router, route, variant }: { router: string; route: string; variant: Variant }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      weight: variant.weight,
      baseUrl: variant.upstream.baseUrl,
      model: variant.upstream.model,
      apiKey: "",
    },
    validate: { baseUrl, model: required("model") },
    validateInputOnChange: true,
  });
  const save = useMutation({
    mutationFn: ({ weight, apiKey, ...upstream }: typeof form.values) =>
      answer(
        client.PATCH("/v1/routers/{router}/routes/{route}/variants/{variant}", {
          params: { path: { router, route, variant: variant.id } },
          body: { weight, upstream: { ...upstream, apiKey: filled(apiKey) } },
        }),
      ),
    onSuccess: async () => {
      form.resetDirty();
      // The list too, which is not shown now: it is where one goes next.
      await queries.invalidateQueries({ queryKey: keys.routers, refetchType: "all" });
    },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => save.mutate(values), focusFirst)}
      aria-label={`Variant ${variant.id}`}
    >
      <Stack gap="xs">
        <Text fw={600}>Variant {variant.id}</Text>
        {save.error && <Notice title="Nothing was changed">{save.error.message}</Notice>}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NumberInput label="Weight" min={0} {...form.getInputProps("weight")} />
          <TextInput label="Model" required {...form.getInputProps("model")} />
          <TextInput
            label="Base URL"
            description="Speaks OpenAI's Chat Completions"
            required
            {...form.getInputProps("baseUrl")}
          />
          <SecretInput
            what="the key"
            label="API Key"
            description={variant.upstream.hasApiKey ? "One is stored; a new one replaces it." : "None is stored."}
            {...form.getInputProps("apiKey")}
          />
        </SimpleGrid>
        <Group>
          <Button type="submit" size="xs" loading={save.isPending}>
            Save {variant.id}
          </Button>
          <Text size="sm" role="status">
            {save.isSuccess && !form.isDirty() ? "Saved." : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
