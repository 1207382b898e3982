// The connection test: its steps, and for each failed step what to do about it.
import { Button, List, Loader, Text, ThemeIcon } from "@mantine/core";
import { useEffect, useRef } from "react";
import { client, type Schemas } from "../api.ts";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { Section } from "../ui/Page.tsx";
import { useIntegrationMutation } from "./queries.ts";

export function ConnectionTest({ id, runAtOnce }: { id: string; runAtOnce: boolean }) {
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
        {test.isIdle && <Text>Tests the stored credentials and their permissions at the provider.</Text>}
        {test.isPending && (
          <Text>
            <Loader size="xs" mr="xs" aria-hidden /> Testing the connection…
          </Text>
        )}
        {test.error && <ErrorAlert title="The connection could not be tested" error={test.error} />}
        {test.data && <Steps {...test.data} />}
      </div>
    </Section>
  );
}

const REMEDY = "Correct the cause at the provider, or change the credentials under Settings. Then test again.";

function Steps({ ok, steps }: Schemas["ConnectionTest"]) {
  return (
    <>
      <Text fw={600} mb="xs">
        {ok ? "Enabled: every step succeeded." : `A step failed. The integration is kept. ${REMEDY}`}
      </Text>
      <List spacing="xs" size="sm" styles={{ itemWrapper: { alignItems: "flex-start" } }}>
        {steps.map((step) => (
          <List.Item
            key={step.name}
            icon={
              <ThemeIcon color={step.ok ? "teal.9" : "red.9"} size={20} radius="xl" aria-hidden>
                {step.ok ? "✓" : "✕"}
              </ThemeIcon>
            }
          >
            {step.name}: <b>{step.ok ? "ok" : "failed"}</b>
            {step.message !== undefined && (
              <Text c={step.ok ? "dimmed" : "var(--mantine-color-error)"} style={{ overflowWrap: "anywhere" }}>
                {step.message}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </>
  );
}
