// The guide to preparing a provider: a page of docs/, rendered when the Portal is built.
import { Typography } from "@mantine/core";
import bigquery from "../../../docs/customers/connect-bigquery.md";
import mixpanel from "../../../docs/customers/connect-mixpanel.md";
import { PROVIDER_NAMES } from "../api.ts";
import { Page } from "../ui/Page.tsx";
import { NotFound } from "../ui/NotFound.tsx";

const PAGES: Record<string, string> = { mixpanel, bigquery };

export default function SetupPage({ provider }: { provider: string }) {
  const html = PAGES[provider];
  if (html === undefined) return <NotFound />;
  // The text is our own, so it is safe as HTML. The page shows its title already.
  const body = html.replace(/<h1>.*?<\/h1>/, "");
  return (
    <Page
      title={`Set up ${PROVIDER_NAMES[provider as keyof typeof PROVIDER_NAMES]}`}
      above={[{ label: "Data Integrations", href: "/integrations" }]}
    >
      <Typography dangerouslySetInnerHTML={{ __html: body }} />
    </Page>
  );
}
