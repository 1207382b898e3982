// Add Integration: which provider, then its fields, then Enable.
import { Anchor, Button, Card, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link, useLocation } from "wouter";
import { PROVIDER_NAMES, type Provider } from "../api.ts";
import { BigQueryForm } from "./BigQueryForm.tsx";
import { MixpanelForm } from "./MixpanelForm.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { NotFound } from "../ui/NotFound.tsx";

const ABOVE = [{ label: "Data Integrations", href: "/integrations" }];
const WORDS: Record<Provider, string> = {
  mixpanel: "Exposures become events of your users; events of your project become metrics.",
  bigquery: "Exposures become rows of a table in your dataset; rows of your event tables become metrics.",
};

export default function AddIntegration({ provider }: { provider?: string }) {
  const [, navigate] = useLocation();
  if (provider === undefined) return <Choice />;
  if (provider !== "mixpanel" && provider !== "bigquery") return <NotFound />;
  const onEnabled = (id: string) => navigate(`/integrations/${id}?enabled`);
  const Form = provider === "mixpanel" ? MixpanelForm : BigQueryForm;
  return (
    <Page
      title={`Add ${PROVIDER_NAMES[provider]}`}
      above={[...ABOVE, { label: "Add Integration", href: "/integrations/new" }]}
    >
      <Section
        title="Connection"
        actions={
          <Anchor component={Link} href={`/setup/${provider}`} size="sm">
            What to prepare in {PROVIDER_NAMES[provider]}
          </Anchor>
        }
      >
        <Form onEnabled={onEnabled} />
      </Section>
    </Page>
  );
}

function Choice() {
  return (
    <Page title="Add Integration" above={ABOVE}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {(["mixpanel", "bigquery"] as const).map((provider) => (
          <Card key={provider} withBorder>
            <Stack align="flex-start">
              <Title order={2} size="h4">
                {PROVIDER_NAMES[provider]}
              </Title>
              <Text size="sm">{WORDS[provider]}</Text>
              <Button
                component={Link}
                href={`/integrations/new/${provider}`}
                aria-label={`Select ${PROVIDER_NAMES[provider]}`}
              >
                Select
              </Button>
            </Stack>
          </Card>
        ))}
      </SimpleGrid>
    </Page>
  );
}
