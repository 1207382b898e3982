// The connection test of an integration: what the last one found, and a new one.
import { Button, Loader, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import { client, type Integration, type Schemas } from "../api.ts";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { Section } from "../ui/Page.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { useIntegrationMutation } from "./queries.ts";
import { TestSteps } from "./TestSteps.tsx";

type LastTest = Integration["lastTest"];

interface ConnectionTestProps {
  id: string;
  /** The integration was just added. */
  runAtOnce: boolean;
  last: LastTest;
}

export function ConnectionTest({ id, runAtOnce, last }: ConnectionTestProps) {
  const test = useIntegrationMutation(() => client.POST("/v1/integrations/{id}/test", { params: { path: { id } } }));
  const started = useRef(false);
  const { mutate } = test;
  useEffect(() => {
    if (!runAtOnce || started.current) return;
    started.current = true;
    mutate();
  }, [runAtOnce, mutate]);
  return (
    <Section
      title="Connection"
      actions={
        <Button size="xs" variant="default" loading={test.isPending} onClick={() => mutate()}>
          Test connection
        </Button>
      }
    >
      <div aria-live="polite">
        {test.isIdle && <Last last={last} />}
        {test.isPending && (
          <Text>
            <Loader size="xs" mr="xs" aria-hidden /> Testing the connection…
          </Text>
        )}
        {test.error && <ErrorAlert title="The connection could not be tested" error={test.error} />}
        {test.data && <Result {...test.data} />}
      </div>
    </Section>
  );
}

const REMEDY = "Correct the cause at the provider, or change the settings below. Then test again.";

function Result({ ok, steps }: Schemas["ConnectionTest"]) {
  const allTried = steps.every(({ message, warning }) => message === undefined || warning === true);
  const good = allTried
    ? "Enabled: every step succeeded."
    : "Enabled. Not every step could be tested: test again later.";
  return (
    <>
      <Text fw={600} mb="xs">
        {ok ? good : `A step failed. The integration is kept. ${REMEDY}`}
      </Text>
      <TestSteps steps={steps} />
    </>
  );
}

/** What the last test found, until this page tests again. */
function Last({ last }: { last: LastTest }) {
  if (last === null) return <Text>The connection was not tested with these settings.</Text>;
  return (
    <>
      <Text mb="xs">
        Last tested: <RelativeTime at={last.at} />
      </Text>
      <TestSteps steps={last.steps} />
    </>
  );
}
