// Add Integration: the choice of a provider, then the form of its integration.
import { Card, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useProviders } from "../providers/providers.tsx";
import { hasSetupGuide } from "../providers/setupGuides.ts";
import { LinkButton, TextLink } from "../ui/links.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { NewIntegrationForm } from "./NewIntegrationForm.tsx";

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
        <NewIntegrationForm provider={provider} />
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
