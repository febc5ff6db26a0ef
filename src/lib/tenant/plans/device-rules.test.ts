import { beforeEach, describe, expect, test } from "vitest";
import { failureOf, type Cells, type Request, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const devices = { kind: "devices" } as const;

beforeEach(async () => {
  tenant.clear();
  await tenant.import({ kind: "orgs" }, "組織名,組織コード\n本社,H\n営業部,S");
  await tenant.import(
    { kind: "users" },
    "氏名,メールアドレス,組織コード,CLOMOアカウント名\n山田,yamada@example.jp,S,yamada\n髙橋,takahashi@example.jp,H,takahashi",
  );
});

const [YAMADA, TAKAHASHI] = ["yamada@example.jp", "takahashi@example.jp"];
const HEADER = [
  "シリアルナンバー",
  "プラットフォーム",
  "ステータス",
  "Androidモード",
  "所有者メールアドレス",
  "所有組織コード",
  "タグ",
  "タグ",
];

interface Said {
  readonly platform?: string;
  readonly status?: string;
  readonly mode?: string;
  readonly user?: string;
  readonly org?: string;
  readonly tags?: readonly string[];
}

const row = (
  serial: string,
  { platform = "Android", status = "管理中", mode = "", user = "", org = "", tags = [] }: Said,
) => [serial, platform, status, mode, user, org, tags[0] ?? "", tags[1] ?? ""];

const file = (rows: Readonly<Record<string, Said>>): Cells => [
  HEADER,
  ...Object.entries(rows).map(([serial, said]) => row(serial, said)),
];

const load = (rows: Readonly<Record<string, Said>>) => tenant.import({ ...devices, blank: "clear" }, file(rows));

const faults = async (rows: Readonly<Record<string, Said>>, request: Partial<Request> = {}) =>
  tenant.faults(await tenant.plan({ ...devices, blank: "clear", ...request }, file(rows)));

const shown = async () =>
  (await tenant.devices()).map(({ serialNumber, owner, ownerOrg, org, tags }) =>
    [serialNumber, owner?.name, ownerOrg?.path, org?.path, ...tags].map((one) => one ?? "–").join(" "),
  );

describe("a device has one owner (3 9: a user or an organisation)", () => {
  test("it counts in the organisation of its user, which is not stored separately, or in its own", async () => {
    await load({ S1: { user: YAMADA }, S2: { org: "H" }, S3: {} });
    expect(await shown()).toEqual(["S1 山田 – 営業部", "S2 – 本社 本社", "S3 – – –"]);
    await tenant.import({ kind: "users" }, `氏名,メールアドレス,組織コード\n山田,${YAMADA},H`);
    expect(await shown()).toEqual(["S1 山田 – 本社", "S2 – 本社 本社", "S3 – – –"]);
    const [org] = await tenant.client.orgs.find({ name: "本社" });
    const listed = await Array.fromAsync(tenant.client.devices.list({ org: org?.id }));
    expect(listed.map(({ serialNumber }) => serialNumber)).toEqual(["S1", "S2"]);
  });

  test("two owners in a row are rejected, and so is one that a file adds to the other", async () => {
    expect(await faults({ S1: { user: YAMADA, org: "H" } })).toEqual(["owner-both@2"]);
    await load({ S1: { org: "H", mode: "dedicated" } });
    const added = await tenant.plan(devices, `シリアルナンバー,所有者メールアドレス\nS1,${YAMADA}`);
    expect(await tenant.problems(added)).toMatchObject([
      { code: "owner-both", row: 2, params: { one: "所有者メールアドレス", other: "所有組織コード" } },
    ]);
    expect(await failureOf(tenant.client.imports.commit(added))).toMatchObject({ code: "input-rejected" });
    await load({ S1: { user: YAMADA, mode: "dedicated" } });
    expect(await shown()).toEqual(["S1 山田 – 営業部"]);
  });

  test("an organisation without a code stays the owner, because exports leave it blank", async () => {
    await load({ S1: { org: "H", tags: ["a"] } });
    tenant.sql("update org set code = null where code = 'H'");
    expect(await tenant.plan({ ...devices, blank: "clear" }, file({ S1: { tags: ["a"] } }))).toMatchObject({
      unchanged: 1,
    });
  });
});

describe("only 事前登録 and 管理中 devices get an owner (1.3)", () => {
  test.each(["事前登録", "管理中"])("%s can have an owner", async (status) => {
    expect(await faults({ S1: { status, user: YAMADA }, S2: { status, org: "H" } })).toEqual([]);
  });

  test("管理外 cannot get an owner, and the error says which can; an unknown status can (a clomoctl rule)", async () => {
    expect(await faults({ S1: { status: "管理外", user: YAMADA }, S2: { status: "管理外", org: "H" } })).toEqual([
      "owner-not-managed@2",
      "owner-not-managed@3",
    ]);
    expect(await faults({ S1: { status: "", user: YAMADA } })).toEqual([]);
    const plan = await tenant.plan(devices, file({ S1: { status: "管理外", user: YAMADA } }));
    expect(await tenant.reasons(plan)).toMatchObject([
      { en: "only devices with the status 事前登録 / 管理中 can have an owner; this device is 管理外" },
    ]);
  });

  test("a device that leaves management may keep or lose its owner, but cannot lose it later", async () => {
    const owned = { S1: { platform: "iOS", user: YAMADA }, S2: { platform: "iOS", user: YAMADA } };
    await load(owned);
    const left = { S1: { platform: "iOS", status: "管理外", user: YAMADA }, S2: { platform: "iOS", status: "管理外" } };
    expect(await faults(left)).toEqual([]);
    await load(left);
    expect(await faults({ S1: { platform: "iOS", status: "管理外" } })).toEqual(["owner-not-managed@2"]);
    expect(await faults({ S1: { platform: "iOS", status: "管理外", user: YAMADA, tags: ["返却"] } })).toEqual([]);
  });

  test("an export from the console is always accepted", async () => {
    const request = { fromConsole: true, mode: "replace", blank: "clear" } as const;
    expect(await faults({ S1: { status: "管理外", user: YAMADA } }, request)).toEqual([]);
  });
});

describe("a new owner requires a wipe of an Android device in every mode but Dedicated (1.3)", () => {
  const change = async (said: Said, after: Said = {}): Promise<readonly string[]> => {
    await load({ S1: { user: YAMADA, ...said } });
    const plan = await tenant.plan(
      { ...devices, blank: "clear" },
      file({ S1: { user: TAKAHASHI, ...said, ...after } }),
    );
    return (await tenant.reasons(plan)).map(({ en, ja }) => `${en}|${ja}`);
  };
  const HAS =
    "the owner changes: the device has to be wiped and set up again|所有者が変わります。デバイスの初期化と再設定が必要です";
  const MAY =
    "the owner changes: the device may have to be wiped and set up again|所有者が変わります。デバイスの初期化と再設定が必要な場合があります";

  test.each(["fully-managed", "comp", "work-profile"])("%s must be wiped", async (mode) => {
    expect(await change({ mode })).toEqual([HAS]);
  });

  test.each(["legacy", "unknown", ""])("%j may have to be wiped (a clomoctl rule)", async (mode) => {
    expect(await change({ mode })).toEqual([MAY]);
  });

  test.each([
    { mode: "dedicated" },
    { mode: "fully-managed", status: "事前登録" },
    { platform: "iOS" },
    { platform: "" },
  ])("%j need not be wiped", async (said) => {
    expect(await change(said)).toEqual([]);
  });

  test("also if the new owner is an organisation or nobody; a first owner requires no wipe", async () => {
    expect(await change({ mode: "comp" }, { user: "", org: "H" })).toEqual([HAS]);
    expect(await change({ mode: "comp" }, { user: "" })).toEqual([HAS]);
    expect(await change({ mode: "comp" }, { user: YAMADA, tags: ["x"] })).toEqual([]);
    await load({ S1: { mode: "comp" } });
    expect(await faults({ S1: { mode: "comp", user: YAMADA } })).toEqual([]);
  });

  test("the wipe is only a warning, and the plan can be committed", async () => {
    await load({ S1: { mode: "comp", user: YAMADA } });
    expect(await load({ S1: { mode: "comp", user: TAKAHASHI } })).toMatchObject({ warnings: 1, update: 1 });
    expect(await shown()).toEqual(["S1 髙橋 – 本社"]);
  });
});

describe("an account has one Android device (1.3)", () => {
  test("a second device is rejected if one of them is Fully Managed; of two rows, the later one is", async () => {
    const pair = { S1: { mode: "fully-managed", user: YAMADA }, S2: { mode: "comp", user: YAMADA } };
    const plan = await tenant.plan(devices, file(pair));
    expect(await tenant.reasons(plan)).toEqual([
      {
        en: "山田 <yamada@example.jp> also owns the Android device S1; in Fully Managed mode, an account can be used for only one device",
        ja: "「山田 <yamada@example.jp>」は Android デバイス「S1」も所有しています。Fully Managed では 1 つのアカウントを 2 台目のデバイスに使えません",
      },
    ]);
    expect(await tenant.faults(plan)).toEqual(["account-taken@3"]);
    expect(await faults({ S1: pair.S2, S2: pair.S1 })).toEqual(["account-taken@3"]);
  });

  test("an owner without an account is a warning in Fully Managed mode, once", async () => {
    await tenant.import({ kind: "users" }, "氏名,メールアドレス,組織コード\n佐藤,sato@example.jp,H");
    const rows = { S1: { mode: "fully-managed", user: "sato@example.jp" }, S2: { mode: "dedicated", user: YAMADA } };
    expect(await faults(rows)).toEqual(["account-missing@2"]);
    await load(rows);
    expect(await faults({ ...rows, S1: { ...rows.S1, tags: ["x"] } })).toEqual([]);
  });

  test("a second device is a warning in other Android modes", async () => {
    const plan = await tenant.plan(devices, file({ S1: { mode: "comp", user: YAMADA }, S2: { user: YAMADA } }));
    expect(await tenant.problems(plan)).toMatchObject([{ code: "account-shared", row: 3, severity: "warning" }]);
    expect(await tenant.client.imports.commit(plan)).toMatchObject({ create: 2 });
  });

  test("devices without an account do not count: Dedicated, other platforms, and those no longer managed", async () => {
    await load({
      S1: { mode: "fully-managed", user: YAMADA },
      S2: { mode: "dedicated", user: YAMADA },
      S3: { platform: "iOS", user: YAMADA },
    });
    const gone = {
      S1: { mode: "fully-managed", status: "管理外", user: YAMADA },
      S4: { mode: "fully-managed", user: YAMADA },
    };
    expect(await faults({ S4: gone.S4 })).toEqual(["account-taken@2"]);
    expect(await faults(gone)).toEqual([]);
    await load({ S1: gone.S1 });
    expect(await faults({ S4: gone.S4 })).toEqual([]);
    await load({ S4: gone.S4 });
    expect(await faults({ S1: { mode: "fully-managed", user: YAMADA } })).toEqual(["account-taken@2"]);
  });

  test("devices that exchange owners, or one that the file deletes, do not count as a second device", async () => {
    const one = { mode: "fully-managed", status: "事前登録", user: YAMADA };
    const other = { ...one, user: TAKAHASHI };
    await load({ S1: one, S2: other });
    expect(await faults({ S1: other, S2: one })).toEqual([]);
    expect(await faults({ S3: one })).toEqual(["account-taken@2"]);
    expect(await faults({ S3: one }, { mode: "replace" })).toEqual([]);
    expect(await faults({ S1: { ...one, tags: ["x"] } })).toEqual([]);
  });
});

test("only Android devices have a mode (a clomoctl rule)", async () => {
  expect(await faults({ S1: { platform: "iOS", mode: "comp" }, S2: { platform: "", mode: "unknown" } })).toEqual([
    "android-mode-elsewhere@2",
    "android-mode-elsewhere@3",
  ]);
  await load({ S1: { mode: "comp" } });
  const plan = await tenant.plan(devices, "シリアルナンバー,プラットフォーム\nS1,iOS");
  expect(await tenant.faults(plan)).toEqual(["android-mode-elsewhere@2"]);
  expect(await faults({ S1: { mode: "managed" } })).toEqual(["not-choice@2"]);
});

describe("tags are a set", () => {
  test("their order does not matter; a tag that the file lacks is removed, and --blank keep only adds", async () => {
    await load({ S1: { tags: ["貸出用", "東京"] }, S2: { tags: ["か\u3099"] } });
    expect((await tenant.devices()).map(({ tags }) => tags)).toEqual([["東京", "貸出用"], ["か\u3099"]]);
    const same = file({ S1: { tags: ["東京", "貸出用"] }, S2: { tags: ["", "が"] } });
    expect(await tenant.plan({ ...devices, blank: "clear" }, same)).toMatchObject({ unchanged: 1, update: 1 });
    const other = file({ S1: { tags: ["大阪", "東京"] } });
    const plan = await tenant.plan(devices, other);
    expect(plan.columns).toEqual([{ field: "tags", changed: 1, cleared: 0, removed: 1 }]);
    await tenant.import({ ...devices, blank: "keep" }, other);
    expect((await tenant.devices())[0]?.tags).toEqual(["大阪", "東京", "貸出用"]);
    await tenant.import(devices, other);
    expect((await tenant.devices())[0]?.tags).toEqual(["大阪", "東京"]);
  });

  test("the tag filter needs the whole tag, and a search finds part of it", async () => {
    await load({
      S1: { tags: ["貸出用", "か\u3099"] },
      S2: { platform: "iOS", status: "事前登録", tags: ["貸出用 2"] },
    });
    const found = async (filters: Parameters<typeof tenant.client.devices.list>[0]) =>
      (await Array.fromAsync(tenant.client.devices.list(filters))).map(({ serialNumber }) => serialNumber);
    expect(await found({ tag: "貸出用" })).toEqual(["S1"]);
    expect(await found({ tag: "が" })).toEqual(["S1"]);
    expect(await found({ search: "貸出" })).toEqual(["S1", "S2"]);
    expect(await found({ status: "事前登録" })).toEqual(["S2"]);
    expect(await found({ platform: "Android" })).toEqual(["S1"]);
    expect(await found({ platform: "iOS", tag: "貸出用" })).toEqual([]);
  });
});
