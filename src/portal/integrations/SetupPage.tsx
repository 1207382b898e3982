// The guide to preparing a provider.
import { Typography } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useProvider } from "../providers/providers.tsx";
import { hasSetupGuide, loadSetupGuide } from "../providers/setupGuides.ts";
import { NotFound } from "../ui/NotFound.tsx";
import { Page } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";

export default function SetupPage({ provider: id }: { provider: string }) {
  const { title } = useProvider(id);
  const guide = useQuery({ queryKey: ["setupGuide", id], queryFn: () => loadSetupGuide(id), staleTime: Infinity });
  if (!hasSetupGuide(id)) return <NotFound />;
  return (
    <Page title={`Set up ${title}`} above={[{ label: "Data Integrations", href: "/integrations" }]}>
      <QueryState query={guide} loading="Loading the guide">
        {/* The text is our own, so it is safe as HTML. The page shows its title already. */}
        {(html) => <Typography dangerouslySetInnerHTML={{ __html: html.replace(/<h1>.*?<\/h1>/, "") }} />}
      </QueryState>
    </Page>
  );
}
