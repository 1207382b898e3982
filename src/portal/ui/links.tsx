// Links within the Portal, as text and as buttons.
import { Anchor, Button, type AnchorProps, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";

interface Target {
  href: string;
  "aria-label"?: string;
  children: ReactNode;
}

export function TextLink(props: Target & AnchorProps) {
  return <Anchor component={Link} {...props} />;
}

export function LinkButton(props: Target & ButtonProps) {
  return <Button component={Link} {...props} />;
}
