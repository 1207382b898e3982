// A router: added with its first route and variants, or looked at with weights and upstreams to change.
import { Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { answer, client, isMissing, type Router } from "../api.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { Failure } from "../ui/ErrorAlert.tsx";
import { Loading } from "../ui/Loading.tsx";
import { NewRouterForm } from "./NewRouterForm.tsx";
import { Page } from "../ui/Page.tsx";
import { Section } from "../ui/Section.tsx";
import { VariantForm } from "./VariantForm.tsx";
import { keys } from "../queries.ts";
import { NotFound } from "../ui/NotFound.tsx";

const ABOVE = [{ label: "Routers", href: "/routers" }];

export default function RouterPage({ routerId }: { routerId?: string }) {
  const [, navigate] = useLocation();
  if (routerId !== undefined) return <Existing id={routerId} />;
  return (
    <Page title="Add Router" above={ABOVE}>
      <Section title="Router">
        <NewRouterForm onAdded={() => navigate("/routers")} />
      </Section>
    </Page>
  );
}

function Existing({ id }: { id: string }) {
  const router = useQuery({
    queryKey: [...keys.routers, id],
    queryFn: () => answer(client.GET("/v1/routers/{router}", { params: { path: { router: id } } })),
  });
  if (isMissing(router.error)) return <NotFound />;
  return (
    <Page title={id} above={ABOVE}>
      {router.isPending && <Loading label="Loading the router" />}
      {router.error && <Failure error={router.error} onRetry={router.refetch} />}
      {router.data && <Editing router={router.data} />}
    </Page>
  );
}

function Editing({ router }: { router: Router }) {
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const remove = async () => {
    await answer(client.DELETE("/v1/routers/{router}", { params: { path: { router: router.id } } }));
    await queries.invalidateQueries({ queryKey: keys.routers });
    navigate("/routers");
  };
  return (
    <>
      {router.description !== null && <Text>{router.description}</Text>}
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
            consequence="Calls of it are refused from then on. Its exposures stay."
            label="Delete router"
            onDelete={remove}
          />
        </Stack>
      </Section>
    </>
  );
}
