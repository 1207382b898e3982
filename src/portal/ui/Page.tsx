// The frame of a page, with breadcrumbs, title and actions, and the frame of its sections.
import { Breadcrumbs, Group, Paper, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useId, type ReactNode } from "react";
import { TextLink } from "./links.tsx";

interface PageProps {
  title: string;
  /** The pages above this one, the topmost first. */
  above?: { label: string; href: string }[];
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, above, actions, children }: PageProps) {
  useDocumentTitle(`${title} · Crosscurrent Portal`);
  return (
    <Stack gap="lg" maw={1100}>
      {above && (
        <Breadcrumbs aria-label="Breadcrumb" component="nav" style={{ flexWrap: "wrap" }}>
          {above.map(({ label, href }) => (
            <TextLink key={href} href={href} size="sm">
              {label}
            </TextLink>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="center">
        <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Stack>
  );
}

export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <Paper component="section" withBorder p="md" aria-labelledby={id}>
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2} size="h4" id={id}>
            {title}
          </Title>
          {actions}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
