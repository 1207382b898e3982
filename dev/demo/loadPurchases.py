"""Makes a dataset with a table of events and loads NDJSON from standard input into it, by Google's Python client; prints the
number of rows after each load job. Arguments: REST and IAM addresses, project, dataset, table, location, account; the
environment's GOOGLE_SOURCE_TOKEN is whose account it impersonates."""

import io
import os
import sys

from google.auth import impersonated_credentials
from google.cloud import bigquery
from google.oauth2.credentials import Credentials

rest, iam, project, dataset_id, table_id, location, account = sys.argv[1:]
# Several jobs, so that there is progress to see.
ROWS_PER_JOB = 10_000

credentials = impersonated_credentials.Credentials(
    Credentials(token=os.environ["GOOGLE_SOURCE_TOKEN"]),
    account,
    ["https://www.googleapis.com/auth/cloud-platform"],
    iam_endpoint_override=f"{iam}/v1/projects/-/serviceAccounts/{account}:generateAccessToken",
)
client = bigquery.Client(
    project=project, credentials=credentials, location=location, client_options={"api_endpoint": rest}
)

client.create_dataset(bigquery.Dataset(f"{project}.{dataset_id}"))
table = bigquery.Table(
    f"{project}.{dataset_id}.{table_id}",
    schema=[
        bigquery.SchemaField("event_name", "STRING", mode="REQUIRED"),
        bigquery.SchemaField("user_id", "STRING", mode="REQUIRED"),
        bigquery.SchemaField("created_at", "TIMESTAMP", mode="REQUIRED"),
        bigquery.SchemaField("event_uuid", "STRING", mode="REQUIRED"),
        bigquery.SchemaField("amount", "NUMERIC"),
        bigquery.SchemaField("cds", "INT64"),
    ],
)
table.time_partitioning = bigquery.TimePartitioning(field="created_at", type_="MONTH")
table.clustering_fields = ["event_name"]
client.create_table(table)

config = bigquery.LoadJobConfig(source_format="NEWLINE_DELIMITED_JSON", write_disposition="WRITE_APPEND")
lines = sys.stdin.buffer.readlines()
for at in range(0, len(lines), ROWS_PER_JOB):
    content = b"".join(lines[at : at + ROWS_PER_JOB])
    job = client.load_table_from_file(io.BytesIO(content), table, job_config=config)
    print(job.result().output_rows, flush=True)
