import type { WholeClient } from "#support/client/whole-client.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import type { Org, User } from "../api/operations.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const org = async (name: string, more: { readonly code?: string; readonly parentId?: string } = {}): Promise<Org> =>
  (await tenant.client.orgs.create({ name, ...more })).after;
const user = async (name: string, more: Readonly<Record<string, string | string[] | null>> = {}): Promise<User> =>
  (await tenant.client.users.create({ name, emails: [`${name}@example.jp`], ...more })).after;
const refusal = async (promise: Promise<unknown>) => {
  const failure = await failureOf(promise);
  return failure && [failure.code, failure.what.ja];
};

describe("organisations", () => {
  test("report how many organisations, users and devices move with them", async () => {
    const head = await org("本社", { code: "H" });
    const sales = await org("営業部", { parentId: head.id });
    const first = await org("一課", { parentId: sales.id });
    const hanako = await user("hanako", { org: first.id });
    const taro = await user("taro", { org: sales.id });
    await user("jiro", { org: head.id });
    const owners = [{ owner: hanako.id }, { owner: hanako.id }, { ownerOrg: sales.id }, { ownerOrg: head.id }];
    for (const [at, owner] of owners.entries()) {
      await tenant.client.devices.create({ serialNumber: `SN${at}`, platform: "iOS", ...owner });
    }
    const along = { orgs: 1, users: 2, devices: 3 };
    for (const dryRun of [true, false]) {
      expect(await tenant.client.orgs.move(sales.id, { parent: ROOT_ORG_ID, dryRun })).toMatchObject({ along });
    }
    const moved = await tenant.client.users.move({ ids: [taro.id, hanako.id], org: head.id });
    expect(moved.map(({ devices }) => devices)).toEqual([0, 2]);
  });

  test("have unique codes, and need one if a sibling has the same name (a clomoctl rule)", async () => {
    await org("営業部", { code: "S01" });
    expect(await refusal(org("総務部", { code: "S01" }))).toEqual([
      "input-rejected",
      "組織コード: 「S01」はすでに使われています",
    ]);
    const [one] = [await org("課"), await org("部")];
    expect((await refusal(org("課")))?.[0]).toBe("input-rejected");
    await org("課", { code: "K2" });
    await org("課", { parentId: one.id });
    expect(await refusal(org("営業部"))).toEqual([
      "input-rejected",
      "同じ上位組織の下に「営業部」がすでにあり、組織コードがないと区別できません",
    ]);
    expect((await refusal(tenant.client.orgs.edit(one.id, { name: "部" })))?.[0]).toBe("input-rejected");
    expect((await refusal(org("x", { parentId: one.id.replace(/.$/, "f") })))?.[0]).toBe("not-found");
  });
});

test("an organisation must have a parent, and no name or code reserved for 全社", async () => {
  const sales = await org("営業部");
  const blank = (parentId: string | null) => tenant.client.orgs.create({ name: "特別", parentId });
  expect((await refusal(blank(null)))?.[0]).toBe("input-rejected");
  expect((await refusal(user("a", { org: null })))?.[0]).toBe("input-rejected");
  expect((await refusal(org("全社")))?.[0]).toBe("input-rejected");
  expect((await refusal(org("x", { code: "全社" })))?.[0]).toBe("input-rejected");
  for (const name of ["営業\u202e部", "a\u0007"]) {
    expect((await refusal(org(name)))?.[0]).toBe("input-rejected");
  }
  // its own id names no other; one that a file brought stays, and an id goes before it
  expect((await tenant.client.orgs.edit(sales.id, { code: sales.id })).after.code).toBe(sales.id);
  await tenant.client.orgs.edit(sales.id, { code: null });
  await tenant.import({ kind: "orgs" }, `組織名,組織コード\nにせ,${sales.id}`);
  expect((await tenant.client.orgs.find({ name: sales.id })).map(({ name }) => name)).toEqual(["営業部"]);
  const [fake] = await tenant.client.orgs.find({ name: "にせ" });
  expect((await tenant.client.orgs.edit(fake?.id ?? "", { name: "にせもの", code: sales.id })).after).toMatchObject({
    name: "にせもの",
    code: sales.id,
  });
});

test("names and codes have one line; descriptive fields may have several", async () => {
  expect(await refusal(org("営\n業"))).toEqual(["input-rejected", "組織名: 改行があります(1 行にしてください)"]);
  expect(await refusal(org("営業", { code: "a\rb" }))).toEqual([
    "input-rejected",
    "組織コード: 改行があります(1 行にしてください)",
  ]);
  expect((await refusal(user("a", { nameKana: "ア\nイ" })))?.[1]).toBe("フリガナ: 改行があります(1 行にしてください)");
  expect((await user("b", { address: "東京都\n千代田区" })).id).not.toBe("");
  await tenant.client.users.addField({ name: "備考" });
  const custom = (value: string) =>
    tenant.client.users.create({ name: "c", emails: ["c@x"], custom: [{ name: "備考", value }] });
  expect(await refusal(custom("a\u0007"))).toEqual(["input-rejected", "備考: 目に見えない文字があります(U+0007)"]);
  expect((await custom("1 行目\n2 行目")).after.custom).toMatchObject([{ name: "備考", value: "1 行目\n2 行目" }]);
});

test("a serial number takes precedence over another device's IMEI", async () => {
  await tenant.client.devices.create({ serialNumber: "SN001" });
  await tenant.client.devices.create({ serialNumber: "SN002", imei: "SN001" });
  expect((await tenant.client.devices.find({ name: "SN001" })).map((one) => one.serialNumber)).toEqual(["SN001"]);
});

describe("users", () => {
  test("may have an address with characters around it, as in an import", async () => {
    for (const wrapped of ["mailto:n@ex.jp", "<n@ex.jp>", "(n@ex.jp)", "'n@ex.jp'", '"n@ex.jp"']) {
      const { emails } = await user("jiro", { emails: [wrapped] });
      expect(emails).toEqual([wrapped]);
    }
    expect((await user("neil", { emails: ["o'neil@ex.jp", "n@[192.0.2.1]"] })).emails).toHaveLength(2);
  });

  test("facts 1.3: have unique addresses, ignoring case; the first of several is the main address", async () => {
    const hanako = await user("hanako", { emails: ["Hanako@example.jp", "h@example.jp"] });
    expect(hanako.emails).toEqual(["Hanako@example.jp", "h@example.jp"]);
    for (const emails of [["hanako@EXAMPLE.jp"], ["x@example.jp", "H@example.jp"]]) {
      expect((await refusal(user("jiro", { emails })))?.[0]).toBe("input-rejected");
    }
    expect(await refusal(user("jiro", { emails: ["a@example.jp", "A@example.jp"] }))).toEqual([
      "input-rejected",
      "メールアドレス: 「A@example.jp」が重複しています",
    ]);
    expect(await refusal(user("jiro", { emails: [] }))).toEqual([
      "input-rejected",
      "メールアドレス: 値が 1 つ以上必要です",
    ]);
    const { after } = await tenant.client.users.edit(hanako.id, { emails: ["h@example.jp", "Hanako@example.jp"] });
    expect(after.emails[0]).toBe("h@example.jp");
    expect(tenant.sql("select emailKey, main from user_email order by main desc")).toEqual([
      { emailKey: "h@example.jp", main: 1 },
      { emailKey: "hanako@example.jp", main: 0 },
    ]);
    // an address that was given up is free
    await tenant.client.users.edit(hanako.id, { emails: ["h@example.jp"] });
    await user("jiro", { emails: ["hanako@example.jp"] });
  });

  test("have custom fields that are set one by one; an unknown field is rejected", async () => {
    await tenant.client.users.addField({ name: "入社年" });
    await tenant.client.users.addField({ name: "座席" });
    const { after } = await tenant.client.users.create({
      name: "a",
      emails: ["a@example.jp"],
      custom: [{ name: "入社年", value: "2019" }],
    });
    const edit = (custom: { name: string; value: string | null }[]) => tenant.client.users.edit(after.id, { custom });
    expect((await edit([{ name: "座席", value: "A" }])).after.custom).toEqual([
      { name: "入社年", value: "2019" },
      { name: "座席", value: "A" },
    ]);
    expect((await edit([{ name: "入社年", value: null }])).after.custom).toEqual([{ name: "座席", value: "A" }]);
    expect((await refusal(edit([{ name: "血液型", value: "A" }])))?.[0]).toBe("not-found");
  });

  test("move together or not at all", async () => {
    const [sales, a, b] = [await org("営業部"), await user("a"), await user("b")];
    const moved = await tenant.client.users.move({ ids: [a.id, b.id, a.id], org: sales.id });
    expect(moved.map(({ after }) => [after.name, after.org.path])).toEqual([
      ["a", "営業部"],
      ["b", "営業部"],
    ]);
    const before = tenant.dump();
    const ids = [a.id, a.id.replace(/.$/, (last) => (last === "0" ? "1" : "0"))];
    expect((await refusal(tenant.client.users.move({ ids, org: ROOT_ORG_ID })))?.[0]).toBe("not-found");
    expect(tenant.dump()).toEqual(before);
  });
});

test("a confirmed operation is a conflict if its record has changed since it was shown", async () => {
  const { client } = tenant;
  const seen = async (): Promise<number> => (await client.tenant.revision()).revision;
  const [hanako, jiro] = [await user("hanako"), await user("jiro")];
  const device = (await client.devices.create({ serialNumber: "S1", status: "管理中" })).after;
  const group = (await client.secured.createGroup("docs", { name: "営業" })).after;
  const item = await client.renewals.add({ kind: "custom", name: "保守契約" });
  const give = (owner: string) => ({ ids: [device.id], owner, ownerOrg: null });
  const cases = [
    [() => client.devices.setOwner(give(jiro.id)), (based: WholeClient) => based.devices.setOwner(give(hanako.id))],
    [
      () => client.secured.createGroup("docs", { name: "別" }),
      (based: WholeClient) => based.secured.deleteGroups("docs", { ids: [group.id] }),
    ],
    [() => client.renewals.edit(item.id, { name: "更新済み" }), (based: WholeClient) => based.renewals.remove(item.id)],
  ] as const;
  for (const [meanwhile, answer] of cases) {
    const before = await seen();
    await meanwhile();
    const kept = tenant.dump();
    expect(await failureOf(answer(await tenant.basedOn(before)))).toMatchObject({
      code: "conflict",
      what: { en: "the tenant has changed since the confirmation was shown; nothing was changed" },
      hint: { en: "check the current state, then run the command again" },
    });
    expect(tenant.dump()).toEqual(kept);
    const again = await seen();
    // what else was changed is nothing that was asked about
    await client.orgs.create({ name: `組織 ${again}` });
    expect(await failureOf(answer(await tenant.basedOn(again)))).toBeUndefined();
  }
});

test(
  "values written by hand can be found, and are unique in the same way as in imports (property)",
  LONG_TIMEOUT,
  async () => {
    const address = fc.constantFrom("a@x", "A@x", "ß@x", "SS@x", "ｱ@x", "ア@x", "b@x", "c@x");
    const step = fc.record({
      at: fc.nat(4),
      name: fc.constantFrom("髙橋", "高橋", "ガ", "ガ", "a/b", String.raw`a\b`),
      emails: fc.array(address, { minLength: 1, maxLength: 3 }),
      employeeCode: fc.constantFrom(null, "E1", "Ｅ1"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        tenant.clear();
        const ids: string[] = [];
        for (const { at, ...values } of steps) {
          const id = ids[at];
          const done = id === undefined ? tenant.client.users.create(values) : tenant.client.users.edit(id, values);
          const failure = await failureOf(done);
          expect(failure?.code ?? "input-rejected").toBe("input-rejected");
          if (failure !== undefined) continue;
          const { after } = await done;
          if (id === undefined) ids.push(after.id);
          expect(after).toMatchObject(values);
          for (const name of values.emails) expect(await tenant.client.users.find({ name })).toEqual([after]);
        }
        if (ids.length === 0) return;
        const claimed = tenant.sql("select count(*) as n from user_email")[0]?.["n"];
        const held = tenant.sql("select sum(json_array_length(emails)) as n from user")[0]?.["n"] ?? 0;
        expect(claimed).toBe(held);
        // an export of them, taken back, changes nothing
        const stream = await tenant.client.users.export();
        const plan = await tenant.client.imports.plan({ kind: "users" }, { stream, encoding: "utf-8" });
        expect([plan.create, plan.update, plan.errors]).toEqual([0, 0, 0]);
        await tenant.client.imports.discard(plan.id);
      }),
      toPropertyParameters(30, 20_261_123),
    );
  },
);
