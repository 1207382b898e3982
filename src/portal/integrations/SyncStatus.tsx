// How the sync is right now, and the buttons that steer it.
import { Anchor, Button, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { answer, client, PROVIDER_NAMES, type Integration } from "../api.ts";
import { useChange } from "../queries.ts";
import { count } from "../ui/time.ts";
import { Notice } from "../ui/ErrorAlert.tsx";
import { Section } from "../ui/Section.tsx";
import { StatusBadge } from "../ui/StatusBadge.tsx";
import { SyncNow } from "./SyncNow.tsx";
import { Troubles } from "./SyncError.tsx";
import { When } from "../ui/RelativeTime.tsx";

const WORDS: Record<Integration["status"], string> = {
  idle: "Waiting for the next run.",
  syncing: "A run is running.",
  paused: "Paused: no run starts until you resume.",
  attention: "Something needs you: see the error below.",
};

export function SyncStatus({ integration }: { integration: Integration }) {
  const { id, status, nextRunAt, lastRun } = integration;
  const isPaused = status === "paused";
  const isOff = status === "idle" && !integration.export.enabled && !integration.import.enabled;
  const pause = useChange(() =>
    answer(
      isPaused
        ? client.POST("/v1/integrations/{id}/resume", { params: { path: { id } } })
        : client.POST("/v1/integrations/{id}/pause", { params: { path: { id } } }),
    ),
  );
  return (
    <Section title="Sync status">
      <Stack gap={4}>
        <Group gap="xs" role="status">
          <StatusBadge status={status} />
          <Text size="sm">{isOff ? "Export and import are off: no run runs by itself." : WORDS[status]}</Text>
        </Group>
        <Doing integration={integration} />
      </Stack>
      <Troubles
        of={[
          { name: "Export", error: integration.export.error },
          { name: "Import", error: integration.import.error },
        ]}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <ExportDirection integration={integration} />
        <Stack gap={4}>
          <Text fw={600} size="sm">
            Runs
          </Text>
          <Text size="sm">
            Last: <When at={lastRun?.startedAt} empty="none yet" />
          </Text>
          <Text size="sm">
            Next: {isPaused ? "after you resume" : <When at={nextRunAt} isAhead empty="once a switch is on" />}
          </Text>
          <TemporalLink integration={integration} />
        </Stack>
      </SimpleGrid>
      {pause.error && <Notice title="Nothing was changed">{pause.error.message}</Notice>}
      <SyncNow id={id} disabled={isPaused}>
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
          {isPaused ? "Resume" : "Pause"}
        </Button>
      </SyncNow>
    </Section>
  );
}

function ExportDirection({ integration }: { integration: Integration }) {
  const { enabled, sent, pending, rejected, late, completeThrough } = integration.export;
  const known = sent + pending;
  return (
    <Stack gap={4}>
      <Text fw={600} size="sm">
        Export to {PROVIDER_NAMES[integration.provider]} {!enabled && "(off)"}
      </Text>
      <Progress value={known === 0 ? 0 : (sent / known) * 100} aria-label="Exported so far" />
      <Text size="sm">
        {count(sent)} sent, {count(pending)} waiting, {count(rejected)} rejected, {count(late)} late
      </Text>
      <Text size="sm">
        Complete through: <When at={completeThrough} empty="nothing yet" />
      </Text>
    </Stack>
  );
}

/** What each direction says that it is doing, while a run runs. */
function Doing({ integration }: { integration: Integration }) {
  const directions = (["export", "import"] as const).flatMap((direction) => {
    const { doing, enabled } = integration[direction];
    return enabled && typeof doing === "string" ? [`${direction === "export" ? "Export" : "Import"}: ${doing}`] : [];
  });
  return (
    <Stack gap={0} role="status" aria-label="What the directions are doing">
      {directions.map((text) => (
        <Text key={text} size="sm">
          {text}
        </Text>
      ))}
    </Stack>
  );
}

function TemporalLink({ integration }: { integration: Integration }) {
  const { temporalUrl } = integration;
  if (temporalUrl === null) return null;
  return (
    <Anchor href={temporalUrl} target="_blank" rel="noreferrer" size="sm">
      Workflow in the Temporal UI
    </Anchor>
  );
}
