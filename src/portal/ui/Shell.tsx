// The frame around all pages: navigation, the workspace's name, the colour scheme, signing out.
import { AppShell, Button, Group, NavLink, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useSignOut } from "../session/session.ts";
import { TextLink } from "./links.tsx";

const PAGES = [
  { path: "/routers", label: "Routers" },
  { path: "/integrations", label: "Data Integrations" },
  { path: "/product-metrics", label: "Metrics" },
  { path: "/keys", label: "API Keys" },
];
/** On a narrow screen the navigation is a second row of the header, so that it never covers the page. */
const HEADER_HEIGHT = { base: 96, sm: 56 };

export function Shell({ workspace, children }: { workspace: string; children: ReactNode }) {
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const lastLocation = useRef(location);
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const signOut = useSignOut();
  // Keyboard and screen reader start at the top of a new page.
  useEffect(() => {
    if (lastLocation.current === location) return;
    lastLocation.current = location;
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
          <TextLink href="/routers" fw={700} c="inherit" underline="never">
            Crosscurrent
          </TextLink>
          <Group gap="xs" wrap="nowrap">
            <Text c="dimmed" truncate maw={240} visibleFrom="xs" title={workspace}>
              {workspace}
            </Text>
            <Button size="compact-sm" variant="default" onClick={() => setColorScheme(isDark ? "light" : "dark")}>
              {isDark ? "Light" : "Dark"}
            </Button>
            <Button size="compact-sm" variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
              Sign out
            </Button>
          </Group>
        </Group>
        <Group
          component="nav"
          aria-label="Portal"
          h={40}
          px="sm"
          pb="xs"
          gap={4}
          wrap="nowrap"
          hiddenFrom="sm"
          style={{ overflowX: "auto" }}
        >
          <Navigation layout="row" />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Portal" visibleFrom="sm">
        <Navigation layout="column" />
      </AppShell.Navbar>
      <AppShell.Main ref={main} tabIndex={-1} style={{ outline: "none" }}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function Navigation({ layout }: { layout: "row" | "column" }) {
  const [location] = useLocation();
  return PAGES.map(({ path, label }) => {
    const isCurrent = location.startsWith(path);
    const link = { component: Link, href: path, "aria-current": isCurrent ? "page" : undefined } as const;
    if (layout === "column") return <NavLink key={path} {...link} label={label} active={isCurrent} variant="filled" />;
    return (
      <Button key={path} {...link} size="compact-sm" variant={isCurrent ? "filled" : "subtle"} color="blue.8">
        {label}
      </Button>
    );
  });
}
