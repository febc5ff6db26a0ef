import { expect, test } from "vitest";
import { FORMAT_NAMES, type FormatName } from "../../../model/console-files.ts";
import { FORMATS } from "../../../model/formats.ts";
import { kindOf, keyNamed } from "./kinds.ts";
import { standInKey } from "../../../model/normalise.ts";

const kindNamed = (name: FormatName) => kindOf(FORMATS[name]);

test.each([
  ["users", "user"],
  ["orgs", "org"],
  ["browser", "secured_user"],
  ["docs", "secured_user"],
] as const)("files of %s change the tenant's %s", (name, thing) => {
  expect(kindNamed(name)).toMatchObject({ format: { name, thing: { name: thing } } });
});

test.each(FORMAT_NAMES)("%s: every field has a bit of its own, and none is a secret", (name) => {
  const { fields, format } = kindNamed(name);
  expect(new Set(fields.map(({ bit }) => bit))).toEqual(new Set(fields.keys()));
  const secrets = format.columns.filter(({ secret }) => secret === true).map(({ field }) => field);
  expect(fields.filter(({ field }) => secrets.includes(field))).toEqual([]);
});

test("what a blank cell never clears", () => {
  const kept = (name: FormatName) =>
    kindNamed(name)
      .fields.filter(({ clearable }) => !clearable)
      .map(({ field }) => field);
  expect(kept("users")).toEqual(["name", "emails", "orgCode", "accountName"]);
  expect(kept("orgs")).toEqual(["name"]);
  expect(kept("docs")).toEqual(["displayName"]);
});

test("how fields meet a record's: what they name, lists, custom fields together, else values", () => {
  const meetings = (name: FormatName) =>
    kindNamed(name)
      .fields.filter(({ merge }) => merge !== "value")
      .map(({ field, merge }) => `${field} ${merge}`);
  expect(meetings("users")).toEqual(["emails list", "orgCode reference", "custom custom"]);
  expect(meetings("orgs")).toEqual(["parent reference"]);
  expect(meetings("docs")).toEqual(["groups list"]);
});

test("an organisation changes by its name, its code and where it lies", () => {
  expect(kindNamed("orgs").fields.map(({ field }) => field)).toEqual(["name", "code", "parent"]);
});

test("a SECURED APPs user's ユーザーID is no change, a user's main address is", () => {
  expect(kindNamed("docs").fields.map(({ field }) => field)).not.toContain("userId");
  expect(kindNamed("users").fields.map(({ field }) => field)).toContain("emails");
});

test.each([
  ["users", "email", "emails"],
  ["users", "employee-code", "employeeCode"],
  ["users", "upn", "upn"],
  ["docs", "upn", "userId"],
  ["orgs", "employee-code", "code"],
] as const)("%s by %s are told by %s", (name, key, field) => {
  expect(keyNamed(kindNamed(name), key).field).toBe(field);
});

test("what stands in for a blank key is compared as names; without anything there is none", () => {
  expect(standInKey(["か\u3099", null])).toBe(standInKey(["が", null]));
  expect(standInKey(["a", null])).not.toBe(standInKey([null, "a"]));
  expect(standInKey([null, null])).toBeNull();
});
