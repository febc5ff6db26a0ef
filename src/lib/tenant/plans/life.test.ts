import { undoImport } from "#support/tenant/undo.ts";
import { copyFileSync, existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  encodeText,
  failureOf,
  encodeCsv,
  TestTenant,
  readStreamText,
  toUpload,
  openForEachTest,
} from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const users = { kind: "users" } as const;
const FILE = [
  ["氏名", "メールアドレス", "役職"],
  ["山田", "yamada@x", "課長"],
];
const OTHER = [
  ["氏名", "メールアドレス"],
  ["髙橋", "takahashi@x"],
];
const WEEK = 7 * 24 * 60 * 60 * 1000;

const codeOf = async (promise: Promise<unknown>) => (await failureOf(promise))?.code;
const staging = () => readdirSync(join(tenant.folder, "imports"));
const isHeldStaging = (): boolean =>
  existsSync(join(tenant.folder, "imports")) &&
  staging().some((file) => file.endsWith(".db") && statSync(join(tenant.folder, "imports", file)).size > 0);

test("a plan is a conflict if its record was written in between, but not if others were", async () => {
  const plan = await tenant.plan(users, FILE);
  await tenant.import(users, OTHER);
  await tenant.import(users, "氏名,メールアドレス\n山田,yamada@x");
  expect(await codeOf(tenant.client.imports.commit(plan))).toBe("conflict");
  expect((await tenant.client.imports.show(plan.id)).state).toBe("discarded");
  const again = await tenant.plan(users, FILE);
  await tenant.import(users, "氏名,メールアドレス\n三,three@x");
  await tenant.client.imports.commit(again);
  expect(await tenant.users()).toHaveLength(3);
  const titled = await tenant.plan(users, "氏名,メールアドレス,役職\n三,three@x,課長");
  await tenant.import(users, "氏名,メールアドレス,役職,TEL\n三,three@x,係長,03");
  expect((await failureOf(tenant.client.imports.commit(titled)))?.what.ja).toMatch(
    /。ユーザー「三 <three@x>」: 後の変更 \d+ で変更されています\(役職、TEL\)$/,
  );
});

test("if two commit a plan at once, the second learns that it is done", async () => {
  const plan = await tenant.plan(users, FILE);
  const outcomes = await Promise.allSettled([tenant.client.imports.commit(plan), tenant.client.imports.commit(plan)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const lost = outcomes.find((one) => one.status === "rejected");
  expect(lost?.reason).toMatchObject({ code: "conflict", what: { ja: expect.stringContaining("は適用済みです") } });
});

test("of two files sent to one import at once, only the first makes its plan", async () => {
  const { imports } = tenant.client;
  const { id } = await imports.create(users);
  const send = async (file: string[][]) => imports.upload(id, toUpload(file));
  const [first, second] = await Promise.allSettled([send(FILE), send(OTHER)]);
  expect(first).toMatchObject({ status: "fulfilled", value: { state: "planned" } });
  expect(second).toMatchObject({ status: "rejected", reason: { code: "conflict" } });
  const plan = await imports.show(id);
  expect(plan.state).toBe("planned");
  await imports.commit(plan);
  expect((await tenant.users()).map(({ name }) => name)).toEqual(["山田"]);
});

const ORGS = "組織名,組織コード\n営業部,E1";
const IN_ORG = "氏名,メールアドレス,組織コード\n山田,yamada@x,E1";
const orgs = { kind: "orgs" } as const;

test("a plan for users is committed if the organisations that its file refers to still have their codes", async () => {
  const plain = await tenant.plan(users, FILE);
  await tenant.import(orgs, ORGS);
  await tenant.client.imports.commit(plain);
  const named = await tenant.plan(users, IN_ORG);
  await tenant.import(orgs, "組織名,組織コード\n営業課,E1");
  await tenant.client.imports.commit(named);
  expect((await tenant.users()).map(({ org }) => org.path)).toEqual(["営業課"]);
});

test("a plan for users conflicts with a change of a custom field only if it writes the field", async () => {
  const kept = await tenant.plan(users, FILE);
  const { id } = await tenant.client.users.addField({ name: "座席" });
  await tenant.client.imports.commit(kept);
  const written = await tenant.plan(users, "氏名,メールアドレス,座席\n山田,yamada@x,A1");
  await tenant.client.users.addField({ name: "入社年" });
  await tenant.client.users.removeField(id);
  expect(await codeOf(tenant.client.imports.commit(written))).toBe("conflict");
});

test("a discarded plan leaves nothing and cannot be committed", async () => {
  const plan = await tenant.plan(users, FILE);
  expect(await tenant.client.imports.discard(plan.id)).toMatchObject({ state: "discarded" });
  expect(staging()).toEqual([]);
  expect(await codeOf(tenant.client.imports.commit(plan))).toBe("conflict");
  expect(await codeOf(Array.fromAsync(tenant.client.imports.rows(plan.id)))).toBe("conflict");
});

test("a committed plan leaves no staging file and cannot be committed twice", async () => {
  const plan = await tenant.plan(users, FILE);
  await tenant.client.imports.commit(plan);
  expect(staging()).toEqual([]);
  expect(await codeOf(tenant.client.imports.commit(plan))).toBe("conflict");
  expect(await codeOf(undoImport(tenant.client, "00000000-0000-7000-8000-00000000ffff"))).toBe("not-found");
});

test("opening removes orphaned staging files and plans older than a week, and keeps complete plans", async () => {
  const old = await tenant.plan(users, FILE);
  const lost = await tenant.plan(users, FILE);
  rmSync(tenant.staging(lost.id));
  tenant.surroundings.time += WEEK;
  const fresh = await tenant.plan(users, FILE);
  const dead = "0190b1c0-0000-7000-8000-000000000000";
  copyFileSync(tenant.staging(fresh.id), tenant.staging(dead));
  writeFileSync(tenant.staging(`${dead}.copy`), "");
  tenant.sql(
    "insert into import (id, kind, state, createdAt, detail) select :dead, kind, 'uploading', createdAt, detail from import limit 1",
    { dead },
  );
  await tenant.reopen();
  const states = new Map((await tenant.client.imports.list()).map(({ id, state }) => [id, state]));
  expect(states).toEqual(
    new Map([
      [old.id, "discarded"],
      [lost.id, "discarded"],
      [fresh.id, "planned"],
      [dead, "discarded"],
    ]),
  );
  expect(staging().toSorted()).toEqual([`${fresh.id}.db`]);
  await tenant.client.imports.commit(fresh);
});

test("opening leaves the staging file of a running import alone", async () => {
  const bytes = encodeCsv(FILE);
  const half = Promise.withResolvers<undefined>();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, 10));
      await half.promise;
      controller.enqueue(bytes.subarray(10));
      controller.close();
    },
  });
  const planning = tenant.client.imports.plan(users, { stream, encoding: "utf-8" });
  await until(isHeldStaging);
  const second = new TestTenant(tenant.folder);
  await second.close();
  half.resolve(undefined);
  expect(await planning).toMatchObject({ create: 1 });
});

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

test("a signal ends an upload that is stuck", async () => {
  const stop = new AbortController();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encodeCsv(FILE));
    },
  });
  const planning = tenant.client.imports.plan(users, { stream, encoding: "utf-8" }, stop.signal);
  await until(isHeldStaging);
  stop.abort();
  expect(await codeOf(planning)).toBe("interrupted");
  expect(staging()).toEqual([]);
  expect(await tenant.plan(users, FILE)).toMatchObject({ create: 1 });
});

test("a commit that a signal interrupts changes nothing, and can be repeated", async () => {
  const plan = await tenant.plan(users, FILE);
  const before = tenant.dump();
  expect(await codeOf(tenant.client.imports.commit(plan, undefined, AbortSignal.abort()))).toBe("interrupted");
  expect(tenant.dump()).toEqual(before);
  await tenant.client.imports.commit(plan);
});

test("a plan whose staging file was deleted or damaged fails and changes nothing", async () => {
  for (const harm of [(path: string) => rmSync(path), (path: string) => truncateSync(path, 4096)]) {
    const plan = await tenant.plan(users, FILE);
    harm(tenant.staging(plan.id));
    await expect(tenant.client.imports.commit(plan)).rejects.toMatchObject({
      code: "unexpected",
      what: { en: "the plan's file is damaged or missing" },
      where: tenant.staging(plan.id),
    });
    expect(await tenant.users()).toEqual([]);
  }
  await tenant.import(users, FILE);
});

test("closing waits for running work", async () => {
  const plan = await tenant.plan(users, FILE);
  const commit = tenant.client.imports.commit(plan);
  await nextTurn();
  await tenant.reopen();
  expect(await commit).toMatchObject({ state: "committed" });
  expect(await tenant.users()).toHaveLength(1);
});

test("a tenant that is closing rejects requests, which do not disturb running work", async () => {
  const { client } = tenant;
  const plan = await tenant.plan(users, FILE);
  const commit = client.imports.commit(plan);
  await nextTurn();
  const reopened = tenant.reopen();
  expect(await codeOf(Array.fromAsync(client.orgs.list()))).toBe("unavailable");
  await reopened;
  expect(await codeOf(Array.fromAsync(client.orgs.list()))).toBe("unavailable");
  expect(await commit).toMatchObject({ state: "committed" });
});

test("a rejected plan cannot be written as an upload file", async () => {
  const plan = await tenant.plan(users, "氏名,メールアドレス\n,a@x");
  expect(await codeOf(tenant.client.imports.commit(plan, WRITTEN))).toBe("input-rejected");
});

const WRITTEN = { sha256: "0".repeat(64), fileName: "up.csv" };

test("only an export from the console makes a mirror, not another file that replaces all records", async () => {
  const mirroredAt = async () => (await tenant.client.tenant.show()).mirroredAt;
  await tenant.import({ ...users, mode: "replace" }, FILE);
  await tenant.import({ kind: "devices", mode: "replace" }, [["シリアルナンバー"], ["S1"]]);
  expect(await mirroredAt()).toBeNull();
  await tenant.import({ ...users, fromConsole: true }, FILE);
  const first = await mirroredAt();
  expect(first).not.toBeNull();
  await tenant.import({ ...users, mode: "replace" }, OTHER);
  expect(await mirroredAt()).toBe(first);
  // nothing is changed by it, and yet it is newer
  await tenant.import({ ...users, fromConsole: true }, OTHER);
  expect((await mirroredAt()) ?? "").not.toBe(first);
});

test("an export from the console makes the mirror equal to it, keeps missing columns and needs no secrets", async () => {
  const docs = { kind: "docs" } as const;
  await tenant.import(
    { ...docs, createGroups: true },
    "表示名,ユーザーID,パスワード,グループ名,説明\n山田,yamada,secret1,営業,前\n佐藤,sato,secret1,営業,前",
  );
  const exported = "表示名,ユーザーID,説明\n山田 太郎,yamada,\n鈴木,suzuki,新人";
  const asked = { ...docs, mode: "append", blank: "keep", skipInvalid: true } as const;
  const plan = await tenant.plan({ ...asked, fromConsole: true }, exported);
  expect(plan).toMatchObject({ mode: "replace", rejected: false, create: 1, update: 1, delete: 1 });
  expect(plan.request).toMatchObject({ blank: "clear", skipInvalid: false });
  await tenant.client.imports.commit(plan);
  expect(await tenant.securedUsers("docs")).toMatchObject([
    { userId: "suzuki", name: "鈴木", description: "新人", secretsSet: [] },
    { userId: "yamada", name: "山田 太郎", description: null, groups: ["営業"] },
  ]);
  // a name is needed all the same
  const nameless = await tenant.plan({ ...docs, fromConsole: true }, [["ユーザーID"], ["ito"]]);
  expect(nameless).toMatchObject({ rejected: true, invalid: 1 });
});

test("a map that contains a secret is rejected before anything is stored", async () => {
  const map = { columns: [], values: [{ field: "accountPassword", from: "a", to: "in-the-map" }] };
  expect(await codeOf(tenant.plan({ ...users, map }, FILE))).toBe("input-rejected");
  expect(await tenant.client.imports.list()).toEqual([]);
});

test("reads thousands of unknown columns in a one-row file, and reports a repeated header", async () => {
  const many = Array.from({ length: 9_900 }, (_, i) => `x${i}`);
  const wide = await tenant.plan({ ...users, allow: ["unknown-columns"] }, [
    ["氏名", "メールアドレス", ...many],
    ["山田", "a@x", ...many],
  ]);
  expect(wide).toMatchObject({ create: 1, rejected: false });
  expect(wide.unknownColumns).toHaveLength(9_900);
  const twice = await tenant.plan({ ...users, skipInvalid: true }, "氏名,氏名,メールアドレス\n山,田,a@x.jp");
  expect(await tenant.faults(twice)).toEqual(["header-duplicate@1"]);
  expect(twice.rejected).toBe(true);
});

test.each([
  ["", "file-empty@0"],
  ["氏名,メールアドレス\n", "file-no-rows@0"],
  ["氏名,メールアドレス\n山\0田,a@x.jp\n", "character-nul@2"],
  ["氏名,メールアドレス,__proto__\n山田,a@x.jp,1\n", "header-reserved@1"],
])("%j is rejected", async (text, fault) => {
  const plan = await tenant.send({ ...users, mode: "replace" }, encodeText(text, "utf-8"));
  expect(await tenant.faults(plan)).toEqual([fault]);
  expect(plan.rejected).toBe(true);
});

test.each(["__proto__", "clomoctl:reason", "clomoctl:理由", "a\0b", " ", "氏名", "改\n行"])(
  "a custom field cannot be named %j",
  async (name) => {
    expect(await codeOf(tenant.client.users.addField({ name: name }))).toBe("input-rejected");
  },
);

test("custom fields with any other name survive an export and import", async () => {
  for (const name of ["toString", "a,b", '"', "$.x", "'; drop table user; --", "hasOwnProperty"])
    await tenant.client.users.addField({ name: name });
  const fields = (await tenant.client.users.fields()).map(({ name }) => name);
  await tenant.import(users, [
    ["氏名", "メールアドレス", ...fields],
    ["山田", "a@x", ...fields],
  ]);
  expect((await tenant.users())[0]?.custom).toEqual(fields.map((name) => ({ name, value: name })));
  const text = await readStreamText(await tenant.client.users.export());
  expect(await tenant.send({ ...users, mode: "replace" }, encodeText(text, "utf-8"))).toMatchObject({
    unchanged: 1,
    update: 0,
  });
});

const rowsOf = async (id: string, query = {}) => Array.fromAsync(tenant.client.imports.rows(id, query));

test("the plan of an undo shows the rows that it restores, changes back and deletes", async () => {
  await tenant.import(users, "氏名,メールアドレス,役職\n山田,yamada@x,課長\n鈴木,suzuki@x,");
  const done = await tenant.import(
    { ...users, mode: "replace" },
    "氏名,メールアドレス,役職\n山田,yamada@x,部長\n髙橋,takahashi@x,",
  );
  const undo = await undoImport(tenant.client, done.id);
  expect(undo).toMatchObject({ create: 1, update: 1, delete: 1, recordsBefore: 2 });
  const shown = (await rowsOf(undo.id)).map(({ row, key, action, changed, after }) => {
    const values = new Map(after.map(({ field, value }) => [field, value]));
    return [row, key, action, changed, values.get("name"), values.get("title")];
  });
  expect(shown).toEqual([
    [0, "yamada@x", "update", ["title"], "山田", "課長"],
    [0, "suzuki@x", "create", [], "鈴木", null],
    [0, "takahashi@x", "delete", [], undefined, undefined],
  ]);
  expect((await rowsOf(undo.id, { action: "delete", limit: 1 })).map(({ key }) => key)).toEqual(["takahashi@x"]);
  expect((await rowsOf(undo.id, { action: "create" })).map(({ key }) => key)).toEqual(["suzuki@x"]);
  await tenant.client.imports.commit(undo);
  expect((await rowsOf(undo.id)).map(({ key, action, changed }) => [key, action, changed])).toEqual([
    ["yamada@x", "update", ["title"]],
    ["suzuki@x", "create", []],
    ["takahashi@x", "delete", []],
  ]);
});
