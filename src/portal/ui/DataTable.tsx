// A list as a table. On a narrow screen the table scrolls sideways, not the page.
import { Table, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";

const MIN_COLUMN_PX = 120;
const MIN_LONG_TEXT_COLUMN_PX = 240;

export interface Column<Row> {
  head: string;
  /** The head is for screen readers alone. */
  isHeadHidden?: boolean;
  /** The cell names its row. */
  isRowHead?: boolean;
  align?: "right";
  /** Set for long texts. Long words are broken, so that they do not push the other columns away. */
  overflowWrap?: "anywhere";
  cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  empty?: string;
}

export function DataTable<Row>({ label, columns, rows, keyOf, empty }: DataTableProps<Row>) {
  const longTexts = columns.filter(({ overflowWrap }) => overflowWrap !== undefined).length;
  const minWidthPx = longTexts * MIN_LONG_TEXT_COLUMN_PX + (columns.length - longTexts) * MIN_COLUMN_PX;
  if (rows.length === 0 && empty !== undefined) return <Text>{empty}</Text>;
  return (
    <Table.ScrollContainer minWidth={minWidthPx}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ head, isHeadHidden, align }) => (
              <Table.Th key={head} ta={align}>
                {isHeadHidden ? <VisuallyHidden>{head}</VisuallyHidden> : head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ head, isRowHead, align, overflowWrap, cell }) => {
                const Cell = isRowHead ? Table.Th : Table.Td;
                return (
                  <Cell key={head} scope={isRowHead ? "row" : undefined} ta={align} style={{ overflowWrap }}>
                    {cell(row)}
                  </Cell>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
