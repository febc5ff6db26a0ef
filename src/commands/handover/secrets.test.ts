import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { openBundleFiles } from "../../lib/handover/bundle/read.ts";
import { storageIn } from "#support/handover/bundles.ts";
import { createRandomTenant } from "#support/tenant/restoring.ts";
import { plantSecrets } from "#support/tenant/secret-columns.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, run } from "#support/commands/program.ts";

const SEEDS = [9, 12];

const everythingBelow = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "latin1")}`)
    .join("\n");

const contentOf = async (root: string, name: string): Promise<string> => {
  await using found = await openBundleFiles(name, { workingFolder: root, temporary: storageIn(root) });
  let all = "";
  for (const { path } of found.files) {
    all += `${path}\n${Buffer.concat(await Array.fromAsync(found.read(path))).toString("latin1")}\n`;
  }
  return all;
};

test("a column that is not a field of a resource is in no output of the tenant", LONG_TIMEOUT, async () => {
  const seen = new Set<string>();
  for (const seed of SEEDS) {
    await using tenant = await createRandomTenant(seed);
    await using empty = new TestTenant();
    const planted = plantSecrets(tenant, (name) => `Kanarie${name}0x`);
    for (const column of planted.keys()) seen.add(column);
    const root = freshFolder();
    const [folder, home] = [join(root, "work"), join(root, "home")];
    mkdirSync(folder);
    const said: string[] = [];
    const type = async (line: string, exits: readonly number[] = [0], of = tenant): Promise<void> => {
      const { exit, stdout, stderr } = await run(`handover ${line}`, { home, folder, tenant: of.fetch });
      expect([line, exits.includes(exit), stderr]).toEqual([line, true, stderr]);
      said.push(stdout, stderr);
    };
    await type("export -o folder --encoding utf-8 --audit --verbose");
    await type("export -o one.zip --on-unmappable replace --format json --verbose");
    await type("export -o two.zip --encoding utf-8 --only users --only accounts");
    await type("verify folder --verbose");
    await type("report folder -o page.html");
    await type("report one.zip --format markdown");
    // it reads the certificate, which is none here: an error tells no secret either
    await type("checklist --verbose", [0, 1, 7]);
    await type("diff folder --tenant --verbose", [0, 9]);
    await type("apply folder --yes --verbose", [0], empty);
    await type("diff folder --tenant --format json", [9], empty);
    const bundles = await Promise.all(["folder", "one.zip", "two.zip"].map((name) => contentOf(folder, name)));
    const applied = JSON.stringify(
      empty
        .sql("select name from sqlite_schema where type = 'table'")
        .map(({ name }) => empty.sql(`select * from "${String(name)}"`)),
    );
    const all = [...said, ...bundles, everythingBelow(root), applied].join("\n");
    const found = [...planted].filter(([, secret]) => all.includes(secret)).map(([column]) => column);
    expect(found).toEqual([]);
  }
  // what these are for: a table without a row would show nothing
  for (const column of SECRETS) expect(seen).toContain(column);
});

const SECRETS = [
  "account.verifier",
  "reset_code.verifier",
  "reset_code.addressKey",
  "ade_server.privateKey",
  "ade_server.certificate",
  "ade_server.token",
  "ade_server.tokenHash",
  "ade_server.consumer",
  "secured_user.secrets",
  "user.accountPasswordSetAt",
];

test.each(["api_token", "user_device"])("requires a decision about what leaves the new table %s", async (table) => {
  await using tenant = new TestTenant();
  await tenant.client.tenant.show();
  tenant.database.exec(`create table ${table} (pk integer primary key, token text)`);
  expect(() => plantSecrets(tenant, (name) => name)).toThrow(`what leaves of ${table} is not said`);
});
