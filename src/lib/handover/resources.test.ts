import { expect, test } from "vitest";
import { ACCOUNT } from "../model/account.ts";
import { SECURED_USER } from "../model/secured-user.ts";
import type { Fields } from "../model/thing.ts";
import { USER } from "../model/user.ts";
import { pathOfResource, resourceOf, RESOURCE_NAMES } from "./resources.ts";

test.each(RESOURCE_NAMES)("%s has an id first, and declares its references", (name) => {
  const { fields, holds, single } = resourceOf(name);
  expect(Object.keys(fields)[0]).toBe("id");
  for (const [member, { to, many, member: inner }] of Object.entries(holds)) {
    expect(RESOURCE_NAMES).toContain(to);
    const { [member]: field } = fields;
    expect(field?.type).toBe(many === true ? "texts" : inner === undefined ? "id" : "objects");
  }
  expect(fields["id"]?.type === "text" || single !== true).toBe(true);
  expect(pathOfResource(name)).toMatch(/^resources\/[a-z-]+\.ndjson$/);
});

test("a resource refers only to itself and to resources that are written earlier", () => {
  for (const [at, name] of RESOURCE_NAMES.entries())
    for (const { to } of Object.values(resourceOf(name).holds)) expect(RESOURCE_NAMES.slice(0, at + 1)).toContain(to);
});

test("no record contains a secret", () => {
  const secrets = [USER, ACCOUNT, SECURED_USER].flatMap(({ fields }) =>
    Object.entries<Fields[string]>(fields).flatMap(([name, { secret }]) => (secret === true ? [name] : [])),
  );
  expect(secrets.length).toBeGreaterThan(9);
  const members = RESOURCE_NAMES.flatMap((name) => Object.keys(resourceOf(name).fields));
  for (const name of [...secrets, "verifier", "privateKey", "token", "consumer"]) expect(members).not.toContain(name);
});
