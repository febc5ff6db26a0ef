import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApiDocument } from "../../src/lib/contract/openapi.ts";
import { apiShape } from "./api-shape.ts";
import { differences, type Permitted } from "./differences.ts";

/** What {@link apiShape} leaves of b7d515d's `docs/api/openapi.json`. */
const before: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "test", "fixtures", "openapi-b7d515d.json"), "utf8"),
);

/** What differs from b7d515d on purpose; `at` as {@link differences} tells it. */
const PERMITTED: readonly Permitted[] = [];

test("the tenant API takes and answers what it did in b7d515d, but for what is permitted", () => {
  const now: unknown = JSON.parse(JSON.stringify(apiShape(openApiDocument("any"))));
  expect(differences(before, now)).toEqual(PERMITTED.map(({ at, before, now }) => ({ at, before, now })));
});

test("texts for people go; properties and examples that have their names stay", () => {
  const title = { type: "string" };
  const example = { title: "部長" };
  expect(
    apiShape({
      info: { title: "An API" },
      paths: { "/v1/users": { get: { summary: "users", responses: [{ description: "all", example }] } } },
      schemas: { User: { description: "a user", properties: { title } } },
    }),
  ).toEqual({
    paths: { "/v1/users": { get: { responses: [{ example }] } } },
    schemas: { User: { properties: { title } } },
  });
});
