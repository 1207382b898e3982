// A list as a table, which scrolls by itself where the screen is too narrow for it.
import { Table, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";

interface Head {
  label: string;
  /** Only read out. */
  isHidden?: boolean;
  /** Numbers stand at the right. */
  isNumber?: boolean;
}

interface ListTableProps {
  label: string;
  minWidthPx: number;
  heads: readonly (string | Head)[];
  isRoomy?: boolean;
  /** Its rows, each a `Table.Tr`. */
  children: ReactNode;
}

export function ListTable({ label, minWidthPx, heads, isRoomy = false, children }: ListTableProps) {
  const named: Head[] = heads.map((head) => (typeof head === "string" ? { label: head } : head));
  return (
    <Table.ScrollContainer minWidth={minWidthPx}>
      <Table aria-label={label} {...(isRoomy && { verticalSpacing: "sm" })}>
        <Table.Thead>
          <Table.Tr>
            {named.map((head) => (
              <Table.Th key={head.label} {...(head.isNumber === true && { ta: "right" })}>
                {head.isHidden === true ? <VisuallyHidden>{head.label}</VisuallyHidden> : head.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
