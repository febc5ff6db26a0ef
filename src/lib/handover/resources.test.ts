import { expect, test } from "vitest";
import { ACCOUNT } from "../model/account.ts";
import { SECURED_USER } from "../model/secured-user.ts";
import type { Fields } from "../model/thing.ts";
import { USER } from "../model/user.ts";
import { pathOfResource, resourceOf, RESOURCE_NAMES } from "./resources.ts";

test.each(RESOURCE_NAMES)("%s has an id first", (name) => {
  const { fields, single } = resourceOf(name);
  expect(Object.keys(fields)[0]).toBe("id");
  expect(fields["id"]?.type === "text" || single !== true).toBe(true);
  expect(pathOfResource(name)).toMatch(/^resources\/[a-z-]+\.ndjson$/);
});

test("no record contains a secret", () => {
  const secrets = [USER, ACCOUNT, SECURED_USER].flatMap(({ fields }) =>
    Object.entries<Fields[string]>(fields).flatMap(([name, { secret }]) => (secret === true ? [name] : [])),
  );
  expect(secrets.length).toBeGreaterThan(9);
  const members = RESOURCE_NAMES.flatMap((name) => Object.keys(resourceOf(name).fields));
  for (const name of [...secrets, "verifier", "privateKey", "token", "consumer"]) expect(members).not.toContain(name);
});
