// The form of a new integration. The connection is tested first: one whose test fails is only added if users insist.
import { Accordion, Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Fragment, useRef, useState } from "react";
import { useLocation } from "wouter";
import { client, unwrap, type Schemas } from "../api.ts";
import { AccountAccess } from "../providers/AccountAccess.tsx";
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, toBody, useProviderForm, type Values } from "../providers/fields.ts";
import type { Provider } from "../providers/providers.tsx";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { INTEGRATIONS_KEY } from "./queries.ts";
import { SetupScript } from "./SetupScript.tsx";
import { TestSteps } from "./TestSteps.tsx";
import { useRetry } from "./useRetry.ts";

type FailedTest = { body: Values; test: Schemas["ConnectionTest"] };

export function NewIntegrationForm({ provider }: { provider: Provider }) {
  const { id, title, settings } = provider;
  const [, navigate] = useLocation();
  const form = useProviderForm(settings, { ...initialValues(settings), importFrom: "" });
  const [failed, setFailed] = useState<FailedTest | null>(null);
  const create = useCreateIntegration();
  // The fields of the body are the provider's, so the server checks them.
  const bodyOf = (values: Values) => ({ ...toBody(values), provider: id });
  // Of two attempts at once, one by hand and one repeated, the later counts.
  const lastAttempt = useRef(0);
  const tryOut = async (body: Values) => {
    const attempt = ++lastAttempt.current;
    create.reset();
    const test = await unwrap(client.POST("/v1/integrations/test", { body: body as never }));
    if (attempt !== lastAttempt.current) return null;
    setFailed(test.ok ? null : { body, test });
    return test.ok ? await create.mutateAsync(body) : null;
  };
  const testFirst = useMutation({
    mutationFn: async (body: Values) => {
      setFailed(null);
      return await tryOut(body);
    },
  });
  const again = useMutation({ mutationFn: tryOut });
  const open = (created: { id: string } | null) => created && navigate(`/integrations/${created.id}?enabled`);
  const insist = () => create.mutate(bodyOf(form.getValues()), { onSuccess: open });
  // What was changed since must be sent by hand.
  const isUnchanged = failed !== null && JSON.stringify(failed.body) === JSON.stringify(bodyOf(form.values));
  const retryUntil = isUnchanged ? failed.test.retryUntil : null;
  const isPending = testFirst.isPending || again.isPending || create.isPending;
  useRetry(retryUntil, isPending, () => failed !== null && again.mutate(failed.body, { onSuccess: open }));
  const readBody = () => (form.validate().hasErrors ? null : bodyOf(form.getValues()));
  return (
    <Stack>
      <SubmitForm
        form={form}
        mutation={testFirst}
        toBody={bodyOf}
        onDone={open}
        label={title}
        button="Enable"
        failure="The integration was not enabled"
        status={testFirst.isPending ? "Testing the connection…" : ""}
        maxWidthPx={560}
      >
        <ProviderInputs provider={provider} form={form} />
      </SubmitForm>
      <div aria-live="polite">
        {failed !== null && (
          <Stack align="flex-start">
            <Text fw={600}>A step of the connection test failed, so nothing was added. {adviceOf(retryUntil)}</Text>
            <TestSteps steps={failed.test.steps} />
            {create.error && <ErrorAlert title="The integration was not enabled" error={create.error} />}
            <Button size="xs" variant="default" loading={create.isPending} onClick={insist}>
              Enable anyway
            </Button>
          </Stack>
        )}
      </div>
      {provider.hasSetupScript && <SetupScript title={title} readBody={readBody} />}
    </Stack>
  );
}

function adviceOf(retryUntil: string | null): string {
  return retryUntil === null
    ? "Correct the cause."
    : "Correct the cause. If a grant was just made, this page tests again until it is known everywhere.";
}

function useCreateIntegration() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Values) => unwrap(client.POST("/v1/integrations", { body: body as never })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: INTEGRATIONS_KEY }),
  });
}

function ProviderInputs({ provider, form }: { provider: Provider; form: ReturnType<typeof useProviderForm> }) {
  const inputs = (isAdvanced: boolean) =>
    provider.settings
      .filter(({ advanced }) => advanced === isAdvanced)
      .map((field) => (
        <Fragment key={field.name}>
          <FieldInput form={form} field={field} />
          <AccountAccess access={provider.access} field={field.name} />
        </Fragment>
      ));
  return (
    <>
      {inputs(false)}
      <Accordion variant="contained">
        <Accordion.Item value="advanced">
          <Accordion.Control>Advanced (optional)</Accordion.Control>
          <Accordion.Panel>
            <Stack>
              {inputs(true)}
              <TextInput
                type="date"
                label="Import from"
                description={`The first day to import. The default is 30 days ago. ${provider.historyHelp}`.trim()}
                {...form.getInputProps("importFrom")}
              />
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </>
  );
}
