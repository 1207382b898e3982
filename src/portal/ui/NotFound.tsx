// For addresses that name no page.
import { Anchor, Text } from "@mantine/core";
import { Link } from "wouter";
import { Page } from "./Page.tsx";

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Text>
        Go to{" "}
        <Anchor component={Link} href="/routers">
          Routers
        </Anchor>{" "}
        or{" "}
        <Anchor component={Link} href="/integrations">
          Data Integrations
        </Anchor>
        .
      </Text>
    </Page>
  );
}
