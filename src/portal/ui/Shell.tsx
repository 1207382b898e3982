// What surrounds every page: the way to the others, the workspace, light or dark, signing out.
import {
  Anchor,
  AppShell,
  Button,
  Group,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import type { ReactNode } from "react";
import { useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { useSignOut } from "../session/session.ts";

const PLACES = [
  { path: "/routers", label: "Routers" },
  { path: "/integrations", label: "Data Integrations" },
  { path: "/product-metrics", label: "Metrics" },
];
/** On a narrow screen the places are a second row of the header: nothing slides over the page. */
const HEADER_HEIGHT = { base: 96, sm: 56 };

export function Shell({ workspace, children }: { workspace: string; children: ReactNode }) {
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  // A new page is a new place: keyboard and screen reader begin at its top.
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    globalThis.scrollTo(0, 0);
    main.current?.focus();
  }, [location]);
  return (
    <AppShell
      header={{ height: HEADER_HEIGHT }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: true } }}
      padding="md"
      transitionDuration={0}
    >
      <AppShell.Header>
        <Group h={56} px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Anchor component={Link} href="/routers" fw={700} c="inherit" underline="never">
            Crosscurrent
          </Anchor>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" c="dimmed" truncate maw={240} visibleFrom="xs" title={workspace}>
              {workspace}
            </Text>
            <SchemeToggle />
            <SignOut />
          </Group>
        </Group>
        <Group component="nav" aria-label="Portal" h={40} px="sm" pb="xs" gap={4} wrap="nowrap" hiddenFrom="sm">
          <Places as="row" />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Portal" visibleFrom="sm">
        <Places as="column" />
      </AppShell.Navbar>
      <AppShell.Main ref={main} tabIndex={-1} style={{ outline: "none" }}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function Places({ as }: { as: "row" | "column" }) {
  const [location] = useLocation();
  return PLACES.map(({ path, label }) => {
    const isHere = location.startsWith(path);
    const link = { component: Link, href: path, "aria-current": isHere ? "page" : undefined } as const;
    if (as === "column") return <NavLink key={path} {...link} label={label} active={isHere} variant="filled" />;
    return (
      <Button key={path} {...link} size="compact-sm" variant={isHere ? "filled" : "subtle"} color="blue.8">
        {label}
      </Button>
    );
  });
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
