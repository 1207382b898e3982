// The OpenAPI document: what every operation and every schema must say, so that people and generated clients can use it.
import addFormats from "ajv-formats";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../scripts/openApiDocument.ts";
import { isOpenAiPath } from "../../src/http/openAiError.ts";

interface Schema {
  $ref?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

type Content = Record<string, { schema: Schema; example?: unknown }>;

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: (Schema & { name: string })[];
  requestBody?: { content: Content };
  responses: Record<string, { $ref?: string; description?: string; content?: Content }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, { content: Content }> };
}

const document = JSON.parse(await openApiDocument()) as Document;
const { components } = document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
);

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ $id: "openapi", ...document });

/** `path` is a JSON pointer into the document, part by part. */
function validatorAt(...path: string[]): ValidateFunction {
  const pointer = path.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).map(encodeURIComponent);
  return ajv.compile({ $ref: `openapi#/${pointer.join("/")}` });
}

/** Every property below a schema, by its path. Named schemas are looked at on their own. */
function properties(schema: Schema, at: string): { at: string; schema: Schema }[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    { at: `${at}.${name}`, schema: property },
    ...properties(property, `${at}.${name}`),
  ]);
  const { items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema;
  const nested = [...anyOf, ...oneOf, ...allOf, ...(items ? [items] : [])];
  if (typeof additionalProperties === "object") nested.push(additionalProperties);
  return [...own, ...nested.flatMap((inner) => properties(inner, at))];
}

function isDescribed({ description, $ref, anyOf = [], allOf = [] }: Schema): boolean {
  if (description !== undefined && description !== "") return true;
  if ($ref !== undefined) return isDescribed(components.schemas[$ref.split("/").at(-1) ?? ""] ?? {});
  return [...anyOf, ...allOf].some(isDescribed);
}

test("every operation has an id of its own, a summary, and a description in sentences", () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(ids.length).toBeGreaterThan(40);
  expect(ids.filter((id) => id === undefined || !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { name, summary, description } of operations) {
    expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z][^.]+$/)]);
    expect([name, description]).toEqual([name, expect.stringMatching(/^[A-Z`][^]+\.$/)]);
  }
});

describe("an example that its schema accepts", () => {
  const media = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody, responses }]) => {
      const at = ["paths", path, method];
      const bodies = requestBody === undefined ? [] : [{ at: [...at, "requestBody"], content: requestBody.content }];
      const answers = Object.entries(responses).map(([status, { content }]) => ({
        at: [...at, "responses", status],
        content,
      }));
      return [...bodies, ...answers].flatMap(({ at: place, content = {} }) =>
        Object.entries(content).map(([type, { example }]) => ({ at: [...place, "content", type], example })),
      );
    }),
  );
  const problems = Object.entries(components.responses).map(([name, { content }]) => ({
    at: ["components", "responses", name, "content", "application/problem+json"],
    example: content["application/problem+json"]?.example,
  }));

  test.each([...media, ...problems].map((one) => ({ ...one, name: one.at.slice(1).join(" ") })))(
    "$name",
    ({ at, example }) => {
      expect(example).toBeDefined();
      const validate = validatorAt(...at, "schema");
      expect([validate(example), validate.errors]).toEqual([true, null]);
    },
  );
});

test("every parameter and every property of every schema is described", () => {
  const parameters = operations.flatMap(({ name, parameters: all = [] }) =>
    all.map((parameter) => ({ at: `${name} ${parameter.name}`, schema: parameter })),
  );
  const named = Object.entries(components.schemas).flatMap(([name, schema]) => properties(schema, name));
  const inline = operations.flatMap(({ name, requestBody, responses }) =>
    [requestBody ?? {}, ...Object.values(responses)].flatMap(({ content = {} }: { content?: Content }) =>
      Object.values(content).flatMap(({ schema }) => properties(schema, name)),
    ),
  );
  expect(named.length).toBeGreaterThan(100);
  const missing = [...parameters, ...named, ...inline].filter(({ schema }) => !isDescribed(schema));
  expect(missing.map(({ at }) => at)).toEqual([]);
});

test("a refusal is a component by its status, described once", () => {
  for (const { name, responses } of operations) {
    // Calls of OpenAI's clients have errors of OpenAI's shape.
    if (isOpenAiPath(name.split(" ")[1]!)) continue;
    for (const [status, response] of Object.entries(responses)) {
      if (Number(status) < 400) continue;
      expect([name, response]).toEqual([name, { $ref: `#/components/responses/Problem${status}` }]);
    }
  }
});
