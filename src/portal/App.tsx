// Which page is shown: the sign-in page to strangers, else what the address names.
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Loading } from "./components/Loading.tsx";
import { Failure } from "./components/Failure.tsx";
import { Shell } from "./components/Shell.tsx";
import { AddIntegration } from "./pages/AddIntegration.tsx";
import { DataIntegrations } from "./pages/DataIntegrations.tsx";
import { EventPage } from "./pages/EventPage.tsx";
import { IntegrationPage } from "./pages/IntegrationPage.tsx";
import { NotFound } from "./pages/NotFound.tsx";
import { Routers } from "./pages/Routers.tsx";
import { SignIn } from "./pages/SignIn.tsx";
import { useSession } from "./session.ts";

const SetupPage = lazy(() => import("./pages/SetupPage.tsx"));
const RouterPage = lazy(() => import("./pages/RouterPage.tsx"));
const Metrics = lazy(() => import("./pages/Metrics.tsx"));
const MetricPage = lazy(() => import("./pages/MetricPage.tsx"));
const EditMetric = lazy(() => import("./pages/EditMetric.tsx"));

export function App() {
  const session = useSession();
  if (session.isPending) return <Loading label="Loading the Portal" />;
  if (session.data === null) return <SignIn />;
  if (session.data === undefined) return <Failure error={session.error} onRetry={session.refetch} />;
  return (
    <Shell workspace={session.data.workspace.name}>
      <Suspense fallback={<Loading label="Loading the page" />}>
        <Switch>
          <Route path="/">
            <Redirect to="/routers" replace />
          </Route>
          <Route path="/routers" component={Routers} />
          <Route path="/routers/new">{() => <RouterPage />}</Route>
          <Route path="/routers/:router">{({ router }) => <RouterPage routerId={router} />}</Route>
          <Route path="/integrations" component={DataIntegrations} />
          <Route path="/integrations/new">{() => <AddIntegration />}</Route>
          <Route path="/integrations/new/:provider">{({ provider }) => <AddIntegration provider={provider} />}</Route>
          <Route path="/integrations/:id">{({ id }) => <IntegrationPage key={id} id={id} />}</Route>
          <Route path="/integrations/:id/events/:name">{({ id, name }) => <EventPage id={id} name={name} />}</Route>
          <Route path="/product-metrics">{() => <Metrics />}</Route>
          <Route path="/product-metrics/new">{() => <EditMetric />}</Route>
          <Route path="/product-metrics/:id">{({ id }) => <MetricPage key={id} id={id} />}</Route>
          <Route path="/product-metrics/:id/edit">{({ id }) => <EditMetric id={id} />}</Route>
          <Route path="/setup/:provider">{({ provider }) => <SetupPage provider={provider} />}</Route>
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </Shell>
  );
}
