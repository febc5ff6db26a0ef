import { expect, test } from "vitest";
import { FORMAT_NAMES } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import { buildKindDefinition } from "./kinds.ts";

test.each(FORMAT_NAMES)("%s: every field has its own bit, and no field is a secret", (name) => {
  const { fields, format } = buildKindDefinition(FORMATS[name]);
  expect(new Set(fields.map(({ bit }) => bit))).toEqual(new Set(fields.keys()));
  const secrets = format.columns.filter(({ secret }) => secret === true).map(({ field }) => field);
  expect(fields.filter(({ field }) => secrets.includes(field))).toEqual([]);
});
