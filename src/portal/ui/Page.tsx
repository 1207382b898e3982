// The head of a page: where it is, what it is called, what can be done.
import { Anchor, Breadcrumbs, Group, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useEffect } from "react";
import { Link } from "wouter";

interface PageProps {
  title: string;
  /** The pages above, from the top. */
  above?: { label: string; href: string }[];
  actions?: ReactNode;
  children: ReactNode;
}

const NOTHING_ABOVE: NonNullable<PageProps["above"]> = [];

export function Page({ title, above = NOTHING_ABOVE, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Crosscurrent Portal`;
  }, [title]);
  return (
    <Stack gap="lg" maw={1100}>
      {above.length > 0 && (
        <Breadcrumbs aria-label="Breadcrumb" component="nav" style={{ flexWrap: "wrap" }}>
          {above.map(({ label, href }) => (
            <Anchor key={href} component={Link} href={href} size="sm">
              {label}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="center">
        <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
