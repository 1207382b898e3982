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
    """Columns are matched by name, a failed load leaves the table as it was, and files that know their schema make the table."""
    from bqemulator.jobs import executor

    by_name = {"PARQUET": "read_parquet(?)", "AVRO": "read_avro(?)"}
    handlers = executor._LOAD_FORMAT_HANDLERS

    def loader(source: str):
        def load(path, target_ref, ctx) -> None:
            ctx.engine.execute(f"INSERT INTO {target_ref} BY NAME SELECT * FROM {source}", [path])

        return load

    handlers["PARQUET"] = loader(by_name["PARQUET"])
    avro, plain_avro = handlers["AVRO"], loader(by_name["AVRO"])
    handlers["AVRO"] = lambda path, target_ref, ctx: (avro if executor.is_decimal_logical_avro(path) else plain_avro)(
        path, target_ref, ctx
    )

    disposition, load_path = executor._apply_load_write_disposition, executor._load_path_into_target

    def apply_disposition(job, ctx) -> None:
        if job.write_disposition != "WRITE_TRUNCATE":
            disposition(job, ctx)

    def load_atomically(path, job, ctx) -> None:
        is_first = executor._resolve_uri(job.source_uris[0], ctx) == path
        ctx.engine.execute("BEGIN TRANSACTION")
        try:
            if is_first and job.write_disposition == "WRITE_TRUNCATE":
                ctx.engine.execute(f"DELETE FROM {job.target_ref}")
            load_path(path, job, ctx)
        except BaseException:
            ctx.engine.execute("ROLLBACK")
            raise
        ctx.engine.execute("COMMIT")

    executor._apply_load_write_disposition = apply_disposition
    executor._load_path_into_target = load_atomically

    create, infer = executor._maybe_create_load_destination, executor._infer_autodetect_schema

    def create_destination(*, load_config, **others) -> None:
        if load_config.get("sourceFormat", "CSV").upper() in by_name:
            load_config = {**load_config, "autodetect": True, "sourceFormat": "NEWLINE_DELIMITED_JSON", "_file": by_name[load_config["sourceFormat"].upper()]}
            state.source = load_config["_file"]
        try:
            create(load_config=load_config, **others)
        finally:
            state.source = None

    def infer_schema(ctx, target_ref, source_uris, fmt):
        if state.source is None:
            return infer(ctx, target_ref, source_uris, fmt)
        engine = Renamed(ctx.engine, state.source)
        return infer(Context(engine, ctx.settings), target_ref, source_uris, fmt)

    class State(threading.local):
        source = None

    class Context:
        def __init__(self, engine, settings) -> None:
            self.engine, self.settings = engine, settings

    class Renamed:
        def __init__(self, engine, source: str) -> None:
            self._engine, self._source = engine, source

        def execute(self, sql, parameters=None):
            return self._engine.execute(sql.replace("read_json_auto(?)", self._source), parameters)

    state = State()
    executor._maybe_create_load_destination = create_destination
    executor._infer_autodetect_schema = infer_schema


def main() -> None:
    end_with_parent()
    install_extensions()
    take_no_snapshots()
    load_like_bigquery()
    bound_memory()
    from bqemulator.cli import main as cli

    cli(args=["start", *sys.argv[1:]])


main()
