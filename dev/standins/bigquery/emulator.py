"""Runs bqemulator with the gaps mended that only its own process can mend; arguments are those of `bqemulator start`."""

import collections
import importlib.util
import os
import pathlib
import signal
import sys
import threading
import time

DUCKDB_VERSION = "v1.5.5"
EXTENSIONS = ("spatial", "avro")
PARENT_POLL_SECONDS = 0.5
STOP_WITHIN_SECONDS = 5
# Results and sessions are kept in memory for ever otherwise: a day of reading fills the machine.
RESULTS_KEPT = 2_000
RESULT_BYTES_KEPT = 1 << 30
SESSIONS_KEPT = 500
SESSION_BYTES_KEPT = 4 << 30


def end_with_parent() -> None:
    """Nobody may be left behind, not even after a SIGKILL of the parent."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_WITHIN_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def install_extensions() -> None:
    """From the wheels, into this HOME; DuckDB would download them otherwise."""
    import duckdb

    connection = duckdb.connect(":memory:")
    for name in EXTENSIONS:
        package = importlib.util.find_spec(f"duckdb_extension_{name}")
        folder = pathlib.Path(package.submodule_search_locations[0]) / "extensions" / DUCKDB_VERSION
        connection.execute(f"INSTALL '{folder / name}.duckdb_extension'")
    connection.close()


class Bounded(collections.OrderedDict):
    """A dict that forgets its oldest values beyond a count and a size."""

    def __init__(self, count: int, size: int, size_of) -> None:
        super().__init__()
        self._count, self._size, self._size_of = count, size, size_of

    def __setitem__(self, key, value) -> None:
        super().__setitem__(key, value)
        total = sum(self._size_of(kept) for kept in self.values())
        while len(self) > 1 and (len(self) > self._count or total > self._size):
            total -= self._size_of(self.popitem(last=False)[1])


def bound_memory() -> None:
    from bqemulator.api.routes import jobs
    from bqemulator.jobs import executor
    from bqemulator.streaming import read_session

    results = Bounded(RESULTS_KEPT, RESULT_BYTES_KEPT, lambda table: table.nbytes)
    executor.JOB_RESULTS = jobs.JOB_RESULTS = results
    read_session._SESSIONS = Bounded(SESSIONS_KEPT, SESSION_BYTES_KEPT, lambda state: state.table.nbytes)


def take_no_snapshots() -> None:
    """Each load and DML statement would copy its whole table for time travel, which nobody here uses."""
    from bqemulator.versioning.snapshots import SnapshotManager

    capture = SnapshotManager.capture

    def captured(self, project_id, dataset_id, table_id, *, kind="AUTO"):
        return None if kind == "AUTO" else capture(self, project_id, dataset_id, table_id, kind=kind)

    SnapshotManager.capture = captured


def load_like_bigquery() -> None:
    """Columns go by name, files that know their schema make the table, unknown and missing fields are errors, and a
    failed load leaves the table as it was."""
    from bqemulator.jobs import executor

    def load_by_name(source: str):
        def load(path, target_ref, ctx) -> None:
            ctx.engine.execute(f"INSERT INTO {target_ref} BY NAME SELECT * FROM {source}", [path])

        return load

    handlers = executor._LOAD_FORMAT_HANDLERS
    decimal_avro, avro = handlers["AVRO"], load_by_name(SELF_DESCRIBING["AVRO"])
    handlers["PARQUET"] = load_by_name(SELF_DESCRIBING["PARQUET"])
    handlers["AVRO"] = lambda path, target_ref, ctx: (
        decimal_avro if executor.is_decimal_logical_avro(path) else avro
    )(path, target_ref, ctx)

    apply_disposition, load_path = executor._apply_load_write_disposition, executor._load_path_into_target

    def apply_later(job, ctx) -> None:
        if job.write_disposition != "WRITE_TRUNCATE":
            apply_disposition(job, ctx)

    def load_atomically(path, job, ctx) -> None:
        ctx.engine.execute("BEGIN TRANSACTION")
        try:
            if job.write_disposition == "WRITE_TRUNCATE":
                ctx.engine.execute(f"DELETE FROM {job.target_ref}")
            if job.source_format == "NEWLINE_DELIMITED_JSON" and not job.raw_config.get("ignoreUnknownValues"):
                refuse_unknown_fields(path, job, ctx)
            load_path(path, job, ctx)
            refuse_missing_values(job, ctx)
        except BaseException:
            ctx.engine.execute("ROLLBACK")
            raise
        ctx.engine.execute("COMMIT")

    create = executor._maybe_create_load_destination

    def create_destination(*, load_config, ctx, **others) -> None:
        source = SELF_DESCRIBING.get(load_config.get("sourceFormat", "CSV").upper())
        if source is not None and not (load_config.get("schema") or {}).get("fields"):
            load_config = {**load_config, "schema": {"fields": fields_of_file(source, load_config, ctx)}}
        create(load_config=load_config, ctx=ctx, **others)

    executor._apply_load_write_disposition = apply_later
    executor._load_path_into_target = load_atomically
    executor._maybe_create_load_destination = create_destination


SELF_DESCRIBING = {"PARQUET": "read_parquet(?)", "AVRO": "read_avro(?)"}


def fields_of_file(source: str, load_config, ctx) -> list:
    from bqemulator.jobs import executor
    from bqemulator.storage.type_map import duckdb_type_to_bq_field

    path = executor._resolve_uri(load_config["sourceUris"][0], ctx)
    rows = ctx.engine.execute(f"DESCRIBE SELECT * FROM {source}", [path]).fetchall()
    return [duckdb_type_to_bq_field(row[0], row[1]) for row in rows]


def refuse_unknown_fields(path: str, job, ctx) -> None:
    columns = {row[0] for row in ctx.engine.execute(f"DESCRIBE {job.target_ref}").fetchall()}
    keys = "SELECT DISTINCT unnest(json_keys(json)) FROM read_ndjson_objects(?)"
    known = {column.lower() for column in columns}
    for (key,) in ctx.engine.execute(keys, [path]).fetchall():
        if key.lower() not in known:
            raise ValueError(f"JSON parsing error in row starting at position 0: No such field: {key}.")


def refuse_missing_values(job, ctx) -> None:
    table = ctx.catalog.get_table(job.project_id, job.dataset_id, job.table_id)
    for field in table.schema_.fields if table is not None else ():
        if field.mode != "REQUIRED":
            continue
        missing = f'SELECT COUNT(*) FROM {job.target_ref} WHERE "{field.name}" IS NULL'
        if ctx.engine.execute(missing).fetchone()[0] > 0:
            raise ValueError(f"Required field {field.name} cannot be null")


def keep_collations() -> None:
    """`und:ci` compares without case; the routes would forget it."""
    from bqemulator.api.routes import tables

    parse, to_rest, columns = tables._parse_schema_fields, tables._field_to_rest, tables.bq_schema_to_duckdb_columns

    def parse_collated(raw_fields):
        pairs = zip(parse(raw_fields), raw_fields, strict=True)
        return tuple(field.model_copy(update={"collation": raw.get("collation") or None}) for field, raw in pairs)

    def to_rest_collated(field):
        body = to_rest(field)
        return {**body, "collation": field.collation} if field.collation else body

    def collated_columns(fields, *others, **named):
        pairs = zip(columns(fields, *others, **named), fields, strict=True)
        return [
            (name, f"{kind} COLLATE NOCASE" if field.get("collation") == "und:ci" else kind)
            for (name, kind), field in pairs
        ]

    tables._parse_schema_fields = parse_collated
    tables._field_to_rest = to_rest_collated
    tables.bq_schema_to_duckdb_columns = collated_columns


def count_session_rows() -> None:
    """The front must know how long the streams are."""
    from bqemulator.grpc_api import read_servicer

    build = read_servicer._build_read_session_response

    def build_counted(*, arrow_table, **others):
        response = build(arrow_table=arrow_table, **others)
        response.estimated_row_count = arrow_table.num_rows
        return response

    read_servicer._build_read_session_response = build_counted


def tell_ports() -> None:
    """The system chooses them: a port that was free a moment ago may be another emulator's by now."""
    from bqemulator.server import EmulatorServer

    start = EmulatorServer.start

    async def start_and_tell(self) -> None:
        await start(self)
        print(f"bqemulator ready: REST {self.rest_port}, gRPC {self.grpc_port}", flush=True)

    EmulatorServer.start = start_and_tell


def main() -> None:
    end_with_parent()
    install_extensions()
    take_no_snapshots()
    load_like_bigquery()
    bound_memory()
    keep_collations()
    count_session_rows()
    tell_ports()
    from bqemulator.cli import main as cli

    cli(args=["start", *sys.argv[1:]])


main()
