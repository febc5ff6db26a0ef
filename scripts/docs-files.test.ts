import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** The files of the nouns that came with roles, and with Apple. */
const THEIRS = [
  "model/{account,ade,push-certificate,role,vpp,app-role,scheme,composition}*.ts",
  "model/answer.ts",
  "{contract,tenant/http}/{accounts,ade,answers,exports,push-certificate,restores,roles,vpp,whoami}*.ts",
  "tenant/{ade,push-certificate,vpp}/*.ts",
  "tenant/accounts/{account,reset,rules,scheme,whoami}*.ts",
  "tenant/handover/{answer,export,judge,restore}*.ts",
  "tenant/handover/{exports,restores}/*.ts",
];

test("the files that each noun took are those of the tree, and no more than eight", () => {
  const page = readFileSync(join(ROOT, "docs/adding-a-noun.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z -]+)` \| ((?:`[\w/-]+\.ts`(?:, )?)+) \|$/gm)];
  const files = rows.map(([, noun, cells = ""]) => [noun, cells.split(", ").map((cell) => cell.slice(1, -1))] as const);
  expect(files.map(([noun, own]) => [noun, own.length])).toEqual([
    ["ade", 7],
    ["ade token", 2],
    ["ade devices", 6],
    ["ade profiles", 6],
    ["clomo-account", 8],
    ["answers", 5],
    ["exports", 6],
    ["restores", 8],
    ["push-certificate", 5],
    ["roles", 6],
    ["roles schemes", 3],
    ["vpp", 5],
    ["whoami", 3],
  ]);
  const there = globSync(THEIRS, { cwd: join(ROOT, "src/lib") });
  const theirs = there.filter((file) => !file.endsWith(".test.ts"));
  expect(files.flatMap(([, own]) => own).toSorted()).toEqual(
    theirs.map((file) => file.replaceAll("\\", "/")).toSorted(),
  );
});

test.each(["docs/architecture.md", "docs/decisions/033-observed-state.md"])("the files that %s names exist", (page) => {
  const paths = readFileSync(join(ROOT, page), "utf8").matchAll(/`((?:src|docs|scripts|test)\/[\w/.-]+)`/g);
  expect([...paths].flatMap(([, path = ""]) => (existsSync(join(ROOT, path)) ? [] : [path]))).toEqual([]);
});
