// What the configuration calls accept of BigQuery, as the store takes it.
import type { NewEvent } from "../../domain/event.ts";
import type { IntegrationPatch, NewBigQueryIntegration } from "../../domain/integration.ts";
import { z } from "@hono/zod-openapi";
import {
  isColumnName,
  isDatasetName,
  isLocation,
  isProjectId,
  isServiceAccountEmail,
  isTableName,
} from "../../providers/bigquery/nameRules.ts";
import type { BigQuerySettings } from "../../domain/integration.ts";
import {
  eventName,
  importFromDay,
  directionSwitches,
  optionalDescription,
  sayUnknown,
  type NowMs,
} from "../schemas.ts";

const projectId = z
  .string()
  .refine(
    isProjectId,
    "must be a Google Cloud project id: 6 to 30 lowercase letters, digits and hyphens, as in my-project or " +
      "example.com:my-project",
  )
  .openapi({ pattern: "^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$" });
const dataset = z
  .string()
  .refine(isDatasetName, "must be a BigQuery dataset's name: 1 to 1024 letters, digits and underscores")
  .openapi({ pattern: "^[A-Za-z0-9_]{1,1024}$" });
const table = z
  .string()
  .refine(
    isTableName,
    "must be a BigQuery table's name: letters, digits, underscores, dashes and spaces, at most 1024 bytes of UTF-8; " +
      "without project or dataset",
  );
const column = z
  .string()
  .refine(
    isColumnName,
    "must be the name of a top-level column: letters, digits and underscores, at most 300; no quotes, backticks, " +
      "dots or control characters",
  );
const serviceAccountEmail = z
  .string()
  .refine(
    isServiceAccountEmail,
    "must be the email address of a Google service account, as in name@my-project.iam.gserviceaccount.com",
  )
  .openapi({ pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?@([a-z0-9-]+[.])+gserviceaccount[.]com$", maxLength: 320 });
const location = z
  .string()
  .refine(isLocation, "must be a BigQuery region or multi-region, as in US, EU or europe-west1")
  .openapi({ pattern: "^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$", maxLength: 64 });

export function newBigQueryIntegration(nowMs: NowMs) {
  return z
    .strictObject(
      {
        provider: z.literal("bigquery"),
        projectId,
        datasetId: dataset
          .nullish()
          .openapi({ description: "Where the export writes; without one the integration only imports." }),
        serviceAccountEmail,
        location,
        importFrom: importFromDay(nowMs).optional(),
      },
      sayUnknown("unknown field of a BigQuery integration"),
    )
    .openapi("NewBigQueryIntegration");
}

export function toNewBigQuery(body: z.output<ReturnType<typeof newBigQueryIntegration>>): NewBigQueryIntegration {
  const { datasetId = null, importFrom = null, ...settings } = body;
  return { ...settings, datasetId, importFrom };
}

const patch = z
  .strictObject(
    { ...directionSwitches, serviceAccountEmail: serviceAccountEmail.optional() },
    sayUnknown("unknown field of a BigQuery integration, or one that never changes"),
  )
  .openapi("BigQueryPatch");

/** An export needs somewhere to go to. */
export function bigQueryPatch({ datasetId }: Pick<BigQuerySettings, "datasetId">) {
  return patch
    .refine((body) => body.export?.enabled !== true || datasetId !== null, {
      path: ["export", "enabled"],
      message:
        "cannot be switched on: this integration has no datasetId and only imports. " +
        "Create another integration of this project with the datasetId that the export is to write to.",
    })
    .transform(({ export: exporting, import: importing, serviceAccountEmail: email }): IntegrationPatch => ({
      exportEnabled: exporting?.enabled,
      importEnabled: importing?.enabled,
      serviceAccountEmail: email,
    }));
}

export const newBigQueryEvent = z
  .strictObject(
    {
      eventName,
      description: optionalDescription,
      dataset,
      tableName: table,
      eventFieldName: column,
      userIdFieldName: column,
      timestampFieldName: column,
      eventUuidFieldName: column,
    },
    sayUnknown("unknown field of a BigQuery event"),
  )
  .openapi("NewBigQueryEvent")
  .transform(({ eventName: name, description, ...source }): NewEvent => ({ name, description, source }));
