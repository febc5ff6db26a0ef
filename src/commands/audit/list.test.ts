import { describe, expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import list from "./list.ts";

const record = example<{ seq: number; hash: string; record: object }>("auditRecord");
const { hash } = record;
const origin = { host: "desk", program: "clomoctl 1.0.0", access: "embedded" };
const common = { version: 2, at: "2026-04-20T01:23:45.000Z", actor: "owner (hanako)", origin };
const ID = "019a9f3c-5a00-7abc-8def-000000000005";
const OTHER = "019a9f3c-5a00-7abc-8def-000000000006";

const told = (seq: number, own: object): object => ({ seq, hash, record: { ...common, seq, ...own } });

const user = (n: number) => ({ thing: "user", id: ID, name: `山田 ${n} <yamada${n}@example.jp>` });
const imported = (names: number, detail: object): object =>
  told(7, {
    action: "imports.commit",
    objects: [{ thing: "import", id: ID, name: "7" }, ...Array.from({ length: names }, (_, n) => user(n))],
    detail: { kind: "users", mode: "replace", fileName: "people.csv", create: 0, update: 0, ...detail },
  });

const audit = (...items: readonly object[]) => ({ tenant: { audit: { items, next: null } } });

test("dates are in the tenant's time zone, from the start of the first day to the end of the last", async () => {
  const line = "audit list --since 2026-04-01 --until 2026-04-30 --actor hana --action delete --limit 5";
  const { requests, exit } = await run(line, audit(record));
  expect(exit).toBe(0);
  expect(requests).toEqual([
    {
      operation: "audit",
      query: {
        since: "2026-03-31T15:00:00.000Z",
        until: "2026-04-30T15:00:00.000Z",
        actor: "hana",
        action: "delete",
        limit: "5",
      },
    },
  ]);
});

describe("rights on a given date", () => {
  const org = { id: "o", code: "E", path: "東日本" };
  const schemeNamed = (name: string) => [{ thing: "scheme", id: ID, name }];
  const accountNamed = (name: string) => [{ thing: "account", id: OTHER, name }];
  const none = { role: "none", managesAll: false, managedOrgs: [], scheme: null };
  const granted = { role: "custom", managesAll: false, managedOrgs: [org], scheme: { id: ID, name: "窓口" } };
  const items = [
    told(9, { action: "roles.schemes.delete", objects: schemeNamed("窓口"), before: { operations: ["users.write"] } }),
    told(8, {
      action: "roles.schemes.edit",
      objects: schemeNamed("窓口"),
      before: { operations: ["users.move"] },
      after: { operations: ["users.write"] },
    }),
    told(7, {
      action: "accounts.edit",
      actor: "sys",
      by: "owner (hanako)",
      objects: accountNamed("hanako02"),
      before: none,
      after: granted,
    }),
    told(6, { action: "users.edit", objects: [], before: {}, after: {} }),
    told(5, { action: "accounts.send-code", objects: accountNamed("hanako02"), detail: {} }),
    told(4, { action: "accounts.edit", objects: accountNamed("hanako02"), before: none, after: none }),
    told(3, {
      action: "roles.schemes.edit",
      objects: schemeNamed("受付"),
      before: { operations: [] },
      after: { operations: ["users.move"] },
    }),
    told(2, { action: "accounts.create", objects: accountNamed("hanako01"), after: none }),
  ];
  const { at, actor } = common;
  test("are found by the help's examples: actor, scheme, organisations and deleted schemes", async () => {
    const lines = list.examples.map(({ line }) => line).filter((line) => line.includes("2026-03-31"));
    const recordsOf = async (line = ""): Promise<readonly unknown[]> => {
      const { stdout } = await run(line.replace("clomoctl ", ""), audit(...items));
      return stdout
        .trimEnd()
        .split("\n")
        .map((one): unknown => JSON.parse(one));
    };
    const [ofAccounts, ofSchemes] = [await recordsOf(lines[0]), await recordsOf(lines[1])];
    // a record a line
    expect([ofAccounts.length, ofSchemes.length]).toEqual([items.length, items.length]);
    const shared = { at, actor, by: null };
    const grant = { ...shared, actor: "sys", by: "owner (hanako)", objects: accountNamed("hanako02"), after: granted };
    expect(ofAccounts).toContainEqual(grant);
    const before = { operations: ["users.write"] };
    expect(ofSchemes).toContainEqual({ ...shared, objects: schemeNamed("窓口"), before, after: null });
  });
});

test("an instant is used as it is typed, and the range includes it", async () => {
  const line = "audit list --since 2026-04-01T09:00:00Z --until 2026-04-01T10:00:00Z";
  const [request] = (await run(line, audit())).requests;
  expect(request?.query).toMatchObject({ since: "2026-04-01T09:00:00.000Z", until: "2026-04-01T10:00:00.001Z" });
});

test("says who deleted a user, and how to see the rows of an import", async () => {
  const deleted = told(8, { action: "users.delete", objects: [user(1), user(2)] });
  const undone = told(6, { action: "undo", objects: [{ thing: "import", id: ID, name: "6" }], detail: { undoes: 5 } });
  const { en } = await runInBoth("audit list --format tsv", audit(deleted, imported(2, { delete: 5 }), undone));
  expect(en.stdout).toBe(
    "number\tat\tactor\taction\tabout\n" +
      "8\t2026-04-20T01:23:45.000Z\towner (hanako)\tusers.delete\t山田 1 <yamada1@example.jp>, 1 more\n" +
      "7\t2026-04-20T01:23:45.000Z\towner (hanako)\timports.commit\timport 7 (people.csv)\n" +
      "6\t2026-04-20T01:23:45.000Z\towner (hanako)\tundo\tchange 5\n",
  );
  expect(en.stderr).toBe("to list the rows of an import: clomoctl imports show 7 --rows\n");
});

test("shows the person who acted as an account next to the account, in both languages", async () => {
  const acted = audit(told(9, { action: "orgs.create", actor: "sys", by: "owner (root)", objects: [] }));
  const { en, ja } = await runInBoth("audit list", { ...acted, terminal: { columns: 120 } });
  for (const { stdout } of [en, ja]) expect(stdout).toContain("  sys (root)  ");
  const { stdout } = await run("audit list --format tsv --fields actor,by", acted);
  expect(stdout).toBe("actor\tby\nsys\towner (root)\n");
});

test("a table shows the actor of every record, and cuts it if space is tight", async () => {
  const object = { thing: "org", id: ID, name: "関東支社 営業統括本部 第一営業部 第二営業課" };
  const own = { action: "secured.groups.create", objects: [object] };
  const items = audit(told(9, { ...own, actor: "kanto-admin", by: "owner (root)" }), told(8, own));
  const { en, ja } = await runInBoth("audit list", { ...items, terminal: { columns: 80 } });
  for (const { stdout } of [en, ja]) expect(stdout).toMatch(/^ +9 .* kanto-admin.*… /m);
  expect(en.stdout).toMatch(/^ +8 .* owner \(hanako\) /m);
  const { stdout } = await run("audit list --format table", audit(told(8, own)));
  expect(stdout).toContain("  owner (hanako)  ");
});

test("a record that was altered beyond recognition is shown as unreadable", async () => {
  const { stdout } = await run("audit list --format json", audit({ seq: 3, hash, record: "gone" }));
  expect(JSON.parse(stdout)).toMatchObject([{ number: 3, version: 0, at: "", action: "", objects: [], hash }]);
});

test("fetches no more pages than the limit requires", async () => {
  const items = [record, record];
  const { requests, stdout } = await run("audit list --limit 1 --format ndjson", {
    tenant: { audit: { items, next: "41" } },
  });
  expect(requests).toHaveLength(1);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
});

test("the help explains --since and --until briefly, and its examples are accepted", async () => {
  const { en, ja } = await runInBoth("audit list --help");
  const forms = ["2026-04-01", "2026-04-01T09:00+09:00"];
  for (const { stdout } of [en, ja]) {
    for (const form of forms) expect(stdout.replaceAll(/\s/g, "")).toContain(form);
    expect(stdout).toMatch(/^ {2}--since DATE .*\n(?:.*\n)* {2}--until DATE /m);
  }
  for (const form of forms) {
    const { exit, requests } = await run(`audit list --since ${form}`, {
      tenant: { audit: { items: [], next: null } },
    });
    expect([exit, requests.length]).toEqual([0, 1]);
  }
});
