// Which page is shown: the sign-in page to strangers, else what the address names. Only what everybody sees first is loaded at once.
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { Failure } from "./ui/ErrorAlert.tsx";
import { Loading } from "./ui/Loading.tsx";
import { Mishap } from "./ui/ErrorBoundary.tsx";
import { Shell } from "./ui/Shell.tsx";
import { NotFound } from "./ui/NotFound.tsx";
import { Routers } from "./routers/Routers.tsx";
import { SignIn } from "./session/SignIn.tsx";
import { useSession } from "./session/session.ts";

const AddIntegration = lazy(() => import("./integrations/AddIntegration.tsx"));
const DataIntegrations = lazy(() => import("./integrations/DataIntegrations.tsx"));
const EventPage = lazy(() => import("./integrations/EventPage.tsx"));
const IntegrationPage = lazy(() => import("./integrations/IntegrationPage.tsx"));
const RouterPage = lazy(() => import("./routers/RouterPage.tsx"));
const Metrics = lazy(() => import("./metrics/Metrics.tsx"));
const MetricPage = lazy(() => import("./metrics/MetricPage.tsx"));
const EditMetric = lazy(() => import("./metrics/EditMetric.tsx"));
const SetupPage = lazy(() => import("./integrations/SetupPage.tsx"));

export function App() {
  const session = useSession();
  if (session.isPending) return <Loading label="Loading the Portal" />;
  if (session.data === null) return <SignIn />;
  if (session.data === undefined) return <Failure error={session.error} onRetry={session.refetch} />;
  const { id, name } = session.data.workspace;
  // Another workspace is another Portal: no page keeps what it showed of the one before.
  return (
    <Shell key={id} workspace={name}>
      <Pages />
    </Shell>
  );
}

function Pages() {
  const [location] = useLocation();
  return (
    <Mishap key={location}>
      <Suspense fallback={<Loading label="Loading the page" />}>
        <Switch>
          <Route path="/">
            <Redirect to="/routers" replace />
          </Route>
          <Route path="/routers" component={Routers} />
          <Route path="/routers/new">{() => <RouterPage />}</Route>
          <Route path="/routers/:router">{({ router }) => <RouterPage routerId={router} />}</Route>
          <Route path="/integrations">{() => <DataIntegrations />}</Route>
          <Route path="/integrations/new">{() => <AddIntegration />}</Route>
          <Route path="/integrations/new/:provider">{({ provider }) => <AddIntegration provider={provider} />}</Route>
          <Route path="/integrations/:id">{({ id }) => <IntegrationPage id={id} />}</Route>
          <Route path="/integrations/:id/events/:name">{({ id, name }) => <EventPage id={id} name={name} />}</Route>
          <Route path="/product-metrics">{() => <Metrics />}</Route>
          <Route path="/product-metrics/new">{() => <EditMetric />}</Route>
          <Route path="/product-metrics/:id">{({ id }) => <MetricPage key={id} id={id} />}</Route>
          <Route path="/product-metrics/:id/edit">{({ id }) => <EditMetric id={id} />}</Route>
          <Route path="/setup/:provider">{({ provider }) => <SetupPage provider={provider} />}</Route>
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </Mishap>
  );
}
