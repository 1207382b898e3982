// The current state of the sync.
import { Anchor, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import type { Integration } from "../api.ts";
import { useProvider } from "../providers/providers.tsx";
import { Section } from "../ui/Page.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { formatCount } from "../ui/time.ts";
import { ResendExport } from "./ResendExport.tsx";
import { SyncButtons } from "./SyncButtons.tsx";
import { StatusBadge } from "./StatusBadge.tsx";
import { SyncErrors } from "./SyncErrors.tsx";
import { Warnings } from "./Warnings.tsx";

const STATUS_TEXTS: Record<Integration["status"], string> = {
  idle: "Waiting for the next run.",
  syncing: "A run is in progress.",
  paused: "Paused: no run starts until you resume.",
  attention: "Your action is needed: see the error below.",
};

export function SyncStatus({ integration }: { integration: Integration }) {
  const { status } = integration;
  const isOff = status === "idle" && !integration.export.enabled && !integration.import.enabled;
  const text = integration.overdue ? "Nothing works on the sync: see the warnings." : STATUS_TEXTS[status];
  return (
    <Section title="Sync status">
      <Stack gap={4}>
        <Group gap="xs" role="status">
          <StatusBadge integration={integration} />
          <Text>{isOff ? "No run is scheduled: export and import are off." : text}</Text>
        </Group>
        <Operations integration={integration} />
      </Stack>
      <Warnings warnings={integration.warnings} />
      <SyncErrors
        of={[
          { name: "Export", error: integration.export.error },
          { name: "Import", error: integration.import.error },
        ]}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <ExportProgress integration={integration} />
        <RunTimes integration={integration} />
      </SimpleGrid>
      <SyncButtons integration={integration} />
    </Section>
  );
}

function ExportProgress({ integration }: { integration: Integration }) {
  const { enabled, sent, pending, rejected, late, completeThrough } = integration.export;
  const { title } = useProvider(integration.provider);
  const total = sent + pending;
  const counts = Object.entries({ sent, waiting: pending, rejected, late }).map(
    ([label, value]) => `${formatCount(value)} ${label}`,
  );
  return (
    <Stack gap={4}>
      <Text fw={600}>
        Export to {title} {!enabled && "(off)"}
      </Text>
      <Progress value={total === 0 ? 0 : (sent / total) * 100} aria-label="Export progress" />
      <Text>{counts.join(", ")}</Text>
      <Text>
        Complete through: <RelativeTime at={completeThrough} empty="nothing yet" />
      </Text>
      <ResendExport integration={integration} />
    </Stack>
  );
}

function RunTimes({ integration: { status, lastRun, nextRunAt, temporalUrl } }: { integration: Integration }) {
  return (
    <Stack gap={4}>
      <Text fw={600}>Runs</Text>
      <Text>
        Last: <RelativeTime at={lastRun?.startedAt} empty="none yet" />
      </Text>
      <Text>
        Next:{" "}
        {status === "paused" ? (
          "after you resume"
        ) : (
          <RelativeTime at={nextRunAt} isFuture empty="after you switch export or import on" />
        )}
      </Text>
      {temporalUrl !== null && (
        <Anchor href={temporalUrl} target="_blank" rel="noreferrer" size="sm">
          Workflow in the Temporal UI
        </Anchor>
      )}
    </Stack>
  );
}

/** What each direction is doing, in the words of the workflow. Empty between runs. */
function Operations({ integration }: { integration: Integration }) {
  const operations = [
    { title: "Export", ...integration.export },
    { title: "Import", ...integration.import },
  ].flatMap(({ title, enabled, doing }) => (enabled && doing ? [`${title}: ${doing}`] : []));
  return (
    <Stack gap={0} role="status" aria-label="Current operations">
      {operations.map((text) => (
        <Text key={text}>{text}</Text>
      ))}
    </Stack>
  );
}
