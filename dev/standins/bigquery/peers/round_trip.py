"""A round trip by Google's Python clients, unmodified; prints what they saw as JSON. Arguments: REST, IAM and Storage
addresses, the source token, a project, an account."""

import datetime
import io
import json
import sys

import google.auth.transport.grpc
import google.auth.transport.requests
import grpc
import pyarrow
import pyarrow.parquet
from google.api_core.exceptions import Conflict, Forbidden, NotFound
from google.auth import impersonated_credentials
from google.cloud import bigquery, bigquery_storage
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport
from google.oauth2.credentials import Credentials

rest, iam, storage, source_token, project, account = sys.argv[1:]
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
ROWS = 60_000

credentials = impersonated_credentials.Credentials(
    Credentials(token=source_token),
    account,
    SCOPES,
    lifetime=600,
    iam_endpoint_override=f"{iam}/v1/projects/-/serviceAccounts/{account}:generateAccessToken",
)
client = bigquery.Client(project=project, credentials=credentials, client_options={"api_endpoint": rest})
seen = {}

dataset = bigquery.Dataset(f"{project}.made_by_python")
dataset.location = "EU"
client.create_dataset(dataset)
seen["location"] = client.get_dataset("made_by_python").location

schema = [
    bigquery.SchemaField("id", "INTEGER", mode="REQUIRED"),
    bigquery.SchemaField("seen_at", "TIMESTAMP"),
    bigquery.SchemaField("note", "STRING"),
]
table = bigquery.Table(f"{project}.made_by_python.events", schema=schema)
table.time_partitioning = bigquery.TimePartitioning(field="seen_at")
table.clustering_fields = ["note"]
client.create_table(table)

content = "".join(
    json.dumps({"id": i, "seen_at": "2026-03-10T12:00:00Z", "note": f"note é {i}"}) + "\n" for i in range(ROWS)
).encode()
config = bigquery.LoadJobConfig(source_format="NEWLINE_DELIMITED_JSON", write_disposition="WRITE_APPEND")


def load(**options):
    return client.load_table_from_file(
        io.BytesIO(content), table, job_config=config, location="EU", **options
    )


# Without a size the client uploads resumably, with one as multipart.
seen["resumable"] = load(job_id="py-resumable").result().output_rows
seen["multipart"] = load(job_id="py-multipart", size=len(content)).result().output_rows
try:
    load(job_id="py-multipart", size=len(content))
except Conflict as error:
    seen["conflict"] = error.message
seen["num_rows"] = client.get_table(table).num_rows

update = client.query(
    f"UPDATE `{project}.made_by_python.events` SET note = 'changed' WHERE id < @bound",
    job_config=bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("bound", "INT64", 10)]),
    location="EU",
)
update.result()
seen["updated"] = update.num_dml_affected_rows
rows = client.query_and_wait(
    f"SELECT COUNT(*) AS n, MAX(seen_at) AS latest FROM `{project}.made_by_python.events`", location="EU"
)
seen["query"] = [[row.n, row.latest.isoformat()] for row in rows]
try:
    client.get_table(f"{project}.made_by_python.none")
except NotFound as error:
    seen["not_found"] = error.message
try:
    client.get_table(f"another-project.{dataset.dataset_id}.events")
except Forbidden as error:
    seen["forbidden"] = error.message

# Columns in another order than the table's, and a table that the file makes.
file = io.BytesIO()
pyarrow.parquet.write_table(
    pyarrow.table({"note": ["x", "y"], "id": [1, 2], "seen_at": [datetime.datetime.now(datetime.timezone.utc)] * 2}), file
)
parquet = bigquery.LoadJobConfig(source_format="PARQUET", write_disposition="WRITE_TRUNCATE")
made = bigquery.Table(f"{project}.made_by_python.from_parquet")
for name in ("existing", "missing"):
    target = client.create_table(bigquery.Table(f"{project}.made_by_python.copy", schema=schema)) if name == "existing" else made
    for _ in range(2):
        client.load_table_from_file(io.BytesIO(file.getvalue()), target, job_config=parquet, location="EU").result()
    seen[f"parquet_{name}"] = [[row["id"], row["note"]] for row in client.list_rows(client.get_table(target))]
seen["parquet_schema"] = [[field.name, field.field_type] for field in client.get_table(made).schema]

# Over loopback the channel may carry credentials without TLS.
plugin = google.auth.transport.grpc.AuthMetadataPlugin(credentials, google.auth.transport.requests.Request())
channel = grpc.secure_channel(
    storage.removeprefix("http://"),
    grpc.composite_channel_credentials(
        grpc.local_channel_credentials(grpc.LocalConnectionType.LOCAL_TCP), grpc.metadata_call_credentials(plugin)
    ),
    options=[("grpc.max_receive_message_length", -1)],
)
reader = bigquery_storage.BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
session = reader.create_read_session(
    parent=f"projects/{project}",
    read_session={
        "table": f"projects/{project}/datasets/made_by_python/tables/events",
        "data_format": "ARROW",
        "read_options": {"selected_fields": ["id", "note"], "row_restriction": "id < 100"},
    },
    max_stream_count=1,
)
arrow = reader.read_rows(session.streams[0].name).to_arrow(session)
seen["arrow"] = [arrow.num_rows, arrow.column_names, sum(arrow.column("id").to_pylist())]
seen["resumed"] = reader.read_rows(session.streams[0].name, 150).to_arrow(session).num_rows
whole = client.list_rows(client.get_table(table)).to_arrow(bqstorage_client=reader)
seen["whole"] = [whole.num_rows, str(whole.schema.field("seen_at").type)]

client.delete_table(table)
client.delete_dataset("made_by_python", delete_contents=True)
print(json.dumps(seen))
