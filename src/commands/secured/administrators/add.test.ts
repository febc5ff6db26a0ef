import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SecuredUser } from "../../../lib/client/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, type ReceivedRequest } from "#support/commands/tenant.ts";

const found = example("findSecuredUsers");
const empty = example("administrators", { administrators: [] });
const marked = example("markAdministrators");

test("marks the named users, and then shows who is marked", async () => {
  const tenant = { findSecuredUsers: found, administrators: empty, markAdministrators: marked };
  const { exit, stdout, requests } = await run("secured administrators add admin01 --app docs --fields key", {
    tenant,
  });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "key\nhanako@example.co.jp\n" });
  expect(requests.at(-1)).toEqual({
    operation: "markAdministrators",
    params: { kind: "docs" },
    json: { add: ["admin01"] },
  });
});

test("reads names from a file, one per line", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "names.txt"), "\ufeffadmin01\r\n\r\n");
  const tenant = { findSecuredUsers: found, administrators: empty, markAdministrators: marked };
  const { exit } = await run("secured administrators add --file names.txt --app docs", { tenant, folder });
  expect(exit).toBe(0);
});

test("reports a name that is not a user of the app", async () => {
  const [hanako] = example<{ items: readonly [SecuredUser] }>("findSecuredUsers").items;
  const tenant = {
    findSecuredUsers: ({ query = {} }: ReceivedRequest) => ({ items: query["name"] === hanako.userId ? [hanako] : [] }),
    administrators: empty,
    markAdministrators: marked,
  };
  const near = `${hanako.userId.slice(0, 3)}${hanako.userId.slice(4)}`;
  const { en } = await runInBoth(`secured administrators add ${near} ${hanako.userId} admin --app docs`, {
    tenant,
  });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain(
    `warning: ${near}: no user of docs with this ユーザーID is recorded; added with the ユーザーID alone\n`,
  );
  expect(en.stderr).toContain(
    "warning: admin: no user of docs with this ユーザーID is recorded; added with the ユーザーID alone\n",
  );
  expect(en.stderr.match(/warning:/g)).toHaveLength(2);
});

test("--none records that there are no other administrators", async () => {
  const line = "secured administrators add --none --app docs";
  const { requests } = await run(line, { tenant: { administrators: empty, markAdministrators: empty } });
  expect(requests.at(-1)).toMatchObject({ json: { add: [] } });
});
