// Policy tags on columns and row access policies: what they refuse and hide in the Storage Read API.
import { status } from "@grpc/grpc-js";
import { z } from "zod";
import type { Field } from "./adminQueries.ts";
import { tableText, type Json, type TableName } from "./google.ts";
import { requestFailed } from "./grpcError.ts";
import type { CreateReadSessionRequest } from "./messages.ts";
import { emailSchema } from "./protocol.ts";

const accounts = z.array(emailSchema).max(100).default([]);

export const protectionSchema = z.strictObject({
  /** By top-level column: the tag as refusals name it, as in `Business : ssn`, and who may read the column. */
  policyTags: z.record(z.string(), z.strictObject({ tag: z.string().min(1).max(200), readers: accounts })).default({}),
  /** A tag may be hidden from `tables.get`, so that only a refusal shows it. */
  hidesTags: z.boolean().default(false),
  /** With any of them, an account sees the rows of the policies that name it, and else no row. */
  rowPolicies: z
    .array(z.strictObject({ filter: z.string().min(1).max(10_000), grantees: accounts }))
    .max(100)
    .default([]),
});
type Protection = z.infer<typeof protectionSchema>;
export type ProtectionInput = z.input<typeof protectionSchema>;

export class Protections {
  readonly #tables = new Map<string, Protection>();

  put(name: TableName, protection: Protection): void {
    this.#tables.set(tableText(name), protection);
  }

  /** The table with the tags of its columns. */
  shown(name: TableName, table: Json): Json {
    const protection = this.#tables.get(tableText(name));
    const schema = table["schema"] as { fields?: Field[] } | undefined;
    if (protection === undefined || protection.hidesTags || schema?.fields === undefined) return table;
    const fields = schema.fields.map((field) => {
      const tag = protection.policyTags[field.name];
      return tag === undefined ? field : { ...field, policyTags: { names: [resourceOf(name, tag.tag)] } };
    });
    return { ...table, schema: { ...schema, fields } };
  }

  /** The request as the account may make it. Throws in Google's words if it selects a column that it may not read. */
  allowed(name: TableName, email: string, request: CreateReadSessionRequest): CreateReadSessionRequest {
    const protection = this.#tables.get(tableText(name));
    if (protection === undefined) return request;
    const { selectedFields = [], rowRestriction = "" } = request.readSession?.readOptions ?? {};
    const tagged = Object.entries(protection.policyTags).filter(
      ([column, { readers }]) =>
        !readers.includes(email) && (selectedFields.length === 0 || selectedFields.includes(column)),
    );
    const [first] = tagged;
    if (first !== undefined) throw requestFailed(status.PERMISSION_DENIED, refusalOf(name, tagged, first[1].tag));
    if (protection.rowPolicies.length === 0) return request;
    const filters = protection.rowPolicies
      .filter(({ grantees }) => grantees.includes(email))
      .map(({ filter }) => filter);
    const visible = filters.length === 0 ? "1 = 0" : filters.map((filter) => `(${filter})`).join(" OR ");
    const restriction = rowRestriction === "" ? visible : `(${rowRestriction}) AND (${visible})`;
    const { readSession } = request;
    const readOptions = { ...readSession?.readOptions, rowRestriction: restriction };
    return { ...request, readSession: { ...readSession, readOptions } };
  }
}

function refusalOf(name: TableName, tagged: [column: string, { tag: string }][], tag: string): string {
  const columns = tagged
    .filter((one) => one[1].tag === tag)
    .map(([column]) => `${name.projectId}.${name.datasetId}.${name.tableId}.${column}`);
  return (
    "User has neither fine-grained reader nor masked get permission to get data protected by policy tag " +
    `"${tag}" on column${columns.length === 1 ? "" : "s"} ${columns.join(", ")}.`
  );
}

function resourceOf({ projectId }: TableName, tag: string): string {
  return `projects/${projectId}/locations/eu/taxonomies/1/policyTags/${encodeURIComponent(tag)}`;
}
