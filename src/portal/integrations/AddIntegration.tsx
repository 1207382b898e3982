// Add Integration: the choice of a provider, then the fields of the integration.
import { Accordion, Card, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useLocation } from "wouter";
import { client } from "../api.ts";
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, toBody, useProviderForm, type Values } from "../providers/fields.ts";
import { useProviders, type Provider } from "../providers/providers.tsx";
import { hasSetupGuide } from "../providers/setupGuides.ts";
import { LinkButton, TextLink } from "../ui/links.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useIntegrationMutation } from "./queries.ts";

const ABOVE = [{ label: "Data Integrations", href: "/integrations" }];

export default function AddIntegration({ provider: id }: { provider?: string }) {
  const providers = useProviders();
  if (id === undefined) return <Choice />;
  const provider = providers.find((one) => one.id === id);
  if (provider === undefined) return <NotFound />;
  const guide = hasSetupGuide(id) && (
    <TextLink href={`/setup/${id}`} size="sm">
      What to prepare in {provider.title}
    </TextLink>
  );
  return (
    <Page title={`Add ${provider.title}`} above={[...ABOVE, { label: "Add Integration", href: "/integrations/new" }]}>
      <Section title="Connection" actions={guide}>
        <ProviderForm provider={provider} />
      </Section>
    </Page>
  );
}

function Choice() {
  return (
    <Page title="Add Integration" above={ABOVE}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {useProviders().map(({ id, title, summary }) => (
          <Card key={id} withBorder>
            <Stack align="flex-start">
              <Title order={2} size="h4">
                {title}
              </Title>
              <Text>{summary}</Text>
              <LinkButton href={`/integrations/new/${id}`} aria-label={`Select ${title}`}>
                Select
              </LinkButton>
            </Stack>
          </Card>
        ))}
      </SimpleGrid>
    </Page>
  );
}

function ProviderForm({ provider }: { provider: Provider }) {
  const { id, title, settings, historyHelp } = provider;
  const [, navigate] = useLocation();
  const form = useProviderForm(settings, { ...initialValues(settings), importFrom: "" });
  // The fields of the body are the provider's, so the server checks them.
  const create = useIntegrationMutation((body: Values) => client.POST("/v1/integrations", { body: body as never }));
  const inputs = (isAdvanced: boolean) =>
    settings
      .filter(({ advanced }) => advanced === isAdvanced)
      .map((field) => <FieldInput key={field.name} form={form} field={field} />);
  return (
    <SubmitForm
      form={form}
      mutation={create}
      toBody={(values) => ({ ...toBody(values), provider: id })}
      onDone={(created) => navigate(`/integrations/${created.id}?enabled`)}
      label={title}
      button="Enable"
      failure="The integration was not enabled"
      maxWidthPx={560}
    >
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
                description={["The first day to import. The default is 30 days ago.", historyHelp].join(" ").trim()}
                {...form.getInputProps("importFrom")}
              />
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </SubmitForm>
  );
}
