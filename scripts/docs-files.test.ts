import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** What the files of the nouns that came with roles, and with Apple, are called. */
const THEIRS =
  /(?:account|role|scheme|whoami|reset|composition|push-certificate|vpp|model[\\/]answer\.ts|[\\/]answers\.ts|(?:contract|http)[\\/](?:exports|restores)\.ts|store[\\/](?:exports|restores)|use[\\/]handover|(?:^|[\\/])ade\b)/;

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
  const folders = "{model,contract,tenant/{http,store,use}}";
  const there = globSync(
    [`${folders}/*.ts`, "tenant/use/accounts/*.ts", "tenant/{store,use}/{ade,exports,handover,restores}/*.ts"],
    {
      cwd: join(ROOT, "src/lib"),
    },
  );
  const theirs = there.filter((file) => THEIRS.test(file) && !file.endsWith(".test.ts"));
  expect(files.flatMap(([, own]) => own).toSorted()).toEqual(
    theirs.map((file) => file.replaceAll("\\", "/")).toSorted(),
  );
});

test.each(["docs/architecture.md", "docs/decisions/033-observed-state.md"])("the files that %s names exist", (page) => {
  const paths = readFileSync(join(ROOT, page), "utf8").matchAll(/`((?:src|docs|scripts|test)\/[\w/.-]+)`/g);
  expect([...paths].flatMap(([, path = ""]) => (existsSync(join(ROOT, path)) ? [] : [path]))).toEqual([]);
});
