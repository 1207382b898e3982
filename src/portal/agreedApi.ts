// Calls whose entry in the API's OpenAPI document is still to come, in the form of api.generated.ts.
interface Get<Path, Answer> {
  parameters: { path: Path };
  responses: { 200: { content: { "application/json": Answer } } };
}
interface Session {
  workspace: { id: string; name: string };
}

export interface AgreedPaths {
  "/v1/session": {
    get: { responses: { 200: { content: { "application/json": Session } } } };
    post: {
      requestBody: { content: { "application/json": { apiKey: string } } };
      responses: { 201: { content: { "application/json": Session } } };
    };
    delete: { responses: { 204: { content?: never } } };
  };
  "/v1/integrations/{id}/bigquery/datasets": {
    get: Get<{ id: string }, { datasets: { id: string }[]; next: string | null }>;
  };
  "/v1/integrations/{id}/bigquery/datasets/{dataset}/tables": {
    get: Get<{ id: string; dataset: string }, { tables: { id: string; type: string }[]; next: string | null }>;
  };
  "/v1/integrations/{id}/bigquery/datasets/{dataset}/tables/{table}/columns": {
    get: Get<
      { id: string; dataset: string; table: string },
      { columns: { name: string; type: string; mode: string }[] }
    >;
  };
}
