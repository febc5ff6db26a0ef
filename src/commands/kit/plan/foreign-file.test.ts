import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";
import { freshFolder, run, type Circumstances } from "#support/commands/program.ts";

const HEADER = ["メールアドレス", "氏名"];
const people = (domain: string): Cells => [
  HEADER,
  ...Array.from({ length: 8 }, (_, at) => [`p${at}@${domain}`, `人${at}`]),
];
const csv = (cells: Cells): string => cells.map((row) => `${row.join(",")}\r\n`).join("");

const OTHER = /別のテナントのファイルではありませんか/;

/** A computer with the tenants customer-a, customer-b and customer-c, which is empty. */
let tenants: Readonly<Record<string, TestTenant>>;
let desk: Circumstances & { readonly folder: string };
beforeEach(async () => {
  const home = freshFolder();
  const names = ["customer-a", "customer-b", "customer-c"];
  for (const name of names) await run(`context add ${name} --embedded`, { home });
  tenants = Object.fromEntries(
    names.map((name) => {
      const folder = join(home, "tenants", name);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return [name, new TestTenant(folder)];
    }),
  );
  for (const name of names) tenantOf(name).database.run("update tenant set name = :name", { name });
  const transports = Object.fromEntries(names.map((name) => [name, tenantOf(name).fetch]));
  desk = { home, folder: freshFolder(), tenants: transports, environment: { CLOMOCTL_CONTEXT: "customer-a" } };
  for (const domain of ["a.example", "b.example"])
    tenantOf(`customer-${domain.charAt(0)}`).addAdministrator("boss", `p0@${domain}`);
  await tenantOf("customer-a").import({ kind: "users" }, people("a.example"));
  await tenantOf("customer-b").import({ kind: "users" }, people("b.example"));
  writeFileSync(join(desk.folder, "a.csv"), csv(people("a.example")));
  writeFileSync(join(desk.folder, "b.csv"), csv(people("b.example")));
  writeFileSync(join(desk.folder, "d.csv"), csv(people("d.example")));
});
afterEach(async () => {
  for (const tenant of Object.values(tenants)) await tenant[Symbol.asyncDispose]();
});

function tenantOf(name: string): TestTenant {
  const { [name]: tenant } = tenants;
  if (tenant === undefined) throw new TypeError(`no tenant ${name}`);
  return tenant;
}

const domains = async (name: string): Promise<readonly string[]> => [
  ...new Set((await tenantOf(name).users()).map(({ emails: [main = ""] }) => main.slice(main.indexOf("@") + 1))),
];

test.each([
  "--mode replace --undeletable keep --yes --max-deletions 100%",
  "--mode replace --undeletable keep --confirm-deletions 7",
  "--yes",
])("without a terminal, refuses another tenant's file: %s", async (options) => {
  const ran = await run(`users import b.csv ${options}`, { ...desk, terminal: undefined });
  expect(ran).toMatchObject({ exit: 3, summary: expect.stringMatching(/ customer-a users import b\.csv: .* exit 3$/) });
  expect(ran.stderr).toContain("no row seems to be a user of customer-a: is this file for another tenant?");
  expect(ran.stderr).toContain("pass --allow other-tenant");
  expect(await domains("customer-a")).toEqual(["a.example"]);
});

test("by employee code, refuses another tenant's people with the same serial numbers", async () => {
  const numbered = (domain: string, name: string): Cells => [
    [...HEADER, "社員コード"],
    ...Array.from({ length: 8 }, (_, at) => [`p${at}@${domain}`, `${name}${at}`, `0000${at}`]),
  ];
  const [a, b] = [numbered("a.example", "人"), numbered("b.example", "別人")];
  await tenantOf("customer-a").import({ kind: "users" }, a);
  await tenantOf("customer-b").import({ kind: "users" }, b);
  const before = await tenantOf("customer-a").users();
  writeFileSync(join(desk.folder, "b.csv"), csv(b));
  const options = "--key employee-code --mode replace --yes --max-deletions 5%";
  const refused = await run(`users import b.csv ${options}`, desk);
  expect(refused.exit).toBe(3);
  expect(await tenantOf("customer-a").users()).toEqual(before);
});

test("asks on a terminal even with --yes, and the answer counts", async () => {
  const asking = (keys: string, line: string): Circumstances & { readonly line: string } => ({
    ...desk,
    line,
    environment: { ...desk.environment, LANG: "ja_JP.UTF-8" },
    terminal: { typing: [["b.csv を customer-a に取り込みますか?", keys]] },
  });
  const no = asking("n\r", "users import b.csv --yes");
  const refused = await run(no.line, no);
  expect(refused).toMatchObject({ exit: 0 });
  const told = refused.stderr.replaceAll("\n", "").replaceAll(/ {2,}/g, "");
  expect(told).toMatch(OTHER);
  expect(refused.stderr).toContain("何も変更していません");
  expect(await domains("customer-a")).toEqual(["a.example"]);
  const yes = asking("y\r", "users import b.csv --yes");
  expect(await run(yes.line, yes)).toMatchObject({ exit: 0 });
  expect(await domains("customer-a")).toEqual(["a.example", "b.example"]);
});

test("a dry run warns, and a kept plan is questioned when it is committed", async () => {
  const planned = await run("users import b.csv --dry-run --keep-plan --lang ja", desk);
  expect(planned).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(/警告: .*別のテナントのファイルではありませんか/),
  });
  const refused = await run("imports commit last --yes", desk);
  expect(refused.exit).toBe(3);
  expect(await run("imports commit last --yes --allow other-tenant", desk)).toMatchObject({ exit: 0 });
  expect(await domains("customer-a")).toEqual(["a.example", "b.example"]);
});
