import { describe, expect, test } from "vitest";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import list from "./list.ts";

const record = example<{ seq: number; hash: string; record: object }>("auditRecord");
const { hash } = record;
const origin = { host: "desk", program: "clomoctl 1.0.0", access: "embedded" };
const common = { version: 2, at: "2026-04-20T01:23:45.000Z", actor: "owner (hanako)", origin };
const ID = "019a9f3c-5a00-7abc-8def-000000000005";
const OTHER = "019a9f3c-5a00-7abc-8def-000000000006";

/** A record with a text of its own. */
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
  const line = "audit list --since 2026-04-01 --until 2026-04-30 --actor hana --action delete --object a@x --limit 5";
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
        object: "a@x",
        limit: "5",
      },
    },
  ]);
});

test("for accounts, a table shows the former and the new role in full on 80 columns", async () => {
  const objects = [{ thing: "account", id: ID, name: "hanako01" }];
  const change = { objects, before: { role: "operator" }, after: { role: "none" } };
  const items = [
    told(9, { action: "accounts.revoke", ...change }),
    told(8, { action: "accounts.create", objects, after: { role: "division" } }),
    told(7, { action: "accounts.edit", objects, before: { role: "none", memo: "a" }, after: { role: "none" } }),
  ];
  const { ja } = await runInBoth("audit list", { ...audit(...items), terminal: {} });
  const words = ja.stdout.replaceAll(/\s/g, "");
  expect(words).toContain("管理者権限を解除hanako01:オペレーター→管理者権限を付与しない");
  expect(words).toContain("アカウントを作成hanako01:部門管理者");
  expect(words).toContain("アカウントを編集hanako01");
  expect(ja.stdout).not.toContain("…");
  for (const line of ja.stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
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
      action: "accounts.grant",
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
  const { en, ja } = await runInBoth("audit list --format tsv", audit(deleted, imported(2, { delete: 5 })));
  expect(en.stdout).toBe(
    "number\tat\tactor\taction\tabout\n" +
      "8\t2026-04-20T01:23:45.000Z\towner (hanako)\tusers.delete\t山田 1 <yamada1@example.jp>, 山田 2 <yamada2@example.jp>\n" +
      "7\t2026-04-20T01:23:45.000Z\towner (hanako)\timports.commit\timport 7 (people.csv): delete 5: 山田 0 <yamada0@example.jp>, 山田 1 <yamada1@example.jp>, 3 more\n",
  );
  expect(en.stderr).toBe("to list the rows of an import: clomoctl imports show 7 --rows\n");
  expect(ja.stderr).toBe("インポートの行ごとの内容: clomoctl imports show 7 --rows\n");
});

test("a table on 80 columns describes each record in words, in both languages", async () => {
  const items = [
    told(1008, { action: "users.delete", objects: [user(1)] }),
    imported(5, { delete: 5 }),
    told(6, { action: "users.export", objects: [], detail: { records: 24, filters: {} } }),
    told(5, {
      action: "undo",
      objects: [{ thing: "import", id: ID, name: "5" }],
      detail: { undoes: 3, create: 2 },
    }),
    told(4, { action: "printers.paint", objects: [{ thing: "printer", id: ID }] }),
  ];
  const { en, ja } = await runInBoth("audit list", { ...audit(...items), terminal: { columns: 80 } });
  for (const { stdout } of [en, ja]) {
    for (const line of stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  }
  const flat = (stdout: string): string => stdout.replaceAll(/\s+/g, "");
  expect(flat(ja.stdout)).toContain("ユーザーを削除山田1");
  expect(flat(ja.stdout)).toContain(
    "インポートを適用インポート7(people.csv):削除5:山田0<yamada0@example.jp>、山田1<yamada1@example.jp>、山田2<yamada2@example.jp>、ほか2件",
  );
  expect(flat(ja.stdout)).toContain("ユーザーを書き出し24件");
  expect(flat(ja.stdout)).toContain("変更を取り消しインポート5:変更3の取り消し、追加2");
  expect(flat(en.stdout)).toContain("deleteuser山田1");
  expect(flat(en.stdout)).toContain("undoimport5:undoeschange3,create2");
  // of a newer program: as it stands
  expect(flat(en.stdout)).toContain(`printers.paint${ID.slice(0, 8)}…`);
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
  for (const { stdout } of [en, ja]) {
    expect(stdout).toMatch(/^ +9 .* (?:owner|所有者).*… /m);
  }
  expect(en.stdout).toMatch(/^ +8 .* owner \(hanako\) /m);
  expect(ja.stdout).toMatch(/^ +8 .* 所有者\(hanako\) /m);
  const { stdout } = await run("audit list --format table", audit(told(8, own)));
  expect(stdout).toContain("  owner (hanako)  ");
});

test("a table names the fields that changed in a single record, after a change of role", async () => {
  const objects = [{ thing: "account", id: ID, name: "jiro01" }];
  const org = { id: "o", code: null, path: "大阪支社" };
  const before = {
    role: "division",
    managedOrgs: [],
    supportOption: false,
    noticeMail: true,
    memo: "a",
    updatedAt: "1",
  };
  const after = { ...before, managedOrgs: [org], updatedAt: "2" };
  const all = { ...after, role: "system", supportOption: true, noticeMail: false, memo: null };
  const items = audit(
    told(4, { action: "accounts.edit", objects, before, after }),
    told(3, { action: "accounts.grant", objects, before, after: all }),
    told(2, { action: "accounts.create", objects, after }),
  );
  const { en, ja } = await runInBoth("audit list", { ...items, terminal: { columns: 200 } });
  expect(en.stdout.match(/jiro01.*/g)).toEqual([
    "jiro01 [managed organisations]",
    "jiro01: division administrator → system administrator [managed organisations, support option, notice emails, 1 more]",
    "jiro01: division administrator",
  ]);
  expect(ja.stdout).toContain("システム管理者 [管理対象組織、サポートオプション、お知らせメール受信、ほか 1 項目]\n");
  expect((await run("audit list --format tsv", items)).stdout).toMatch(/accounts\.edit\tjiro01\n/);
});

test("on 80 columns, no line is too wide, whatever address it shows", async () => {
  const account = { thing: "account", id: ID, name: "hanako01" };
  const state = { emails: ["hanako.yamazaki@tokyo.example.jp"], role: "operator" };
  const edited = { action: "accounts.grant", objects: [account], before: state, after: { ...state, role: "division" } };
  const items = audit(told(9, edited), told(8, { action: "secured.groups.create", objects: [user(1)] }));
  const { en, ja } = await runInBoth("audit list", { ...items, terminal: { columns: 80 } });
  for (const { stdout } of [en, ja]) {
    for (const line of stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout.replaceAll(/\s/g, "")).toContain("<hanako.yamazaki@tokyo.example.jp>:");
  }
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

test("distinguishes people with the same name by their addresses", async () => {
  const twin = (n: number) => ({ ...user(n), name: `山田 <yamada${n}@example.jp>` });
  const edited = { action: "users.edit", objects: [{ ...user(1), name: "山田" }], after: { emails: ["y@example.jp"] } };
  const items = [told(3, { action: "users.delete", objects: [twin(1), twin(2)] }), told(2, edited)];
  const { stdout } = await run("audit list", { ...audit(...items), terminal: { columns: 200 } });
  expect(stdout).toContain("山田 <yamada1@example.jp>, 山田 <yamada2@example.jp>");
  expect(stdout).toContain("山田 <y@example.jp>");
});

const person = (id: string, name: string) => ({ thing: "user", id, name });

test("distinguishes several people in one record by what the record knows about each", async () => {
  const [one, other] = [person("a", "山田"), person("b", "山田")];
  const state = (email: string) => ({
    records: [
      { id: "a", name: "山田", emails: ["a@x"] },
      { id: "b", name: "山田", emails: [email] },
    ],
  });
  const marked = { kind: "users", added: ["b@x"], removed: ["a@x"] };
  const calendar = { thing: "secured_user", id: "c", name: "暦" };
  const items = [
    told(5, { action: "users.move", objects: [one, other], before: state("b@y"), after: state("b@x") }),
    told(4, { action: "administrators.mark", objects: [other, one], detail: marked }),
    told(3, { action: "secured.create", objects: [calendar], after: { id: "c", userId: "u1", displayName: "暦" } }),
    told(2, { action: "users.edit", objects: [one, person("d", "佐藤")] }),
  ];
  for (const line of ["audit list", "audit list --format tsv"]) {
    const { stdout } = await run(line, { ...audit(...items), terminal: { columns: 200 } });
    expect(stdout.match(/(?:山田|暦).*$/gm)).toEqual([
      "山田 <a@x>, 山田 <b@x>",
      "山田 <b@x>, 山田 <a@x>",
      "暦 <u1>",
      "山田, 佐藤",
    ]);
  }
});

test("a table names three people and counts the others, other formats name them all", async () => {
  const objects = ["a", "b", "c", "d"].map((id) => person(id, `山田 ${id}`));
  const records = objects.map(({ id, name }) => ({ id, name, emails: [`${id}@x`] }));
  const moved = audit(told(5, { action: "users.move", objects, before: { records }, after: { records } }));
  const table = await run("audit list", { ...moved, terminal: { columns: 200 } });
  expect(table.stdout).toContain("山田 a <a@x>, 山田 b <b@x>, 山田 c <c@x>, 1 more\n");
  const { stdout } = await run("audit list --format tsv", moved);
  expect(stdout).toContain("山田 a <a@x>, 山田 b <b@x>, 山田 c <c@x>, 山田 d <d@x>\n");
});

test.each(["d@x", "山田　D", "d"])("--object %s names that person first", async (search) => {
  const objects = ["a", "b", "c", "d"].map((id) => person(id, `山田 ${id} <${id}@x>`));
  const moved = audit(told(5, { action: "users.move", objects }));
  const { stdout } = await run(["audit", "list", "--object", search], { ...moved, terminal: { columns: 200 } });
  expect(stdout).toContain("山田 d <d@x>, 山田 a <a@x>, 山田 b <b@x>, 1 more\n");
});

test("reports an action that no record has, with the actions that exist", async () => {
  const items = ["users.edit", "fields.add"].map((action, at) => told(2 - at, { action, objects: [] }));
  const list = ({ query }: { readonly query?: Readonly<Record<string, unknown>> }) => ({
    items: query?.["action"] === undefined ? items : [],
    next: null,
  });
  const { en, ja } = await runInBoth("audit list --action paint", { tenant: { audit: list } });
  expect(en.stderr).toBe('no record has the action "paint"; actions of the newest 2 records: fields.add, users.edit\n');
  expect(ja.stderr).toBe("操作「paint」の記録はありません。新しい 2 件の記録にある操作: fields.add, users.edit\n");
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
