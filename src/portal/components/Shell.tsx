// What surrounds every page: the way to the others, the workspace, light or dark, signing out.
import {
  Anchor,
  AppShell,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { useSignOut } from "../session.ts";

const PLACES = [
  { path: "/routers", label: "Routers" },
  { path: "/integrations", label: "Data Integrations" },
  { path: "/product-metrics", label: "Metrics" },
];

export function Shell({ workspace, children }: { workspace: string; children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  // A new page is a new place: keyboard and screen reader begin at its top.
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    close();
    main.current?.focus();
  }, [location, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
              aria-expanded={opened}
            />
            <Anchor component={Link} href="/routers" fw={700} c="inherit" underline="never">
              Crosscurrent
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" c="dimmed" truncate maw={240} visibleFrom="xs" title={workspace}>
              {workspace}
            </Text>
            <SchemeToggle />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Portal">
        {PLACES.map(({ path, label }) => {
          const isHere = location.startsWith(path);
          return (
            <NavLink
              key={path}
              component={Link}
              href={path}
              label={label}
              active={isHere}
              variant="filled"
              aria-current={isHere ? "page" : undefined}
            />
          );
        })}
      </AppShell.Navbar>
      <AppShell.Main ref={main} tabIndex={-1} style={{ outline: "none" }}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  return (
    <Button size="compact-sm" variant="default" onClick={() => setColorScheme(isDark ? "light" : "dark")}>
      {isDark ? "Light" : "Dark"}
    </Button>
  );
}

function SignOut() {
  const signOut = useSignOut();
  return (
    <Button size="compact-sm" variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
      Sign out
    </Button>
  );
}
