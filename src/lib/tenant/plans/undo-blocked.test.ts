import { describe, expect, test } from "vitest";
import { type BlockedRecord, type UndoBlockReason, describeBlockedRecord } from "../../derived/undo.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { undoChange } from "#support/tenant/undo.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

const PASSWORD = "Canary42Canary";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const lastNumber = (): number => tenant.database.count("select max(number) from change");

const did = async (work: Promise<unknown>): Promise<number> => {
  await work;
  return lastNumber();
};

const userMade = async (name: string, more: object = {}): Promise<string> =>
  (await tenant.client.users.create({ name, emails: [`${name}@x.jp`], ...more })).after.id;

const orgMade = async (name: string, more: object = {}): Promise<string> =>
  (await tenant.client.orgs.create({ name, ...more })).after.id;

const deviceMade = async (serialNumber: string, more: object = {}): Promise<string> =>
  (await tenant.client.devices.create({ serialNumber, ...more })).after.id;

const administrator = async (name: string, more: object = {}): Promise<string> => {
  const user = await userMade(name);
  await tenant.client.accounts.create({ user, name, role: "system", password: PASSWORD, ...more });
  return user;
};

const deletion = (kind: "users" | "orgs" | "devices", ...ids: readonly string[]) =>
  did(tenant.client.imports.delete({ kind, ids }).then((plan) => tenant.client.imports.commit(plan)));

interface Blocked {
  readonly number: number;
  readonly first: Omit<BlockedRecord, "why">;
  /** what is told, behind what the record is called */
  readonly told: string;
  /** who asks; default: the owner of the tenant */
}

const A = { thing: "user", name: "a <a@x.jp>" } as const;

const CASES: Readonly<Record<UndoBlockReason, () => Promise<Blocked>>> = {
  changed: async () => {
    const id = await userMade("a");
    const number = await did(tenant.client.users.edit(id, { title: "課長", tel: "03" }));
    const change = await did(tenant.client.users.edit(id, { title: "部長" }));
    const first = { ...A, fields: ["役職"], change, other: null };
    return { number, first, told: `changed later by change ${change} (役職)` };
  },
  deleted: async () => {
    const id = await userMade("a");
    const number = await did(tenant.client.users.edit(id, { title: "課長" }));
    const change = await deletion("users", id);
    return { number, first: { ...A, fields: [], change, other: null }, told: `deleted later by change ${change}` };
  },
  gone: async () => {
    const org = await orgMade("営業部", { code: "S" });
    const id = await userMade("a", { org });
    const number = await did(tenant.client.users.move({ ids: [id], org: ROOT_ORG_ID }));
    const change = await deletion("orgs", org);
    const other = { thing: "org", name: "営業部 <S>" };
    const told = `the organisation 営業部 <S> was deleted or renamed by change ${change}`;
    return { number, first: { ...A, fields: ["組織"], change, other }, told };
  },
  used: async () => {
    const number = await did(orgMade("営業部", { code: "S" }));
    const [org] = await tenant.client.orgs.find({ name: "S" });
    await userMade("a", { org: org?.id });
    const first = { thing: "org", name: "営業部 <S>", fields: [], change: null, other: A };
    return { number, first, told: "the user a <a@x.jp> refers to this record" };
  },
  taken: async () => {
    const id = await userMade("a");
    const number = await did(tenant.client.users.edit(id, { emails: ["new@x.jp"] }));
    await userMade("b", { emails: ["a@x.jp"] });
    const first = { thing: "user", name: "a <new@x.jp>", fields: ["メールアドレス"], change: null };
    return {
      number,
      first: { ...first, other: { thing: "user", name: "b <a@x.jp>" } },
      told: "the user b <a@x.jp> already uses the same value (メールアドレス)",
    };
  },
  administrator: async () => {
    const id = await userMade("a");
    const number = await did(tenant.import({ kind: "users" }, "氏名,メールアドレス,CLOMOアカウント名\na,a@x.jp,a01"));
    await tenant.mark("users", [id]);
    return {
      number,
      first: { ...A, fields: [], change: null, other: null },
      told: "is an administrator and cannot be changed here",
    };
  },
  below: async () => {
    const upper = await orgMade("上", { code: "U" });
    const lower = await orgMade("下", { code: "L", parentId: upper });
    const number = await did(tenant.client.orgs.move(lower, { parent: ROOT_ORG_ID }));
    await tenant.client.orgs.move(upper, { parent: lower });
    const first = { thing: "org", name: "下 <L>", fields: [], change: null, other: null };
    return { number, first, told: "the organisation would be below itself" };
  },
  rule: async () => {
    const id = await administrator("a");
    await administrator("b");
    // what is undone makes the last one that is left no administrator any more
    const number = await did(tenant.client.accounts.revoke(id, {}).then(() => administrator("c")));
    const [b] = await tenant.client.accounts.find({ name: "b" });
    await tenant.client.accounts.revoke(b?.id ?? "", {});
    const what = {
      en: "no system administrator would be left; grant another person this role first",
      ja: "システム管理者がいなくなります。先に別の人をシステム管理者にしてください",
    };
    const first = { thing: "account", name: "c", fields: [], change: null, other: null, what };
    return { number, first, told: what.en };
  },
};

describe("names the later change that holds the value", () => {
  const setUp = async () => {
    const id = await userMade("a");
    const number = await did(tenant.client.users.edit(id, { title: "主任" }));
    const holds = await did(tenant.client.users.edit(id, { title: "課長" }));
    const undone = await did(tenant.client.users.edit(id, { title: "部長" }));
    const undo = async (change: number) => did(tenant.client.imports.commit(await undoChange(tenant.client, change)));
    const blockers = async () => (await tenant.client.imports.undo(number)).blocked?.first.map(({ change }) => change);
    return { number, holds, undone, undo, blockers };
  };

  test("a change and its undo cancel each other", async () => {
    const { number, holds, undone, undo, blockers } = await setUp();
    expect(await blockers()).toEqual([undone]);
    await undo(undone);
    expect(await blockers()).toEqual([holds]);
    await undo(holds);
    expect(await blockers()).toBeUndefined();
    await undo(number);
    expect((await tenant.users()).map(({ title }) => title)).toEqual([null]);
  });

  test("the undo of an earlier change holds the value that it restored", async () => {
    const id = await userMade("a");
    const earlier = await did(tenant.client.users.edit(id, { title: "主任", tel: "03" }));
    const number = await did(tenant.client.users.edit(id, { tel: "04" }));
    await tenant.client.users.edit(id, { tel: "03" });
    const undo = await did(tenant.client.imports.commit(await undoChange(tenant.client, earlier)));
    const { blocked } = await tenant.client.imports.undo(number);
    expect(blocked?.first.map(({ change }) => change)).toEqual([undo]);
  });
});

test("a later change and a device that needs the user are both named", async () => {
  const number = await did(userMade("a"));
  const [user] = await tenant.client.users.find({ name: "a@x.jp" });
  const change = await did(tenant.client.users.edit(user?.id ?? "", { title: "課長" }));
  await deviceMade("S1", { owner: user?.id });
  expect((await tenant.client.imports.undo(number)).blocked).toEqual({
    count: 1,
    first: [
      { ...A, why: "changed", fields: ["役職"], change, other: null },
      { ...A, why: "used", fields: [], change: null, other: { thing: "device", name: "S1" } },
    ],
  });
});

test.each(Object.keys(CASES) as readonly UndoBlockReason[])(
  "%s: the record is named and stays as it is",
  async (why) => {
    const { number, first, told } = await CASES[why]();
    const { imports } = tenant.client;
    const plan = await imports.undo(number);
    // the user of an account that is blocked is blocked with it
    const count = why === "rule" ? 2 : 1;
    expect(plan.blocked).toMatchObject({ count, first: { length: count } });
    expect(plan.blocked?.first[0]).toEqual({ ...first, why });
    const [blocked] = plan.blocked?.first ?? [];
    expect(blocked && describeBlockedRecord(blocked).en.split(": ").slice(1).join(": ")).toBe(told);
    const before = tenant.dump();
    await expect(imports.commit(plan)).rejects.toMatchObject({ code: "conflict" });
    expect(tenant.dump()).toEqual(before);
  },
);

test("another record of the same undo now has the values of a restored record", async () => {
  await userMade("a", { accountName: "a01" });
  const b = await userMade("b", { accountName: "b01" });
  const cells = "氏名,メールアドレス\nb 改,b@x.jp";
  const number = await did(tenant.import({ kind: "users", mode: "replace" }, cells));
  await tenant.client.users.edit(b, { emails: ["b@x.jp", "a@x.jp"], accountName: "a01" });
  const first = { ...A, why: "taken", change: null, other: { thing: "user", name: "b 改 <b@x.jp>" } };
  expect((await tenant.client.imports.undo(number)).blocked).toMatchObject({ count: 1, first: [first] });
});

describe("skipping what is in the way", () => {
  const skipping = (number: number) => tenant.client.imports.undo(number, { skipBlocked: true });

  test("undoes everything else, and lists the rest in advance", async () => {
    const [a, b] = [await userMade("a"), await userMade("b")];
    const org = await orgMade("営業部", { code: "S" });
    const number = await did(tenant.client.users.move({ ids: [a, b], org }));
    const change = await did(tenant.client.users.move({ ids: [b], org: await orgMade("開発部", { code: "D" }) }));
    const plan = await skipping(number);
    expect(plan).toMatchObject({ update: 1, blocked: { count: 1, first: [{ name: "b <b@x.jp>", change }] } });
    const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
    expect(rows.map(({ key }) => key)).toEqual(["a@x.jp"]);
    await tenant.client.imports.commit(plan);
    expect((await tenant.users()).map((user) => [user.name, user.org.code])).toEqual([
      ["a", null],
      ["b", "D"],
    ]);
    expect(await tenant.client.imports.list()).toMatchObject([{ undoes: number, state: "committed" }]);
    const undoneBy = await Promise.all(
      [a, b].map(async (id) =>
        (await tenant.client.users.history({ name: id }))[0]?.versions.map((one) => one.undoneBy),
      ),
    );
    expect(undoneBy).toEqual([
      [null, lastNumber(), null],
      [null, null, null],
    ]);
  });

  const editUser = async (name: string) => {
    const [user] = await tenant.client.users.find({ name });
    await tenant.client.users.edit(user?.id ?? "", { title: "課長" });
  };
  const editMember = async (name: string) => {
    const [member] = await tenant.client.secured.find("docs", { name });
    await tenant.client.secured.edit({ app: "docs", id: member?.id ?? "" }, { description: "x" });
  };

  test.each([
    [
      "the organisation of a user who stays",
      { kind: "users", createOrgs: true },
      "氏名,メールアドレス,組織コード\na,a@x.jp,S1\nb,b@x.jp,S2",
      () => editUser("a@x.jp"),
      ["S1: the user a <a@x.jp> refers", "a <a@x.jp>: changed later"],
      2,
    ],
    [
      "the upper organisation of one that stays",
      { kind: "orgs" },
      "組織名,組織コード,上位組織コード\n上,U,\n下,L,U\n他,O,U",
      () => tenant.import({ kind: "users" }, "氏名,メールアドレス,組織コード\na,a@x.jp,L"),
      ["上 <U>: the organisation 下 <L> refers", "下 <L>: the user a <a@x.jp> refers"],
      1,
    ],
    [
      "the SECURED group of a user who stays",
      { kind: "docs", createGroups: true },
      "表示名,ユーザーID,パスワード,グループ名\n一,a,Invented1,営業\n二,b,Invented1,総務",
      () => editMember("a"),
      ["営業: the user 一 <a> refers", "一 <a>: changed later"],
      2,
    ],
  ] as const)("keeps %s", async (_, request, cells, later, stays, deletions) => {
    const number = await did(tenant.import(request, cells));
    await later();
    const whole = await tenant.client.imports.undo(number);
    const plan = await skipping(number);
    for (const { blocked, beside = [], delete: own } of [whole, plan]) {
      expect(blocked?.count).toBe(stays.length);
      for (const [at, told] of stays.entries())
        expect(describeBlockedRecord(blocked?.first[at] ?? ({} as BlockedRecord)).en).toContain(told);
      expect(beside.reduce((sum, one) => sum + one.delete, own)).toBe(deletions);
    }
    await tenant.client.imports.commit(plan);
  });

  /** what is undone all the same */
  const left = async (number: number) => ({ beside: [], ...(await skipping(number)) });

  describe("treats an account and the account columns of its user as one", () => {
    test("the last system administrator stays one, even if it is the first", async () => {
      await administrator("a");
      expect(await left(lastNumber())).toMatchObject({
        update: 0,
        beside: [],
        blocked: { count: 2, first: ["account", "user"].map((thing) => ({ thing, why: "rule" })) },
      });
    });

    test("a later change to the account keeps its name as well", async () => {
      await administrator("a");
      const b = await administrator("b");
      const number = lastNumber();
      const change = await did(tenant.client.accounts.edit(b, { memo: "受付" }));
      expect(await left(number)).toMatchObject({
        update: 0,
        beside: [],
        blocked: { count: 2, first: ["account", "user"].map((thing) => ({ thing, why: "changed", change })) },
      });
    });
  });
});
