import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { openBundleFiles } from "../../lib/handover/bundle/read.ts";
import { storageIn } from "#support/handover/bundles.ts";
import { createRandomTenant } from "#support/tenant/exporting.ts";
import { plantSecrets } from "#support/tenant/secret-columns.ts";
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

test("what a copy of the tenant lacks is in no output", LONG_TIMEOUT, async () => {
  const seen = new Set<string>();
  for (const seed of SEEDS) {
    await using tenant = await createRandomTenant(seed);
    const planted = plantSecrets(tenant, (name) => `Kanarie${name}0x`);
    for (const column of planted.keys()) seen.add(column);
    const root = freshFolder();
    const [folder, home] = [join(root, "work"), join(root, "home")];
    mkdirSync(folder);
    const said: string[] = [];
    const type = async (line: string, exits: readonly number[] = [0]): Promise<void> => {
      const { exit, stdout, stderr } = await run(`handover ${line}`, { home, folder, tenant: tenant.fetch });
      expect([line, exits.includes(exit), stderr]).toEqual([line, true, stderr]);
      said.push(stdout, stderr);
    };
    await type("export -o folder --encoding utf-8 --verbose");
    await type("export -o one.zip --on-unmappable replace --format json --verbose");
    await type("export -o two.zip --encoding utf-8 --only users --only accounts");
    await type("verify folder --verbose");
    await type("report folder -o page.html");
    await type("report one.zip --format markdown");
    // it reads the certificate, which is none here: an error tells no secret either
    await type("checklist --verbose", [0, 1, 7]);
    await type("diff folder --tenant --verbose", [0, 9]);
    await type("receive folder --context received --verbose");
    const bundles = await Promise.all(["folder", "one.zip", "two.zip"].map((name) => contentOf(folder, name)));
    const all = [...said, ...bundles, everythingBelow(root)].join("\n");
    const found = [...planted].filter(([, secret]) => all.includes(secret)).map(([column]) => column);
    expect(found).toEqual([]);
  }
  // what these are for: a table without a row would show nothing
  for (const column of SECRETS) expect(seen).toContain(column);
});

const SECRETS = [
  "account.verifier",
  "reset_code.verifier",
  "ade_server.privateKey",
  "ade_server.certificate",
  "ade_server.token",
  "ade_server.tokenHash",
  "ade_server.consumer",
];
