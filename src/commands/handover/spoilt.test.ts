import fc from "fast-check";
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toPropertyParameters, isDefaultSeed, LONG_TIMEOUT } from "#support/drawn.ts";
import { hostileArchives } from "#support/handover/archives.ts";
import { filesBelow, packAs, someSpoiling, writeSpoiledCopy } from "#support/handover/spoiling.ts";
import { createRandomTenant, exportFiles } from "#support/tenant/exporting.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, run, type RunResult } from "#support/commands/program.ts";

const VERBS = ["verify spoilt", "diff spoilt good", "diff good spoilt", "receive spoilt --context spoilt"];

let from: TestTenant;
let tenant: TestTenant;
beforeAll(async () => {
  from = await createRandomTenant(7, 4);
  tenant = new TestTenant();
});
afterAll(async () => {
  await from[Symbol.asyncDispose]();
  await tenant[Symbol.asyncDispose]();
});

const stateOf = async ({ client, database }: TestTenant): Promise<unknown> => ({
  files: await exportFiles(client),
  audit: database.all("select max(seq) as seq, count(*) as records from audit"),
});

const desk = () => {
  const root = freshFolder();
  const [folder, home] = [join(root, "work", "here"), join(root, "home")];
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    type: (line: string, of = tenant): Promise<RunResult> =>
      run(`handover ${line}`, { home, folder, tenant: of.fetch }),
    /** paths of all files, with those of the home's temporary folder */
    left: (): readonly string[] =>
      readdirSync(root, { recursive: true, encoding: "utf8" })
        .filter((path) => !/^home(?:[/\\](?:state|tmp|config)[^/\\]*)?$/.test(path))
        .toSorted(),
  };
};

describe.each(["", ".zip"])("a damaged bundle%s", (ending) => {
  test("is refused by every verb, and no tenant changes", LONG_TIMEOUT, async () => {
    const { folder, type } = desk();
    for (const name of new Set(["whole", `whole${ending}`])) {
      expect((await type(`export -o ${name} --encoding utf-8`, from)).exit).toBe(0);
    }
    const files = filesBelow(join(folder, "whole"));
    await packAs(join(folder, `good${ending}`), files);
    for (const verb of ["verify", "receive --context good --dry-run"])
      expect((await type(`${verb} good${ending}`)).exit).toBe(0);
    const before = await stateOf(tenant);
    const passed: object[] = [];
    await fc.assert(
      fc.asyncProperty(someSpoiling, fc.constantFrom(...VERBS), async (spoiling, verb) => {
        await writeSpoiledCopy(files, join(folder, `spoilt${ending}`), spoiling);
        const lines = isDefaultSeed ? VERBS : [verb, VERBS.at(-1) ?? verb];
        for (const line of lines) {
          const { exit } = await type(line.replaceAll(/(?<!context )(?:good|spoilt)/g, (name) => `${name}${ending}`));
          if (exit !== 3) passed.push({ spoiling, line, exit });
        }
      }),
      toPropertyParameters(8, 20_261_123),
    );
    expect(passed).toEqual([]);
    expect(await stateOf(tenant)).toEqual(before);
  });
});

test("content that no export writes is refused by every verb and is not written anywhere", LONG_TIMEOUT, async () => {
  const { folder, type, left } = desk();
  expect((await type("export -o good --encoding utf-8", from)).exit).toBe(0);
  const [before, were] = [await stateOf(tenant), left()];
  const passed: object[] = [];
  for await (const [what, name, content] of hostileArchives()) {
    writeFileSync(join(folder, name), content);
    for (const verb of VERBS) {
      const { exit } = await type(verb.replace("spoilt", name));
      if (exit !== 3) passed.push({ what, name, verb, exit });
    }
    rmSync(join(folder, name));
    expect([what, left()]).toEqual([what, were]);
  }
  expect(passed).toEqual([]);
  expect(await stateOf(tenant)).toEqual(before);
});

test.each<[string, (path: string, folder: string) => void]>([
  ["a link to a file outside", (path, folder) => symlinkSync(join(folder, "outside"), path)],
  ["a link to another file of the bundle", (path) => symlinkSync("orgs.ndjson", path)],
  ["a link to a device", (path) => symlinkSync("/dev/zero", path)],
  ["a folder of the same name", (path) => mkdirSync(path)],
])("%s in a folder is refused by every verb", async (_, put) => {
  const { folder, type } = desk();
  for (const name of ["good", "spoilt"]) {
    expect((await type(`export -o ${name} --encoding utf-8`, from)).exit).toBe(0);
  }
  const path = join(folder, "spoilt", "resources", "users.ndjson");
  renameSync(path, join(folder, "outside"));
  put(path, folder);
  const before = await stateOf(tenant);
  for (const verb of VERBS) expect([verb, (await type(verb)).exit]).toEqual([verb, 3]);
  expect(await stateOf(tenant)).toEqual(before);
});

test("a hard link next to the bundle does not matter, but a file inside it does", async () => {
  const { folder, type } = desk();
  expect((await type("export -o good --encoding utf-8", from)).exit).toBe(0);
  linkSync(join(folder, "good", "resources", "users.ndjson"), join(folder, "linked"));
  expect((await type("verify good")).exit).toBe(0);
  linkSync(join(folder, "linked"), join(folder, "good", "resources", "linked.ndjson"));
  expect((await type("verify good")).exit).toBe(3);
});
