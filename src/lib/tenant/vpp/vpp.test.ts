import { undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppleRequest } from "../../apple/send.ts";
import type { Org } from "../../client/index.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

const NEXT = "2027-03-31T00:00:00+0000";
const LATER = "2027-04-01T00:00:00+0000";

/** A token's text, as Apple's portal gives it. */
const content = (expDate = NEXT, orgName = "株式会社例", token = "canary"): string =>
  Buffer.from(JSON.stringify({ token, expDate, orgName })).toString("base64");

let tenant: TestTenant;
let [root, sales]: readonly Org[] = [];
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.client.orgs.create({ name: "営業部", code: "S01" });
  [root, sales] = await tenant.client.orgs.list();
});
afterEach(() => tenant.close());

const set = (org: Org | undefined, text: string, more: object = {}) =>
  tenant.client.vpp.setToken(org?.id ?? "", {
    name: "sToken_for_Tokyo_.vpptoken",
    content: Buffer.from(text).toString("base64"),
    ...more,
  });
const check = (org: Org | undefined) => tenant.client.vpp.check(org?.id ?? "", {});
const mirror = () => tenant.database.run("update tenant set mirroredAt = '2026-03-01T00:00:00.000Z'");

/** Apple's answers, and what it was asked. */
const useApple = (answer: object, status = 200): AppleRequest[] => {
  const asked: AppleRequest[] = [];
  tenant.apple = async (request) => {
    asked.push(request);
    return request.url.endsWith("/_simulator")
      ? { status: 200, headers: {}, body: '{"simulator":"clomoctl"}' }
      : { status, headers: {}, body: JSON.stringify(answer) };
  };
  return asked;
};
const useSimulator = async (answer: object = {}): Promise<AppleRequest[]> => {
  const asked = useApple(answer);
  await tenant.client.ade.setEndpoint({ kind: "simulator", url: "http://127.0.0.1:8080" });
  return asked;
};
const LOCATION = { locationName: "Tokyo", tokenExpirationDate: NEXT, uId: "2049025000431439" };

describe("setting a token", () => {
  test("stores the token sealed, and records its expiry date in the same change", async () => {
    const done = await set(root, content());
    const record = {
      org: "全社",
      location: "Tokyo",
      organisation: "株式会社例",
      expiresAt: "2027-03-31T00:00:00Z",
      simulated: false,
      setBy: "owner",
    };
    expect(done).toMatchObject({ unchanged: false, before: null, after: record, warnings: [], dryRun: false });
    expect(await tenant.client.vpp.tokens()).toEqual([done.after]);
    expect(await tenant.client.renewals.list()).toMatchObject([
      {
        kind: "vpp-token",
        name: "VPP 全社",
        organisation: "株式会社例",
        expiresAt: record.expiresAt,
        certainty: "exact",
      },
    ]);
    const [row] = tenant.sql("select token from vpp_token");
    expect(row?.["token"]).not.toContain(content());
    const told = JSON.stringify([tenant.sql("select * from audit"), done, await tenant.client.vpp.tokens()]);
    expect(told).not.toMatch(new RegExp(`canary|${content()}`));
    const [last] = tenant.sql("select record from audit order by seq desc limit 1");
    expect(JSON.parse(String(last?.["record"]))).toMatchObject({ action: "vpp.set", after: record });
  });

  test("must begin with 全社; each organisation may then have its own token and renewal item", async () => {
    const failed = await failureOf(set(sales, content()));
    expect(failed).toMatchObject({ code: "input-rejected", hint: { en: expect.stringContaining("--org 全社") } });
    await set(root, content());
    await set(sales, content(LATER, "株式会社例", "other"), { name: "sToken_for_Osaka_.vpptoken" });
    expect(await tenant.client.vpp.tokens()).toMatchObject([
      { org: "全社", location: "Tokyo" },
      { org: "営業部", orgId: sales?.id, location: "Osaka" },
    ]);
    const names = (await tenant.client.renewals.list()).map(({ name }) => name);
    expect(names).toEqual(["VPP 全社", "VPP 営業部"]);
  });

  test("from the same file changes nothing; its successor takes over its place and renewal item", async () => {
    await set(root, content());
    const [item] = await tenant.client.renewals.list();
    await tenant.client.renewals.edit(item?.id ?? "", { name: "本社の VPP", owner: "it@example.jp" });
    const before = tenant.sql("select seq from audit").length;
    expect(await set(root, content())).toMatchObject({ unchanged: true });
    expect(tenant.sql("select seq from audit")).toHaveLength(before);
    const next = await set(root, content(LATER));
    expect(next).toMatchObject({ unchanged: false, before: { expiresAt: "2027-03-31T00:00:00Z" } });
    expect(await tenant.client.renewals.list()).toMatchObject([
      { id: item?.id, name: "本社の VPP", owner: "it@example.jp", expiresAt: "2027-04-01T00:00:00Z" },
    ]);
  });

  test("from the same file seals it again if the key that sealed it was lost", async () => {
    await set(root, content());
    const [{ token } = {}] = tenant.sql("select token from vpp_token");
    tenant.database.run("update vpp_token set token = 'sealed by another key'");
    expect(await failureOf(set(root, content()))).toMatchObject({ code: "input-rejected" });
    expect(await set(root, content(), { startOver: true })).toMatchObject({
      unchanged: false,
      after: { org: "全社" },
    });
    expect(tenant.sql("select token from vpp_token")).toEqual([{ token }]);
    expect(await set(root, content())).toMatchObject({ unchanged: true });
  });

  test("creates another sealing key only on request if the previous key is lost", async () => {
    await set(root, content());
    tenant.sealingKey = "other-";
    expect(await failureOf(set(root, content(LATER)))).toMatchObject({ code: "input-rejected" });
    expect(
      await failureOf(tenant.client["push-certificate"].request({ email: "a@example.jp", name: "Hanako Yamada" })),
    ).toMatchObject({ code: "input-rejected" });
    expect(await set(root, content(LATER), { startOver: true })).toMatchObject({ unchanged: false });
  });

  test("uses an item that was recorded by hand if it is the only one", async () => {
    const item = await tenant.client.renewals.add({ kind: "vpp-token", name: "東京", expiresAt: null });
    await set(root, content());
    expect(await tenant.client.renewals.list()).toMatchObject([{ id: item.id, expiresAt: "2027-03-31T00:00:00Z" }]);
  });

  test("creates a new item if several were recorded by hand", async () => {
    for (const name of ["東京", "大阪"]) await tenant.client.renewals.add({ kind: "vpp-token", name, expiresAt: null });
    await set(root, content());
    const items = await tenant.client.renewals.list();
    expect(new Map(items.map(({ name, expiresAt }) => [name, expiresAt]))).toEqual(
      new Map([
        ["東京", null],
        ["大阪", null],
        ["VPP 全社", "2027-03-31T00:00:00Z"],
      ]),
    );
  });

  test.each([
    ["no token", "words", "not a content token"],
    ["expired", content("2026-03-31T00:00:00Z"), "expired on"],
    ["older than the one in use", content("2027-03-30T00:00:00Z"), "not later than"],
    ["of another organisation at Apple", content(LATER, "別の会社"), "this token belongs to another organisation"],
  ])("is rejected: %s", async (_, text, told) => {
    await set(root, content());
    const failed = await failureOf(set(root, text));
    expect(failed).toMatchObject({ code: "input-rejected", where: "sToken_for_Tokyo_.vpptoken" });
    expect(failed?.what.en).toContain(told);
    expect(await tenant.client.vpp.tokens()).toMatchObject([{ expiresAt: "2027-03-31T00:00:00Z" }]);
  });

  test("of another location must be allowed, and full-width characters in its name lead to a warning", async () => {
    await set(root, content());
    const other = { name: "sToken_for_Osaka_.vpptoken" };
    const failed = await failureOf(set(root, content(LATER), other));
    expect(failed?.hint?.en).toContain("--other-location");
    const done = await set(root, content(LATER), { ...other, otherLocation: true });
    expect(done).toMatchObject({ after: { location: "Osaka" } });
    expect(done.warnings[0]?.en).toContain("another location");
    const wide = { name: "sToken_for____.vpptoken" };
    await set(sales, content(NEXT, "株式会社例", "wide"), wide);
    const [warning] = (await set(sales, content(LATER, "株式会社例", "wide"), wide)).warnings;
    expect(warning?.ja).toContain("全角文字");
  });

  test("of another organisation is rejected, and that organisation is named", async () => {
    await set(root, content());
    for (const _ of ["none", "a later one"]) {
      const failed = await failureOf(set(sales, content()));
      expect(failed).toMatchObject({ code: "input-rejected", where: "sToken_for_Tokyo_.vpptoken" });
      expect(failed?.what.en).toContain("this content token is already set for 全社; nothing was set for ");
      expect(failed?.what.ja).toContain("このサービストークンは「全社」に設定済みです");
      await set(sales, content(LATER, "株式会社例", "other"));
    }
  });

  test("shows the result in a dry run, and does not find an unknown organisation", async () => {
    expect(await set(root, content(), { dryRun: true })).toMatchObject({ dryRun: true, after: { org: "全社" } });
    expect([await tenant.client.vpp.tokens(), await tenant.client.renewals.list()]).toEqual([[], []]);
    const unknown = { id: "01990000-0000-7000-8000-000000000099" } as Org;
    expect((await failureOf(set(unknown, content())))?.code).toBe("not-found");
  });

  test("the token of an organisation is deleted with it", async () => {
    await set(root, content());
    await set(sales, content(LATER));
    const plan = await tenant.client.imports.delete({ kind: "orgs", ids: [sales?.id ?? ""], called: "S01" });
    await tenant.client.imports.commit(plan);
    expect(tenant.sql("select org from vpp_token")).toEqual([{ org: 1 }]);
  });

  /** Deletes 営業部. @returns the import that did */
  const deleted = async () => {
    const plan = await tenant.client.imports.delete({ kind: "orgs", ids: [sales?.id ?? ""], called: "S01" });
    await tenant.client.imports.commit(plan);
    return plan;
  };

  test("and restored with it if the deletion is undone", async () => {
    await set(root, content());
    await set(sales, content(LATER, "株式会社例", "other"));
    const before = await tenant.client.vpp.tokens();
    const { id } = await deleted();
    expect(await tenant.client.vpp.tokens()).toHaveLength(1);
    const undo = await undoImport(tenant.client, id);
    await tenant.client.imports.commit(undo);
    expect(await tenant.client.vpp.tokens()).toEqual(before);
    expect(tenant.sql("select org from vpp_token_gone")).toEqual([]);
    await tenant.client.ade.setEndpoint({ kind: "apple" });
    const asked = useApple(LOCATION);
    await check(sales);
    expect(asked[0]?.headers["authorization"]).toBe(`Bearer ${content(LATER, "株式会社例", "other")}`);
  });

  test("the token of a deleted organisation is kept only while it is valid", async () => {
    await set(root, content());
    await set(sales, content("2026-06-01T00:00:00+0000", "株式会社例", "other"));
    await deleted();
    tenant.surroundings.time = Date.parse("2026-07-01T00:00:00Z");
    await set(root, content(LATER));
    expect(tenant.sql("select org from vpp_token_gone")).toEqual([]);
  });
});

describe("mirrors and simulators", () => {
  const SIMULATED = content(NEXT, "SIMULATOR 株式会社例");

  test("a mirror rejects a token with the console's steps, unless the endpoint is a simulator", async () => {
    mirror();
    const failed = await failureOf(set(root, content()));
    expect(failed).toMatchObject({ code: "not-permitted", hint: { ja: expect.stringContaining("「VPP 管理配布」") } });
    expect((await failureOf(check(root)))?.code).toBe("not-permitted");
    await useSimulator();
    expect(await set(root, SIMULATED)).toMatchObject({ after: { simulated: true } });
  });

  test("a simulator's token is rejected if the endpoint is not a simulator", async () => {
    expect(await failureOf(set(root, SIMULATED))).toMatchObject({ code: "input-rejected" });
  });

  test("a token is only sent to Apple or a simulator, not to another server", async () => {
    await set(root, content());
    const asked = useApple(LOCATION);
    await tenant.client.ade.setEndpoint({ kind: "other", url: "https://mdm.example.jp" });
    const failed = await failureOf(check(root));
    expect(failed).toMatchObject({ code: "input-rejected", where: "ade endpoint" });
    expect(failed?.what.en).toContain(
      "the endpoint https://mdm.example.jp is neither Apple nor a simulator, so content tokens are not sent to it",
    );
    expect(asked).toEqual([]);
  });

  test("with a simulator, the hint for an old token is the simulator's command", async () => {
    await useSimulator();
    await set(root, SIMULATED);
    const failed = await failureOf(set(root, content("2026-03-31T00:00:00Z", "SIMULATOR 株式会社例")));
    expect(failed?.hint?.en).toContain("clomoctl ade simulator do vpp-token --org NAME --url http://127.0.0.1:8080");
  });

  test("a token of Apple is not sent to a simulator", async () => {
    await set(root, content());
    const asked = await useSimulator(LOCATION);
    const failed = await failureOf(check(root));
    expect(failed?.what.en).toContain("it is not sent to the simulator");
    expect(asked.map(({ url }) => url)).toEqual(["http://127.0.0.1:8080/_simulator"]);
  });
});

describe("checking a token at Apple", () => {
  beforeEach(() => tenant.client.ade.setEndpoint({ kind: "apple" }));

  test("reads the location with a GET request, using the file's own text as bearer token", async () => {
    await set(root, content());
    const asked = useApple({ ...LOCATION, mdmInfo: { id: "x", name: "他社 MDM", metadata: "" } });
    expect(await check(root)).toEqual({
      orgId: root?.id,
      org: "全社",
      locationName: "Tokyo",
      expiresAt: "2027-03-31T00:00:00Z",
      heldBy: "他社 MDM",
    });
    expect(asked).toMatchObject([
      {
        method: "GET",
        url: "https://vpp.itunes.apple.com/mdm/v2/client/config",
        headers: { authorization: `Bearer ${content()}`, "user-agent": "clomoctl/0.0.0" },
      },
    ]);
  });

  test.each([
    [{}, null],
    [{ mdmInfo: { id: "", name: "" } }, null],
    [{ mdmInfo: { id: "only an id", name: "" } }, "only an id"],
  ])("shows the holder: %j", async (more, heldBy) => {
    await set(root, content());
    useApple({ ...LOCATION, ...more });
    expect(await check(root)).toMatchObject({ heldBy });
  });

  test("reports a token that Apple rejects, even with status 200, with a hint and without showing it", async () => {
    await set(root, content());
    useApple({ errorNumber: 9622, errorMessage: "Invalid sToken" });
    const failed = await failureOf(check(root));
    expect(failed).toMatchObject({ code: "not-permitted", hint: { en: expect.stringContaining("vpp tokens set") } });
    expect(JSON.stringify(failed)).not.toContain(content());
  });

  test("requires a token", async () => {
    const failed = await failureOf(check(sales));
    expect(failed).toMatchObject({ code: "not-found", hint: { ja: expect.stringContaining("--org 営業部") } });
  });
});

test("without an endpoint, Apple is not contacted", async () => {
  await set(root, content());
  expect((await failureOf(check(root)))?.hint?.en).toContain("clomoctl ade endpoint set");
});
