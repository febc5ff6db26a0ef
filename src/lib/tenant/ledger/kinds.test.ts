import { expect, test } from "vitest";
import { FORMAT_NAMES, type FormatName } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import { buildKindDefinition } from "./kinds.ts";

const kindNamed = (name: FormatName) => buildKindDefinition(FORMATS[name]);

test.each(FORMAT_NAMES)("%s: every field has its own bit, and no field is a secret", (name) => {
  const { fields, format } = kindNamed(name);
  expect(new Set(fields.map(({ bit }) => bit))).toEqual(new Set(fields.keys()));
  const secrets = format.columns.filter(({ secret }) => secret === true).map(({ field }) => field);
  expect(fields.filter(({ field }) => secrets.includes(field))).toEqual([]);
});
