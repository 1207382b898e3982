// Types of the HTTP API, made of its OpenAPI document by `npm run portal:types`. Not edited by hand.
export interface paths {
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Who is signed in */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Sign in with an API key; answers a session cookie */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewSession"];
                };
            };
            responses: {
                /** @description Sign in with an API key; answers a session cookie */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Sign out */
        delete: {
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
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Whose key this is */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Whose key this is */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            /** @description Where Temporal's UI is, if the operator says so. */
                            temporalUiUrl: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
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
        /** Record exposures */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        exposures: components["schemas"]["Exposure"][];
                    };
                    "application/x-ndjson": components["schemas"]["Exposure"];
                    "application/ndjson": components["schemas"]["Exposure"];
                    "application/jsonl": components["schemas"]["Exposure"];
                };
            };
            responses: {
                /** @description All are committed. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            accepted: number;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** List integrations */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
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
                        "application/json": {
                            integrations: components["schemas"]["Integration"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Connect a project; both directions start off */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewIntegration"];
                };
            };
            responses: {
                /** @description Connect a project; both directions start off */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Integration"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Look at one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Look at one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Integration"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete one */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Delete one */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Switch directions or change credentials */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MixpanelPatch"] | components["schemas"]["BigQueryPatch"];
                };
            };
            responses: {
                /** @description Switch directions or change credentials */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Integration"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Stop between pages */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Stop between pages */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Integration"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Go on from there */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Go on from there */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Integration"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Test the connection */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
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
                        "application/json": {
                            ok: boolean;
                            steps: {
                                name: string;
                                ok: boolean;
                                message?: string;
                            }[];
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Datasets that can be read */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Datasets that can be read */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            datasets: components["schemas"]["BigQueryDataset"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Tables of a dataset */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    id: string;
                    dataset: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Tables of a dataset */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tables: components["schemas"]["BigQueryTable"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Columns of a table */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    dataset: string;
                    table: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Columns of a table */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            columns: components["schemas"]["BigQueryColumn"][];
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** List events to import */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description List events to import */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            events: components["schemas"]["Event"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Add an event to import */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewMixpanelEvent"] | components["schemas"]["NewBigQueryEvent"];
                };
            };
            responses: {
                /** @description Add an event to import */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Event"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Delete an event with its records */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Delete an event with its records */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change a description */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EventPatch"];
                };
            };
            responses: {
                /** @description Change a description */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Event"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/integrations/{id}/events/{name}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was imported */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    id: string;
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What was imported */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            records: components["schemas"]["ImportedRecord"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Properties found */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Properties found */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            properties: components["schemas"]["Property"][];
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
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
        /** Runs, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Runs, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            runs: components["schemas"]["Run"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Records the provider refused for good */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Records the provider refused for good */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            rejected: components["schemas"]["RejectedRecord"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Sync now */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
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
                        "application/json": {
                            requestId: string;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** How far it is */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    requestId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description How far it is */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            status: "queued" | "running" | "done";
                            runId?: string;
                            /** @enum {string} */
                            outcome?: "succeeded" | "partial" | "failed";
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
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
        /** List routers */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
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
                        "application/json": {
                            routers: components["schemas"]["Router"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Create a router, with its routes and variants */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewRouter"];
                };
            };
            responses: {
                /** @description Create a router, with its routes and variants */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Router"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Look at one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Look at one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Router"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a router; its exposures stay */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Delete a router; its exposures stay */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change the description or the order of routes */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RouterPatch"];
                };
            };
            responses: {
                /** @description Change the description or the order of routes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Router"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/routers/{router}/routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List routes in the order in which they are tried */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    router: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description List routes in the order in which they are tried */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            routes: components["schemas"]["Route"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Add a route, tried last */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewRoute"];
                };
            };
            responses: {
                /** @description Add a route, tried last */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Route"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Look at one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                    route: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Look at one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Route"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a route with its variants */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                    route: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Delete a route with its variants */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change conditions or fallback */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                    route: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RoutePatch"];
                };
            };
            responses: {
                /** @description Change conditions or fallback */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Route"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/routers/{router}/routes/{route}/variants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List variants */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
                    limit?: string;
                };
                header?: never;
                path: {
                    router: string;
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
                        "application/json": {
                            variants: components["schemas"]["Variant"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Add a variant */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                    route: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
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
                        "application/json": components["schemas"]["Variant"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Look at one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                    route: string;
                    variant: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Look at one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Variant"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a variant */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                    route: string;
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
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change weight or upstream */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    router: string;
                    route: string;
                    variant: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VariantPatch"];
                };
            };
            responses: {
                /** @description Change weight or upstream */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Variant"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/routers/{router}/exposures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Exposures and users of each variant per UTC hour, also of a router that is not configured here */
        get: {
            parameters: {
                query?: {
                    /** @description Its hour is the first; default: 48 hours before `to`. */
                    from?: string;
                    /** @description Its hour is the last; default: now. */
                    to?: string;
                };
                header?: never;
                path: {
                    router: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Exposures and users of each variant per UTC hour, also of a router that is not configured here */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            hours: components["schemas"]["ExposureHour"][];
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** List metrics */
        get: {
            parameters: {
                query?: {
                    /** @description `next` of the page before; empty counts as absent. */
                    cursor?: string;
                    /** @description From 1 to 1000; empty counts as absent: 100. */
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
                        "application/json": {
                            metrics: components["schemas"]["Metric"][];
                            next: string | null;
                        };
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Define a metric */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewMetric"];
                };
            };
            responses: {
                /** @description Define a metric */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Metric"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Look at one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    metric: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Look at one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Metric"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a metric; its events stay */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    metric: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Delete a metric; its events stay */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change a definition */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    metric: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MetricPatch"];
                };
            };
            responses: {
                /** @description Change a definition */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Metric"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/metrics/{metric}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compare the routes or variants of a router, also of one that is not configured here */
        get: {
            parameters: {
                query: {
                    /** @description The router, configured here or not, by its id. */
                    router: string;
                    /** @description What groups are. */
                    by?: "variant" | "route";
                    /** @description Only exposures of this route; default: of all routes. */
                    route?: string;
                    /** @description First UTC day; default: 28 days before `to`. */
                    from?: string;
                    /** @description The UTC day after the last; default: tomorrow, so that today counts. */
                    to?: string;
                    /** @description The group compared with; default: that of most users. */
                    baseline?: string;
                    /** @description Users of several groups: to the first that they saw, or left out. */
                    multipleExposures?: "first" | "exclude";
                    /** @description Users whose window is not over, or not imported to its end. */
                    incompleteWindow?: "include" | "exclude";
                    /** @description Adjust by the same in the equal window before. */
                    cuped?: "false" | "true";
                    /** @description Of the intervals; default: 0.95. */
                    confidence?: string;
                };
                header?: never;
                path: {
                    metric: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Compare the routes or variants of a router, also of one that is not configured here */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MetricResults"];
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** The same as CSV, a row for each group */
        get: {
            parameters: {
                query: {
                    /** @description The router, configured here or not, by its id. */
                    router: string;
                    /** @description What groups are. */
                    by?: "variant" | "route";
                    /** @description Only exposures of this route; default: of all routes. */
                    route?: string;
                    /** @description First UTC day; default: 28 days before `to`. */
                    from?: string;
                    /** @description The UTC day after the last; default: tomorrow, so that today counts. */
                    to?: string;
                    /** @description The group compared with; default: that of most users. */
                    baseline?: string;
                    /** @description Users of several groups: to the first that they saw, or left out. */
                    multipleExposures?: "first" | "exclude";
                    /** @description Users whose window is not over, or not imported to its end. */
                    incompleteWindow?: "include" | "exclude";
                    /** @description Adjust by the same in the equal window before. */
                    cuped?: "false" | "true";
                    /** @description Of the intervals; default: 0.95. */
                    confidence?: string;
                };
                header?: never;
                path: {
                    metric: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The same as CSV, a row for each group */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                /** @description Refused, with what is wrong. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Refused, with what is wrong. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** Chat Completions through a router, streaming included */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChatCompletion"];
                };
            };
            responses: {
                /** @description What the upstream answers. */
                200: {
                    headers: {
                        "x-crosscurrent-router": string;
                        "x-crosscurrent-route": string;
                        /** @description The variant that answered. */
                        "x-crosscurrent-variant": string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                        "text/event-stream": string;
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                504: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                "4XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
                /** @description Refused, by this server or by the upstream. */
                "5XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAIError"];
                    };
                };
            };
        };
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
        Session: {
            workspace: {
                id: string;
                name: string;
            };
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail?: string;
            errors: {
                path: string;
                message: string;
            }[];
        };
        NewSession: {
            apiKey: string;
        };
        Exposure: {
            /** @description 1 to 255 bytes of UTF-8, no NUL, no lone surrogate. */
            alias_id: string;
            /** @description 1 to 255 bytes of UTF-8, no NUL, no lone surrogate. */
            route_id: string;
            /** @description 1 to 255 bytes of UTF-8, no NUL, no lone surrogate. */
            variant_id: string;
            /** @description 1 to 255 bytes of UTF-8, no NUL, no lone surrogate. */
            user: string;
            /** @description RFC 3339 with an offset, or epoch milliseconds; now if absent. At most 5 minutes ahead. */
            timestamp?: string | number;
        };
        Integration: components["schemas"]["MixpanelIntegration"] | components["schemas"]["BigQueryIntegration"];
        MixpanelIntegration: {
            id: string;
            projectId: string;
            importFrom: string;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /** @enum {string} */
            status: "idle" | "syncing" | "paused" | "attention";
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            nextRunAt: string | null;
            workflowId: string;
            /** @description Its workflow in Temporal's UI, if the operator says where that is. */
            temporalUrl: string | null;
            lastRun: {
                id: string;
                /**
                 * Format: date-time
                 * @example 2026-01-31T08:00:00.000Z
                 */
                startedAt: string;
                /**
                 * Format: date-time
                 * @example 2026-01-31T08:00:00.000Z
                 */
                finishedAt: string | null;
                /** @enum {string|null} */
                outcome: "succeeded" | "partial" | "failed" | null;
            } | null;
            export: {
                enabled: boolean;
                /**
                 * Format: date-time
                 * @example 2026-01-31T08:00:00.000Z
                 */
                completeThrough: string | null;
                sent: number;
                rejected: number;
                pending: number;
                late: number;
                /** @description In words, while a run runs: of one integration alone, and null where its workflow does not answer at once. */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            import: {
                enabled: boolean;
                /** @description In words, while a run runs: of one integration alone, and null where its workflow does not answer at once. */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            provider: "mixpanel";
            /** @enum {string} */
            region: "us" | "eu" | "in";
            /** @enum {string} */
            projectTime: "utc" | "local";
            serviceAccountUsername: string;
        };
        ErrorState: {
            /** @enum {string} */
            kind: "auth" | "permission" | "not_found" | "schema" | "rate_limited" | "transient" | "rejected_record" | "bug";
            message: string;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            since: string;
        };
        BigQueryIntegration: {
            id: string;
            projectId: string;
            importFrom: string;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            /** @enum {string} */
            status: "idle" | "syncing" | "paused" | "attention";
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            nextRunAt: string | null;
            workflowId: string;
            /** @description Its workflow in Temporal's UI, if the operator says where that is. */
            temporalUrl: string | null;
            lastRun: {
                id: string;
                /**
                 * Format: date-time
                 * @example 2026-01-31T08:00:00.000Z
                 */
                startedAt: string;
                /**
                 * Format: date-time
                 * @example 2026-01-31T08:00:00.000Z
                 */
                finishedAt: string | null;
                /** @enum {string|null} */
                outcome: "succeeded" | "partial" | "failed" | null;
            } | null;
            export: {
                enabled: boolean;
                /**
                 * Format: date-time
                 * @example 2026-01-31T08:00:00.000Z
                 */
                completeThrough: string | null;
                sent: number;
                rejected: number;
                pending: number;
                late: number;
                /** @description In words, while a run runs: of one integration alone, and null where its workflow does not answer at once. */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            import: {
                enabled: boolean;
                /** @description In words, while a run runs: of one integration alone, and null where its workflow does not answer at once. */
                doing?: string | null;
                error?: components["schemas"]["ErrorState"];
            };
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            provider: "bigquery";
            datasetId: string | null;
            serviceAccountEmail: string;
            location: string;
        };
        NewIntegration: components["schemas"]["NewMixpanelIntegration"] | components["schemas"]["NewBigQueryIntegration"];
        NewMixpanelIntegration: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            provider: "mixpanel";
            projectId: string;
            serviceAccountUsername: string;
            serviceAccountSecret: string;
            /**
             * @default us
             * @enum {string}
             */
            region: "us" | "eu" | "in";
            /**
             * @default utc
             * @enum {string}
             */
            projectTime: "utc" | "local";
            /**
             * Format: date
             * @example 2026-01-31
             */
            importFrom?: string;
        };
        NewBigQueryIntegration: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            provider: "bigquery";
            projectId: string;
            /** @description Where the export writes; without one the integration only imports. */
            datasetId?: string | null;
            serviceAccountEmail: string;
            location: string;
            /**
             * Format: date
             * @example 2026-01-31
             */
            importFrom?: string;
        };
        MixpanelPatch: {
            export?: {
                enabled: boolean;
            };
            import?: {
                enabled: boolean;
            };
            serviceAccountUsername?: string;
            serviceAccountSecret?: string;
        };
        BigQueryPatch: {
            export?: {
                enabled: boolean;
            };
            import?: {
                enabled: boolean;
            };
            serviceAccountEmail?: string;
        };
        BigQueryDataset: {
            id: string;
        };
        BigQueryTable: {
            id: string;
            /** @example TABLE */
            type: string;
        };
        BigQueryColumn: {
            /** @description A field within a struct as `a.b`. */
            name: string;
            type: string;
            /** @enum {string} */
            mode: "NULLABLE" | "REQUIRED" | "REPEATED";
        };
        Event: components["schemas"]["MixpanelEvent"] | components["schemas"]["BigQueryEvent"];
        MixpanelEvent: {
            description: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            imported: number;
            rejected: number;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            completeThrough: string | null;
            error?: components["schemas"]["ErrorState"];
            eventId: string;
        };
        BigQueryEvent: {
            description: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            createdAt: string;
            imported: number;
            rejected: number;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            completeThrough: string | null;
            error?: components["schemas"]["ErrorState"];
            eventName: string;
            dataset: string;
            tableName: string;
            eventFieldName: string;
            userIdFieldName: string;
            timestampFieldName: string;
            eventUuidFieldName: string;
        };
        NewMixpanelEvent: {
            eventId: string;
            description?: string | null;
        };
        NewBigQueryEvent: {
            eventName: string;
            description?: string | null;
            dataset: string;
            tableName: string;
            eventFieldName: string;
            userIdFieldName: string;
            timestampFieldName: string;
            eventUuidFieldName: string;
        };
        EventPatch: {
            description?: string | null;
        };
        ImportedRecord: {
            uuid: string;
            user_id: string;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            timestamp: string;
            properties: {
                [key: string]: unknown;
            };
        };
        Property: {
            name: string;
            types: ("string" | "number" | "boolean" | "array" | "object" | "null")[];
            numeric: boolean;
            count: number;
            example?: unknown;
        };
        Run: {
            id: string;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            finishedAt: string | null;
            /** @enum {string|null} */
            outcome: "succeeded" | "partial" | "failed" | null;
            directions: {
                /** @enum {string} */
                direction: "export" | "import";
                /**
                 * @description Null while the direction runs.
                 * @enum {string|null}
                 */
                outcome: "succeeded" | "partial" | "failed" | null;
                records: number;
                rejected: number;
                error?: components["schemas"]["ErrorState"];
                failedEvents?: string[];
            }[];
        };
        RejectedRecord: {
            id: string;
            /** @enum {string} */
            direction: "export" | "import";
            event?: string;
            reason: string;
            /** @description The record as JSON; a string where its text is no JSON. */
            record?: unknown;
            /**
             * Format: date-time
             * @example 2026-01-31T08:00:00.000Z
             */
            at: string;
        };
        Router: {
            id: string;
            description: string | null;
            routes: components["schemas"]["Route"][];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        Route: {
            id: string;
            conditions: {
                metadata?: {
                    [key: string]: string | string[];
                };
                models?: string[];
            };
            fallbackVariantId: string | null;
            variants: components["schemas"]["Variant"][];
        };
        Variant: {
            id: string;
            weight: number;
            upstream: {
                baseUrl: string;
                model: string;
                hasApiKey: boolean;
            };
        };
        NewRouter: {
            id: string;
            description?: string | null;
            /** @default [] */
            routes: components["schemas"]["NewRoute"][];
        };
        NewRoute: {
            id: string;
            conditions?: components["schemas"]["RouteConditions"];
            /** @default null */
            fallbackVariantId: string | null;
            /** @default [] */
            variants: components["schemas"]["NewVariant"][];
        };
        /**
         * @description All that are given must hold. `metadata`: each key of the call's metadata has this value, or one of these. `models`: the call's model hint, which is what follows the router's id after a colon, is one of these. None: every call matches.
         * @default {}
         */
        RouteConditions: {
            metadata?: {
                [key: string]: string | string[];
            };
            models?: string[];
        };
        NewVariant: {
            id: string;
            /** @default 1 */
            weight: number;
            upstream: {
                /**
                 * @description As OpenAI's clients take it.
                 * @example https://api.openai.com/v1
                 */
                baseUrl: string;
                model: string;
                /** @default null */
                apiKey: string | null;
            };
        };
        RouterPatch: {
            description?: string | null;
            /** @description All routes of the router, in the order in which they are to be tried. */
            routeOrder?: string[];
        };
        RoutePatch: {
            conditions?: components["schemas"]["RouteConditions"];
            fallbackVariantId?: string | null;
        };
        VariantPatch: {
            weight?: number;
            upstream?: {
                /**
                 * @description As OpenAI's clients take it.
                 * @example https://api.openai.com/v1
                 */
                baseUrl?: string;
                model?: string;
                apiKey?: string | null;
            };
        };
        ExposureHour: {
            /** Format: date-time */
            hour: string;
            routeId: string;
            variantId: string;
            exposures: number;
            users: number;
        };
        Metric: {
            id: string;
            name: string;
            description: string | null;
            integrationId: string;
            measure: components["schemas"]["Measure"];
            denominator: components["schemas"]["Measure"] | null;
            /** @enum {string} */
            direction: "up" | "down";
            windowHours: number;
            winsorizePercentile: number | null;
            format: {
                /** @enum {string} */
                style: "number" | "currency" | "percent";
                currency?: string;
            };
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        Measure: {
            event: string;
            /** @enum {string} */
            aggregation: "count" | "conversion" | "sum" | "mean";
            property?: string;
            filters: {
                property: string;
                /** @enum {string} */
                operator: "equals" | "not_equals" | "greater" | "at_least" | "less" | "at_most" | "exists";
                value?: string | number | boolean;
            }[];
        };
        NewMetric: {
            name: string;
            measure: components["schemas"]["MetricMeasure"];
            /**
             * @description Given: the metric is a ratio.
             * @default null
             */
            denominator: components["schemas"]["MetricMeasure"] | null;
            /**
             * @description Which way is good.
             * @default up
             * @enum {string}
             */
            direction: "up" | "down";
            /**
             * @description Events in [first exposure, first exposure + window) count.
             * @default 72
             */
            windowHours: number;
            /**
             * @description Users beyond this percentile of all users' values count as if they were at it.
             * @default null
             */
            winsorizePercentile: number | null;
            format?: components["schemas"]["MetricFormat"];
            integrationId: string;
            description?: string | null;
        };
        /** @description One user's number out of its events within the window: how many (`count`), 1 if any and else 0 (`conversion`), the total of `property` (`sum`), or its mean over the user's events that have it (`mean`). A user without such events has 0. */
        MetricMeasure: {
            event: string;
            /** @enum {string} */
            aggregation: "count" | "conversion" | "sum" | "mean";
            property?: string;
            /**
             * @description All must hold.
             * @default []
             */
            filters: components["schemas"]["MetricFilter"][];
        };
        /** @description Holds for one event. `not_equals` holds too where the property is absent; comparisons hold for numbers alone; `exists` takes no value and holds where the property is there and not null. */
        MetricFilter: {
            property: string;
            /** @enum {string} */
            operator: "equals" | "not_equals" | "greater" | "at_least" | "less" | "at_most" | "exists";
            value?: string | number | boolean;
        };
        /**
         * @default {
         *       "style": "number",
         *       "currency": null
         *     }
         */
        MetricFormat: {
            /** @enum {string} */
            style: "number" | "currency" | "percent";
            currency?: string;
        };
        MetricPatch: {
            name?: string;
            measure?: components["schemas"]["MetricMeasure"];
            denominator?: components["schemas"]["MetricMeasure"] | null;
            /**
             * @description Which way is good.
             * @enum {string}
             */
            direction?: "up" | "down";
            /** @description Events in [first exposure, first exposure + window) count. */
            windowHours?: number;
            /** @description Users beyond this percentile of all users' values count as if they were at it. */
            winsorizePercentile?: number | null;
            format?: components["schemas"]["MetricFormat"];
            description?: string | null;
        };
        MetricResults: {
            metric: components["schemas"]["Metric"];
            router: string;
            /** @enum {string} */
            by: "route" | "variant";
            route: string | null;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            baseline: string | null;
            /** @enum {string} */
            multipleExposures: "first" | "exclude";
            /** @enum {string} */
            incompleteWindow: "include" | "exclude";
            cuped: boolean;
            confidence: number;
            /** @description The values at which users were capped; null where none is. */
            caps: {
                value: number | null;
                denominator: number | null;
            };
            groups: components["schemas"]["MetricGroup"][];
            health: components["schemas"]["MetricHealth"][];
            /** @description By the day of the users' first exposure; each to the end of its users' windows. */
            overTime: {
                /** Format: date */
                day: string;
                groups: {
                    id: string;
                    users: number;
                    value: number | null;
                    interval: {
                        low: number;
                        high: number;
                    } | null;
                }[];
            }[];
        };
        MetricGroup: {
            id: string;
            users: number;
            /** @description All that the group served in the range, whoever its users count for. */
            exposures: number;
            value: number | null;
            interval: {
                low: number;
                high: number;
            } | null;
            /**
             * @description Why there is no figure.
             * @enum {string|null}
             */
            refusal: "no_users" | "one_user" | "no_variance" | "zero_denominator" | "baseline_not_positive" | "not_finite" | null;
            /** @description Less the baseline's value; null for the baseline. */
            absolute: components["schemas"]["MetricComparison"] | null;
            /** @description In parts of the baseline's value; null for the baseline. */
            relative: components["schemas"]["MetricComparison"] | null;
        };
        MetricComparison: {
            estimate: number | null;
            low: number | null;
            high: number | null;
            pValue: number | null;
            /** @description Holds however often one looks: the asymptotic confidence sequence of Waudby-Smith et al. (arXiv 2103.06476). */
            alwaysValid: {
                low: number;
                high: number;
                pValue: number;
            } | null;
            /**
             * @description Why there is no figure.
             * @enum {string|null}
             */
            refusal: "no_users" | "one_user" | "no_variance" | "zero_denominator" | "baseline_not_positive" | "not_finite" | null;
        };
        MetricHealth: {
            /** @enum {string} */
            check: "sample_ratio" | "minimum_sample" | "join_rate" | "multiple_exposures" | "complete_through" | "exposed_before" | "rejected" | "deduplicated";
            /** @enum {string} */
            status: "ok" | "warning" | "unknown";
            message: string;
            figures: {
                [key: string]: number | string | null;
            };
        };
        OpenAIError: {
            error: {
                message: string;
                type?: string | null;
                param?: string | null;
                code?: string | number | null;
            };
        };
        /** @description Any body of OpenAI's Chat Completions; passed on but for `model`. */
        ChatCompletion: {
            /**
             * @description `inworld/` and the router's id; after a colon, a model hint for the conditions of routes.
             * @example inworld/my-router
             */
            model: string;
            /** @description Whom the call serves, 1 to 255 bytes: keeps the variant for this user and records an exposure. */
            user?: string | null;
            /** @description Texts by name, for the conditions of routes; of any other form it is the upstream's to judge. */
            metadata?: unknown;
        } & {
            [key: string]: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
