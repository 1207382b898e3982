// The fields of a variant, for the forms of a new router and of an existing variant.
import { NumberInput, TextInput } from "@mantine/core";
import type { GetInputPropsReturnType } from "@mantine/form";
import { SecretInput } from "../ui/inputs.tsx";
import { baseUrl, required } from "../validation.ts";

export const VARIANT_RULES = { upstream: { baseUrl, model: required("model") } };

interface VariantFieldsProps {
  inputProps: (path: "weight" | "upstream.baseUrl" | "upstream.model" | "upstream.apiKey") => GetInputPropsReturnType;
  apiKeyDescription: string;
}

export function VariantFields({ inputProps, apiKeyDescription }: VariantFieldsProps) {
  return (
    <>
      <NumberInput label="Weight" min={0} {...inputProps("weight")} />
      <TextInput label="Model" required {...inputProps("upstream.model")} />
      <TextInput
        label="Base URL"
        description="Of an API that accepts OpenAI's Chat Completions"
        required
        {...inputProps("upstream.baseUrl")}
      />
      <SecretInput what="the key" label="API Key" description={apiKeyDescription} {...inputProps("upstream.apiKey")} />
    </>
  );
}
