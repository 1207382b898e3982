// The list of routers: routes, variants with their weights, and exposures.
import { Badge, Code, Group, Stack, Text } from "@mantine/core";
import type { Schemas } from "../api.ts";
import { DataTable } from "../ui/DataTable.tsx";
import { LinkButton } from "../ui/links.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { useRouters } from "./queries.ts";
import { RouterExposures } from "./RouterExposures.tsx";

type Router = Schemas["Router"];

export function Routers() {
  return (
    <Page
      title="Routers"
      actions={
        <>
          <LinkButton href="/routers/new" variant="default">
            Add Router
          </LinkButton>
          <LinkButton href="/integrations">Set Up Metrics</LinkButton>
        </>
      }
    >
      <QueryState query={useRouters()} loading="Loading routers">
        {({ routers }) =>
          routers.length === 0 ? <NoRouters /> : routers.map((one) => <RouterSection key={one.id} router={one} />)
        }
      </QueryState>
    </Page>
  );
}

function NoRouters() {
  const command = `curl --request POST \\
  --url ${globalThis.location.origin}/v1/chat/completions \\
  --header 'Authorization: Basic <your-api-key>' \\
  --header 'Content-Type: application/json' \\
  --data '{
    "model": "inworld/my-router",
    "messages": [{"role": "user", "content": "Hello"}],
    "user": "<your-user-id>"
  }'`;
  return (
    <Section title="No routers yet">
      <Text>
        A router sends the calls of each user to one of its variants, by weight. Add a router, then call it. Every call
        with a user is recorded as an exposure:
      </Text>
      <Code block tabIndex={0} aria-label="A call to a router">
        {command}
      </Code>
    </Section>
  );
}

function RouterSection({ router }: { router: Router }) {
  return (
    <Section
      title={router.id}
      actions={
        <LinkButton href={`/routers/${router.id}`} size="xs" variant="default" aria-label={`Edit ${router.id}`}>
          Edit
        </LinkButton>
      }
    >
      {router.description !== null && <Text>{router.description}</Text>}
      {router.routes.length === 0 && <Text>This router has no routes, so its calls are refused.</Text>}
      {router.routes.map((route) => (
        <Stack key={route.id} gap={4}>
          <Group gap="xs">
            <Text fw={600}>Route {route.id}</Text>
            <Badge variant="default">
              {Object.keys(route.conditions).length === 0 ? "all calls" : "on conditions"}
            </Badge>
          </Group>
          <Variants route={route} />
        </Stack>
      ))}
      <RouterExposures router={router.id} />
    </Section>
  );
}

function Variants({ route: { id, variants, fallbackVariantIds } }: { route: Router["routes"][number] }) {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  const share = (weight: number) => (total === 0 ? "–" : `${Math.round((weight / total) * 1000) / 10}%`);
  return (
    <DataTable
      label={`Variants of ${id}`}
      columns={[
        {
          head: "Variant",
          cell: ({ id: variant }) => `${variant}${fallbackVariantIds.includes(variant) ? " (fallback)" : ""}`,
        },
        { head: "Model", cell: ({ upstream }) => upstream.model },
        { head: "Weight", align: "right", cell: ({ weight }) => weight },
        { head: "Share", align: "right", cell: ({ weight }) => share(weight) },
      ]}
      rows={variants}
      keyOf={(variant) => variant.id}
    />
  );
}
