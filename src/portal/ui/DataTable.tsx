// A list as a table. On a narrow screen the table scrolls sideways, not the page.
import { Table, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";

const MIN_COLUMN_PX = 120;
/** For columns with long texts. */
const MIN_TEXT_COLUMN_PX = 240;

export interface Column<Row> {
  head: string;
  /** The head is for screen readers alone. */
  isHeadHidden?: boolean;
  /** The cell names its row. */
  isRowHead?: boolean;
  /** For numbers. */
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
  /** Shown instead of a table without rows. */
  empty?: string;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, keyOf, empty } = props;
  const minWidthPx = columns.reduce(
    (sum, { overflowWrap }) => sum + (overflowWrap === undefined ? MIN_COLUMN_PX : MIN_TEXT_COLUMN_PX),
    0,
  );
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
              {columns.map(({ head, isRowHead, align, overflowWrap, cell }) =>
                isRowHead ? (
                  <Table.Th key={head} scope="row" ta={align} style={{ overflowWrap }}>
                    {cell(row)}
                  </Table.Th>
                ) : (
                  <Table.Td key={head} ta={align} style={{ overflowWrap }}>
                    {cell(row)}
                  </Table.Td>
                ),
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
