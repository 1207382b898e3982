// The steps of a connection test, and for each failed step what to do about it.
import { List, Text, ThemeIcon } from "@mantine/core";
import type { Schemas } from "../api.ts";

export function TestSteps({ steps }: Pick<Schemas["ConnectionTest"], "steps">) {
  return (
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
  );
}
