// The page of one router, with a form for each variant.
import { Stack, Text } from "@mantine/core";
import { client, isMissing, type Schemas } from "../api.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { ROUTERS_KEY, useRouter } from "./queries.ts";
import { VariantForm } from "./VariantForm.tsx";

export default function RouterPage({ id }: { id: string }) {
  const query = useRouter(id);
  if (isMissing(query.error)) return <NotFound />;
  return (
    <Page title={id} above={[{ label: "Routers", href: "/routers" }]}>
      <QueryState query={query} loading="Loading the router">
        {(router) => <EditRouter router={router} />}
      </QueryState>
    </Page>
  );
}

function EditRouter({ router }: { router: Schemas["Router"] }) {
  return (
    <>
      {router.description !== null && <Text size="md">{router.description}</Text>}
      {router.routes.map((route) => (
        <Section key={route.id} title={`Route ${route.id}`}>
          <Stack gap="lg">
            {route.variants.map((variant) => (
              <VariantForm key={variant.id} router={router.id} route={route.id} variant={variant} />
            ))}
          </Stack>
        </Section>
      ))}
      <Section title="Settings">
        <Stack align="flex-start">
          <ConfirmDelete
            what={`the router ${router.id}`}
            consequence="Calls to it are refused from then on. Its exposures stay."
            label="Delete router"
            call={() => client.DELETE("/v1/routers/{router}", { params: { path: { router: router.id } } })}
            listKey={ROUTERS_KEY}
            listPage="/routers"
          />
        </Stack>
      </Section>
    </>
  );
}
