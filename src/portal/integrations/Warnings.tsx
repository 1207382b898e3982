// What is not as it should be although nothing failed, in the words of the API.
import { List, ThemeIcon } from "@mantine/core";
import type { Schemas } from "../api.ts";
import { AMBER } from "../ui/theme.ts";

export function Warnings({ warnings }: { warnings: Schemas["Warning"][] }) {
  if (warnings.length === 0) return null;
  return (
    <List
      spacing="xs"
      size="sm"
      aria-label="Warnings"
      styles={{ itemWrapper: { alignItems: "flex-start" } }}
      icon={
        <ThemeIcon color={AMBER} size={20} radius="xl" aria-hidden>
          !
        </ThemeIcon>
      }
    >
      {warnings.map(({ code, message }) => (
        <List.Item key={`${code} ${message}`} style={{ overflowWrap: "anywhere" }}>
          {message}
        </List.Item>
      ))}
    </List>
  );
}
