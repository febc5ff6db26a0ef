import { expect, test } from "vitest";
import { FORMAT_NAMES, type FormatName } from "../../../model/console-files.ts";
import { FORMATS } from "../../../model/formats.ts";
import { buildKindDefinition, resolveKindKey } from "./kinds.ts";
import { buildFallbackKey } from "../../../model/normalise.ts";

const kindNamed = (name: FormatName) => buildKindDefinition(FORMATS[name]);

test.each([
  ["users", "user"],
  ["orgs", "org"],
  ["browser", "secured_user"],
  ["docs", "secured_user"],
] as const)("files of %s change the tenant's %s", (name, thing) => {
  expect(kindNamed(name)).toMatchObject({ format: { name, thing: { name: thing } } });
});

test.each(FORMAT_NAMES)("%s: every field has its own bit, and no field is a secret", (name) => {
  const { fields, format } = kindNamed(name);
  expect(new Set(fields.map(({ bit }) => bit))).toEqual(new Set(fields.keys()));
  const secrets = format.columns.filter(({ secret }) => secret === true).map(({ field }) => field);
  expect(fields.filter(({ field }) => secrets.includes(field))).toEqual([]);
});

test("fields that a blank cell never clears", () => {
  const kept = (name: FormatName) =>
    kindNamed(name)
      .fields.filter(({ clearable }) => !clearable)
      .map(({ field }) => field);
  expect(kept("users")).toEqual(["name", "emails", "orgCode", "accountName"]);
  expect(kept("orgs")).toEqual(["name", "parent"]);
  expect(kept("docs")).toEqual(["displayName"]);
});

test("how fields are merged: references, lists, custom fields together, otherwise values", () => {
  const meetings = (name: FormatName) =>
    kindNamed(name)
      .fields.filter(({ merge }) => merge !== "value")
      .map(({ field, merge }) => `${field} ${merge}`);
  expect(meetings("users")).toEqual(["emails list", "orgCode reference", "custom custom"]);
  expect(meetings("orgs")).toEqual(["parent reference"]);
  expect(meetings("docs")).toEqual(["groups list"]);
});

test("an organisation has the fields name, code and parent", () => {
  expect(kindNamed("orgs").fields.map(({ field }) => field)).toEqual(["name", "code", "parent"]);
});

test("ユーザーID of a SECURED APPs user cannot change, but a user's email addresses can", () => {
  expect(kindNamed("docs").fields.map(({ field }) => field)).not.toContain("userId");
  expect(kindNamed("users").fields.map(({ field }) => field)).toContain("emails");
});

test.each([
  ["users", "email", "emails"],
  ["users", "employee-code", "employeeCode"],
  ["users", "upn", "upn"],
  ["docs", "upn", "userId"],
  ["orgs", "employee-code", "code"],
] as const)("%s by key %s are identified by the field %s", (name, key, field) => {
  expect(resolveKindKey(kindNamed(name), key).field).toBe(field);
});

test("the substitute for a blank key is compared like names; blank values have no substitute", () => {
  expect(buildFallbackKey(["か\u3099", null])).toBe(buildFallbackKey(["が", null]));
  expect(buildFallbackKey(["a", null])).not.toBe(buildFallbackKey([null, "a"]));
  expect(buildFallbackKey([null, null])).toBeNull();
});
