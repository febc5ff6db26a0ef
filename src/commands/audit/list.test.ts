import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const record = example<{ seq: number; hash: string; record: object }>("auditRecord");
const { hash } = record;
const origin = { host: "desk", program: "clomoctl 1.0.0", access: "embedded" };
const common = { version: 2, at: "2026-04-20T01:23:45.000Z", actor: "owner (hanako)", origin };
const ID = "019a9f3c-5a00-7abc-8def-000000000005";

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

test("an instant is used as it is typed, and the range includes it", async () => {
  const line = "audit list --since 2026-04-01T09:00:00Z --until 2026-04-01T10:00:00Z";
  const [request] = (await run(line, audit())).requests;
  expect(request?.query).toMatchObject({ since: "2026-04-01T09:00:00.000Z", until: "2026-04-01T10:00:00.001Z" });
});

test("says who deleted a user", async () => {
  const deleted = told(8, { action: "users.delete", objects: [user(1), user(2)] });
  const undone = told(6, { action: "undo", objects: [{ thing: "import", id: ID, name: "6" }], detail: { undoes: 5 } });
  const { en } = await runInBoth("audit list --format tsv", audit(deleted, imported(2, { delete: 5 }), undone));
  expect(en.stdout).toBe(
    "number\tat\tactor\taction\tabout\n" +
      "8\t2026-04-20T01:23:45.000Z\towner (hanako)\tusers.delete\t山田 1 <yamada1@example.jp>, 1 more\n" +
      "7\t2026-04-20T01:23:45.000Z\towner (hanako)\timports.commit\timport 7 (people.csv)\n" +
      "6\t2026-04-20T01:23:45.000Z\towner (hanako)\tundo\tchange 5\n",
  );
});

test("shows the person who acted as an account next to the account, in both languages", async () => {
  const acted = audit(told(9, { action: "orgs.create", actor: "sys", by: "owner (root)", objects: [] }));
  const { en, ja } = await runInBoth("audit list", { ...acted, terminal: { columns: 120 } });
  for (const { stdout } of [en, ja]) expect(stdout).toContain("  sys (root)  ");
  const { stdout } = await run("audit list --format tsv --fields actor,by", acted);
  expect(stdout).toBe("actor\tby\nsys\towner (root)\n");
});

test("a record that was altered beyond recognition is shown as unreadable", async () => {
  const { stdout } = await run("audit list --format json", audit({ seq: 3, hash, record: "gone" }));
  expect(JSON.parse(stdout)).toMatchObject([{ number: 3, version: 0, at: "", action: "", objects: [], hash }]);
});
