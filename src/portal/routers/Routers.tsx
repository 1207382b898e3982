// Routers: their routes, variants and weights, and how often each was exposed.
import { Badge, Button, Code, Group, Stack, Table, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Link } from "wouter";
import type { Router, Variant } from "../api.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { ListTable } from "../ui/ListTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { Section } from "../ui/Section.tsx";
import { useRouters } from "../queries.ts";

const ExposureChart = lazy(() => import("./ExposureChart.tsx"));

export function Routers() {
  const routers = useRouters();
  const list = routers.data?.routers ?? [];
  return (
    <Page
      title="Routers"
      actions={
        <>
          <Button component={Link} href="/routers/new" variant="default">
            Add Router
          </Button>
          <Button component={Link} href="/integrations">
            Set Up Metrics
          </Button>
        </>
      }
    >
      {routers.isPending && <Loading label="Loading routers" />}
      {routers.error && <Failure error={routers.error} onRetry={routers.refetch} />}
      {routers.data && list.length === 0 && <NoRouters />}
      {list.map((router) => (
        <RouterCard key={router.id} router={router} />
      ))}
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
      <Text size="sm">
        A router sends each user's calls to one of its variants, by weight. Add one, then call it; every call that names
        its user counts as an exposure:
      </Text>
      <Code block tabIndex={0} aria-label="A call of a router">
        {command}
      </Code>
    </Section>
  );
}

function RouterCard({ router }: { router: Router }) {
  return (
    <Section
      title={router.id}
      actions={
        <Button
          component={Link}
          href={`/routers/${router.id}`}
          size="xs"
          variant="default"
          aria-label={`Edit ${router.id}`}
        >
          Edit
        </Button>
      }
    >
      {router.description !== null && <Text size="sm">{router.description}</Text>}
      {router.routes.length === 0 && <Text size="sm">It has no routes yet, so no call is served.</Text>}
      {router.routes.map((route) => (
        <Stack key={route.id} gap={4}>
          <Group gap="xs">
            <Text fw={600} size="sm">
              Route {route.id}
            </Text>
            <Badge variant="default">
              {Object.keys(route.conditions).length === 0 ? "all calls" : "on conditions"}
            </Badge>
          </Group>
          <Weights label={`Variants of ${route.id}`} variants={route.variants} fallback={route.fallbackVariantId} />
        </Stack>
      ))}
      <Suspense fallback={<Loading label="Loading the chart" rows={1} />}>
        <ExposureChart router={router.id} />
      </Suspense>
    </Section>
  );
}

function Weights({ label, variants, fallback }: { label: string; variants: Variant[]; fallback: string | null }) {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  return (
    <ListTable
      label={label}
      minWidthPx={420}
      heads={["Variant", "Model", { label: "Weight", isNumber: true }, { label: "Share", isNumber: true }]}
    >
      {variants.map(({ id, weight, upstream }) => (
        <Table.Tr key={id}>
          <Table.Td>
            {id} {id === fallback && "(fallback)"}
          </Table.Td>
          <Table.Td>{upstream.model}</Table.Td>
          <Table.Td ta="right">{weight}</Table.Td>
          <Table.Td ta="right">{total === 0 ? "–" : `${Math.round((weight / total) * 1000) / 10}%`}</Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
