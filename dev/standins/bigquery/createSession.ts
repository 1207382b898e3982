// CreateReadSession and SplitReadStream: checks rights and the table, and splits the rows into streams.
import { status, type ServiceError } from "@grpc/grpc-js";
import type { EmulatorRead } from "./emulatorRead.ts";
import { missing, operating, requestFailed } from "./grpcError.ts";
import {
  createReadSessionRequest,
  readSession,
  splitReadStreamRequest,
  splitReadStreamResponse,
  type CreateReadSessionRequest,
} from "./messages.ts";
import type { Field } from "./adminQueries.ts";
import { fieldsOf } from "./catalog.ts";
import { tableText, textOf, type Json, type TableName } from "./google.ts";
import { engineRestriction, partitionsOf } from "./partitions.ts";
import { holds, type Principal } from "./roles.ts";
import { addStream, projectIdOf, rowsOfStreams, sessionNameOf, type ReadStream } from "./sessions.ts";
import { liveSession } from "./readRows.ts";
import type { EmulatorState } from "./emulatorState.ts";

const RESTRICTION_MAX_BYTES = 1_048_576;

export async function createSession(
  state: EmulatorState,
  emulator: EmulatorRead,
  account: Principal,
  bytes: Buffer,
): Promise<Buffer> {
  const request = createReadSessionRequest.decode(bytes);
  const parent = request.parent ?? "";
  const projectId = projectIdOf(parent);
  const table = request.readSession?.table ?? "";
  const name = /^projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(table);
  if (projectId === "" || name === null)
    throw requestFailed(status.INVALID_ARGUMENT, `invalid resource name '${table}'`);
  if (!holds(account, "bigquery.readsessions.create", projectId, null))
    throw requestFailed(status.PERMISSION_DENIED, missing("bigquery.readsessions.create", parent));
  const [, tableProject = "", datasetId = "", tableId = ""] = name;
  const tableName = { projectId: tableProject, datasetId, tableId };
  const { location, metadata } = await readableTable(state, account, tableName, table);
  const restriction = request.readSession?.readOptions?.rowRestriction ?? "";
  if (Buffer.byteLength(restriction) > RESTRICTION_MAX_BYTES)
    throw requestFailed(
      status.INVALID_ARGUMENT,
      `read_session.read_options.row_restriction exceeded maximum allowed length. Maximum bytes allowed: ${RESTRICTION_MAX_BYTES}`,
    );
  const allowed = state.protections.allowed(tableName, account.email, request);
  const partitions = partitionsOf(metadata);
  const { rowRestriction = "", selectedFields: wantedNames = [] } = allowed.readSession?.readOptions ?? {};
  const engineFilter = engineRestriction(rowRestriction, partitions, tableName);
  const visible = fieldsOf(metadata);
  const selected = wantedNames.length === 0 ? visible : visible.filter((field) => wantedNames.includes(field.name));
  const plain = allowed === request ? bytes : createReadSessionRequest.encode(allowed);
  const asked = partitions?.isIngestion === true ? engineRequest(allowed, engineFilter, visible) : plain;
  const estimatedTotalBytesScanned = await state.catalog.scannedBytes(tableName, selected, engineFilter, partitions);
  const answer = readSession.decode(await openSession(state, emulator, asked, tableId, restriction));
  const project = state.project(projectId);
  const session = project.openSession(location);
  const given = answer.streams ?? [];
  const rows = rowsOfStreams(answer.estimatedRowCount ?? 0, given.length);
  let streams: ReadStream[] = given.map((stream, i) => ({ emulatorName: stream.name, rows: rows[i] ?? 0 }));
  const wanted = Math.min(project.settings.streamsMin, request.maxStreamCount ?? 0);
  while (streams.length > 0 && streams.length < wanted && (streams[0]?.rows ?? 0) > 1)
    streams = await halved(emulator, streams);
  project.counters.sessionsCreated++;
  return readSession.encode({
    ...answer,
    estimatedTotalBytesScanned,
    name: session.name,
    expireTime: { seconds: Math.floor(session.expiresAtMs / 1_000), nanos: 0 },
    streams: streams.map((stream) => ({ name: addStream(session, stream) })),
  });
}

/** The same request with another filter, and without the column of the front. */
function engineRequest(request: CreateReadSessionRequest, rowRestriction: string, visible: Field[]): Buffer {
  const { readOptions } = request.readSession ?? {};
  const asked = readOptions?.selectedFields ?? [];
  const selectedFields = asked.length > 0 ? asked : visible.map(({ name }) => name);
  return createReadSessionRequest.encode({
    ...request,
    readSession: { ...request.readSession, readOptions: { ...readOptions, selectedFields, rowRestriction } },
  });
}

/** Splits the longest stream into halves. */
async function halved(emulator: EmulatorRead, streams: readonly ReadStream[]): Promise<ReadStream[]> {
  const [longest, ...others] = streams.toSorted((left, right) => right.rows - left.rows);
  if (longest === undefined) return [];
  const halves = await emulator.split(longest, Math.floor(longest.rows / 2));
  return [...others, ...halves].toSorted((left, right) => right.rows - left.rows);
}

async function readableTable(
  state: EmulatorState,
  account: Principal,
  name: TableName,
  resource: string,
): Promise<{ location: string; metadata: Json }> {
  if (!holds(account, "bigquery.tables.getData", name.projectId, name.datasetId))
    throw requestFailed(status.PERMISSION_DENIED, missing("bigquery.tables.getData", resource));
  const dataset = await state.catalog.dataset(name.projectId, name.datasetId);
  if (dataset === null) throw requestFailed(status.NOT_FOUND, `Not found: Dataset ${name.projectId}:${name.datasetId}`);
  const table = await state.catalog.table(name);
  if (table === null) throw requestFailed(status.NOT_FOUND, `Not found: Table ${tableText(name)}`);
  if (table["type"] !== "TABLE")
    throw requestFailed(status.INVALID_ARGUMENT, "non-table entities cannot be read with the storage API");
  return { location: textOf(dataset["location"], "US"), metadata: table };
}

/** The session holds the rows as they are now; later rows are not in it. */
async function openSession(
  state: EmulatorState,
  emulator: EmulatorRead,
  bytes: Buffer,
  tableId: string,
  restriction: string,
): Promise<Buffer> {
  try {
    return await state.engine.exclusive(() => emulator.unary("CreateReadSession", bytes));
  } catch (error) {
    const { details } = error as ServiceError;
    if (restriction === "") throw requestFailed(status.INVALID_ARGUMENT, details);
    throw requestFailed(
      status.INVALID_ARGUMENT,
      `Row filter for table ${tableId} is invalid. Filter is '${restriction}'. Error: ${details}`,
    );
  }
}

export async function splitStream(
  state: EmulatorState,
  emulator: EmulatorRead,
  account: Principal,
  bytes: Buffer,
): Promise<Buffer> {
  const { name = "", fraction = 0.5 } = splitReadStreamRequest.decode(bytes);
  const { session, stream } = liveSession(state, account, name);
  if (!(fraction > 0 && fraction < 1))
    throw operating(status.INVALID_ARGUMENT, name, "fraction must be between 0.0 and 1.0, exclusive");
  const at = Math.floor(stream.rows * fraction);
  // A stream that cannot be split gives an empty answer.
  if (at === 0 || sessionNameOf(name) !== session.name) return splitReadStreamResponse.encode({});
  const [primary, remainder] = await emulator.split(stream, at);
  return splitReadStreamResponse.encode({
    primaryStream: { name: addStream(session, primary) },
    remainderStream: { name: addStream(session, remainder) },
  });
}
