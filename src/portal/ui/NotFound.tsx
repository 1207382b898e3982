// The page for an unknown address.
import { Text } from "@mantine/core";
import { TextLink } from "./links.tsx";
import { Page } from "./Page.tsx";

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Text size="md">
        Go to <TextLink href="/routers">Routers</TextLink> or{" "}
        <TextLink href="/integrations">Data Integrations</TextLink>.
      </Text>
    </Page>
  );
}
