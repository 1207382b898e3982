# An import as one writes it by hand: bigquery_import.py executemany|copy. The Storage Read API into pyarrow, each row as JSON,
# psycopg into PostgreSQL. Connecting is timed, the start of Python is not.
import os
import sys
import time
from datetime import date, datetime

import grpc
import psycopg
import pyarrow.compute as pc
import simplejson
from google.cloud import bigquery_storage
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport

BATCH_ROWS = 5_000
COLUMNS = "(event_id, uuid, timestamp_ms, user_id, properties)"
way = sys.argv[1]
env = os.environ
started = time.monotonic()

channel = grpc.insecure_channel(env["BENCH_STORAGE"], options=[("grpc.max_receive_message_length", -1)])
client = bigquery_storage.BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
metadata = [("authorization", f"Bearer {env['BENCH_TOKEN']}")]
session = client.create_read_session(
    parent=f"projects/{env['BENCH_PROJECT']}",
    read_session=bigquery_storage.types.ReadSession(
        table=env["BENCH_TABLE"],
        data_format=bigquery_storage.types.DataFormat.ARROW,
        read_options={"row_restriction": env["BENCH_RESTRICTION"]},
    ),
    max_stream_count=int(env["BENCH_STREAMS"]),
    metadata=metadata,
)


def plain(value):
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{value!r} is no JSON")


# Made once: `dumps` with arguments would make one for each row. NUMERIC stays exact, JSON goes in as it is.
encode = simplejson.JSONEncoder(use_decimal=True, default=plain, separators=(",", ":")).encode


def rows():
    for stream in session.streams:
        for page in client.read_rows(stream.name, metadata=metadata).rows(session).pages:
            batch = page.to_arrow()
            names = batch.schema.names
            columns = {name: batch.column(name).to_pylist() for name in names}
            millis = pc.divide(batch.column("created_at").cast("int64"), 1_000).to_pylist()
            columns["context"] = [simplejson.RawJSON(text) for text in columns["context"]]
            uuids, users = columns["event_uuid"], columns["user_id"]
            for i, values in enumerate(zip(*columns.values())):
                yield 1, uuids[i], millis[i], users[i], encode(dict(zip(names, values)))


with psycopg.connect(env["BENCH_DATABASE_URL"]) as connection, connection.cursor() as cursor:
    if way == "copy":
        cursor.execute("create temp table stage (like imported_events including defaults) on commit drop")
        with cursor.copy(f"copy stage {COLUMNS} from stdin") as copy:
            for row in rows():
                copy.write_row(row)
        cursor.execute(
            f"insert into imported_events {COLUMNS} select event_id, uuid, timestamp_ms, user_id, properties from stage "
            "on conflict do nothing"
        )
    else:
        insert = f"insert into imported_events {COLUMNS} values (%s, %s, %s, %s, %s) on conflict do nothing"
        batch = []
        for row in rows():
            batch.append(row)
            if len(batch) == BATCH_ROWS:
                cursor.executemany(insert, batch)
                batch.clear()
        cursor.executemany(insert, batch)
print(f"took {(time.monotonic() - started) * 1000:.0f} ms")
