// The connection test of an integration: what the last one found, and a new one.
import { Button, Loader, Text } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { client, type Integration, type Schemas } from "../api.ts";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { Section } from "../ui/Page.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { useIntegrationMutation } from "./queries.ts";
import { TestSteps } from "./TestSteps.tsx";
import { useRetry } from "./useRetry.ts";

type LastTest = Integration["lastTest"];

interface ConnectionTestProps {
  id: string;
  /** The integration was just added. */
  runAtOnce: boolean;
  last: LastTest;
}

export function ConnectionTest({ id, runAtOnce, last }: ConnectionTestProps) {
  const test = useIntegrationMutation(() => client.POST("/v1/integrations/{id}/test", { params: { path: { id } } }));
  const [result, setResult] = useState<Schemas["ConnectionTest"] | null>(null);
  // While the test is only repeated, its last result stays.
  const [isRepeated, setIsRepeated] = useState(false);
  const started = useRef(false);
  const { mutate } = test;
  const start = useCallback(
    (repeats: boolean) => {
      setIsRepeated(repeats);
      mutate(undefined, { onSuccess: setResult });
    },
    [mutate],
  );
  useRetry(result?.retryUntil ?? null, test.isPending, () => start(true));
  useEffect(() => {
    if (!runAtOnce || started.current) return;
    started.current = true;
    start(false);
  }, [runAtOnce, start]);
  const isTesting = test.isPending && !isRepeated;
  return (
    <Section
      title="Connection"
      actions={
        <Button size="xs" variant="default" loading={isTesting} onClick={() => start(false)}>
          Test connection
        </Button>
      }
    >
      <div aria-live="polite">
        {test.isIdle && <Last last={last} />}
        {isTesting && (
          <Text>
            <Loader size="xs" mr="xs" aria-hidden /> Testing the connection…
          </Text>
        )}
        {test.error && <ErrorAlert title="The connection could not be tested" error={test.error} />}
        {result !== null && !isTesting && test.error === null && <Result {...result} />}
      </div>
    </Section>
  );
}

const REMEDY = "Correct the cause at the provider, or change the settings below. Then test again.";

const WAITING = "If a grant was just made, this page tests again until it is known everywhere.";

function Result({ ok, retryUntil, steps }: Schemas["ConnectionTest"]) {
  const allTried = steps.every(({ message, warning }) => message === undefined || warning === true);
  const good = allTried
    ? "Enabled: every step succeeded."
    : "Enabled. Not every step could be tested: test again later.";
  return (
    <>
      <Text fw={600} mb="xs">
        {ok ? good : `A step failed. The integration is kept. ${REMEDY} ${retryUntil === null ? "" : WAITING}`.trim()}
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
