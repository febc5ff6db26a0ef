import { expect, test } from "vitest";
import { checkQuery, compileQuery } from "./query.ts";

const KNOWN = ["name", "emails", "title"];

test.each([
  "length(foo)",
  "[].{a: length(foo)}",
  "[?contains(nam, 'x')]",
  "{a: length(foo)}",
  "[title, length(foo)]",
  "length(foo) | @",
  "name && starts_with(foo, 'a')",
])("a function of an unknown field is rejected in advance: %s", async (query) => {
  await expect(checkQuery(query, KNOWN)).rejects.toMatchObject({
    code: "usage",
    where: "--query",
    what: { en: expect.stringMatching(/unknown field "(foo|nam)"/) },
  });
});

test.each([
  "length(emails)",
  "foo",
  "not_null(foo, title)",
  "type(foo)",
  "emails.length(foo)",
  "emails[?length(foo) > `3`]",
  "name | length(foo)",
  "max_by(@, &foo)",
  "length(@)",
  "custom[].to_number(value)",
])("a query that can be evaluated is not rejected: %s", async (query) => {
  await expect(checkQuery(query, KNOWN)).resolves.toBeUndefined();
});

test.each(["lengh(name)", "[].{a: foo.lengh(@)}", "length(name, title)", "sort_by(@, &lengh(a))"])(
  "an unknown function or wrong number of arguments is rejected anywhere: %s",
  async (query) => {
    const what = { en: expect.stringMatching(/the query failed: (Unknown function|Invalid arity)/) };
    await expect(checkQuery(query, KNOWN)).rejects.toMatchObject({ code: "usage", where: "--query", what });
  },
);

test.each(["][", "length("])("a malformed query is rejected: %s", async (query) => {
  const refused = { code: "usage", where: "--query", hint: { en: expect.stringContaining("jmespath.org") } };
  await expect(checkQuery(query, KNOWN)).rejects.toMatchObject(refused);
  await expect(compileQuery(query)).rejects.toMatchObject(refused);
});

test("a query is evaluated, and reports a failure", async () => {
  const query = await compileQuery("length(emails)");
  expect(query({ emails: ["a", "b"] })).toBe(2);
  expect(() => query({ emails: null })).toThrow(/query failed/);
});
