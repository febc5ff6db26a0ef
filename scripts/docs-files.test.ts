import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** The files of the nouns that came with roles, and with Apple. */
const THEIRS = [
  "model/{account,ade,role,app-role,scheme,composition}*.ts",
  "model/answer.ts",
  "{contract,tenant/http}/{accounts,ade,answers,exports,restores,roles,whoami}*.ts",
  "tenant/ade/*.ts",
  "tenant/accounts/{account,reset,draft,scheme,whoami}*.ts",
  "tenant/handover/{answer,export,judge,restore}*.ts",
  "tenant/handover/{exports,restores}/*.ts",
];

const PAGE = readFileSync(join(ROOT, "docs/adding-a-noun.md"), "utf8");

/** The files in the first column of the table with this header. */
const filesUnder = (header: string): readonly string[] =>
  (PAGE.split(`\n| ${header} | what |\n`)[1] ?? "").split("\n\n", 1)[0]?.match(/(?<=^\| `)src\/[^`]+/gm) ?? [];

test("a noun has at most six files of its own, and the page lists those of devices", () => {
  const there = globSync("src/lib/**/{device,devices,device-rows}.ts", { cwd: ROOT }).map((file) =>
    file.replaceAll("\\", "/"),
  );
  const own = there.filter((file) => !/\/(?:apple|ade)\//.test(file));
  expect(filesUnder("file of its own").toSorted()).toEqual(own.toSorted());
  expect(own.length).toBeLessThanOrEqual(6);
});

test("nouns share at most four handwritten files", () => {
  const shared = filesUnder("shared file");
  expect(shared.length).toBeLessThanOrEqual(4);
  for (const file of shared) expect(readFileSync(join(ROOT, file), "utf8"), file).toMatch(/\bdevices?\b/);
});

test("the files that load the nouns of the tenant API are generated", () => {
  const files = globSync("src/lib/contract/*.ts", { cwd: ROOT });
  const nouns = files.filter((file) => /^export default /m.test(readFileSync(join(ROOT, file), "utf8")));
  const names = nouns.map((file) => basename(file));
  const loading = globSync("src/lib/**/*.ts", { cwd: ROOT, exclude: ["**/*.test.ts"] }).flatMap((file) => {
    const source = readFileSync(join(ROOT, file), "utf8");
    const loaded = names.filter((name) => new RegExp(`import\\("[./\\w-]*/${name}"\\)`).test(source));
    return loaded.length > names.length / 2 ? [{ file: file.replaceAll("\\", "/"), source }] : [];
  });
  expect(names.length).toBeGreaterThan(15);
  expect(loading.map(({ file }) => file).toSorted()).toEqual([
    "src/lib/contract/index.ts",
    "src/lib/tenant/http/nouns.ts",
  ]);
  for (const { source } of loading) expect(source).toMatch(/^\/\/ Generated/);
});

test("the files listed for each noun exist, and there are at most eight", () => {
  const rows = [...PAGE.matchAll(/^\| `([a-z -]+)` \| ((?:`[\w/-]+\.ts`(?:, )?)+) \|$/gm)];
  const files = rows.map(([, noun, cells = ""]) => [noun, cells.split(", ").map((cell) => cell.slice(1, -1))] as const);
  expect(files.map(([noun, own]) => [noun, own.length])).toEqual([
    ["ade", 6],
    ["ade token", 1],
    ["ade devices", 3],
    ["clomo-account", 8],
    ["answers", 5],
    ["exports", 5],
    ["restores", 8],
    ["roles", 4],
    ["roles schemes", 3],
    ["whoami", 3],
  ]);
  const there = globSync(THEIRS, { cwd: join(ROOT, "src/lib") });
  const theirs = there.filter((file) => !file.endsWith(".test.ts"));
  expect(files.flatMap(([, own]) => own).toSorted()).toEqual(
    theirs.map((file) => file.replaceAll("\\", "/")).toSorted(),
  );
});

test.each(["docs/architecture.md", "docs/decisions/033-observed-state.md"])("the files named in %s exist", (page) => {
  const paths = readFileSync(join(ROOT, page), "utf8").matchAll(/`((?:src|docs|scripts|test)\/[\w/.-]+)`/g);
  expect([...paths].flatMap(([, path = ""]) => (existsSync(join(ROOT, path)) ? [] : [path]))).toEqual([]);
});
