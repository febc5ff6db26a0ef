import { expect, test } from "vitest";
import { FORMAT_NAMES } from "../model/formats.ts";
import { fieldOfKey, recordKind } from "./kind.ts";

test.each([
  ["users", "user"],
  ["orgs", "org"],
  ["browser", "secured_user"],
  ["docs", "secured_user"],
] as const)("files of %s change the tenant's %s", (name, entity) => {
  expect(recordKind(name)).toMatchObject({ name, entity, format: { name } });
});

test.each(FORMAT_NAMES)("%s: every field has a bit of its own, and none is a secret", (name) => {
  const { fields, format } = recordKind(name);
  expect(new Set(fields.map(({ bit }) => bit))).toEqual(new Set(fields.keys()));
  const secrets = format.columns.filter(({ secret }) => secret === true).map(({ field }) => field);
  expect(fields.filter(({ field }) => secrets.includes(field))).toEqual([]);
});

test("what a blank cell never clears", () => {
  const kept = (name: Parameters<typeof recordKind>[0]) =>
    recordKind(name)
      .fields.filter(({ clearable }) => !clearable)
      .map(({ field }) => field);
  expect(kept("users")).toEqual(["name", "emails", "orgCode", "accountName"]);
  expect(kept("orgs")).toEqual(["name"]);
  expect(kept("docs")).toEqual(["displayName"]);
});

test("how fields meet a record's: an organisation, lists, custom fields together, else values", () => {
  const meetings = (name: Parameters<typeof recordKind>[0]) =>
    recordKind(name)
      .fields.filter(({ merge }) => merge !== "value")
      .map(({ field, merge }) => `${field} ${merge}`);
  expect(meetings("users")).toEqual(["emails list", "orgCode org", "custom custom"]);
  expect(meetings("orgs")).toEqual(["parent org"]);
  expect(meetings("docs")).toEqual(["groups list"]);
});

test("an organisation changes by its name, its code and where it lies", () => {
  expect(recordKind("orgs").fields.map(({ field }) => field)).toEqual(["name", "code", "parent"]);
});

test("a SECURED APPs user's ユーザーID is no change, a user's main address is", () => {
  expect(recordKind("docs").fields.map(({ field }) => field)).not.toContain("userId");
  expect(recordKind("users").fields.map(({ field }) => field)).toContain("emails");
});

test.each([
  ["users", "email", "emails"],
  ["users", "employee-code", "employeeCode"],
  ["users", "upn", "upn"],
  ["docs", "upn", "userId"],
  ["orgs", "employee-code", "code"],
] as const)("%s by %s are told by %s", (name, key, field) => {
  expect(fieldOfKey(recordKind(name), key)).toBe(field);
});
