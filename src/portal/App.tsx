// Which page is shown: the sign-in page to strangers, else what the address names. Only what everybody sees first is loaded at once.
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { Failure } from "./components/Failure.tsx";
import { Loading } from "./components/Loading.tsx";
import { Mishap } from "./components/Mishap.tsx";
import { Shell } from "./components/Shell.tsx";
import { NotFound } from "./pages/NotFound.tsx";
import { Routers } from "./pages/Routers.tsx";
import { SignIn } from "./pages/SignIn.tsx";
import { useSession } from "./session.ts";

const AddIntegration = lazy(() => import("./pages/AddIntegration.tsx"));
const DataIntegrations = lazy(() => import("./pages/DataIntegrations.tsx"));
const EventPage = lazy(() => import("./pages/EventPage.tsx"));
const IntegrationPage = lazy(() => import("./pages/IntegrationPage.tsx"));
const RouterPage = lazy(() => import("./pages/RouterPage.tsx"));
const Metrics = lazy(() => import("./pages/Metrics.tsx"));
const MetricPage = lazy(() => import("./pages/MetricPage.tsx"));
const EditMetric = lazy(() => import("./pages/EditMetric.tsx"));
const SetupPage = lazy(() => import("./pages/SetupPage.tsx"));

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
