// The routes of the Portal, and the sign-in page for users without a session. Pages are loaded when first shown.
import { Button, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { ProvidersLoader } from "./providers/providers.tsx";
import { Routers } from "./routers/Routers.tsx";
import { useSession } from "./session/session.ts";
import { SignIn } from "./session/SignIn.tsx";
import { ErrorAlert } from "./ui/ErrorAlert.tsx";
import { Loading } from "./ui/Loading.tsx";
import { NotFound } from "./ui/NotFound.tsx";
import { Shell } from "./ui/Shell.tsx";

const AddIntegration = lazy(() => import("./integrations/AddIntegration.tsx"));
const DataIntegrations = lazy(() => import("./integrations/DataIntegrations.tsx"));
const EventPage = lazy(() => import("./events/EventPage.tsx"));
const IntegrationPage = lazy(() => import("./integrations/IntegrationPage.tsx"));
const NewRouter = lazy(() => import("./routers/NewRouter.tsx"));
const RouterPage = lazy(() => import("./routers/RouterPage.tsx"));
const Metrics = lazy(() => import("./metrics/Metrics.tsx"));
const MetricPage = lazy(() => import("./metrics/MetricPage.tsx"));
const NewMetric = lazy(() => import("./metrics/NewMetric.tsx"));
const EditMetric = lazy(() => import("./metrics/EditMetric.tsx"));
const Keys = lazy(() => import("./keys/Keys.tsx"));
const SetupPage = lazy(() => import("./integrations/SetupPage.tsx"));

export function App() {
  const session = useSession();
  if (session.isPending) return <Loading label="Loading the Portal" />;
  if (session.data === null) return <SignIn />;
  if (session.data === undefined) return <ErrorAlert error={session.error} onRetry={session.refetch} />;
  const { workspace, scopes } = session.data;
  // With another key, React builds all pages anew: none keeps state of another workspace.
  return (
    <Shell key={workspace.id} workspace={workspace.name}>
      {!scopes.includes("admin") && <ReadOnlyNote />}
      <ProvidersLoader>
        <Pages />
      </ProvidersLoader>
    </Shell>
  );
}

function ReadOnlyNote() {
  return (
    <Text role="note" c="dimmed" mb="md">
      You can see everything and change nothing: you signed in with a key without the scope admin.
    </Text>
  );
}

/** A page fails because of a bug, or because an upgrade replaced its code. The Portal stays usable. */
const PAGE_FAILED = (
  <ErrorAlert title="This page could not be shown">
    <Text>Reload the page. The Portal may have been upgraded, or the server cannot be reached.</Text>
    <Button size="xs" variant="default" onClick={() => globalThis.location.reload()}>
      Reload
    </Button>
  </ErrorAlert>
);

function Pages() {
  const [location] = useLocation();
  return (
    <ErrorBoundary key={location} fallback={PAGE_FAILED}>
      <Suspense fallback={<Loading label="Loading the page" />}>
        <Switch>
          <Route path="/">
            <Redirect to="/routers" replace />
          </Route>
          <Route path="/routers" component={Routers} />
          <Route path="/routers/new" component={NewRouter} />
          <Route path="/routers/:id">{({ id }) => <RouterPage id={id} />}</Route>
          <Route path="/integrations" component={DataIntegrations} />
          <Route path="/integrations/new">{() => <AddIntegration />}</Route>
          <Route path="/integrations/new/:provider">{({ provider }) => <AddIntegration provider={provider} />}</Route>
          <Route path="/integrations/:id">{({ id }) => <IntegrationPage id={id} />}</Route>
          <Route path="/integrations/:id/events/:name">{({ id, name }) => <EventPage id={id} name={name} />}</Route>
          <Route path="/product-metrics" component={Metrics} />
          <Route path="/product-metrics/new" component={NewMetric} />
          <Route path="/product-metrics/:id">{({ id }) => <MetricPage key={id} id={id} />}</Route>
          <Route path="/product-metrics/:id/edit">{({ id }) => <EditMetric id={id} />}</Route>
          <Route path="/keys" component={Keys} />
          <Route path="/setup/:provider">{({ provider }) => <SetupPage provider={provider} />}</Route>
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}
