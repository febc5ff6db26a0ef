import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseServeSettings as parse } from "./settings.ts";

const OIDC = "oidc: { issuer: 'https://id.example/', clientId: c, audience: a }";

test("nothing has to be set", () => {
  expect(parse(undefined, "serve.yaml")).toEqual({ open: 200, keep: 30, operators: [], passwords: true });
  expect(
    parse(`listen: 127.0.0.1:1\nopen: 300\nkeep: 8w\nmetrics: 127.0.0.1:2\npasswords: false\n${OIDC}`, "x"),
  ).toMatchObject({
    listen: "127.0.0.1:1",
    open: 300,
    keep: 56,
    metrics: "127.0.0.1:2",
    passwords: false,
    oidc: { scope: "openid profile offline_access", groups: "groups" },
  });
});

test.each(["en", "ja"])("the settings on the page for providers are right (%s)", (language) => {
  const page = readFileSync(join(import.meta.dirname, `../../../docs/guides/${language}/providers.md`), "utf8");
  const [, sample] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  expect(parse(sample, "serve.yaml").operators.map(({ role }) => role)).toEqual(["system", "division", "custom"]);
});

test.each([
  ["open: 0", 1, "this value must be a whole number from 1 to 10000"],
  ["keep: 30", 1, "write keep as 30d or 4w"],
  ["keep: 0d", 1, "write keep as 30d or 4w"],
  [
    "port: 8080",
    1,
    'unknown key "port" in the file; allowed keys: listen, open, keep, oidc, operators, passwords, metrics',
  ],
  ["oidc: { issuer: 'http://id.example', clientId: c, audience: a }", 1, "the issuer must be an https:// URL"],
  ["oidc: { issuer: 'https://id.example/?x', clientId: c, audience: a }", 1, "the issuer must be an https:// URL"],
  ["oidc: { issuer: 'https://id.example', clientId: c }", 1, "audience is missing"],
  [`${OIDC}\noperators:\n  - { who: taro@example.jp, tenants: [a], role: system }`, 3, "write who as group:NAME or"],
  [`${OIDC}\noperators:\n  - { who: 'group:x', tenants: [], role: system }`, 3, "the list is empty"],
  [`${OIDC}\noperators:\n  - { who: 'group:x', tenants: [a], role: operator }`, 3, '"operator" is not one of these'],
  [`${OIDC}\noperators:\n  - { who: 'group:x', tenants: [a], role: custom }`, 3, "role: custom, and no other role"],
  [
    `${OIDC}\noperators:\n  - { who: 'group:x', tenants: [a], role: system, scheme: s }`,
    3,
    "role: custom, and no other",
  ],
  ["operators:\n  - { who: 'group:x', tenants: [a], role: system }", 2, "operators requires oidc"],
  ["passwords: false", 1, "without oidc and passwords, nobody could sign in"],
])("%j is refused at its line", (content, line, en) => {
  const what = expect.objectContaining({ en: expect.stringContaining(en) });
  expect(() => parse(content, "serve.yaml")).toThrow(expect.objectContaining({ where: `serve.yaml:${line}`, what }));
});
