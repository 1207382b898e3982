// Types of the HTTP API, made of its OpenAPI document by `npm run portal:types`. Not edited by hand.
export interface paths {
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the session
         * @description Returns the workspace of the session or of the key. A 401 means that the user has to sign in. The key needs the scope `read`.
         */
        get: operations["getSession"];
        put?: never;
        /**
         * Sign in
         * @description Opens a session with an API key and sets its cookie. For browsers: other clients send the key itself.
         */
        post: operations["signIn"];
        /**
         * Sign out
         * @description Ends the session and clears its cookie. A call with a key has no session, so nothing happens. The key needs the scope `read`.
         */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the workspace
         * @description Returns the workspace that the key or the session belongs to. The key needs the scope `read`.
         */
        get: operations["getWorkspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Returns the keys of the workspace in order of creation, without their text. Expired keys stay in the list until they are revoked. The key needs the scope `read`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create an API key
         * @description Creates a key of this workspace and returns it, this once. `chat` calls routers, `exposures` records exposures, `read` reads everything, imported records and user ids included, `admin` does everything. A workspace has at most 100 keys. The key needs the scope `admin`.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Ends a key, and with it the sessions that it opened. Every server refuses calls with it within two seconds. The key needs the scope `admin`.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exposures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record exposures
         * @description Records which users were served by which variants, as one JSON list or as lines of NDJSON. All exposures of a call are committed before the response, or none is: one wrong record is a 400 for the whole call. The key needs the scope `exposures`.
         */
        post: operations["recordExposures"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List providers
         * @description Returns the providers that integrations can have, with the fields of their settings and events. The key needs the scope `read`.
         */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List integrations
         * @description Returns all integrations of the workspace with their status and counts. The key needs the scope `read`.
         */
        get: operations["listIntegrations"];
        put?: never;
        /**
         * Create an integration
         * @description Connects a project of a provider. Both directions start switched off. A second integration of the same project is a 409. Secrets are stored encrypted and never returned. While `ownership` is `elsewhere` or `unproven`, nothing of the project is read or written. The key needs the scope `admin`.
         */
        post: operations["createIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an integration
         * @description Returns one integration. While a run goes on, `doing` says what each direction does at the moment. The key needs the scope `read`.
         */
        get: operations["getIntegration"];
        put?: never;
        post?: never;
        /**
         * Delete an integration
         * @description Ends the sync and deletes the integration with its events and records. The provider keeps what it was sent. While metrics use its events, this is a 409 that lists them, unless `force` is true. The key needs the scope `admin`.
         */
        delete: operations["deleteIntegration"];
        options?: never;
        head?: never;
        /**
         * Change an integration
         * @description The first enabling of the export sends all retained exposures; later it goes on where it stopped. Fields that identify the project can be changed until a row was sent or stored, not during a run; the sync then restarts. The key needs the scope `admin`.
         */
        patch: operations["updateIntegration"];
        trace?: never;
    };
    "/v1/integrations/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause an integration
         * @description Stops the sync between two pages and keeps its progress. A paused integration stays paused. The key needs the scope `admin`.
         */
        post: operations["pauseIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume an integration
         * @description Continues the sync where the pause stopped it. Nothing happens if the integration is not paused. The key needs the scope `admin`.
         */
        post: operations["resumeIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test before creating
         * @description Takes the body of `createIntegration`, tests the connection with it as `testIntegration` does, and stores nothing. Requests of a shared budget are only used once the credentials are proven. The key needs the scope `admin`.
         */
        post: operations["testNewIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test the connection
         * @description Checks credentials, permissions and events at the provider, and returns every step. A failed step is a 202 with `ok` false; `retryUntil` says whether that is final. The integration keeps the result as `lastTest`. The test uses requests of the same budget as the sync. The key needs the scope `admin`.
         */
        post: operations["testIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/setup-script": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a set-up script
         * @description Returns a shell script that prepares the project of an integration at its provider: accounts, roles and the proof that the account belongs to this workspace. Nothing is stored. `hasSetupScript` of `listProviders` says for which providers there is one. The key needs the scope `admin`.
         */
        post: operations["createSetupScript"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/bigquery/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List datasets
         * @description Returns the datasets of the project that the integration can read. The key needs the scope `read`.
         */
        get: operations["listBigQueryDatasets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/bigquery/datasets/{dataset}/tables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tables
         * @description Returns the tables of a dataset, views included. The key needs the scope `read`.
         */
        get: operations["listBigQueryTables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/bigquery/datasets/{dataset}/tables/{table}/columns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List columns
         * @description Returns the columns of a table, with the fields within structs. The key needs the scope `read`.
         */
        get: operations["listBigQueryColumns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events
         * @description Returns the events that the integration imports, with counts and how far each is complete. The key needs the scope `read`.
         */
        get: operations["listEvents"];
        put?: never;
        /**
         * Add an event
         * @description Adds an event to import, from the integration's `importFrom` on. Which fields the event has depends on the provider. A second event of the same id or name is a 409. A warning says if the project has no such event. The key needs the scope `admin`.
         */
        post: operations["createEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/events/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete an event
         * @description Deletes an event with its imported records. While metrics use the event, this is a 409 that lists them. The key needs the scope `admin`.
         */
        delete: operations["deleteEvent"];
        options?: never;
        head?: never;
        /**
         * Change an event
         * @description Changes the description of an event, and how its rows are read where the provider has fields for that; null takes a value away. Everything else of an event is fixed: delete it and add another one. The key needs the scope `admin`.
         */
        patch: operations["updateEvent"];
        trace?: never;
    };
    "/v1/integrations/{id}/events/{name}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List imported records
         * @description Returns what was imported for an event. The records contain user ids. A page ends early once it has about 8 MB: go on with `next` until it is null. The key needs the scope `read`.
         */
        get: operations["listImportedRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/events/{name}/properties": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List properties
         * @description Returns the properties of an event's imported records, at most 2000: those that most records have. Numeric ones can be measured by metrics. The key needs the scope `read`.
         */
        get: operations["listProperties"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/events/{name}/reread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read days again
         * @description Asks for a run that reads these days of the event again. Nothing is stored twice; corrections and merged identities are taken over. `getSyncRequest` answers for the request. While the integration is paused or its import is off, the answer is a 409. The key needs the scope `admin`.
         */
        post: operations["rereadEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List runs
         * @description Returns the runs of an integration, newest first. A run is listed as soon as it starts. The key needs the scope `read`.
         */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sync now
         * @description Asks for a run that covers everything up to now. Requests that no run has taken yet are one, with one id. If the provider had asked to wait, the run asks it again. A paused integration refuses with 409. The key needs the scope `admin`.
         */
        post: operations["syncIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/sync/{requestId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a sync request
         * @description Returns how far a request is. It is done when the run that serves it has finished. The key needs the scope `read`.
         */
        get: operations["getSyncRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List rejected records
         * @description Returns the records that were refused for good, oldest first, with the reasons, and how many have each. All buckets of the export are listed; of an import, a sample of each event and reason. Records contain user ids. A page ends early once it has about 2 MB: go on with `next` until it is null. The key needs the scope `read`.
         */
        get: operations["listRejectedRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/rejected/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send rejected records again
         * @description Asks for a run that sends rejected records of the export again, before anything else. Use it when the cause is mended. Those that are delivered leave the list, those that are refused again stay with the new reason. A paused integration, or one whose export is off, refuses with 409. The key needs the scope `admin`.
         */
        post: operations["resendRejectedRecords"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations/{id}/export/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send everything again
         * @description Asks for a run that sends all buckets again, those before `from` aside. A destination keeps one of each, so this is harmless where they still are. Until they are delivered they count as pending instead of sent, and `completeThrough` is set back. `getSyncRequest` answers for the request. A paused integration, or one whose export is off, refuses with 409. The key needs the scope `admin`.
         */
        post: operations["resendExport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List routers
         * @description Returns the routers of the workspace with their routes and variants. API keys are never returned. A page ends early once it has about 2 MB: go on with `next` until it is null. The key needs the scope `read`.
         */
        get: operations["listRouters"];
        put?: never;
        /**
         * Create a router
         * @description Creates a router with its routes and variants. Calls of the gateway can use it at once. The key needs the scope `admin`.
         */
        post: operations["createRouter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers/{router}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a router
         * @description Returns one router with its routes and variants. The key needs the scope `read`.
         */
        get: operations["getRouter"];
        put?: never;
        post?: never;
        /**
         * Delete a router
         * @description Deletes a router with its routes and variants. The exposures that it recorded stay. The key needs the scope `admin`.
         */
        delete: operations["deleteRouter"];
        options?: never;
        head?: never;
        /**
         * Change a router
         * @description Changes the description of a router or the order of its routes. Absent fields stay as they are. The key needs the scope `admin`.
         */
        patch: operations["updateRouter"];
        trace?: never;
    };
    "/v1/routers/{router}/routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List routes
         * @description Returns the routes of a router, in the order in which the gateway tries them. The key needs the scope `read`.
         */
        get: operations["listRoutes"];
        put?: never;
        /**
         * Add a route
         * @description Adds a route with its variants to a router. It becomes the last route that the gateway tries. The key needs the scope `admin`.
         */
        post: operations["createRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers/{router}/routes/{route}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a route
         * @description Returns one route with its variants. The key needs the scope `read`.
         */
        get: operations["getRoute"];
        put?: never;
        post?: never;
        /**
         * Delete a route
         * @description Deletes a route with its variants. The exposures that it recorded stay. The key needs the scope `admin`.
         */
        delete: operations["deleteRoute"];
        options?: never;
        head?: never;
        /**
         * Change a route
         * @description Changes the conditions or the fallbacks of a route. Absent fields stay as they are. The key needs the scope `admin`.
         */
        patch: operations["updateRoute"];
        trace?: never;
    };
    "/v1/routers/{router}/routes/{route}/variants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List variants
         * @description Returns the variants of a route with their weights and upstreams. API keys are never returned. The key needs the scope `read`.
         */
        get: operations["listVariants"];
        put?: never;
        /**
         * Add a variant
         * @description Adds a variant to a route. Its weight moves as few users as possible from other variants to it. The key needs the scope `admin`.
         */
        post: operations["createVariant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers/{router}/routes/{route}/variants/{variant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a variant
         * @description Returns one variant. `hasApiKey` says whether a key for the upstream is stored. The key needs the scope `read`.
         */
        get: operations["getVariant"];
        put?: never;
        post?: never;
        /**
         * Delete a variant
         * @description Deletes a variant. Only its users get another variant. The key needs the scope `admin`.
         */
        delete: operations["deleteVariant"];
        options?: never;
        head?: never;
        /**
         * Change a variant
         * @description Changes the weight or the upstream of a variant. Absent fields stay as they are, the API key too. The key needs the scope `admin`.
         */
        patch: operations["updateVariant"];
        trace?: never;
    };
    "/v1/routers/{router}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a router's versions
         * @description Returns the changes of a router, its routes and its variants, newest first: who changed what, and when. A deleted router has versions too. The newest 1,000 are kept, or fewer where they take more than 64 MB. A change by a server of the version before, during an upgrade, names no key and no values. The key needs the scope `read`.
         */
        get: operations["listRouterVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers/{router}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a version of a router
         * @description Makes a new version with the routes, variants and weights of an earlier one. A deleted router comes back. Variants that exist keep their API key and headers, unless their host changes; others get those that they had. The key needs the scope `admin`.
         */
        post: operations["restoreRouterVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers/{router}/routes/{route}/weights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the weights of a route
         * @description Sets the weights of several variants in one change, so that no user moves twice. Variants that are not named keep their weight. Not all weights may be 0. The key needs the scope `admin`.
         */
        put: operations["setWeights"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers/{router}/exposures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count exposures per hour
         * @description Returns the exposures and users of each variant per UTC hour. The router does not have to be configured here: any `alias_id` of recorded exposures will do. The range is at most 31 days. While over a million exposures wait to be summed up, which takes minutes, the newest are not counted yet. The key needs the scope `read`.
         */
        get: operations["listRouterExposures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routers/{router}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the usage of a router
         * @description Returns what each variant was assigned, answered, cost and took. Counts are of calls with a user; tokens, cost and times are of all calls, those without a user a second late. Percentiles are at most 1% off. The router does not have to be configured here: any `alias_id` of recorded exposures will do. The range is at most 31 days. The key needs the scope `read`.
         */
        get: operations["getRouterUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List aliases
         * @description Returns every alias that has exposures or is a router, by id. The key needs the scope `read`.
         */
        get: operations["listAliases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List metrics
         * @description Returns the metrics of the workspace. The key needs the scope `read`.
         */
        get: operations["listMetrics"];
        put?: never;
        /**
         * Create a metric
         * @description Defines a number of each exposed user, from the events that an integration imports. The key needs the scope `admin`.
         */
        post: operations["createMetric"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics/{metric}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a metric
         * @description Returns the definition of one metric. The key needs the scope `read`.
         */
        get: operations["getMetric"];
        put?: never;
        post?: never;
        /**
         * Delete a metric
         * @description Deletes a metric. The events that it measures stay. The key needs the scope `admin`.
         */
        delete: operations["deleteMetric"];
        options?: never;
        head?: never;
        /**
         * Change a metric
         * @description Changes the definition of a metric. Absent fields stay as they are. Results follow the new definition at once. The key needs the scope `admin`.
         */
        patch: operations["updateMetric"];
        trace?: never;
    };
    "/v1/metrics/{metric}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare groups by a metric
         * @description Compares the routes or variants of a router by a metric: values, differences to a baseline, their intervals, and checks of whether they can be trusted. A figure that cannot be computed is null, with the reason in `refusal`. The key needs the scope `read`.
         */
        get: operations["getMetricResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics/{metric}/results.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare groups by a metric, as CSV
         * @description Returns the groups of the same comparison as a CSV file, one line for each group. The key needs the scope `read`.
         */
        get: operations["getMetricResultsCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a chat completion
         * @description OpenAI's Chat Completions through a router, streaming included. The router chooses a route and a variant, whose upstream serves the call. A call that names its user records an exposure, which is committed before the response ends. The key needs the scope `chat`.
         */
        post: operations["createChatCompletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a response
         * @description OpenAI's Responses through a router, streaming included. A call that names its user records an exposure, which is committed before the response ends. The key needs the scope `chat`.
         */
        post: operations["createResponse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create embeddings
         * @description OpenAI's embeddings through a router. A call that names its user records an exposure, which is committed before the response ends. The key needs the scope `chat`.
         */
        post: operations["createEmbedding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models
         * @description The routers of the workspace, as OpenAI lists models. The key needs the scope `chat`.
         */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a model
         * @description One router, as OpenAI shows a model. The key needs the scope `chat`.
         */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /** @description Always `about:blank`: the status says which kind of problem it is. */
            type: string;
            /** @description The name of the status. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description What is wrong, in one sentence. */
            detail?: string;
            /** @description The wrong fields, at most 100; empty if the problem is not about fields. */
            errors: {
                /** @description The wrong field, as in `exposures[3].user`. */
                path: string;
                /** @description What is wrong with the field, to be read after its name. */
                message: string;
            }[];
            /** @description What uses the object, so that it cannot be deleted; at most 100. */
            blockers?: {
                /**
                 * @description What it is.
                 * @enum {string}
                 */
                kind: "metric";
                /** @description Its id. */
                id: string;
                /** @description Its name. */
                name: string;
            }[];
        };
        /**
         * @example {
         *       "workspace": {
         *         "id": "ws_3f9a",
         *         "name": "Acme"
         *       },
         *       "scopes": [
         *         "admin"
         *       ]
         *     }
         */
        Session: {
            /** @description The workspace that the session belongs to. */
            workspace: {
                /** @description The id of the workspace. */
                id: string;
                /** @description The name of the workspace. */
                name: string;
            };
            /** @description What the session may do: what the key that opened it may. */
            scopes: ("chat" | "exposures" | "read" | "admin")[];
        };
        /**
         * @example {
         *       "apiKey": "<api-key>"
         *     }
         */
        NewSession: {
            /** @description An API key of the workspace. */
            apiKey: string;
        };
        /**
         * @example {
         *       "id": "ws_3f9a",
         *       "name": "Acme",
         *       "temporalUiUrl": null
         *     }
         */
        Workspace: {
            /** @description The id of the workspace. */
            id: string;
            /** @description The name of the workspace. */
            name: string;
            /** @description The address of Temporal's UI, if the operator has set it. */
            temporalUiUrl: string | null;
        };
        /**
         * @example {
         *       "id": "key_5c1e",
         *       "name": "Gateway of the shop",
         *       "scopes": [
         *         "chat"
         *       ],
         *       "hint": "cck_Zm9v",
         *       "createdAt": "2026-01-31T08:00:00.000Z",
         *       "lastUsedAt": null,
         *       "expiresAt": null,
         *       "key": "cck_Zm9vYmFy"
         *     }
         */
        CreatedKey: {
            /** @description The id of the key. */
            id: string;
            /** @description What the key is for. */
            name: string;
            /** @description What calls with the key may do. */
            scopes: ("chat" | "exposures" | "read" | "admin")[];
            /** @description The first characters of the key. Null for keys of older versions. */
            hint: string | null;
            /**
             * Format: date-time
             * @description When the key was made.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the key was used last, up to some minutes late. Null: never.
             * @example 2026-01-31T08:00:00.000Z
             */
            lastUsedAt: string | null;
            /**
             * Format: date-time
             * @description When the key stops to be valid. Null: it does not expire.
             * @example 2026-01-31T08:00:00.000Z
             */
            expiresAt: string | null;
            /** @description The key. It is shown only this once. */
            key: string;
        };
        /**
         * @example {
         *       "name": "Gateway of the shop",
         *       "scopes": [
         *         "chat"
         *       ],
         *       "expiresAt": null
         *     }
         */
        NewKey: {
            /** @description What the key is for. */
            name: string;
            /** @description What calls with the key may do: `chat` calls routers, `exposures` records exposures, `read` reads everything, imported records and user ids included, `admin` does everything. */
            scopes: ("chat" | "exposures" | "read" | "admin")[];
            /**
             * Format: date-time
             * @description When the key stops to be valid. Null or absent: it does not expire.
             */
            expiresAt?: string | null;
        };
        /**
         * @example {
         *       "id": "key_5c1e",
         *       "name": "Gateway of the shop",
         *       "scopes": [
         *         "chat"
         *       ],
         *       "hint": "cck_Zm9v",
         *       "createdAt": "2026-01-31T08:00:00.000Z",
         *       "lastUsedAt": null,
         *       "expiresAt": null
         *     }
         */
        Key: {
            /** @description The id of the key. */
            id: string;
            /** @description What the key is for. */
            name: string;
            /** @description What calls with the key may do. */
            scopes: ("chat" | "exposures" | "read" | "admin")[];
            /** @description The first characters of the key. Null for keys of older versions. */
            hint: string | null;
            /**
             * Format: date-time
             * @description When the key was made.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the key was used last, up to some minutes late. Null: never.
             * @example 2026-01-31T08:00:00.000Z
             */
            lastUsedAt: string | null;
            /**
             * Format: date-time
             * @description When the key stops to be valid. Null: it does not expire.
             * @example 2026-01-31T08:00:00.000Z
             */
            expiresAt: string | null;
        };
        /**
         * @example {
         *       "alias_id": "my-router",
         *       "route_id": "default",
         *       "variant_id": "gpt",
         *       "user": "user-17"
         *     }
         */
        Exposure: {
            /** @description The router. 1 to 255 bytes of UTF-8, without NUL and lone surrogates. */
            alias_id: string;
            /** @description The route of the router. 1 to 255 bytes of UTF-8, without NUL and lone surrogates. */
            route_id: string;
            /** @description The variant that served the user. 1 to 255 bytes of UTF-8, without NUL and lone surrogates. */
            variant_id: string;
            /** @description The user who was served. 1 to 255 bytes of UTF-8, without NUL and lone surrogates. */
            user: string;
            /** @description When: RFC 3339 with an offset, or epoch milliseconds. At most 5 minutes ahead. Default: now. */
            timestamp?: string | number;
            /** @description An id of your own: an exposure with the same id again within 24 hours counts once. In bytes. */
            id?: string;
            /** @description The variant that the user was meant to get, if another one served it. Default: `variant_id`. */
            assigned_variant_id?: string;
            /** @description Whether the user got no answer. Such a call counts for its variant, and is not exported. */
            failed?: boolean;
            /** @description Tokens that the variant read. */
            input_tokens?: number;
            /** @description Tokens that the variant wrote. */
            output_tokens?: number;
            /** @description What the call cost, in US dollars. */
            cost_usd?: number;
            /** @description Milliseconds from the call to the end of the answer. */
            latency_ms?: number;
            /** @description Milliseconds from the call to the first token of the answer. */
            ttft_ms?: number;
        };
        Provider: {
            /**
             * @description The value of `provider` in integrations.
             * @example acme
             */
            id: string;
            /**
             * @description The name of the provider.
             * @example Acme
             */
            title: string;
            /**
             * @description What is synced.
             * @example Exposures become rows.
             */
            summary: string;
            /**
             * @description Stands before a project's name.
             * @example Project
             */
            titlePrefix: string;
            /**
             * @description The settings that distinguish projects.
             * @example [
             *       "projectId"
             *     ]
             */
            projectFields: string[];
            /** @description What a long import costs. */
            historyHelp?: string;
            /** @description How customers let this service act as an account of theirs, if the provider has such. */
            access?: {
                /**
                 * @description The setting that names the account.
                 * @example accountEmail
                 */
                field: string;
                /**
                 * @description The account of this service that customers grant access to. Null if only its operator knows it.
                 * @example sync@operator-project.iam.gserviceaccount.com
                 */
                principal: string | null;
                /**
                 * @description The code of this workspace. `crosscurrent:<code>` in an account's description proves whose it is.
                 * @example 7h2k9m4pqx3w5t8z
                 */
                code: string;
                /**
                 * @description Whether nothing is read or written before that proof.
                 * @example false
                 */
                needsProof: boolean;
            };
            /**
             * @description Whether `createSetupScript` writes a script that prepares a project.
             * @example false
             */
            hasSetupScript: boolean;
            /** @description The fields of an integration. */
            settings: components["schemas"]["ProviderField"][];
            /** @description The fields of an event. The first is its name. */
            event: components["schemas"]["ProviderField"][];
        };
        ProviderField: {
            /**
             * @description Its name in the bodies of the API.
             * @example projectId
             */
            name: string;
            /**
             * @description What people call it.
             * @example Project ID
             */
            label: string;
            /** @description What to enter, and where to find it. */
            help?: string;
            /**
             * @description How to ask for it.
             * @example text
             * @enum {string}
             */
            kind: "text" | "multiline" | "number" | "secret" | "select";
            /** @description The choices of a select. */
            options?: {
                /** @description The value to send. */
                value: string;
                /** @description What people read. */
                label: string;
            }[];
            /** @description What a text must match: a regular expression of JavaScript, flag `u`. */
            pattern?: string;
            /** @description What to say about a text that does not match. */
            message?: string;
            /**
             * @description Whether it must be given.
             * @example true
             */
            required: boolean;
            /** @description The value if it is absent. */
            default?: string;
            /**
             * @description Whether the default is right for most people.
             * @example false
             */
            advanced: boolean;
            /**
             * @description Whether it can always be changed later. Other settings: until a row was sent or stored.
             * @example false
             */
            changeable: boolean;
            /**
             * @description Whether export needs it.
             * @example false
             */
            neededToExport: boolean;
            /** @description Where suggestions come from. */
            suggest?: {
                /**
                 * @description The list of the integration's project.
                 * @enum {string}
                 */
                list: "datasets" | "tables" | "columns";
                /** @description The types of columns that fit. */
                types?: string[];
            };
        };
        Integration: components["schemas"]["MixpanelIntegration"] | components["schemas"]["BigQueryIntegration"];
        MixpanelIntegration: {
            /**
             * @description The id of the integration.
             * @example int_8ca58d2699
             */
            id: string;
            /**
             * @description The first day that is imported.
             * @example 2026-01-31
             */
            importFrom: string;
            /**
             * @description What the first import of an event costs at the provider. Null if it is not limited.
             * @example null
             */
            importCost: string | null;
            /**
             * Format: date-time
             * @description When the integration was created.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * @description `attention` means that an error waits for the owner of the project.
             * @example idle
             * @enum {string}
             */
            status: "idle" | "syncing" | "paused" | "attention";
            /**
             * @description Whether a run should have started some time ago, or no worker goes on with the run.
             * @example false
             */
            overdue: boolean;
            /**
             * Format: date-time
             * @description When the next run starts. Null if none is planned.
             * @example 2026-01-31T08:00:00.000Z
             */
            nextRunAt: string | null;
            /**
             * @description The id of the workflow.
             * @example integration-int_8ca58d2699
             */
            workflowId: string;
            /**
             * @description The page of the workflow in Temporal's UI. Null if the operator does not say where that is.
             * @example null
             */
            temporalUrl: string | null;
            /** @description The run that started last. Null before the first. */
            lastRun: {
                /**
                 * @description The id of the run.
                 * @example run_5d2c
                 */
                id: string;
                /**
                 * Format: date-time
                 * @description When the run started.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                startedAt: string;
                /**
                 * Format: date-time
                 * @description When the run finished; null while it goes on.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                finishedAt: string | null;
                /**
                 * @description `failed`: all directions failed. `partial`: a direction or an event did. `nothing_to_do`: nothing was enabled, or the import has no events. Null while the run goes on.
                 * @enum {string|null}
                 */
                outcome: "succeeded" | "partial" | "failed" | "nothing_to_do" | null;
            } | null;
            /**
             * @description The last connection test. Null if there was none since settings or credentials were changed.
             * @example null
             */
            lastTest: {
                /**
                 * Format: date-time
                 * @description When the connection was tested.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                at: string;
                /** @description Whether all steps succeeded. */
                ok: boolean;
                /** @description The steps in order, up to the one after which no other makes sense. */
                steps: {
                    /** @description What was checked. */
                    name: string;
                    /** @description Whether it succeeded. */
                    ok: boolean;
                    /** @description What is wrong and what to do about it; of a step that is ok, a warning, or why it was not tested. */
                    message?: string;
                    /**
                     * @description Set if the step is ok and its message is a warning.
                     * @enum {boolean}
                     */
                    warning?: true;
                }[];
            } | null;
            /**
             * @description Whether rows were sent or stored, so that the fields that identify the project cannot be changed.
             * @example true
             */
            projectFixed: boolean;
            /** @description Whose the account is that the sync acts as, if the provider has such. */
            ownership?: {
                /**
                 * @description `proven`: the account's description holds the code. `claimed`: this workspace was the first that could use the account. `elsewhere`: another workspace holds it, so nothing of it is read or written. `unproven`: no workspace is known to hold it.
                 * @example claimed
                 * @enum {string}
                 */
                status: "proven" | "claimed" | "elsewhere" | "unproven";
                /**
                 * @description Written into the account's description as `crosscurrent:<code>`, it proves whose the account is.
                 * @example 7h2k9m4pqx3w5t8z
                 */
                code: string;
            };
            /**
             * @description What is not as it should be although nothing failed. Empty if all is well.
             * @example []
             */
            warnings: components["schemas"]["Warning"][];
            /** @description Exposures to the provider. */
            export: {
                /**
                 * @description Whether exposures are exported.
                 * @example true
                 */
                enabled: boolean;
                /**
                 * @description Whether exposures go with the tokens, cost and times of their calls.
                 * @example false
                 */
                usage: boolean;
                /**
                 * Format: date-time
                 * @description Everything before this time is synced. Null if nothing is.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                completeThrough: string | null;
                /**
                 * @description Buckets that were delivered. Those that are to be sent again count as pending until they are.
                 * @example 4000
                 */
                sent: number;
                /**
                 * @description Buckets that the provider rejected.
                 * @example 0
                 */
                rejected: number;
                /**
                 * @description Sealed buckets that are not delivered yet.
                 * @example 1000
                 */
                pending: number;
                /**
                 * @description Buckets with exposures that arrived after they were sealed.
                 * @example 0
                 */
                late: number;
                /**
                 * @description What the direction does, while a run goes on. Null if the workflow does not answer. Absent in lists.
                 * @example delivering buckets 1 to 1000 of 5000
                 */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            /** @description Events from the provider. */
            import: {
                /**
                 * @description Whether events are imported.
                 * @example true
                 */
                enabled: boolean;
                /**
                 * @description What the direction does, while a run goes on. Null if the workflow does not answer. Absent in lists.
                 * @example delivering buckets 1 to 1000 of 5000
                 */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            /**
             * @description The provider. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            provider: "mixpanel";
            /**
             * @description Project ID: Settings > Project Settings > Overview
             * @example 3141592
             */
            projectId: string;
            /**
             * @description Service Account Username.
             * @example sync.abc123.mp-service-account
             */
            serviceAccountUsername: string;
            /**
             * @description Region.
             * @example us
             * @enum {string}
             */
            region: "us" | "eu" | "in";
            /**
             * @description Time of the project: A change dates the stored rows anew
             * @example auto
             * @enum {string}
             */
            projectTime: "auto" | "utc" | "local";
        };
        /**
         * @example {
         *       "code": "no_events",
         *       "message": "The import is on, but there is no event."
         *     }
         */
        Warning: {
            /**
             * @description Which kind of warning it is.
             * @enum {string}
             */
            code: "account_elsewhere" | "claimed_by_another_attempt" | "never_tested" | "test_failed" | "partly_tested" | "test_warned" | "never_run" | "overdue" | "no_events" | "rejected" | "late_exposures" | "destination_expires" | "destination_drops_rows" | "destination_made_anew" | "event_not_seen" | "event_in_other_case" | "nothing_imported" | "gaps" | "future_rows" | "properties_truncated" | "nothing_matched" | "columns_left_out" | "uuid_not_unique" | "uuids_change" | "unknown_property" | "lookback_too_short" | "time_zone_suspect" | "reads_whole_table";
            /** @description What is not as it should be, and what to do about it. */
            message: string;
        };
        /** @description Why the last attempt failed. Absent if it succeeded. */
        ErrorState: {
            /**
             * @description Which kind of failure it is.
             * @enum {string}
             */
            kind: "auth" | "permission" | "not_found" | "schema" | "rate_limited" | "transient" | "rejected_record" | "bug";
            /** @description What failed, and what to do about it. */
            message: string;
            /**
             * Format: date-time
             * @description When it failed first.
             * @example 2026-01-31T08:00:00.000Z
             */
            since: string;
        };
        BigQueryIntegration: {
            /**
             * @description The id of the integration.
             * @example int_8ca58d2699
             */
            id: string;
            /**
             * @description The first day that is imported.
             * @example 2026-01-31
             */
            importFrom: string;
            /**
             * @description What the first import of an event costs at the provider. Null if it is not limited.
             * @example null
             */
            importCost: string | null;
            /**
             * Format: date-time
             * @description When the integration was created.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * @description `attention` means that an error waits for the owner of the project.
             * @example idle
             * @enum {string}
             */
            status: "idle" | "syncing" | "paused" | "attention";
            /**
             * @description Whether a run should have started some time ago, or no worker goes on with the run.
             * @example false
             */
            overdue: boolean;
            /**
             * Format: date-time
             * @description When the next run starts. Null if none is planned.
             * @example 2026-01-31T08:00:00.000Z
             */
            nextRunAt: string | null;
            /**
             * @description The id of the workflow.
             * @example integration-int_8ca58d2699
             */
            workflowId: string;
            /**
             * @description The page of the workflow in Temporal's UI. Null if the operator does not say where that is.
             * @example null
             */
            temporalUrl: string | null;
            /** @description The run that started last. Null before the first. */
            lastRun: {
                /**
                 * @description The id of the run.
                 * @example run_5d2c
                 */
                id: string;
                /**
                 * Format: date-time
                 * @description When the run started.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                startedAt: string;
                /**
                 * Format: date-time
                 * @description When the run finished; null while it goes on.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                finishedAt: string | null;
                /**
                 * @description `failed`: all directions failed. `partial`: a direction or an event did. `nothing_to_do`: nothing was enabled, or the import has no events. Null while the run goes on.
                 * @enum {string|null}
                 */
                outcome: "succeeded" | "partial" | "failed" | "nothing_to_do" | null;
            } | null;
            /**
             * @description The last connection test. Null if there was none since settings or credentials were changed.
             * @example null
             */
            lastTest: {
                /**
                 * Format: date-time
                 * @description When the connection was tested.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                at: string;
                /** @description Whether all steps succeeded. */
                ok: boolean;
                /** @description The steps in order, up to the one after which no other makes sense. */
                steps: {
                    /** @description What was checked. */
                    name: string;
                    /** @description Whether it succeeded. */
                    ok: boolean;
                    /** @description What is wrong and what to do about it; of a step that is ok, a warning, or why it was not tested. */
                    message?: string;
                    /**
                     * @description Set if the step is ok and its message is a warning.
                     * @enum {boolean}
                     */
                    warning?: true;
                }[];
            } | null;
            /**
             * @description Whether rows were sent or stored, so that the fields that identify the project cannot be changed.
             * @example true
             */
            projectFixed: boolean;
            /** @description Whose the account is that the sync acts as, if the provider has such. */
            ownership?: {
                /**
                 * @description `proven`: the account's description holds the code. `claimed`: this workspace was the first that could use the account. `elsewhere`: another workspace holds it, so nothing of it is read or written. `unproven`: no workspace is known to hold it.
                 * @example claimed
                 * @enum {string}
                 */
                status: "proven" | "claimed" | "elsewhere" | "unproven";
                /**
                 * @description Written into the account's description as `crosscurrent:<code>`, it proves whose the account is.
                 * @example 7h2k9m4pqx3w5t8z
                 */
                code: string;
            };
            /**
             * @description What is not as it should be although nothing failed. Empty if all is well.
             * @example []
             */
            warnings: components["schemas"]["Warning"][];
            /** @description Exposures to the provider. */
            export: {
                /**
                 * @description Whether exposures are exported.
                 * @example true
                 */
                enabled: boolean;
                /**
                 * @description Whether exposures go with the tokens, cost and times of their calls.
                 * @example false
                 */
                usage: boolean;
                /**
                 * Format: date-time
                 * @description Everything before this time is synced. Null if nothing is.
                 * @example 2026-01-31T08:00:00.000Z
                 */
                completeThrough: string | null;
                /**
                 * @description Buckets that were delivered. Those that are to be sent again count as pending until they are.
                 * @example 4000
                 */
                sent: number;
                /**
                 * @description Buckets that the provider rejected.
                 * @example 0
                 */
                rejected: number;
                /**
                 * @description Sealed buckets that are not delivered yet.
                 * @example 1000
                 */
                pending: number;
                /**
                 * @description Buckets with exposures that arrived after they were sealed.
                 * @example 0
                 */
                late: number;
                /**
                 * @description What the direction does, while a run goes on. Null if the workflow does not answer. Absent in lists.
                 * @example delivering buckets 1 to 1000 of 5000
                 */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            /** @description Events from the provider. */
            import: {
                /**
                 * @description Whether events are imported.
                 * @example true
                 */
                enabled: boolean;
                /**
                 * @description What the direction does, while a run goes on. Null if the workflow does not answer. Absent in lists.
                 * @example delivering buckets 1 to 1000 of 5000
                 */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            /**
             * @description The provider. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            provider: "bigquery";
            /**
             * @description Project ID: Your GCP project ID
             * @example my-project
             */
            projectId: string;
            /**
             * @description Dataset ID: Where the export writes. Leave it empty if you only import.
             * @example analytics
             */
            datasetId: string | null;
            /**
             * @description Service Account Email.
             * @example sync@my-project.iam.gserviceaccount.com
             */
            serviceAccountEmail: string;
            /**
             * @description BigQuery Location: The region of your datasets, as in US, EU or europe-west1
             * @example EU
             */
            location: string;
        };
        /** @description An integration to create: its provider, and the settings of that. */
        NewIntegration: components["schemas"]["NewMixpanelIntegration"] | components["schemas"]["NewBigQueryIntegration"];
        NewMixpanelIntegration: {
            /**
             * @description The provider. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            provider: "mixpanel";
            /**
             * @description Project ID: Settings > Project Settings > Overview
             * @example 3141592
             */
            projectId: string;
            /**
             * @description Service Account Username.
             * @example sync.abc123.mp-service-account
             */
            serviceAccountUsername: string;
            /**
             * @description Region.
             * @default us
             * @example us
             * @enum {string}
             */
            region: "us" | "eu" | "in";
            /**
             * @description Time of the project: A change dates the stored rows anew
             * @default auto
             * @example auto
             * @enum {string}
             */
            projectTime: "auto" | "utc" | "local";
            /**
             * @description Service Account Secret.
             * @example the secret of the service account
             */
            serviceAccountSecret: string;
            /**
             * Format: date
             * @description The first day to import. Default: 30 days ago. A first import takes a request for each 92 days, of 60 an hour.
             * @example 2026-01-31
             */
            importFrom?: string;
        };
        NewBigQueryIntegration: {
            /**
             * @description The provider. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            provider: "bigquery";
            /**
             * @description Project ID: Your GCP project ID
             * @example my-project
             */
            projectId: string;
            /**
             * @description Dataset ID: Where the export writes. Leave it empty if you only import.
             * @example analytics
             */
            datasetId?: string | null;
            /**
             * @description Service Account Email.
             * @example sync@my-project.iam.gserviceaccount.com
             */
            serviceAccountEmail: string;
            /**
             * @description BigQuery Location: The region of your datasets, as in US, EU or europe-west1
             * @example EU
             */
            location: string;
            /**
             * Format: date
             * @description The first day to import. Default: 30 days ago.
             * @example 2026-01-31
             */
            importFrom?: string;
        };
        MixpanelPatch: {
            /** @description Exposures to the provider. */
            export?: {
                /** @description Whether the direction is synced. */
                enabled?: boolean;
                /** @description Whether exposures go with the tokens, cost and times of their calls. Default: they do not. */
                usage?: boolean;
            };
            /** @description Events from the provider. */
            import?: {
                /** @description Whether the direction is synced. */
                enabled: boolean;
            };
            /**
             * @description Project ID: Settings > Project Settings > Overview
             * @example 3141592
             */
            projectId?: string;
            /**
             * @description Service Account Username.
             * @example sync.abc123.mp-service-account
             */
            serviceAccountUsername?: string;
            /**
             * @description Region.
             * @example us
             * @enum {string}
             */
            region?: "us" | "eu" | "in";
            /**
             * @description Time of the project: A change dates the stored rows anew
             * @example auto
             * @enum {string}
             */
            projectTime?: "auto" | "utc" | "local";
            /**
             * @description Service Account Secret.
             * @example the secret of the service account
             */
            serviceAccountSecret?: string;
        };
        BigQueryPatch: {
            /** @description Exposures to the provider. */
            export?: {
                /** @description Whether the direction is synced. */
                enabled?: boolean;
                /** @description Whether exposures go with the tokens, cost and times of their calls. Default: they do not. */
                usage?: boolean;
            };
            /** @description Events from the provider. */
            import?: {
                /** @description Whether the direction is synced. */
                enabled: boolean;
            };
            /**
             * @description Project ID: Your GCP project ID
             * @example my-project
             */
            projectId?: string;
            /**
             * @description Dataset ID: Where the export writes. Leave it empty if you only import.
             * @example analytics
             */
            datasetId?: string | null;
            /**
             * @description Service Account Email.
             * @example sync@my-project.iam.gserviceaccount.com
             */
            serviceAccountEmail?: string;
            /**
             * @description BigQuery Location: The region of your datasets, as in US, EU or europe-west1
             * @example EU
             */
            location?: string;
        };
        /**
         * @example {
         *       "ok": true,
         *       "retryUntil": null,
         *       "steps": [
         *         {
         *           "name": "credentials",
         *           "ok": true
         *         }
         *       ]
         *     }
         */
        ConnectionTest: {
            /** @description Whether all steps succeeded. */
            ok: boolean;
            /**
             * Format: date-time
             * @description A grant is missing. One that was just made may not be known everywhere yet, so the failure is not final before this time: test again every few seconds. Null for a result that is final.
             * @example 2026-01-31T08:00:00.000Z
             */
            retryUntil: string | null;
            /** @description The steps in order, up to the one after which no other makes sense. */
            steps: {
                /** @description What was checked. */
                name: string;
                /** @description Whether it succeeded. */
                ok: boolean;
                /** @description What is wrong and what to do about it; of a step that is ok, a warning, or why it was not tested. */
                message?: string;
                /**
                 * @description Set if the step is ok and its message is a warning.
                 * @enum {boolean}
                 */
                warning?: true;
            }[];
        };
        /**
         * @example {
         *       "script": "#!/usr/bin/env bash\n…\n"
         *     }
         */
        SetupScript: {
            /** @description A shell script. It can run again: what is there already stays. */
            script: string;
        };
        NewSetupScript: {
            integration: components["schemas"]["NewIntegration"];
            /** @description What the project is to be prepared for. */
            directions: ("export" | "import")[];
            /**
             * @description The datasets that events are read from.
             * @default []
             */
            datasets: string[];
        };
        /**
         * @example {
         *       "id": "analytics"
         *     }
         */
        BigQueryDataset: {
            /** @description The name of the dataset. */
            id: string;
        };
        /**
         * @example {
         *       "id": "events",
         *       "type": "TABLE"
         *     }
         */
        BigQueryTable: {
            /** @description The name of the table. */
            id: string;
            /** @description What it is, as the provider calls it. */
            type: string;
        };
        /**
         * @example {
         *       "name": "user_id",
         *       "type": "STRING",
         *       "mode": "REQUIRED"
         *     }
         */
        BigQueryColumn: {
            /** @description The name of the column; `a.b` for a field within a struct. */
            name: string;
            /** @description The provider's type. */
            type: string;
            /**
             * @description Whether it can be null or repeated.
             * @enum {string}
             */
            mode: "NULLABLE" | "REQUIRED" | "REPEATED";
        };
        Event: components["schemas"]["MixpanelEvent"] | components["schemas"]["BigQueryEvent"];
        MixpanelEvent: {
            /**
             * @description Free text for people.
             * @example Paid orders
             */
            description: string | null;
            /**
             * Format: date-time
             * @description When the event was added.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * @description Records that were imported.
             * @example 1200
             */
            imported: number;
            /**
             * @description Records that were rejected.
             * @example 0
             */
            rejected: number;
            /**
             * Format: date-time
             * @description Everything before this time is synced. Null if nothing is.
             * @example 2026-01-31T08:00:00.000Z
             */
            completeThrough: string | null;
            /** @description Days that cannot be read now. Each run tries them again. */
            gaps: components["schemas"]["Gap"][];
            /**
             * @description How old new rows were when the run that first saw them began, without the first import and days that were read again. Each group begins where the one before ends. Empty before the first such row.
             * @example [
             *       {
             *         "belowHours": 1,
             *         "count": 120
             *       },
             *       {
             *         "belowHours": null,
             *         "count": 0
             *       }
             *     ]
             */
            arrivalAges: {
                /** @description The rows were younger than this. Null: older than all others. */
                belowHours: number | null;
                /** @description How many rows. */
                count: number;
            }[];
            /**
             * @description What runs read of the event's source. Values are null if they are not known.
             * @example {
             *       "lookbackHours": 72,
             *       "runBytes": 52428800,
             *       "sourceBytes": 1073741824
             *     }
             */
            reading: {
                /** @description How long after its time a row may arrive. Null: not limited. */
                lookbackHours: number | null;
                /** @description What reading in the last run scans. Events of one table are read together. */
                runBytes: number | null;
                /** @description The size of the whole table. */
                sourceBytes: number | null;
            };
            /**
             * @description What is not as it should be although nothing failed. Empty if all is well.
             * @example []
             */
            warnings: components["schemas"]["Warning"][];
            error?: components["schemas"]["ErrorState"];
            /**
             * @description Event ID.
             * @example purchase
             */
            eventId: string;
        };
        /**
         * @example {
         *       "from": "2026-01-05",
         *       "to": "2026-01-05",
         *       "kind": "transient",
         *       "message": "The provider failed at the export of events (status 500).",
         *       "since": "2026-01-31T08:00:00.000Z"
         *     }
         */
        Gap: {
            /**
             * Format: date
             * @description The first day of the gap.
             * @example 2026-01-05
             */
            from: string;
            /**
             * Format: date
             * @description The last day of the gap.
             * @example 2026-01-05
             */
            to: string;
            /**
             * @description Which kind of failure it is.
             * @enum {string}
             */
            kind: "auth" | "permission" | "not_found" | "schema" | "rate_limited" | "transient" | "rejected_record" | "bug";
            /** @description What failed, and what to do about it. */
            message: string;
            /**
             * Format: date-time
             * @description When it failed first.
             * @example 2026-01-31T08:00:00.000Z
             */
            since: string;
        };
        BigQueryEvent: {
            /**
             * @description Free text for people.
             * @example Paid orders
             */
            description: string | null;
            /**
             * Format: date-time
             * @description When the event was added.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * @description Records that were imported.
             * @example 1200
             */
            imported: number;
            /**
             * @description Records that were rejected.
             * @example 0
             */
            rejected: number;
            /**
             * Format: date-time
             * @description Everything before this time is synced. Null if nothing is.
             * @example 2026-01-31T08:00:00.000Z
             */
            completeThrough: string | null;
            /** @description Days that cannot be read now. Each run tries them again. */
            gaps: components["schemas"]["Gap"][];
            /**
             * @description How old new rows were when the run that first saw them began, without the first import and days that were read again. Each group begins where the one before ends. Empty before the first such row.
             * @example [
             *       {
             *         "belowHours": 1,
             *         "count": 120
             *       },
             *       {
             *         "belowHours": null,
             *         "count": 0
             *       }
             *     ]
             */
            arrivalAges: {
                /** @description The rows were younger than this. Null: older than all others. */
                belowHours: number | null;
                /** @description How many rows. */
                count: number;
            }[];
            /**
             * @description What runs read of the event's source. Values are null if they are not known.
             * @example {
             *       "lookbackHours": 72,
             *       "runBytes": 52428800,
             *       "sourceBytes": 1073741824
             *     }
             */
            reading: {
                /** @description How long after its time a row may arrive. Null: not limited. */
                lookbackHours: number | null;
                /** @description What reading in the last run scans. Events of one table are read together. */
                runBytes: number | null;
                /** @description The size of the whole table. */
                sourceBytes: number | null;
            };
            /**
             * @description What is not as it should be although nothing failed. Empty if all is well.
             * @example []
             */
            warnings: components["schemas"]["Warning"][];
            error?: components["schemas"]["ErrorState"];
            /**
             * @description Event Name.
             * @example user_donation
             */
            eventName: string;
            /**
             * @description Dataset: Holds the table
             * @example user_data
             */
            dataset: string;
            /**
             * @description Table Name: Holds the rows
             * @example donations
             */
            tableName: string;
            /**
             * @description Event Field Name: Identifies the event type
             * @example event_name
             */
            eventFieldName: string;
            /**
             * @description User ID Field Name: As in user of your calls
             * @example user_id
             */
            userIdFieldName: string;
            /**
             * @description Timestamp Field Name: TIMESTAMP or DATETIME
             * @example created_at
             */
            timestampFieldName: string;
            /**
             * @description Event UUID Field Name: Unique per row, the same at every read
             * @example event_uuid
             */
            eventUuidFieldName: string;
            /**
             * @description Time Zone: Of a DATETIME timestamp that holds local time. Default: UTC. A change reads all rows again.
             * @example Europe/Berlin
             */
            timeZone?: string;
            /**
             * @description Lookback in Hours: How long after its timestamp a row may reach the table. Default: the operator's setting, usually 72. With an arrival field: how long after its arrival a row may become visible, 6 hours at least.
             * @example 72
             */
            lookbackHours?: number;
            /**
             * @description Arrival Field Name: When rows reached the table: a column, or _PARTITIONTIME for ingestion time. Then each run reads what arrived since the last one, however old it is.
             * @example loaded_at
             */
            arrivalFieldName?: string;
            /**
             * @description Columns: Only these columns are copied, besides those above. Default: all that have no policy tag. A change reads all rows again.
             * @example [
             *       "amount",
             *       "currency"
             *     ]
             */
            columns?: string[];
        };
        NewMixpanelEvent: {
            /**
             * @description Event ID.
             * @example purchase
             */
            eventId: string;
            /** @description Free text for people. */
            description?: string | null;
        };
        NewBigQueryEvent: {
            /**
             * @description Event Name.
             * @example user_donation
             */
            eventName: string;
            /** @description Free text for people. */
            description?: string | null;
            /**
             * @description Dataset: Holds the table
             * @example user_data
             */
            dataset: string;
            /**
             * @description Table Name: Holds the rows
             * @example donations
             */
            tableName: string;
            /**
             * @description Event Field Name: Identifies the event type
             * @example event_name
             */
            eventFieldName: string;
            /**
             * @description User ID Field Name: As in user of your calls
             * @example user_id
             */
            userIdFieldName: string;
            /**
             * @description Timestamp Field Name: TIMESTAMP or DATETIME
             * @example created_at
             */
            timestampFieldName: string;
            /**
             * @description Event UUID Field Name: Unique per row, the same at every read
             * @example event_uuid
             */
            eventUuidFieldName: string;
            /**
             * @description Time Zone: Of a DATETIME timestamp that holds local time. Default: UTC. A change reads all rows again.
             * @example Europe/Berlin
             */
            timeZone?: string;
            /**
             * @description Lookback in Hours: How long after its timestamp a row may reach the table. Default: the operator's setting, usually 72. With an arrival field: how long after its arrival a row may become visible, 6 hours at least.
             * @example 72
             */
            lookbackHours?: number | string;
            /**
             * @description Arrival Field Name: When rows reached the table: a column, or _PARTITIONTIME for ingestion time. Then each run reads what arrived since the last one, however old it is.
             * @example loaded_at
             */
            arrivalFieldName?: string;
            /**
             * @description Columns: Only these columns are copied, besides those above. Default: all that have no policy tag. A change reads all rows again.
             * @example [
             *       "amount",
             *       "currency"
             *     ]
             */
            columns?: string[] | string;
        };
        /**
         * @example {
         *       "description": "About purchase"
         *     }
         */
        MixpanelEventPatch: {
            /** @description Free text for people. */
            description?: string | null;
        };
        /**
         * @example {
         *       "description": "About user_donation"
         *     }
         */
        BigQueryEventPatch: {
            /** @description Free text for people. */
            description?: string | null;
            /**
             * @description Time Zone: Of a DATETIME timestamp that holds local time. Default: UTC. A change reads all rows again.
             * @example Europe/Berlin
             */
            timeZone?: string | null;
            /**
             * @description Lookback in Hours: How long after its timestamp a row may reach the table. Default: the operator's setting, usually 72. With an arrival field: how long after its arrival a row may become visible, 6 hours at least.
             * @example 72
             */
            lookbackHours?: number | string | null;
            /**
             * @description Arrival Field Name: When rows reached the table: a column, or _PARTITIONTIME for ingestion time. Then each run reads what arrived since the last one, however old it is.
             * @example loaded_at
             */
            arrivalFieldName?: string | null;
            /**
             * @description Columns: Only these columns are copied, besides those above. Default: all that have no policy tag. A change reads all rows again.
             * @example [
             *       "amount",
             *       "currency"
             *     ]
             */
            columns?: string[] | string | null;
        };
        ImportedRecord: {
            /**
             * @description The identity of the record, which is stored once.
             * @example 9f1c2e
             */
            uuid: string;
            /**
             * @description The first of the ids of the record's user; empty if it has none.
             * @example user-17
             */
            user_id: string;
            /**
             * @description All ids of the record's user, as the provider merged them. A metric counts the record for the user with the first of these ids that was exposed.
             * @example [
             *       "user-17",
             *       "anon-5"
             *     ]
             */
            user_ids: string[];
            /**
             * Format: date-time
             * @description When the event happened.
             * @example 2026-01-31T08:00:00.000Z
             */
            timestamp: string;
            /**
             * @description All properties of the source, with all digits of numbers.
             * @example {
             *       "amount": 12.5,
             *       "currency": "EUR"
             *     }
             */
            properties: {
                [key: string]: unknown;
            };
        };
        /**
         * @example {
         *       "name": "amount",
         *       "types": [
         *         "number"
         *       ],
         *       "numeric": true,
         *       "count": 1200,
         *       "nonNumeric": 0,
         *       "example": 12.5
         *     }
         */
        Property: {
            /** @description The name of the property. */
            name: string;
            /** @description The JSON types that its values have. */
            types: ("string" | "number" | "boolean" | "array" | "object" | "null")[];
            /** @description Whether all values that are not null are numbers. */
            numeric: boolean;
            /** @description How many records have the property. */
            count: number;
            /** @description How many of them have a value that is neither a number nor null. */
            nonNumeric: number;
            /** @description A value; null if the property identifies users. */
            example?: unknown;
        };
        /**
         * @example {
         *       "requestId": "req_7f3a"
         *     }
         */
        Requested: {
            /** @description Asks `getSyncRequest` how far the request is. */
            requestId: string;
        };
        /**
         * @example {
         *       "from": "2026-01-31",
         *       "to": "2026-02-03"
         *     }
         */
        Reread: {
            /**
             * Format: date
             * @description The first day to read again, not before the import's first day.
             * @example 2026-01-31
             */
            from: string;
            /**
             * Format: date
             * @description The last day to read again. Default: today.
             * @example 2026-01-31
             */
            to?: string;
        };
        Run: {
            /**
             * @description The id of the run.
             * @example run_5d2c
             */
            id: string;
            /**
             * Format: date-time
             * @description When the run started.
             * @example 2026-01-31T08:00:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description When the run finished; null while it goes on.
             * @example 2026-01-31T08:00:00.000Z
             */
            finishedAt: string | null;
            /**
             * @description `failed`: all directions failed. `partial`: a direction or an event did. `nothing_to_do`: nothing was enabled, or the import has no events. Null while the run goes on.
             * @enum {string|null}
             */
            outcome: "succeeded" | "partial" | "failed" | "nothing_to_do" | null;
            /** @description The directions that were enabled. */
            directions: {
                /**
                 * @description Which direction this is.
                 * @enum {string}
                 */
                direction: "export" | "import";
                /**
                 * @description Null while the direction goes on.
                 * @enum {string|null}
                 */
                outcome: "succeeded" | "partial" | "failed" | "nothing_to_do" | null;
                /**
                 * @description How many records were sent or stored.
                 * @example 1200
                 */
                records: number;
                /**
                 * @description How many records were rejected.
                 * @example 0
                 */
                rejected: number;
                /**
                 * @description What the provider reckoned that reading scans, known before rows are read. Absent if it does not say that.
                 * @example 52428800
                 */
                estimatedBytes?: number;
                error?: components["schemas"]["ErrorState"];
                /** @description The events that could not be imported. */
                failedEvents?: string[];
            }[];
        };
        /**
         * @example {
         *       "status": "done",
         *       "runId": "run_5d2c",
         *       "outcome": "succeeded"
         *     }
         */
        SyncRequest: {
            /**
             * @description How far the request is.
             * @enum {string}
             */
            status: "queued" | "running" | "done";
            /** @description The run that serves the request, once it started. */
            runId?: string;
            /**
             * @description The outcome of that run, once it finished.
             * @enum {string}
             */
            outcome?: "succeeded" | "partial" | "failed" | "nothing_to_do";
        };
        RejectedRecord: {
            /**
             * @description The id of the rejection.
             * @example 1042
             */
            id: string;
            /**
             * @description Whether it was to be exported or imported.
             * @example import
             * @enum {string}
             */
            direction: "export" | "import";
            /**
             * @description The event that it was imported for.
             * @example purchase
             */
            event?: string;
            /**
             * @description Why it was rejected.
             * @example The row has no event UUID.
             */
            reason: string;
            /**
             * @description The record as JSON; a string if its text is not JSON.
             * @example {
             *       "event": "purchase",
             *       "amount": 12.5
             *     }
             */
            record?: unknown;
            /**
             * Format: date-time
             * @description When the record was rejected.
             * @example 2026-01-31T08:00:00.000Z
             */
            at: string;
        };
        RejectedCount: {
            /**
             * @description Whether the records were to be exported or imported.
             * @enum {string}
             */
            direction: "export" | "import";
            /**
             * @description The event that they were imported for.
             * @example purchase
             */
            event?: string;
            /**
             * @description Why they were rejected.
             * @example The row has no event UUID.
             */
            reason: string;
            /**
             * @description How many records were rejected for it.
             * @example 3
             */
            count: number;
        };
        /**
         * @example {
         *       "ids": [
         *         "1042"
         *       ]
         *     }
         */
        ResendRejected: {
            /** @description Ids of rejected records of the export. Default: all of them. */
            ids?: string[];
        };
        /**
         * @example {
         *       "from": "2026-01-31"
         *     }
         */
        ResendExport: {
            /**
             * Format: date
             * @description The first day (UTC) whose buckets are sent again. Default: all days.
             * @example 2026-01-31
             */
            from?: string;
        };
        Router: {
            /**
             * @description The version of the router: each change of it, its routes and its variants adds 1. See `If-Match`.
             * @example 3
             */
            version: number;
            /**
             * @description The id of the router.
             * @example my-router
             */
            id: string;
            /**
             * @description Free text for people.
             * @example null
             */
            description: string | null;
            /** @description The routes, in the order in which they are tried. */
            routes: components["schemas"]["Route"][];
            /**
             * Format: date-time
             * @description When the router was created.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the router, a route or a variant was last changed.
             * @example 2026-01-31T08:00:00.000Z
             */
            updatedAt: string;
        };
        /**
         * @example {
         *       "id": "default",
         *       "conditions": {},
         *       "fallbackVariantIds": [],
         *       "fallbackVariantId": null,
         *       "variants": [
         *         {
         *           "id": "gpt",
         *           "weight": 1,
         *           "upstream": {
         *             "baseUrl": "https://api.openai.com/v1",
         *             "model": "gpt-4o",
         *             "hasApiKey": true,
         *             "headerNames": []
         *           },
         *           "price": null
         *         }
         *       ]
         *     }
         */
        Route: {
            /** @description The id of the route, unique in its router. */
            id: string;
            /** @description Which calls the route serves. Without conditions it serves all. */
            conditions: {
                /** @description The value, or one of the values, that each key of a call's metadata must have. */
                metadata?: {
                    [key: string]: string | string[];
                };
                /** @description The model hints of which a call must have one. */
                models?: string[];
            };
            /** @description The variants that are asked, in this order, when the one that was picked fails. */
            fallbackVariantIds: string[];
            /**
             * @deprecated
             * @description The first of `fallbackVariantIds`.
             */
            fallbackVariantId: string | null;
            /** @description The variants of the route. */
            variants: components["schemas"]["Variant"][];
        };
        /**
         * @example {
         *       "id": "gpt",
         *       "weight": 1,
         *       "upstream": {
         *         "baseUrl": "https://api.openai.com/v1",
         *         "model": "gpt-4o",
         *         "hasApiKey": true,
         *         "headerNames": []
         *       },
         *       "price": null
         *     }
         */
        Variant: {
            /** @description The id of the variant, unique in its route. */
            id: string;
            /** @description The share of the route's users, relative to the other weights. */
            weight: number;
            /** @description Where calls of this variant go. */
            upstream: {
                /** @description The address that serves the calls, as OpenAI's clients take it. */
                baseUrl: string;
                /** @description The model that the upstream is asked for. */
                model: string;
                /** @description Whether an API key for the upstream is stored. */
                hasApiKey: boolean;
                /** @description The names of further headers that are stored. */
                headerNames: string[];
                /** @description The query of the upstream's address. */
                query?: {
                    [key: string]: string;
                };
                /** @description Changes of the outermost fields of a call's body. */
                body?: {
                    /** @description Fields that the upstream does not get. */
                    drop?: string[];
                    /** @description New names of fields. */
                    rename?: {
                        [key: string]: string;
                    };
                    /** @description Fields with these values. */
                    set?: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * @description Whether the upstream gets `user` and `safety_identifier`, as they are or hashed. Default: no.
                 * @enum {string}
                 */
                forwardUser?: "no" | "plain" | "hashed";
                /** @description Whether the upstream gets `metadata` of calls that it does not store. Default: false. */
                forwardMetadata?: boolean;
                /** @description The time in which the upstream must begin to answer. */
                firstByteSeconds?: number;
                /** @description The time for which the upstream's answer may be silent. */
                idleSeconds?: number;
                /** @description Statuses with which a call has failed, besides 5xx. Default: 401, 402, 403, 404, 408, 429. */
                failedStatuses?: number[];
            };
            price: components["schemas"]["TokenPrice"];
        };
        /**
         * @description What the upstream's tokens cost; null if that is not known.
         * @example {
         *       "inputPerMillionUsd": 2.5,
         *       "outputPerMillionUsd": 10
         *     }
         */
        TokenPrice: {
            /** @description Of a million tokens of input. */
            inputPerMillionUsd: number;
            /** @description Of a million tokens of input from the upstream's cache. */
            cachedInputPerMillionUsd?: number;
            /** @description Of a million tokens of output. */
            outputPerMillionUsd: number;
        } | null;
        /**
         * @example {
         *       "id": "my-router",
         *       "routes": [
         *         {
         *           "id": "default",
         *           "conditions": {},
         *           "variants": [
         *             {
         *               "id": "gpt",
         *               "weight": 1,
         *               "upstream": {
         *                 "baseUrl": "https://api.openai.com/v1",
         *                 "model": "gpt-4o",
         *                 "apiKey": "sk-example"
         *               }
         *             }
         *           ]
         *         }
         *       ]
         *     }
         */
        NewRouter: {
            /** @description The id of the router, unique in the workspace. */
            id: string;
            /** @description Free text for people. */
            description?: string | null;
            /**
             * @description The routes, in the order in which they are tried.
             * @default []
             */
            routes: components["schemas"]["NewRoute"][];
        };
        /**
         * @example {
         *       "id": "default",
         *       "conditions": {},
         *       "variants": [
         *         {
         *           "id": "gpt",
         *           "weight": 1,
         *           "upstream": {
         *             "baseUrl": "https://api.openai.com/v1",
         *             "model": "gpt-4o",
         *             "apiKey": "sk-example"
         *           }
         *         }
         *       ]
         *     }
         */
        NewRoute: {
            /** @description The id of the route, unique in its router. */
            id: string;
            conditions?: components["schemas"]["RouteConditions"];
            /** @description The variants that are asked, in this order, when the one that was picked fails. Default: none. */
            fallbackVariantIds?: string[];
            /**
             * @deprecated
             * @description The only fallback, as before there could be several. Use `fallbackVariantIds`.
             */
            fallbackVariantId?: string | null;
            /**
             * @description The variants of the route.
             * @default []
             */
            variants: components["schemas"]["NewVariant"][];
        };
        /**
         * @description All given conditions must hold. Without conditions every call matches.
         * @default {}
         */
        RouteConditions: {
            /** @description Each key of the call's metadata must have this value, or one of these values. */
            metadata?: {
                [key: string]: string | string[];
            };
            /** @description The call's model hint must be one of these. It follows the router's id in `model`, after a colon. */
            models?: string[];
        };
        /**
         * @example {
         *       "id": "gpt",
         *       "weight": 1,
         *       "upstream": {
         *         "baseUrl": "https://api.openai.com/v1",
         *         "model": "gpt-4o",
         *         "apiKey": "sk-example"
         *       }
         *     }
         */
        NewVariant: {
            /** @description The id of the variant, unique in its route. */
            id: string;
            /**
             * @description The share of the route's users, relative to the other weights. 0: no users.
             * @default 1
             */
            weight: number;
            /** @description Where calls of this variant go. */
            upstream: {
                /**
                 * @description The address that serves the calls, as OpenAI's clients take it.
                 * @example https://api.openai.com/v1
                 */
                baseUrl: string;
                /** @description The model that the upstream is asked for. */
                model: string;
                /**
                 * @description The API key for the upstream. Stored encrypted, never returned.
                 * @default null
                 */
                apiKey: string | null;
                /** @description Further headers for the upstream, such as `api-key`. Stored encrypted, never returned. */
                headers?: {
                    [key: string]: string;
                };
                /** @description The query of the upstream's address, such as `api-version`. It is returned: keys belong into `headers`. */
                query?: {
                    [key: string]: string;
                };
                body?: components["schemas"]["BodyChanges"];
                /**
                 * @description Whether the upstream gets `user` and `safety_identifier`, as they are or hashed. Default: no.
                 * @enum {string}
                 */
                forwardUser?: "no" | "plain" | "hashed";
                /** @description Whether the upstream gets `metadata` of calls that it does not store. Default: false. */
                forwardMetadata?: boolean;
                /** @description The time in which the upstream must begin to answer. */
                firstByteSeconds?: number;
                /** @description The time for which the upstream's answer may be silent. */
                idleSeconds?: number;
                /** @description Statuses with which a call has failed, besides 5xx. Default: 401, 402, 403, 404, 408, 429. */
                failedStatuses?: number[];
            };
            price?: components["schemas"]["TokenPrice"];
        };
        /**
         * @description Changes of the outermost fields of a call's body: some are dropped, then renamed, then set.
         * @example {
         *       "rename": {
         *         "max_tokens": "max_completion_tokens"
         *       }
         *     }
         */
        BodyChanges: {
            /** @description Fields that the upstream does not get. */
            drop?: string[];
            /** @description New names of fields. */
            rename?: {
                [key: string]: string;
            };
            /** @description Fields with these values, whatever the call says. */
            set?: {
                [key: string]: unknown;
            };
        };
        /**
         * @example {
         *       "routeOrder": [
         *         "premium",
         *         "default"
         *       ]
         *     }
         */
        RouterPatch: {
            /** @description Free text for people. */
            description?: string | null;
            /** @description The ids of all routes of the router, in the order in which they are to be tried. */
            routeOrder?: string[];
        };
        /**
         * @example {
         *       "id": "default",
         *       "conditions": {},
         *       "fallbackVariantIds": [],
         *       "fallbackVariantId": null,
         *       "variants": [
         *         {
         *           "id": "gpt",
         *           "weight": 1,
         *           "upstream": {
         *             "baseUrl": "https://api.openai.com/v1",
         *             "model": "gpt-4o",
         *             "hasApiKey": true,
         *             "headerNames": []
         *           },
         *           "price": null
         *         }
         *       ],
         *       "version": 3
         *     }
         */
        VersionedRoute: components["schemas"]["Route"] & {
            /**
             * @description The version of the router: each change of it, its routes and its variants adds 1. See `If-Match`.
             * @example 3
             */
            version: number;
        };
        /**
         * @example {
         *       "conditions": {
         *         "metadata": {
         *           "plan": "pro"
         *         }
         *       }
         *     }
         */
        RoutePatch: {
            conditions?: components["schemas"]["RouteConditions"];
            /** @description The variants that are asked, in this order, when the one that was picked fails. Default: none. */
            fallbackVariantIds?: string[];
            /**
             * @deprecated
             * @description The only fallback, as before there could be several. Use `fallbackVariantIds`.
             */
            fallbackVariantId?: string | null;
        };
        /**
         * @example {
         *       "id": "gpt",
         *       "weight": 1,
         *       "upstream": {
         *         "baseUrl": "https://api.openai.com/v1",
         *         "model": "gpt-4o",
         *         "hasApiKey": true,
         *         "headerNames": []
         *       },
         *       "price": null,
         *       "version": 3
         *     }
         */
        VersionedVariant: components["schemas"]["Variant"] & {
            /**
             * @description The version of the router: each change of it, its routes and its variants adds 1. See `If-Match`.
             * @example 3
             */
            version: number;
        };
        /**
         * @example {
         *       "weight": 3
         *     }
         */
        VariantPatch: {
            /** @description The share of the route's users, relative to the other weights. 0: no users. */
            weight?: number;
            /** @description The fields of the upstream that change. An option that is null goes back to its default. */
            upstream?: {
                /**
                 * @description The address that serves the calls, as OpenAI's clients take it.
                 * @example https://api.openai.com/v1
                 */
                baseUrl?: string;
                /** @description The model that the upstream is asked for. */
                model?: string;
                /** @description The API key for the upstream. Stored encrypted, never returned. */
                apiKey?: string | null;
                /** @description Further headers for the upstream, such as `api-key`. Stored encrypted, never returned. */
                headers?: {
                    [key: string]: string;
                } | null;
                /** @description The query of the upstream's address, such as `api-version`. It is returned: keys belong into `headers`. */
                query?: {
                    [key: string]: string;
                } | null;
                body?: components["schemas"]["BodyChanges"] & (Record<string, never> | null);
                /**
                 * @description Whether the upstream gets `user` and `safety_identifier`, as they are or hashed. Default: no.
                 * @enum {string|null}
                 */
                forwardUser?: "no" | "plain" | "hashed" | null;
                /** @description Whether the upstream gets `metadata` of calls that it does not store. Default: false. */
                forwardMetadata?: boolean | null;
                /** @description The time in which the upstream must begin to answer. */
                firstByteSeconds?: number | null;
                /** @description The time for which the upstream's answer may be silent. */
                idleSeconds?: number | null;
                /** @description Statuses with which a call has failed, besides 5xx. Default: 401, 402, 403, 404, 408, 429. */
                failedStatuses?: number[] | null;
            };
            price?: components["schemas"]["TokenPrice"];
        };
        /**
         * @example {
         *       "version": 3,
         *       "at": "2026-01-31T08:00:00.000Z",
         *       "by": {
         *         "keyId": "key_1",
         *         "name": "First key"
         *       },
         *       "changes": [
         *         {
         *           "path": "routes/default/variants/gpt/weight",
         *           "from": 1,
         *           "to": 3
         *         }
         *       ],
         *       "restoredFrom": null,
         *       "deleted": false
         *     }
         */
        RouterVersion: {
            /** @description The number of the version. It is never used again, not even after a deletion. */
            version: number;
            /**
             * Format: date-time
             * @description When the change was made.
             * @example 2026-01-31T08:00:00.000Z
             */
            at: string;
            /** @description Whose key made the change; null if that was not recorded. */
            by: {
                /** @description The id of the API key. */
                keyId: string;
                /** @description Its name at that time. */
                name: string;
            } | null;
            /** @description What changed: at most 200 values, and the paths alone of those beyond 32 KB together. */
            changes: {
                /** @description What changed, as in `routes/default/variants/gpt/weight`. */
                path: string;
                /** @description The value before. Absent: there was none, or it is a key. */
                from?: unknown;
                /** @description The value after. Absent: there is none, or it is a key. */
                to?: unknown;
            }[];
            /** @description The version whose content was restored. */
            restoredFrom: number | null;
            /** @description Whether the change deleted the router. */
            deleted: boolean;
        };
        /**
         * @example {
         *       "weights": {
         *         "gpt": 3,
         *         "claude": 1
         *       }
         *     }
         */
        Weights: {
            /** @description Weights by the ids of variants. */
            weights: {
                [key: string]: number;
            };
        };
        /**
         * @example {
         *       "hour": "2026-01-31T08:00:00.000Z",
         *       "routeId": "default",
         *       "variantId": "gpt",
         *       "exposures": 120,
         *       "users": 31
         *     }
         */
        ExposureHour: {
            /**
             * Format: date-time
             * @description When the UTC hour starts.
             * @example 2026-01-31T08:00:00.000Z
             */
            hour: string;
            /** @description The route. */
            routeId: string;
            /** @description The variant. */
            variantId: string;
            /** @description How many exposures the variant had in the hour. */
            exposures: number;
            /** @description How many users they belong to. */
            users: number;
        };
        /**
         * @example {
         *       "routeId": "default",
         *       "variantId": "gpt",
         *       "assigned": 120,
         *       "served": 118,
         *       "failed": 1,
         *       "fallbacks": 1,
         *       "users": 31,
         *       "withoutUser": 4,
         *       "inputTokens": 48210,
         *       "outputTokens": 20114,
         *       "tokenCalls": 122,
         *       "costUsd": 0.32,
         *       "costCalls": 122,
         *       "latencyMs": {
         *         "p50": 812,
         *         "p95": 2140,
         *         "p99": 3968
         *       },
         *       "ttftMs": {
         *         "p50": 301,
         *         "p95": 640,
         *         "p99": 900
         *       }
         *     }
         */
        VariantUsage: {
            /** @description The route. */
            routeId: string;
            /** @description The variant. */
            variantId: string;
            /** @description Calls whose user was dealt this variant. */
            assigned: number;
            /** @description Calls with a user that this variant answered, whatever was assigned. */
            served: number;
            /** @description Calls that were dealt it and got no answer, not from a fallback either. */
            failed: number;
            /** @description Calls that were dealt it and answered by another variant. */
            fallbacks: number;
            /** @description How many users were assigned to it. */
            users: number;
            /** @description Calls without a user that were dealt it. `failed` and `fallbacks` count them too. */
            withoutUser: number;
            /** @description Tokens that it read, of all calls that it answered. */
            inputTokens: number;
            /** @description Tokens that it wrote. */
            outputTokens: number;
            /** @description How many calls told their tokens: divide by it, not by `served`. */
            tokenCalls: number;
            /** @description What the tokens cost, by the variant's price or as posted. */
            costUsd: number;
            /** @description How many calls told their cost. */
            costCalls: number;
            latencyMs: components["schemas"]["Percentiles"];
            ttftMs: components["schemas"]["Percentiles"] & unknown;
        };
        /**
         * @description From the call to the end of the answer.
         * @example {
         *       "p50": 812,
         *       "p95": 2140,
         *       "p99": 3968
         *     }
         */
        Percentiles: {
            /** @description Half of the calls took at most this, in milliseconds; null if none told its time. */
            p50: number | null;
            /** @description 95 of 100 calls took at most this. */
            p95: number | null;
            /** @description 99 of 100 calls took at most this. */
            p99: number | null;
        };
        /**
         * @example {
         *       "id": "my-router",
         *       "configured": true,
         *       "exposures": 120,
         *       "lastExposureAt": "2026-01-31T08:00:00.000Z"
         *     }
         */
        Alias: {
            /** @description The `alias_id` of exposures, or the id of the router. */
            id: string;
            /** @description Whether it is a router here. */
            configured: boolean;
            /** @description How many exposures it has. */
            exposures: number;
            /**
             * Format: date-time
             * @description When the latest one was; null without any.
             * @example 2026-01-31T08:00:00.000Z
             */
            lastExposureAt: string | null;
        };
        /**
         * @description The definition of a metric.
         * @example {
         *       "id": "met_81d2",
         *       "name": "Purchases",
         *       "description": null,
         *       "integrationId": "int_2f6b",
         *       "measure": {
         *         "event": "purchase",
         *         "aggregation": "conversion",
         *         "filters": []
         *       },
         *       "denominator": null,
         *       "direction": "up",
         *       "windowHours": 72,
         *       "winsorizePercentile": null,
         *       "format": {
         *         "style": "percent"
         *       },
         *       "warnings": [],
         *       "createdAt": "2026-01-31T08:00:00.000Z",
         *       "updatedAt": "2026-01-31T08:00:00.000Z"
         *     }
         */
        Metric: {
            /** @description The id of the metric. */
            id: string;
            /** @description The name of the metric. */
            name: string;
            /** @description Free text for people. */
            description: string | null;
            /** @description The integration that imports the events. */
            integrationId: string;
            measure: components["schemas"]["Measure"];
            /** @description The measure that `measure` is divided by; null: none. */
            denominator: components["schemas"]["Measure"] | null;
            /**
             * @description Which direction is good.
             * @enum {string}
             */
            direction: "up" | "down";
            /** @description How many hours after a user's first exposure its events count. */
            windowHours: number;
            /** @description The percentile at which users are capped; null: none. */
            winsorizePercentile: number | null;
            /** @description How values are shown. */
            format: {
                /**
                 * @description What the values are.
                 * @enum {string}
                 */
                style: "number" | "currency" | "percent";
                /** @description The currency, as an ISO 4217 code. */
                currency?: string;
            };
            /**
             * @description What is not as it should be although nothing failed. Empty if all is well.
             * @example []
             */
            warnings: components["schemas"]["Warning"][];
            /**
             * Format: date-time
             * @description When the metric was created.
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the metric was last changed.
             * @example 2026-01-31T08:00:00.000Z
             */
            updatedAt: string;
        };
        /** @description One user's number, from its events in the window. */
        Measure: {
            /** @description The event that is measured. */
            event: string;
            /**
             * @description How a user's events become one number.
             * @enum {string}
             */
            aggregation: "count" | "conversion" | "sum" | "mean";
            /** @description The property that is added up or averaged. */
            property?: string;
            /** @description Only events for which all filters hold count. */
            filters: {
                /** @description The property that is compared. */
                property: string;
                /**
                 * @description How it is compared.
                 * @enum {string}
                 */
                operator: "equals" | "not_equals" | "greater" | "at_least" | "less" | "at_most" | "exists";
                /** @description What it is compared with. */
                value?: string | number | boolean;
            }[];
        };
        /**
         * @example {
         *       "integrationId": "int_2f6b",
         *       "name": "Purchases",
         *       "measure": {
         *         "event": "purchase",
         *         "aggregation": "conversion"
         *       },
         *       "format": {
         *         "style": "percent"
         *       }
         *     }
         */
        NewMetric: {
            /** @description The name of the metric. */
            name: string;
            measure: components["schemas"]["MetricMeasure"];
            /**
             * @description If given, the metric is the users' sum of `measure` over their sum of this.
             * @default null
             */
            denominator: components["schemas"]["MetricMeasure"] | null;
            /**
             * @description Which direction is good.
             * @default up
             * @enum {string}
             */
            direction: "up" | "down";
            /**
             * @description How many hours after a user's first exposure its events count.
             * @default 72
             */
            windowHours: number;
            /**
             * @description Users above this percentile of all users' values count as if they were at it; null: none is capped.
             * @default null
             */
            winsorizePercentile: number | null;
            format?: components["schemas"]["MetricFormat"];
            /** @description The integration that imports the events. */
            integrationId: string;
            /** @description Free text for people. */
            description?: string | null;
        };
        /** @description One user's number, from its events in the window: how many (`count`), 1 if there is one and else 0 (`conversion`), the total of `property` (`sum`), or its mean over the events that have it (`mean`). A user without such events has 0. */
        MetricMeasure: {
            /** @description The id or name of an event of the integration. */
            event: string;
            /**
             * @description How a user's events become one number.
             * @enum {string}
             */
            aggregation: "count" | "conversion" | "sum" | "mean";
            /** @description The property for `sum` and `mean`. */
            property?: string;
            /**
             * @description Only events for which all filters hold count.
             * @default []
             */
            filters: components["schemas"]["MetricFilter"][];
        };
        /** @description Holds for one event. `not_equals` also holds if the property is absent; comparisons hold only for numbers; `exists` takes no value and holds if the property is there and not null. */
        MetricFilter: {
            /** @description The name of a property of the event. */
            property: string;
            /**
             * @description How the property is compared with `value`.
             * @enum {string}
             */
            operator: "equals" | "not_equals" | "greater" | "at_least" | "less" | "at_most" | "exists";
            /** @description What the property is compared with. Not for `exists`. */
            value?: string | number | boolean;
        };
        /**
         * @description How values are shown.
         * @default {
         *       "style": "number",
         *       "currency": null
         *     }
         */
        MetricFormat: {
            /**
             * @description What the values are.
             * @enum {string}
             */
            style: "number" | "currency" | "percent";
            /** @description The currency, as an ISO 4217 code. Only for the style `currency`. */
            currency?: string;
        };
        /**
         * @example {
         *       "windowHours": 168
         *     }
         */
        MetricPatch: {
            /** @description The name of the metric. */
            name?: string;
            measure?: components["schemas"]["MetricMeasure"];
            /** @description If given, the metric is the users' sum of `measure` over their sum of this. */
            denominator?: components["schemas"]["MetricMeasure"] | null;
            /**
             * @description Which direction is good.
             * @enum {string}
             */
            direction?: "up" | "down";
            /** @description How many hours after a user's first exposure its events count. */
            windowHours?: number;
            /** @description Users above this percentile of all users' values count as if they were at it; null: none is capped. */
            winsorizePercentile?: number | null;
            format?: components["schemas"]["MetricFormat"];
            /** @description Free text for people. */
            description?: string | null;
        };
        /**
         * @example {
         *       "metric": {
         *         "id": "met_81d2",
         *         "name": "Purchases",
         *         "description": null,
         *         "integrationId": "int_2f6b",
         *         "measure": {
         *           "event": "purchase",
         *           "aggregation": "conversion",
         *           "filters": []
         *         },
         *         "denominator": null,
         *         "direction": "up",
         *         "windowHours": 72,
         *         "winsorizePercentile": null,
         *         "format": {
         *           "style": "percent"
         *         },
         *         "warnings": [],
         *         "createdAt": "2026-01-31T08:00:00.000Z",
         *         "updatedAt": "2026-01-31T08:00:00.000Z"
         *       },
         *       "router": "my-router",
         *       "by": "variant",
         *       "route": null,
         *       "from": "2026-01-03",
         *       "to": "2026-01-31",
         *       "baseline": "gpt",
         *       "mixed": "first",
         *       "unfinished": "include",
         *       "cuped": false,
         *       "confidence": 0.95,
         *       "caps": {
         *         "value": null,
         *         "denominator": null
         *       },
         *       "groups": [
         *         {
         *           "id": "gpt",
         *           "users": 1000,
         *           "exposures": 5200,
         *           "value": 0.12,
         *           "interval": {
         *             "low": 0.1,
         *             "high": 0.14
         *           },
         *           "refusal": null,
         *           "absolute": null,
         *           "relative": null
         *         }
         *       ],
         *       "health": [
         *         {
         *           "check": "minimum_sample",
         *           "status": "ok",
         *           "message": "Every group has enough users.",
         *           "figures": {}
         *         }
         *       ],
         *       "overTime": [
         *         {
         *           "day": "2026-01-03",
         *           "groups": [
         *             {
         *               "id": "gpt",
         *               "users": 40,
         *               "value": 0.11,
         *               "interval": {
         *                 "low": 0.1,
         *                 "high": 0.14
         *               }
         *             }
         *           ]
         *         }
         *       ]
         *     }
         */
        MetricResults: {
            metric: components["schemas"]["Metric"];
            /** @description The id of the router. */
            router: string;
            /**
             * @description What the groups are.
             * @enum {string}
             */
            by: "route" | "variant";
            /** @description Only exposures of this route count; null: of all routes. */
            route: string | null;
            /**
             * Format: date
             * @description The first UTC day.
             */
            from: string;
            /**
             * Format: date
             * @description The UTC day after the last one.
             */
            to: string;
            /** @description The group that others are compared with; null without groups. */
            baseline: string | null;
            /**
             * @description What happened to users of several groups.
             * @enum {string}
             */
            mixed: "first" | "exclude";
            /**
             * @description What happened to users whose window is not over.
             * @enum {string}
             */
            unfinished: "include" | "exclude";
            /** @description Whether values are adjusted by the window before the exposure. */
            cuped: boolean;
            /** @description The confidence of the intervals. */
            confidence: number;
            /** @description The values at which users were capped; null without a cap. */
            caps: {
                /** @description The cap of the measure. */
                value: number | null;
                /** @description The cap of the denominator. */
                denominator: number | null;
            };
            /** @description The groups of users. */
            groups: components["schemas"]["MetricGroup"][];
            /** @description Whether the results can be trusted. */
            health: components["schemas"]["MetricHealth"][];
            /** @description Values by the day of the users' first exposure, to the end of their windows. */
            overTime: {
                /**
                 * Format: date
                 * @description The UTC day of the users' first exposure.
                 */
                day: string;
                /** @description The users who were first exposed on this day. */
                groups: {
                    /** @description The id of the route or variant. */
                    id: string;
                    /** @description How many users the group has. */
                    users: number;
                    /** @description The metric's value for these users. */
                    value: number | null;
                    /** @description The interval of the value. */
                    interval: {
                        /** @description The lower end. */
                        low: number;
                        /** @description The upper end. */
                        high: number;
                    } | null;
                }[];
            }[];
        };
        MetricGroup: {
            /** @description The id of the route or variant. */
            id: string;
            /** @description How many users the group has. */
            users: number;
            /** @description The metric's value for these users. */
            value: number | null;
            /** @description The interval of the value. */
            interval: {
                /** @description The lower end. */
                low: number;
                /** @description The upper end. */
                high: number;
            } | null;
            /** @description How many exposures the group had in the range, of all users. */
            exposures: number;
            /**
             * @description Why there is no figure; null if there is one.
             * @enum {string|null}
             */
            refusal: "no_users" | "one_user" | "no_variance" | "zero_denominator" | "baseline_not_positive" | "not_finite" | null;
            /** @description The group's value less the baseline's; null for the baseline. */
            absolute: components["schemas"]["MetricComparison"] | null;
            /** @description The same as a part of the baseline's value; null for the baseline. */
            relative: components["schemas"]["MetricComparison"] | null;
        };
        MetricComparison: {
            /** @description The difference. */
            estimate: number | null;
            /** @description The lower end of its interval. */
            low: number | null;
            /** @description The upper end of its interval. */
            high: number | null;
            /** @description The p-value of the difference, for one look at a time fixed in advance. */
            pValue: number | null;
            /** @description Holds however often one looks: the asymptotic confidence sequence of arXiv 2103.06476. */
            alwaysValid: {
                /** @description The lower end. */
                low: number;
                /** @description The upper end. */
                high: number;
                /** @description The p-value, however often one looks. */
                pValue: number;
            } | null;
            /**
             * @description Why there is no figure; null if there is one.
             * @enum {string|null}
             */
            refusal: "no_users" | "one_user" | "no_variance" | "zero_denominator" | "baseline_not_positive" | "not_finite" | null;
        };
        MetricHealth: {
            /**
             * @description What was checked.
             * @enum {string}
             */
            check: "sample_ratio" | "minimum_sample" | "join_rate" | "mixed_variants" | "complete_through" | "exposed_before" | "rejected" | "deduplicated";
            /**
             * @description Whether the results can be trusted in this respect.
             * @enum {string}
             */
            status: "ok" | "warning" | "unknown";
            /** @description What was found; for a warning, the likely cause and what to do about it. */
            message: string;
            /** @description The figures of the check. `byId` of the join rate: how many users were found by which property. */
            figures: {
                [key: string]: number | string | null | {
                    [key: string]: number;
                };
            };
        };
        /**
         * @example {
         *       "error": {
         *         "message": "There is no router for this model.",
         *         "type": "invalid_request_error",
         *         "code": "model_not_found"
         *       }
         *     }
         */
        OpenAIError: {
            /** @description The error. */
            error: {
                /** @description What is wrong. */
                message: string;
                /** @description `invalid_request_error` if the caller can correct it, else `api_error`. */
                type?: string | null;
                /** @description The wrong field. */
                param?: string | null;
                /** @description A code for programs. */
                code?: string | number | null;
            };
        };
        /**
         * @description Any body of OpenAI's Chat Completions. All of it but `model`, the user and `metadata` reaches the upstream unchanged, unless its variant says otherwise.
         * @example {
         *       "model": "inworld/my-router",
         *       "user": "user-17",
         *       "messages": [
         *         {
         *           "role": "user",
         *           "content": "Hello"
         *         }
         *       ]
         *     }
         */
        ChatCompletion: {
            /** @description The id of a router, with or without `inworld/`. After a colon: a model hint for conditions of routes. */
            model: string;
            /** @description The user whom the call serves, 1 to 255 bytes. The user keeps its variant; the call is an exposure. */
            user?: unknown;
            /** @description The user, where there is no `user`. */
            safety_identifier?: unknown;
            /** @description Texts by name, for the conditions of routes. */
            metadata?: unknown;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description Any body of OpenAI's Responses. All of it but `model`, the user and `metadata` reaches the upstream unchanged, unless its variant says otherwise.
         * @example {
         *       "model": "inworld/my-router",
         *       "user": "user-17",
         *       "input": "Hello"
         *     }
         */
        ModelResponse: {
            /** @description The id of a router, with or without `inworld/`. After a colon: a model hint for conditions of routes. */
            model: string;
            /** @description The user whom the call serves, 1 to 255 bytes. The user keeps its variant; the call is an exposure. */
            user?: unknown;
            /** @description The user, where there is no `user`. */
            safety_identifier?: unknown;
            /** @description Texts by name, for the conditions of routes. */
            metadata?: unknown;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description Any body of OpenAI's embeddings. All of it but `model`, the user and `metadata` reaches the upstream unchanged, unless its variant says otherwise.
         * @example {
         *       "model": "inworld/my-router",
         *       "user": "user-17",
         *       "input": "Hello"
         *     }
         */
        Embedding: {
            /** @description The id of a router, with or without `inworld/`. After a colon: a model hint for conditions of routes. */
            model: string;
            /** @description The user whom the call serves, 1 to 255 bytes. The user keeps its variant; the call is an exposure. */
            user?: unknown;
            /** @description The user, where there is no `user`. */
            safety_identifier?: unknown;
            /** @description Texts by name, for the conditions of routes. */
            metadata?: unknown;
        } & {
            [key: string]: unknown;
        };
        Models: {
            /**
             * @description Always `list`.
             * @enum {string}
             */
            object: "list";
            /** @description The routers, in the order of their ids. */
            data: components["schemas"]["Model"][];
        };
        /**
         * @example {
         *       "id": "inworld/my-router",
         *       "object": "model",
         *       "created": 1760000000,
         *       "owned_by": "crosscurrent"
         *     }
         */
        Model: {
            /** @description What `model` of a call names: the prefix and the id of a router. */
            id: string;
            /**
             * @description Always `model`.
             * @enum {string}
             */
            object: "model";
            /** @description When the router was created, in seconds since 1970. */
            created: number;
            /** @description Always `crosscurrent`. */
            owned_by: string;
        };
    };
    responses: {
        /** @description The request is not valid. `errors` lists the wrong fields. */
        Problem400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Bad Request",
                 *       "status": 400,
                 *       "detail": "The request is not valid. `errors` lists the wrong fields.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The API key or the session is missing or not valid. */
        Problem401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Unauthorized",
                 *       "status": 401,
                 *       "detail": "The API key or the session is missing or not valid.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller is not allowed to do this. */
        Problem403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Forbidden",
                 *       "status": 403,
                 *       "detail": "The caller is not allowed to do this.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The resource does not exist in this workspace. */
        Problem404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Not Found",
                 *       "status": 404,
                 *       "detail": "The resource does not exist in this workspace.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The path has other methods. `Allow` lists them. */
        Problem405: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Method Not Allowed",
                 *       "status": 405,
                 *       "detail": "The path has other methods. `Allow` lists them.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The call conflicts with the current state. `detail` says how. */
        Problem409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Conflict",
                 *       "status": 409,
                 *       "detail": "The call conflicts with the current state. `detail` says how.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The object has another version than `If-Match` names. Read it again before changing it. */
        Problem412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Precondition Failed",
                 *       "status": 412,
                 *       "detail": "The object has another version than `If-Match` names. Read it again before changing it.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        Problem413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Content Too Large",
                 *       "status": 413,
                 *       "detail": "The body is too large.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body has another media type, charset or encoding. */
        Problem415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Unsupported Media Type",
                 *       "status": 415,
                 *       "detail": "The body has another media type, charset or encoding.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many calls, or too much at once. `Retry-After` says when to try again. */
        Problem429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Too Many Requests",
                 *       "status": 429,
                 *       "detail": "Too many calls, or too much at once. `Retry-After` says when to try again.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller left before the response. */
        Problem499: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Client Closed Request",
                 *       "status": 499,
                 *       "detail": "The caller left before the response.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server failed. The call can be repeated. */
        Problem500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Internal Server Error",
                 *       "status": 500,
                 *       "detail": "The server failed. The call can be repeated.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A dependency is not available, or the server is busy. Try again later. */
        Problem503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Service Unavailable",
                 *       "status": 503,
                 *       "detail": "A dependency is not available, or the server is busy. Try again later.",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get the session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "workspace": {
                     *         "id": "ws_3f9a",
                     *         "name": "Acme"
                     *       },
                     *       "scopes": [
                     *         "admin"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "apiKey": "<api-key>"
                 *     }
                 */
                "application/json": components["schemas"]["NewSession"];
            };
        };
        responses: {
            /** @description Sign in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "workspace": {
                     *         "id": "ws_3f9a",
                     *         "name": "Acme"
                     *       },
                     *       "scopes": [
                     *         "admin"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get the workspace */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ws_3f9a",
                     *       "name": "Acme",
                     *       "temporalUiUrl": null
                     *     }
                     */
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List API keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "id": "key_5c1e",
                     *           "name": "Gateway of the shop",
                     *           "scopes": [
                     *             "chat"
                     *           ],
                     *           "hint": "cck_Zm9v",
                     *           "createdAt": "2026-01-31T08:00:00.000Z",
                     *           "lastUsedAt": null,
                     *           "expiresAt": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        keys: components["schemas"]["Key"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Gateway of the shop",
                 *       "scopes": [
                 *         "chat"
                 *       ],
                 *       "expiresAt": null
                 *     }
                 */
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description Create an API key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_5c1e",
                     *       "name": "Gateway of the shop",
                     *       "scopes": [
                     *         "chat"
                     *       ],
                     *       "hint": "cck_Zm9v",
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "lastUsedAt": null,
                     *       "expiresAt": null,
                     *       "key": "cck_Zm9vYmFy"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoke an API key */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    recordExposures: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "exposures": [
                 *         {
                 *           "alias_id": "my-router",
                 *           "route_id": "default",
                 *           "variant_id": "gpt",
                 *           "user": "user-17"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description The exposures to record. */
                    exposures: components["schemas"]["Exposure"][];
                };
                /**
                 * @example {
                 *       "alias_id": "my-router",
                 *       "route_id": "default",
                 *       "variant_id": "gpt",
                 *       "user": "user-17"
                 *     }
                 */
                "application/x-ndjson": components["schemas"]["Exposure"];
                /**
                 * @example {
                 *       "alias_id": "my-router",
                 *       "route_id": "default",
                 *       "variant_id": "gpt",
                 *       "user": "user-17"
                 *     }
                 */
                "application/ndjson": components["schemas"]["Exposure"];
                /**
                 * @example {
                 *       "alias_id": "my-router",
                 *       "route_id": "default",
                 *       "variant_id": "gpt",
                 *       "user": "user-17"
                 *     }
                 */
                "application/jsonl": components["schemas"]["Exposure"];
            };
        };
        responses: {
            /** @description All exposures are committed. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted": 1
                     *     }
                     */
                    "application/json": {
                        /**
                         * @description How many exposures were committed.
                         * @example 1
                         */
                        accepted: number;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List providers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "providers": [
                     *         {
                     *           "id": "acme",
                     *           "title": "Acme",
                     *           "summary": "Exposures become rows.",
                     *           "titlePrefix": "Project ",
                     *           "projectFields": [
                     *             "projectId"
                     *           ],
                     *           "access": {
                     *             "field": "accountEmail",
                     *             "principal": "sync@operator-project.iam.gserviceaccount.com",
                     *             "code": "7h2k9m4pqx3w5t8z",
                     *             "needsProof": false
                     *           },
                     *           "hasSetupScript": false,
                     *           "settings": [
                     *             {
                     *               "name": "projectId",
                     *               "label": "Project ID",
                     *               "kind": "text",
                     *               "required": true,
                     *               "advanced": false,
                     *               "changeable": false,
                     *               "neededToExport": false,
                     *               "suggest": {
                     *                 "list": "datasets"
                     *               }
                     *             }
                     *           ],
                     *           "event": [
                     *             {
                     *               "name": "projectId",
                     *               "label": "Project ID",
                     *               "kind": "text",
                     *               "required": true,
                     *               "advanced": false,
                     *               "changeable": false,
                     *               "neededToExport": false,
                     *               "suggest": {
                     *                 "list": "datasets"
                     *               }
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description All providers. */
                        providers: components["schemas"]["Provider"][];
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listIntegrations: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List integrations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "integrations": [
                     *         {
                     *           "id": "int_8ca58d2699",
                     *           "importFrom": "2026-01-31",
                     *           "importCost": null,
                     *           "createdAt": "2026-01-31T08:00:00.000Z",
                     *           "status": "idle",
                     *           "overdue": false,
                     *           "nextRunAt": "2026-01-31T08:00:00.000Z",
                     *           "workflowId": "integration-int_8ca58d2699",
                     *           "temporalUrl": null,
                     *           "lastRun": {
                     *             "id": "run_5d2c",
                     *             "startedAt": "2026-01-31T08:00:00.000Z",
                     *             "finishedAt": "2026-01-31T08:00:00.000Z",
                     *             "outcome": "succeeded"
                     *           },
                     *           "lastTest": null,
                     *           "projectFixed": true,
                     *           "ownership": {
                     *             "status": "claimed",
                     *             "code": "7h2k9m4pqx3w5t8z"
                     *           },
                     *           "warnings": [],
                     *           "export": {
                     *             "enabled": true,
                     *             "usage": false,
                     *             "completeThrough": "2026-01-31T08:00:00.000Z",
                     *             "sent": 4000,
                     *             "rejected": 0,
                     *             "pending": 1000,
                     *             "late": 0,
                     *             "doing": "delivering buckets 1 to 1000 of 5000"
                     *           },
                     *           "import": {
                     *             "enabled": true,
                     *             "doing": "delivering buckets 1 to 1000 of 5000"
                     *           },
                     *           "provider": "mixpanel",
                     *           "projectId": "3141592",
                     *           "serviceAccountUsername": "sync.abc123.mp-service-account",
                     *           "region": "us",
                     *           "projectTime": "auto"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        integrations: components["schemas"]["Integration"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "mixpanel",
                 *       "projectId": "3141592",
                 *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                 *       "region": "us",
                 *       "projectTime": "auto",
                 *       "serviceAccountSecret": "the secret of the service account",
                 *       "importFrom": "2026-01-31"
                 *     }
                 */
                "application/json": components["schemas"]["NewIntegration"];
            };
        };
        responses: {
            /** @description Create an integration */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "int_8ca58d2699",
                     *       "importFrom": "2026-01-31",
                     *       "importCost": null,
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "status": "idle",
                     *       "overdue": false,
                     *       "nextRunAt": "2026-01-31T08:00:00.000Z",
                     *       "workflowId": "integration-int_8ca58d2699",
                     *       "temporalUrl": null,
                     *       "lastRun": {
                     *         "id": "run_5d2c",
                     *         "startedAt": "2026-01-31T08:00:00.000Z",
                     *         "finishedAt": "2026-01-31T08:00:00.000Z",
                     *         "outcome": "succeeded"
                     *       },
                     *       "lastTest": null,
                     *       "projectFixed": true,
                     *       "ownership": {
                     *         "status": "claimed",
                     *         "code": "7h2k9m4pqx3w5t8z"
                     *       },
                     *       "warnings": [],
                     *       "export": {
                     *         "enabled": true,
                     *         "usage": false,
                     *         "completeThrough": "2026-01-31T08:00:00.000Z",
                     *         "sent": 4000,
                     *         "rejected": 0,
                     *         "pending": 1000,
                     *         "late": 0,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "import": {
                     *         "enabled": true,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "provider": "mixpanel",
                     *       "projectId": "3141592",
                     *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                     *       "region": "us",
                     *       "projectTime": "auto"
                     *     }
                     */
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get an integration */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "int_8ca58d2699",
                     *       "importFrom": "2026-01-31",
                     *       "importCost": null,
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "status": "idle",
                     *       "overdue": false,
                     *       "nextRunAt": "2026-01-31T08:00:00.000Z",
                     *       "workflowId": "integration-int_8ca58d2699",
                     *       "temporalUrl": null,
                     *       "lastRun": {
                     *         "id": "run_5d2c",
                     *         "startedAt": "2026-01-31T08:00:00.000Z",
                     *         "finishedAt": "2026-01-31T08:00:00.000Z",
                     *         "outcome": "succeeded"
                     *       },
                     *       "lastTest": null,
                     *       "projectFixed": true,
                     *       "ownership": {
                     *         "status": "claimed",
                     *         "code": "7h2k9m4pqx3w5t8z"
                     *       },
                     *       "warnings": [],
                     *       "export": {
                     *         "enabled": true,
                     *         "usage": false,
                     *         "completeThrough": "2026-01-31T08:00:00.000Z",
                     *         "sent": 4000,
                     *         "rejected": 0,
                     *         "pending": 1000,
                     *         "late": 0,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "import": {
                     *         "enabled": true,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "provider": "mixpanel",
                     *       "projectId": "3141592",
                     *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                     *       "region": "us",
                     *       "projectTime": "auto"
                     *     }
                     */
                    "application/json": components["schemas"]["Integration"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteIntegration: {
        parameters: {
            query?: {
                /** @description `true` deletes the metrics that use its events too. Default: `false`. */
                force?: string;
            };
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete an integration */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    updateIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "export": {},
                 *       "projectId": "3141592",
                 *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                 *       "region": "us",
                 *       "projectTime": "auto",
                 *       "serviceAccountSecret": "the secret of the service account"
                 *     }
                 */
                "application/json": components["schemas"]["MixpanelPatch"] | components["schemas"]["BigQueryPatch"];
            };
        };
        responses: {
            /** @description Change an integration */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "int_8ca58d2699",
                     *       "importFrom": "2026-01-31",
                     *       "importCost": null,
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "status": "idle",
                     *       "overdue": false,
                     *       "nextRunAt": "2026-01-31T08:00:00.000Z",
                     *       "workflowId": "integration-int_8ca58d2699",
                     *       "temporalUrl": null,
                     *       "lastRun": {
                     *         "id": "run_5d2c",
                     *         "startedAt": "2026-01-31T08:00:00.000Z",
                     *         "finishedAt": "2026-01-31T08:00:00.000Z",
                     *         "outcome": "succeeded"
                     *       },
                     *       "lastTest": null,
                     *       "projectFixed": true,
                     *       "ownership": {
                     *         "status": "claimed",
                     *         "code": "7h2k9m4pqx3w5t8z"
                     *       },
                     *       "warnings": [],
                     *       "export": {
                     *         "enabled": true,
                     *         "usage": false,
                     *         "completeThrough": "2026-01-31T08:00:00.000Z",
                     *         "sent": 4000,
                     *         "rejected": 0,
                     *         "pending": 1000,
                     *         "late": 0,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "import": {
                     *         "enabled": true,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "provider": "mixpanel",
                     *       "projectId": "3141592",
                     *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                     *       "region": "us",
                     *       "projectTime": "auto"
                     *     }
                     */
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    pauseIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Pause an integration */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "int_8ca58d2699",
                     *       "importFrom": "2026-01-31",
                     *       "importCost": null,
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "status": "idle",
                     *       "overdue": false,
                     *       "nextRunAt": "2026-01-31T08:00:00.000Z",
                     *       "workflowId": "integration-int_8ca58d2699",
                     *       "temporalUrl": null,
                     *       "lastRun": {
                     *         "id": "run_5d2c",
                     *         "startedAt": "2026-01-31T08:00:00.000Z",
                     *         "finishedAt": "2026-01-31T08:00:00.000Z",
                     *         "outcome": "succeeded"
                     *       },
                     *       "lastTest": null,
                     *       "projectFixed": true,
                     *       "ownership": {
                     *         "status": "claimed",
                     *         "code": "7h2k9m4pqx3w5t8z"
                     *       },
                     *       "warnings": [],
                     *       "export": {
                     *         "enabled": true,
                     *         "usage": false,
                     *         "completeThrough": "2026-01-31T08:00:00.000Z",
                     *         "sent": 4000,
                     *         "rejected": 0,
                     *         "pending": 1000,
                     *         "late": 0,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "import": {
                     *         "enabled": true,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "provider": "mixpanel",
                     *       "projectId": "3141592",
                     *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                     *       "region": "us",
                     *       "projectTime": "auto"
                     *     }
                     */
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    resumeIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Resume an integration */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "int_8ca58d2699",
                     *       "importFrom": "2026-01-31",
                     *       "importCost": null,
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "status": "idle",
                     *       "overdue": false,
                     *       "nextRunAt": "2026-01-31T08:00:00.000Z",
                     *       "workflowId": "integration-int_8ca58d2699",
                     *       "temporalUrl": null,
                     *       "lastRun": {
                     *         "id": "run_5d2c",
                     *         "startedAt": "2026-01-31T08:00:00.000Z",
                     *         "finishedAt": "2026-01-31T08:00:00.000Z",
                     *         "outcome": "succeeded"
                     *       },
                     *       "lastTest": null,
                     *       "projectFixed": true,
                     *       "ownership": {
                     *         "status": "claimed",
                     *         "code": "7h2k9m4pqx3w5t8z"
                     *       },
                     *       "warnings": [],
                     *       "export": {
                     *         "enabled": true,
                     *         "usage": false,
                     *         "completeThrough": "2026-01-31T08:00:00.000Z",
                     *         "sent": 4000,
                     *         "rejected": 0,
                     *         "pending": 1000,
                     *         "late": 0,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "import": {
                     *         "enabled": true,
                     *         "doing": "delivering buckets 1 to 1000 of 5000"
                     *       },
                     *       "provider": "mixpanel",
                     *       "projectId": "3141592",
                     *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                     *       "region": "us",
                     *       "projectTime": "auto"
                     *     }
                     */
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    testNewIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "mixpanel",
                 *       "projectId": "3141592",
                 *       "serviceAccountUsername": "sync.abc123.mp-service-account",
                 *       "region": "us",
                 *       "projectTime": "auto",
                 *       "serviceAccountSecret": "the secret of the service account",
                 *       "importFrom": "2026-01-31"
                 *     }
                 */
                "application/json": components["schemas"]["NewIntegration"];
            };
        };
        responses: {
            /** @description Test before creating */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ok": true,
                     *       "retryUntil": null,
                     *       "steps": [
                     *         {
                     *           "name": "credentials",
                     *           "ok": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ConnectionTest"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    testIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Test the connection */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ok": true,
                     *       "retryUntil": null,
                     *       "steps": [
                     *         {
                     *           "name": "credentials",
                     *           "ok": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ConnectionTest"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createSetupScript: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "integration": {
                 *         "provider": "mixpanel",
                 *         "projectId": "3141592",
                 *         "serviceAccountUsername": "sync.abc123.mp-service-account",
                 *         "region": "us",
                 *         "projectTime": "auto",
                 *         "serviceAccountSecret": "the secret of the service account",
                 *         "importFrom": "2026-01-31"
                 *       },
                 *       "directions": [
                 *         "export"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewSetupScript"];
            };
        };
        responses: {
            /** @description Write a set-up script */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "script": "#!/usr/bin/env bash\n…\n"
                     *     }
                     */
                    "application/json": components["schemas"]["SetupScript"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listBigQueryDatasets: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List datasets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "datasets": [
                     *         {
                     *           "id": "analytics"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        datasets: components["schemas"]["BigQueryDataset"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listBigQueryTables: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The name of the dataset. */
                dataset: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List tables */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tables": [
                     *         {
                     *           "id": "events",
                     *           "type": "TABLE"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        tables: components["schemas"]["BigQueryTable"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listBigQueryColumns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The name of the dataset. */
                dataset: string;
                /** @description The name of the table. */
                table: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List columns */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "columns": [
                     *         {
                     *           "name": "user_id",
                     *           "type": "STRING",
                     *           "mode": "REQUIRED"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description The columns in their order in the table. */
                        columns: components["schemas"]["BigQueryColumn"][];
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "events": [
                     *         {
                     *           "description": "Paid orders",
                     *           "createdAt": "2026-01-31T08:00:00.000Z",
                     *           "imported": 1200,
                     *           "rejected": 0,
                     *           "completeThrough": "2026-01-31T08:00:00.000Z",
                     *           "gaps": [
                     *             {
                     *               "from": "2026-01-05",
                     *               "to": "2026-01-05",
                     *               "kind": "transient",
                     *               "message": "The provider failed at the export of events (status 500).",
                     *               "since": "2026-01-31T08:00:00.000Z"
                     *             }
                     *           ],
                     *           "arrivalAges": [
                     *             {
                     *               "belowHours": 1,
                     *               "count": 120
                     *             },
                     *             {
                     *               "belowHours": null,
                     *               "count": 0
                     *             }
                     *           ],
                     *           "reading": {
                     *             "lookbackHours": 72,
                     *             "runBytes": 52428800,
                     *             "sourceBytes": 1073741824
                     *           },
                     *           "warnings": [],
                     *           "eventId": "purchase"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        events: components["schemas"]["Event"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "eventId": "purchase"
                 *     }
                 */
                "application/json": components["schemas"]["NewMixpanelEvent"] | components["schemas"]["NewBigQueryEvent"];
            };
        };
        responses: {
            /** @description Add an event */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "description": "Paid orders",
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "imported": 1200,
                     *       "rejected": 0,
                     *       "completeThrough": "2026-01-31T08:00:00.000Z",
                     *       "gaps": [
                     *         {
                     *           "from": "2026-01-05",
                     *           "to": "2026-01-05",
                     *           "kind": "transient",
                     *           "message": "The provider failed at the export of events (status 500).",
                     *           "since": "2026-01-31T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "arrivalAges": [
                     *         {
                     *           "belowHours": 1,
                     *           "count": 120
                     *         },
                     *         {
                     *           "belowHours": null,
                     *           "count": 0
                     *         }
                     *       ],
                     *       "reading": {
                     *         "lookbackHours": 72,
                     *         "runBytes": 52428800,
                     *         "sourceBytes": 1073741824
                     *       },
                     *       "warnings": [],
                     *       "eventId": "purchase"
                     *     }
                     */
                    "application/json": components["schemas"]["Event"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The id or name of the event. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete an event */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    updateEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The id or name of the event. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "About purchase"
                 *     }
                 */
                "application/json": components["schemas"]["MixpanelEventPatch"] | components["schemas"]["BigQueryEventPatch"];
            };
        };
        responses: {
            /** @description Change an event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "description": "Paid orders",
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "imported": 1200,
                     *       "rejected": 0,
                     *       "completeThrough": "2026-01-31T08:00:00.000Z",
                     *       "gaps": [
                     *         {
                     *           "from": "2026-01-05",
                     *           "to": "2026-01-05",
                     *           "kind": "transient",
                     *           "message": "The provider failed at the export of events (status 500).",
                     *           "since": "2026-01-31T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "arrivalAges": [
                     *         {
                     *           "belowHours": 1,
                     *           "count": 120
                     *         },
                     *         {
                     *           "belowHours": null,
                     *           "count": 0
                     *         }
                     *       ],
                     *       "reading": {
                     *         "lookbackHours": 72,
                     *         "runBytes": 52428800,
                     *         "sourceBytes": 1073741824
                     *       },
                     *       "warnings": [],
                     *       "eventId": "purchase"
                     *     }
                     */
                    "application/json": components["schemas"]["Event"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listImportedRecords: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
                /** @description Only records that have this id among those of their user. Default: all records. */
                user?: string;
            };
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The id or name of the event. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List imported records */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "records": [
                     *         {
                     *           "uuid": "9f1c2e",
                     *           "user_id": "user-17",
                     *           "user_ids": [
                     *             "user-17",
                     *             "anon-5"
                     *           ],
                     *           "timestamp": "2026-01-31T08:00:00.000Z",
                     *           "properties": {
                     *             "amount": 12.5,
                     *             "currency": "EUR"
                     *           }
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        records: components["schemas"]["ImportedRecord"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listProperties: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The id or name of the event. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List properties */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "properties": [
                     *         {
                     *           "name": "amount",
                     *           "types": [
                     *             "number"
                     *           ],
                     *           "numeric": true,
                     *           "count": 1200,
                     *           "nonNumeric": 0,
                     *           "example": 12.5
                     *         }
                     *       ],
                     *       "truncated": false
                     *     }
                     */
                    "application/json": {
                        /** @description The properties by name. */
                        properties: components["schemas"]["Property"][];
                        /**
                         * @description Whether the records have further properties, which are not listed.
                         * @example false
                         */
                        truncated: boolean;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    rereadEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The id or name of the event. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from": "2026-01-31",
                 *       "to": "2026-02-03"
                 *     }
                 */
                "application/json": components["schemas"]["Reread"];
            };
        };
        responses: {
            /** @description Read days again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "requestId": "req_7f3a"
                     *     }
                     */
                    "application/json": components["schemas"]["Requested"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "runs": [
                     *         {
                     *           "id": "run_5d2c",
                     *           "startedAt": "2026-01-31T08:00:00.000Z",
                     *           "finishedAt": "2026-01-31T08:00:00.000Z",
                     *           "outcome": "succeeded",
                     *           "directions": [
                     *             {
                     *               "direction": "export",
                     *               "outcome": "succeeded",
                     *               "records": 1200,
                     *               "rejected": 0,
                     *               "estimatedBytes": 52428800
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        runs: components["schemas"]["Run"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    syncIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sync now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "requestId": "req_7f3a"
                     *     }
                     */
                    "application/json": components["schemas"]["Requested"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getSyncRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
                /** @description The id of the request, as the call that made it returned it. */
                requestId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a sync request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "done",
                     *       "runId": "run_5d2c",
                     *       "outcome": "succeeded"
                     *     }
                     */
                    "application/json": components["schemas"]["SyncRequest"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listRejectedRecords: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List rejected records */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rejected": [
                     *         {
                     *           "id": "1042",
                     *           "direction": "import",
                     *           "event": "purchase",
                     *           "reason": "The row has no event UUID.",
                     *           "record": {
                     *             "event": "purchase",
                     *             "amount": 12.5
                     *           },
                     *           "at": "2026-01-31T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "next": null,
                     *       "counts": [
                     *         {
                     *           "direction": "export",
                     *           "event": "purchase",
                     *           "reason": "The row has no event UUID.",
                     *           "count": 3
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        rejected: components["schemas"]["RejectedRecord"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                        /** @description All rejected records by reason, whatever the page. The counts are exact, also where a sample is listed. */
                        counts: components["schemas"]["RejectedCount"][];
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    resendRejectedRecords: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ids": [
                 *         "1042"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ResendRejected"];
            };
        };
        responses: {
            /** @description Send rejected records again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "requestId": "req_7f3a"
                     *     }
                     */
                    "application/json": components["schemas"]["Requested"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    resendExport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the integration. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from": "2026-01-31"
                 *     }
                 */
                "application/json": components["schemas"]["ResendExport"];
            };
        };
        responses: {
            /** @description Send everything again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "requestId": "req_7f3a"
                     *     }
                     */
                    "application/json": components["schemas"]["Requested"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listRouters: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List routers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "routers": [
                     *         {
                     *           "version": 3,
                     *           "id": "my-router",
                     *           "description": null,
                     *           "routes": [
                     *             {
                     *               "id": "default",
                     *               "conditions": {},
                     *               "fallbackVariantIds": [],
                     *               "fallbackVariantId": null,
                     *               "variants": [
                     *                 {
                     *                   "id": "gpt",
                     *                   "weight": 1,
                     *                   "upstream": {
                     *                     "baseUrl": "https://api.openai.com/v1",
                     *                     "model": "gpt-4o",
                     *                     "hasApiKey": true,
                     *                     "headerNames": []
                     *                   },
                     *                   "price": null
                     *                 }
                     *               ]
                     *             }
                     *           ],
                     *           "createdAt": "2026-01-31T08:00:00.000Z",
                     *           "updatedAt": "2026-01-31T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        routers: components["schemas"]["Router"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createRouter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "my-router",
                 *       "routes": [
                 *         {
                 *           "id": "default",
                 *           "conditions": {},
                 *           "variants": [
                 *             {
                 *               "id": "gpt",
                 *               "weight": 1,
                 *               "upstream": {
                 *                 "baseUrl": "https://api.openai.com/v1",
                 *                 "model": "gpt-4o",
                 *                 "apiKey": "sk-example"
                 *               }
                 *             }
                 *           ]
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewRouter"];
            };
        };
        responses: {
            /** @description Create a router */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": 3,
                     *       "id": "my-router",
                     *       "description": null,
                     *       "routes": [
                     *         {
                     *           "id": "default",
                     *           "conditions": {},
                     *           "fallbackVariantIds": [],
                     *           "fallbackVariantId": null,
                     *           "variants": [
                     *             {
                     *               "id": "gpt",
                     *               "weight": 1,
                     *               "upstream": {
                     *                 "baseUrl": "https://api.openai.com/v1",
                     *                 "model": "gpt-4o",
                     *                 "hasApiKey": true,
                     *                 "headerNames": []
                     *               },
                     *               "price": null
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "updatedAt": "2026-01-31T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Router"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getRouter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the router. */
                router: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a router */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": 3,
                     *       "id": "my-router",
                     *       "description": null,
                     *       "routes": [
                     *         {
                     *           "id": "default",
                     *           "conditions": {},
                     *           "fallbackVariantIds": [],
                     *           "fallbackVariantId": null,
                     *           "variants": [
                     *             {
                     *               "id": "gpt",
                     *               "weight": 1,
                     *               "upstream": {
                     *                 "baseUrl": "https://api.openai.com/v1",
                     *                 "model": "gpt-4o",
                     *                 "hasApiKey": true,
                     *                 "headerNames": []
                     *               },
                     *               "price": null
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "updatedAt": "2026-01-31T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Router"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteRouter: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a router */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    updateRouter: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "routeOrder": [
                 *         "premium",
                 *         "default"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RouterPatch"];
            };
        };
        responses: {
            /** @description Change a router */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": 3,
                     *       "id": "my-router",
                     *       "description": null,
                     *       "routes": [
                     *         {
                     *           "id": "default",
                     *           "conditions": {},
                     *           "fallbackVariantIds": [],
                     *           "fallbackVariantId": null,
                     *           "variants": [
                     *             {
                     *               "id": "gpt",
                     *               "weight": 1,
                     *               "upstream": {
                     *                 "baseUrl": "https://api.openai.com/v1",
                     *                 "model": "gpt-4o",
                     *                 "hasApiKey": true,
                     *                 "headerNames": []
                     *               },
                     *               "price": null
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "updatedAt": "2026-01-31T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Router"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listRoutes: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the router. */
                router: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List routes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "routes": [
                     *         {
                     *           "id": "default",
                     *           "conditions": {},
                     *           "fallbackVariantIds": [],
                     *           "fallbackVariantId": null,
                     *           "variants": [
                     *             {
                     *               "id": "gpt",
                     *               "weight": 1,
                     *               "upstream": {
                     *                 "baseUrl": "https://api.openai.com/v1",
                     *                 "model": "gpt-4o",
                     *                 "hasApiKey": true,
                     *                 "headerNames": []
                     *               },
                     *               "price": null
                     *             }
                     *           ],
                     *           "version": 3
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        routes: components["schemas"]["VersionedRoute"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "default",
                 *       "conditions": {},
                 *       "variants": [
                 *         {
                 *           "id": "gpt",
                 *           "weight": 1,
                 *           "upstream": {
                 *             "baseUrl": "https://api.openai.com/v1",
                 *             "model": "gpt-4o",
                 *             "apiKey": "sk-example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewRoute"];
            };
        };
        responses: {
            /** @description Add a route */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "default",
                     *       "conditions": {},
                     *       "fallbackVariantIds": [],
                     *       "fallbackVariantId": null,
                     *       "variants": [
                     *         {
                     *           "id": "gpt",
                     *           "weight": 1,
                     *           "upstream": {
                     *             "baseUrl": "https://api.openai.com/v1",
                     *             "model": "gpt-4o",
                     *             "hasApiKey": true,
                     *             "headerNames": []
                     *           },
                     *           "price": null
                     *         }
                     *       ],
                     *       "version": 3
                     *     }
                     */
                    "application/json": components["schemas"]["VersionedRoute"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a route */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "default",
                     *       "conditions": {},
                     *       "fallbackVariantIds": [],
                     *       "fallbackVariantId": null,
                     *       "variants": [
                     *         {
                     *           "id": "gpt",
                     *           "weight": 1,
                     *           "upstream": {
                     *             "baseUrl": "https://api.openai.com/v1",
                     *             "model": "gpt-4o",
                     *             "hasApiKey": true,
                     *             "headerNames": []
                     *           },
                     *           "price": null
                     *         }
                     *       ],
                     *       "version": 3
                     *     }
                     */
                    "application/json": components["schemas"]["VersionedRoute"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a route */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    updateRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "conditions": {
                 *         "metadata": {
                 *           "plan": "pro"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["RoutePatch"];
            };
        };
        responses: {
            /** @description Change a route */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "default",
                     *       "conditions": {},
                     *       "fallbackVariantIds": [],
                     *       "fallbackVariantId": null,
                     *       "variants": [
                     *         {
                     *           "id": "gpt",
                     *           "weight": 1,
                     *           "upstream": {
                     *             "baseUrl": "https://api.openai.com/v1",
                     *             "model": "gpt-4o",
                     *             "hasApiKey": true,
                     *             "headerNames": []
                     *           },
                     *           "price": null
                     *         }
                     *       ],
                     *       "version": 3
                     *     }
                     */
                    "application/json": components["schemas"]["VersionedRoute"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listVariants: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List variants */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "variants": [
                     *         {
                     *           "id": "gpt",
                     *           "weight": 1,
                     *           "upstream": {
                     *             "baseUrl": "https://api.openai.com/v1",
                     *             "model": "gpt-4o",
                     *             "hasApiKey": true,
                     *             "headerNames": []
                     *           },
                     *           "price": null,
                     *           "version": 3
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        variants: components["schemas"]["VersionedVariant"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createVariant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "gpt",
                 *       "weight": 1,
                 *       "upstream": {
                 *         "baseUrl": "https://api.openai.com/v1",
                 *         "model": "gpt-4o",
                 *         "apiKey": "sk-example"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewVariant"];
            };
        };
        responses: {
            /** @description Add a variant */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gpt",
                     *       "weight": 1,
                     *       "upstream": {
                     *         "baseUrl": "https://api.openai.com/v1",
                     *         "model": "gpt-4o",
                     *         "hasApiKey": true,
                     *         "headerNames": []
                     *       },
                     *       "price": null,
                     *       "version": 3
                     *     }
                     */
                    "application/json": components["schemas"]["VersionedVariant"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getVariant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
                /** @description The id of the variant. */
                variant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a variant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gpt",
                     *       "weight": 1,
                     *       "upstream": {
                     *         "baseUrl": "https://api.openai.com/v1",
                     *         "model": "gpt-4o",
                     *         "hasApiKey": true,
                     *         "headerNames": []
                     *       },
                     *       "price": null,
                     *       "version": 3
                     *     }
                     */
                    "application/json": components["schemas"]["VersionedVariant"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteVariant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
                /** @description The id of the variant. */
                variant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a variant */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    updateVariant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
                /** @description The id of the variant. */
                variant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "weight": 3
                 *     }
                 */
                "application/json": components["schemas"]["VariantPatch"];
            };
        };
        responses: {
            /** @description Change a variant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gpt",
                     *       "weight": 1,
                     *       "upstream": {
                     *         "baseUrl": "https://api.openai.com/v1",
                     *         "model": "gpt-4o",
                     *         "hasApiKey": true,
                     *         "headerNames": []
                     *       },
                     *       "price": null,
                     *       "version": 3
                     *     }
                     */
                    "application/json": components["schemas"]["VersionedVariant"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listRouterVersions: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description The id of the router. */
                router: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a router's versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "versions": [
                     *         {
                     *           "version": 3,
                     *           "at": "2026-01-31T08:00:00.000Z",
                     *           "by": {
                     *             "keyId": "key_1",
                     *             "name": "First key"
                     *           },
                     *           "changes": [
                     *             {
                     *               "path": "routes/default/variants/gpt/weight",
                     *               "from": 1,
                     *               "to": 3
                     *             }
                     *           ],
                     *           "restoredFrom": null,
                     *           "deleted": false
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        versions: components["schemas"]["RouterVersion"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreRouterVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The number of the version. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a version of a router */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": 3,
                     *       "id": "my-router",
                     *       "description": null,
                     *       "routes": [
                     *         {
                     *           "id": "default",
                     *           "conditions": {},
                     *           "fallbackVariantIds": [],
                     *           "fallbackVariantId": null,
                     *           "variants": [
                     *             {
                     *               "id": "gpt",
                     *               "weight": 1,
                     *               "upstream": {
                     *                 "baseUrl": "https://api.openai.com/v1",
                     *                 "model": "gpt-4o",
                     *                 "hasApiKey": true,
                     *                 "headerNames": []
                     *               },
                     *               "price": null
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "updatedAt": "2026-01-31T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Router"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    setWeights: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the router must have, as in `"3"`. With another one the call changes nothing: 412. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of the router. */
                router: string;
                /** @description The id of the route. */
                route: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "weights": {
                 *         "gpt": 3,
                 *         "claude": 1
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Weights"];
            };
        };
        responses: {
            /** @description Set the weights of a route */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "default",
                     *       "conditions": {},
                     *       "fallbackVariantIds": [],
                     *       "fallbackVariantId": null,
                     *       "variants": [
                     *         {
                     *           "id": "gpt",
                     *           "weight": 1,
                     *           "upstream": {
                     *             "baseUrl": "https://api.openai.com/v1",
                     *             "model": "gpt-4o",
                     *             "hasApiKey": true,
                     *             "headerNames": []
                     *           },
                     *           "price": null
                     *         }
                     *       ],
                     *       "version": 3
                     *     }
                     */
                    "application/json": components["schemas"]["VersionedRoute"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listRouterExposures: {
        parameters: {
            query?: {
                /** @description A time in the first hour. Default: 48 hours before `to`. */
                from?: string;
                /** @description A time in the last hour. Default: now. */
                to?: string;
            };
            header?: never;
            path: {
                /** @description The id of the router, or the `alias_id` of exposures. */
                router: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Count exposures per hour */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "hours": [
                     *         {
                     *           "hour": "2026-01-31T08:00:00.000Z",
                     *           "routeId": "default",
                     *           "variantId": "gpt",
                     *           "exposures": 120,
                     *           "users": 31
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description One item for each hour and variant with exposures. */
                        hours: components["schemas"]["ExposureHour"][];
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getRouterUsage: {
        parameters: {
            query?: {
                /** @description A time in the first hour. Default: 48 hours before `to`. */
                from?: string;
                /** @description A time in the last hour. Default: now. */
                to?: string;
                /** @description Only this route. Default: all routes. */
                route?: string;
            };
            header?: never;
            path: {
                /** @description The id of the router, or the `alias_id` of exposures. */
                router: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get the usage of a router */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "variants": [
                     *         {
                     *           "routeId": "default",
                     *           "variantId": "gpt",
                     *           "assigned": 120,
                     *           "served": 118,
                     *           "failed": 1,
                     *           "fallbacks": 1,
                     *           "users": 31,
                     *           "withoutUser": 4,
                     *           "inputTokens": 48210,
                     *           "outputTokens": 20114,
                     *           "tokenCalls": 122,
                     *           "costUsd": 0.32,
                     *           "costCalls": 122,
                     *           "latencyMs": {
                     *             "p50": 812,
                     *             "p95": 2140,
                     *             "p99": 3968
                     *           },
                     *           "ttftMs": {
                     *             "p50": 301,
                     *             "p95": 640,
                     *             "p99": 900
                     *           }
                     *         }
                     *       ],
                     *       "withoutUser": 4
                     *     }
                     */
                    "application/json": {
                        /** @description One item for each variant that has calls. */
                        variants: components["schemas"]["VariantUsage"][];
                        /** @description Calls without a user, or with one that cannot be recorded. */
                        withoutUser: number;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listAliases: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List aliases */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aliases": [
                     *         {
                     *           "id": "my-router",
                     *           "configured": true,
                     *           "exposures": 120,
                     *           "lastExposureAt": "2026-01-31T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        aliases: components["schemas"]["Alias"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listMetrics: {
        parameters: {
            query?: {
                /** @description `next` of the previous page. Default: the first page. */
                cursor?: string;
                /** @description How many items the page has at most, from 1 to 1000. Default: 100. */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "metrics": [
                     *         {
                     *           "id": "met_81d2",
                     *           "name": "Purchases",
                     *           "description": null,
                     *           "integrationId": "int_2f6b",
                     *           "measure": {
                     *             "event": "purchase",
                     *             "aggregation": "conversion",
                     *             "filters": []
                     *           },
                     *           "denominator": null,
                     *           "direction": "up",
                     *           "windowHours": 72,
                     *           "winsorizePercentile": null,
                     *           "format": {
                     *             "style": "percent"
                     *           },
                     *           "warnings": [],
                     *           "createdAt": "2026-01-31T08:00:00.000Z",
                     *           "updatedAt": "2026-01-31T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        /** @description One page of the list. */
                        metrics: components["schemas"]["Metric"][];
                        /**
                         * @description The `cursor` of the next page; null at the end.
                         * @example null
                         */
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createMetric: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "integrationId": "int_2f6b",
                 *       "name": "Purchases",
                 *       "measure": {
                 *         "event": "purchase",
                 *         "aggregation": "conversion"
                 *       },
                 *       "format": {
                 *         "style": "percent"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewMetric"];
            };
        };
        responses: {
            /** @description Create a metric */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "met_81d2",
                     *       "name": "Purchases",
                     *       "description": null,
                     *       "integrationId": "int_2f6b",
                     *       "measure": {
                     *         "event": "purchase",
                     *         "aggregation": "conversion",
                     *         "filters": []
                     *       },
                     *       "denominator": null,
                     *       "direction": "up",
                     *       "windowHours": 72,
                     *       "winsorizePercentile": null,
                     *       "format": {
                     *         "style": "percent"
                     *       },
                     *       "warnings": [],
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "updatedAt": "2026-01-31T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Metric"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getMetric: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the metric. */
                metric: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a metric */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "met_81d2",
                     *       "name": "Purchases",
                     *       "description": null,
                     *       "integrationId": "int_2f6b",
                     *       "measure": {
                     *         "event": "purchase",
                     *         "aggregation": "conversion",
                     *         "filters": []
                     *       },
                     *       "denominator": null,
                     *       "direction": "up",
                     *       "windowHours": 72,
                     *       "winsorizePercentile": null,
                     *       "format": {
                     *         "style": "percent"
                     *       },
                     *       "warnings": [],
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "updatedAt": "2026-01-31T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Metric"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteMetric: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the metric. */
                metric: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a metric */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    updateMetric: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the metric. */
                metric: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "windowHours": 168
                 *     }
                 */
                "application/json": components["schemas"]["MetricPatch"];
            };
        };
        responses: {
            /** @description Change a metric */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "met_81d2",
                     *       "name": "Purchases",
                     *       "description": null,
                     *       "integrationId": "int_2f6b",
                     *       "measure": {
                     *         "event": "purchase",
                     *         "aggregation": "conversion",
                     *         "filters": []
                     *       },
                     *       "denominator": null,
                     *       "direction": "up",
                     *       "windowHours": 72,
                     *       "winsorizePercentile": null,
                     *       "format": {
                     *         "style": "percent"
                     *       },
                     *       "warnings": [],
                     *       "createdAt": "2026-01-31T08:00:00.000Z",
                     *       "updatedAt": "2026-01-31T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Metric"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getMetricResults: {
        parameters: {
            query: {
                /** @description The id of the router. It does not have to be configured here. */
                router: string;
                /** @description What the groups of users are. */
                by?: "variant" | "route";
                /** @description Only exposures of this route. Default: of all routes. */
                route?: string;
                /** @description First UTC day. Default: 28 days before `to`. */
                from?: string;
                /** @description The UTC day after the last one. Default: tomorrow. */
                to?: string;
                /** @description The group that others are compared with. Default: the one with most users. */
                baseline?: string;
                /** @description Users of several groups: they count for their first group, or not at all. */
                mixed?: "first" | "exclude";
                /** @description Users whose window is not over, or not imported to its end. */
                unfinished?: "include" | "exclude";
                /** @description Whether to adjust by the same measure in an equal window before the exposure. */
                cuped?: "false" | "true";
                /** @description The confidence of the intervals. Default: 0.95. */
                confidence?: string;
            };
            header?: never;
            path: {
                /** @description The id of the metric. */
                metric: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Compare groups by a metric */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "metric": {
                     *         "id": "met_81d2",
                     *         "name": "Purchases",
                     *         "description": null,
                     *         "integrationId": "int_2f6b",
                     *         "measure": {
                     *           "event": "purchase",
                     *           "aggregation": "conversion",
                     *           "filters": []
                     *         },
                     *         "denominator": null,
                     *         "direction": "up",
                     *         "windowHours": 72,
                     *         "winsorizePercentile": null,
                     *         "format": {
                     *           "style": "percent"
                     *         },
                     *         "warnings": [],
                     *         "createdAt": "2026-01-31T08:00:00.000Z",
                     *         "updatedAt": "2026-01-31T08:00:00.000Z"
                     *       },
                     *       "router": "my-router",
                     *       "by": "variant",
                     *       "route": null,
                     *       "from": "2026-01-03",
                     *       "to": "2026-01-31",
                     *       "baseline": "gpt",
                     *       "mixed": "first",
                     *       "unfinished": "include",
                     *       "cuped": false,
                     *       "confidence": 0.95,
                     *       "caps": {
                     *         "value": null,
                     *         "denominator": null
                     *       },
                     *       "groups": [
                     *         {
                     *           "id": "gpt",
                     *           "users": 1000,
                     *           "exposures": 5200,
                     *           "value": 0.12,
                     *           "interval": {
                     *             "low": 0.1,
                     *             "high": 0.14
                     *           },
                     *           "refusal": null,
                     *           "absolute": null,
                     *           "relative": null
                     *         }
                     *       ],
                     *       "health": [
                     *         {
                     *           "check": "minimum_sample",
                     *           "status": "ok",
                     *           "message": "Every group has enough users.",
                     *           "figures": {}
                     *         }
                     *       ],
                     *       "overTime": [
                     *         {
                     *           "day": "2026-01-03",
                     *           "groups": [
                     *             {
                     *               "id": "gpt",
                     *               "users": 40,
                     *               "value": 0.11,
                     *               "interval": {
                     *                 "low": 0.1,
                     *                 "high": 0.14
                     *               }
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["MetricResults"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getMetricResultsCsv: {
        parameters: {
            query: {
                /** @description The id of the router. It does not have to be configured here. */
                router: string;
                /** @description What the groups of users are. */
                by?: "variant" | "route";
                /** @description Only exposures of this route. Default: of all routes. */
                route?: string;
                /** @description First UTC day. Default: 28 days before `to`. */
                from?: string;
                /** @description The UTC day after the last one. Default: tomorrow. */
                to?: string;
                /** @description The group that others are compared with. Default: the one with most users. */
                baseline?: string;
                /** @description Users of several groups: they count for their first group, or not at all. */
                mixed?: "first" | "exclude";
                /** @description Users whose window is not over, or not imported to its end. */
                unfinished?: "include" | "exclude";
                /** @description Whether to adjust by the same measure in an equal window before the exposure. */
                cuped?: "false" | "true";
                /** @description The confidence of the intervals. Default: 0.95. */
                confidence?: string;
            };
            header?: never;
            path: {
                /** @description The id of the metric. */
                metric: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Compare groups by a metric, as CSV */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example group,baseline,users,exposures,value
                     *     "gpt","yes",1000,5200,0.12
                     */
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    createChatCompletion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The user, before `user` and `safety_identifier` of the body. */
                "x-crosscurrent-user"?: string;
                /** @description Metadata for the conditions of routes, before that of the body. */
                "x-crosscurrent-metadata"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "inworld/my-router",
                 *       "user": "user-17",
                 *       "messages": [
                 *         {
                 *           "role": "user",
                 *           "content": "Hello"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ChatCompletion"];
            };
        };
        responses: {
            /** @description The upstream's response. */
            200: {
                headers: {
                    /** @description The router that served the call. */
                    "x-crosscurrent-router": string;
                    /** @description The route that matched the call. */
                    "x-crosscurrent-route": string;
                    /** @description The variant that the user was given. */
                    "x-crosscurrent-assigned-variant": string;
                    /** @description The variant whose upstream responded. */
                    "x-crosscurrent-variant": string;
                    /** @description Whether the call is an exposure: it names no user, or only what cannot be one. */
                    "x-crosscurrent-exposure": "recorded" | "no-user" | "unusable-user";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chatcmpl-1",
                     *       "object": "chat.completion",
                     *       "choices": [
                     *         {
                     *           "index": 0,
                     *           "message": {
                     *             "role": "assistant",
                     *             "content": "Hi!"
                     *           },
                     *           "finish_reason": "stop"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                    /**
                     * @example data: {"choices":[{"delta":{"content":"Hi!"}}]}
                     *
                     *     data: [DONE]
                     */
                    "text/event-stream": string;
                };
            };
            /** @description Refused by this server or by the upstream. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    createResponse: {
        parameters: {
            query?: never;
            header?: {
                /** @description The user, before `user` and `safety_identifier` of the body. */
                "x-crosscurrent-user"?: string;
                /** @description Metadata for the conditions of routes, before that of the body. */
                "x-crosscurrent-metadata"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "inworld/my-router",
                 *       "user": "user-17",
                 *       "input": "Hello"
                 *     }
                 */
                "application/json": components["schemas"]["ModelResponse"];
            };
        };
        responses: {
            /** @description The upstream's response. */
            200: {
                headers: {
                    /** @description The router that served the call. */
                    "x-crosscurrent-router": string;
                    /** @description The route that matched the call. */
                    "x-crosscurrent-route": string;
                    /** @description The variant that the user was given. */
                    "x-crosscurrent-assigned-variant": string;
                    /** @description The variant whose upstream responded. */
                    "x-crosscurrent-variant": string;
                    /** @description Whether the call is an exposure: it names no user, or only what cannot be one. */
                    "x-crosscurrent-exposure": "recorded" | "no-user" | "unusable-user";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chatcmpl-1",
                     *       "object": "chat.completion",
                     *       "choices": [
                     *         {
                     *           "index": 0,
                     *           "message": {
                     *             "role": "assistant",
                     *             "content": "Hi!"
                     *           },
                     *           "finish_reason": "stop"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                    /**
                     * @example data: {"choices":[{"delta":{"content":"Hi!"}}]}
                     *
                     *     data: [DONE]
                     */
                    "text/event-stream": string;
                };
            };
            /** @description Refused by this server or by the upstream. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    createEmbedding: {
        parameters: {
            query?: never;
            header?: {
                /** @description The user, before `user` and `safety_identifier` of the body. */
                "x-crosscurrent-user"?: string;
                /** @description Metadata for the conditions of routes, before that of the body. */
                "x-crosscurrent-metadata"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "inworld/my-router",
                 *       "user": "user-17",
                 *       "input": "Hello"
                 *     }
                 */
                "application/json": components["schemas"]["Embedding"];
            };
        };
        responses: {
            /** @description The upstream's response. */
            200: {
                headers: {
                    /** @description The router that served the call. */
                    "x-crosscurrent-router": string;
                    /** @description The route that matched the call. */
                    "x-crosscurrent-route": string;
                    /** @description The variant that the user was given. */
                    "x-crosscurrent-assigned-variant": string;
                    /** @description The variant whose upstream responded. */
                    "x-crosscurrent-variant": string;
                    /** @description Whether the call is an exposure: it names no user, or only what cannot be one. */
                    "x-crosscurrent-exposure": "recorded" | "no-user" | "unusable-user";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chatcmpl-1",
                     *       "object": "chat.completion",
                     *       "choices": [
                     *         {
                     *           "index": 0,
                     *           "message": {
                     *             "role": "assistant",
                     *             "content": "Hi!"
                     *           },
                     *           "finish_reason": "stop"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Refused by this server or by the upstream. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The routers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "object": "list",
                     *       "data": [
                     *         {
                     *           "id": "inworld/my-router",
                     *           "object": "model",
                     *           "created": 1760000000,
                     *           "owned_by": "crosscurrent"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Models"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a router, with or without the prefix. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The router. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "inworld/my-router",
                     *       "object": "model",
                     *       "created": 1760000000,
                     *       "owned_by": "crosscurrent"
                     *     }
                     */
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Refused by this server or by the upstream. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "message": "There is no router for this model.",
                     *         "type": "invalid_request_error",
                     *         "code": "model_not_found"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
}
