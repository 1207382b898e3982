// What Google says when it refuses for a reason that waiting does not mend: its words, and what to do about them.
import type { ErrorKind } from "../../domain/errors.ts";
import type { GoogleErrorInfo } from "./googleErrorInfo.ts";

/** What a message may name: the customer's own settings, our own words, and columns of the table. */
export interface RefusalSubject {
  email: string;
  projectId: string;
  location: string;
  action: string;
  /** The dataset or table, with its project. */
  where: string;
  /** The columns that Google names and that the table has; empty if it names none. */
  columns: readonly string[];
}

interface Refusal {
  /** Each begins at the start of Google's text, because texts that quote rows quote them further behind. */
  patterns: RegExp[];
  /** Google's own words for it beside the text. */
  reasons?: string[];
  kind: ErrorKind;
  /** A grant mends it, which may just have been made and takes minutes to be known everywhere. */
  isMendedByGrant?: true;
  /** `found` is what the pattern's first group matched; empty if it has none. */
  message: (subject: RefusalSubject, found: string) => string;
}

/** `Access Denied: BigQuery BigQuery: `, `Access Denied: Table p:d.t: ` and the like. */
const DENIED = String.raw`(?:Access Denied: (?:(?:BigQuery )?BigQuery: |(?:Project|Dataset|Table) [^\s]+: )?)?`;

const startingWith = (...texts: string[]): RegExp[] => texts.map((text) => new RegExp(`^${DENIED}${text}`, "i"));

/** The first that matches stands. Sources: https://cloud.google.com/bigquery/docs/error-messages and public reports. */
const REFUSALS: readonly Refusal[] = [
  {
    patterns: startingWith(
      String.raw`(?:VPC Service Controls: )?Request is prohibited by organization's policy` +
        String.raw`(?:\.? vpcServiceControlsUniqueIdentifier: ([\w-]{1,200}))?`,
    ),
    reasons: ["policyViolation", "SECURITY_POLICY_VIOLATED"],
    kind: "permission",
    isMendedByGrant: true,
    message: ({ action, where, email }, id) =>
      `A perimeter of VPC Service Controls does not let this service in: ${action} on ${where} was refused. ` +
      `An administrator of the organization must add an ingress rule for ${email}.` +
      (id === "" ? "" : ` The audit log has the refusal under ${id}.`),
  },
  {
    patterns: startingWith(
      "User has neither fine-grained reader nor masked get permission",
      "User does not have permission to access (?:data protected by )?policy tag",
      "Requires fineGrainedGet permission on the read columns",
    ),
    kind: "permission",
    isMendedByGrant: true,
    message: ({ where, email, columns }) =>
      `Policy tags keep ${email} from reading ${columns.length === 0 ? "columns" : columns.join(", ")} of ${where}. ` +
      "Grant it the role Fine-Grained Reader (roles/datacatalog.categoryFineGrainedReader) on these policy tags, " +
      "or name in the event's columns only those that it may read.",
  },
  {
    patterns: startingWith("User does not have full access (?:for|to) table [^ ]+ due to row access polic"),
    kind: "permission",
    isMendedByGrant: true,
    message: ({ action, where, email }) =>
      `Row access policies keep ${email} from all rows of ${where}, so that ${action} was refused. ` +
      "Add the account to a row access policy with FILTER USING (TRUE).",
  },
  {
    patterns: startingWith(
      "Only external tables with connections can be read",
      "Permission denied while globbing file",
    ),
    kind: "schema",
    message: ({ where }) =>
      `${where} is an external table, whose files BigQuery cannot read for this service. Make a table of it, ` +
      "for example by a scheduled query, and add the event again with that table.",
  },
  {
    patterns: startingWith("Permission denied while getting Drive credentials", "Drive credentials are required"),
    kind: "schema",
    message: ({ where }) =>
      `${where} is a Google Drive file, which this service cannot read. Make a table of it, for example by a ` +
      "scheduled query, and add the event again with that table.",
  },
  {
    patterns: startingWith(
      String.raw`(?:Cloud KMS Error: )?(?:The customer-managed encryption key .{0,80} is not accessible\. ` +
        String.raw`Error reason: )?projects/[^\s]+/cryptoKeyVersions/\d+ is not enabled, current state is: ([A-Z_]+)`,
      String.raw`Cloud KMS Error: .{0,400}?is not enabled, current state is: ([A-Z_]+)`,
    ),
    kind: "permission",
    message: ({ where }, state) =>
      `The Cloud KMS key of ${where} is ${state.toLowerCase().replaceAll("_", " ")}, so that its rows cannot be read ` +
      "or written. Enable the key's version in Cloud KMS, or move the data to another key.",
  },
  {
    patterns: startingWith(
      "Cloud KMS Error: ",
      "Please grant Cloud KMS CryptoKey Encrypter/Decrypter role",
      "The customer-managed encryption key .{0,80} is not accessible",
    ),
    kind: "permission",
    isMendedByGrant: true,
    message: ({ where, projectId }) =>
      `BigQuery may not use the Cloud KMS key of ${where}. Grant the role Cloud KMS CryptoKey Encrypter/Decrypter ` +
      "(roles/cloudkms.cryptoKeyEncrypterDecrypter) on the key to the BigQuery encryption account of the project " +
      `${projectId}, and check that the key exists.`,
  },
  {
    patterns: startingWith(
      "Your administrator (?:requires that you specify an encryption key|prevents using KMS keys)",
    ),
    kind: "permission",
    message: ({ action, projectId }) =>
      `An organization policy on encryption keys of the project ${projectId} forbids ${action}. Give the project ` +
      "a default Cloud KMS key that the policy allows, or except the project from the policy.",
  },
  {
    patterns: startingWith(
      String.raw`(?:Location )?[\w:'-]{1,80} violates constraint '?(constraints/[\w.]{1,100})`,
      String.raw`Constraint (constraints/[\w.]{1,100}) violated`,
    ),
    kind: "permission",
    message: ({ action, where }, constraint) =>
      `The organization policy ${constraint} forbids ${action} on ${where}. An administrator of the organization ` +
      "must allow it, or use a project and location that the policy allows.",
  },
  {
    patterns: startingWith(
      "Billing has not been enabled for this project",
      "(?:Streaming insert is|DML queries are) not allowed in the free tier",
      "(?:Partition|The default table|Table) expiration time must be less than 60 days",
    ),
    kind: "permission",
    message: ({ action, projectId }) =>
      `The project ${projectId} is a BigQuery sandbox without billing, which does not allow ${action}: it has no DML ` +
      "statements, and its tables expire after 60 days. Enable billing in Google Cloud.",
  },
  {
    patterns: startingWith(
      "This API method requires billing to be enabled",
      "The billing account for the owning project is disabled",
      "The project [^ ]{1,200} (?:has billing disabled|to be billed is associated with [a-z ]+ billing account)",
      "The billing account is not in good standing",
      "Project [^ ]{1,200} (?:has billing disabled|is not associated with an open billing account)",
    ),
    kind: "permission",
    message: ({ action, projectId }) =>
      `The billing account of the project ${projectId} is missing, closed or disabled: ${action} was refused. ` +
      "Link an open billing account in Google Cloud.",
  },
  {
    patterns: startingWith(
      String.raw`BigQuery (?:Storage )?API has not been used in project [^ ]+ before or it is disabled`,
      "The project [^ ]{1,200} has not enabled BigQuery",
    ),
    kind: "permission",
    message: ({ projectId }) => apiIsOff(projectId),
  },
  {
    patterns: startingWith(
      String.raw`Invalid value for(?: location)?: [\w-]{1,64} is not a valid value`,
      String.raw`Location "?[\w-]{1,64}"? (?:does not exist|is not (?:valid|supported)|does not support)`,
      String.raw`Unsupported (?:location|region)`,
    ),
    kind: "schema",
    message: ({ location }) =>
      `BigQuery knows no location ${location}. Create the integration again with the location that Google Cloud ` +
      "shows for the dataset.",
  },
  {
    patterns: startingWith(
      String.raw`Not found: (?:Dataset|Table) .{1,1200} was not found in location ([\w-]{1,64})`,
      "Cannot read and write in different locations",
    ),
    kind: "not_found",
    message: ({ where, location }) =>
      `${where} is not in the location ${location}, or does not exist. Check the names of dataset and table. If they ` +
      "are right, create the integration again with the location that Google Cloud shows for the dataset.",
  },
];

/** What precedes the words of the Storage API: the client's code, and which call or object it is about. */
const PREFIX = /^(?:\d{1,2} [A-Z_]+: )?(?:request failed: |there was an error operating on '[^']{1,2000}': )?/;

export function apiIsOff(projectId: string): string {
  return (
    `The BigQuery API is switched off in the project ${projectId}. ` +
    "Enable the BigQuery API and the BigQuery Storage API there."
  );
}

interface FoundRefusal {
  kind: ErrorKind;
  /** Whether waiting for a grant to be known everywhere is of no use. */
  isFinal: boolean;
  /** Google's text. It must never be shown. */
  said: string;
  messageFor: (subject: RefusalSubject) => string;
}

/** The refusal that one of Google's texts is; null if none is understood. */
export function refusalIn({ texts, reason }: Pick<GoogleErrorInfo, "texts" | "reason">): FoundRefusal | null {
  for (const said of texts.map((text) => text.replace(PREFIX, ""))) {
    for (const refusal of REFUSALS) {
      const match = refusal.patterns.map((pattern) => pattern.exec(said)).find((found) => found !== null);
      if (match !== undefined) return foundRefusal(refusal, said, match[1] ?? "");
    }
  }
  const known = REFUSALS.find(({ reasons = [] }) => reasons.includes(reason));
  return known === undefined ? null : foundRefusal(known, "", "");
}

function foundRefusal({ kind, isMendedByGrant, message }: Refusal, said: string, found: string): FoundRefusal {
  return { kind, isFinal: isMendedByGrant !== true, said, messageFor: (subject) => message(subject, found) };
}

/** ` on column p.d.t.c` or ` on columns p.d.t.c, p.d.t.d`, at the end. */
const NAMED_COLUMNS = /\bon columns? ([^"]{1,5000}?)\.?'?$/;

/** Of the columns that a refusal names, those that the table has: nothing else of its text is ever shown. */
export function namedColumns(said: string, columns: readonly string[]): string[] {
  const listed = NAMED_COLUMNS.exec(said)?.[1]?.split(/,\s*/) ?? [];
  const named = new Set(listed.map((path) => path.toLowerCase()));
  return columns.filter((column) =>
    [...named].some((path) => path === column.toLowerCase() || path.endsWith(`.${column.toLowerCase()}`)),
  );
}
