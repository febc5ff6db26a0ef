import { EXAMPLE_RENEWAL_ITEM } from "#support/examples.ts";
import { describe, expect, it } from "vitest";
import { RENEWAL_KINDS, type RenewalItem, type RenewalKind } from "../../nouns/renewal.ts";
import { renderDocument } from "../../document/index.ts";
import { buildGuideDocument } from "./fill.ts";
import { buildRenewalGuide } from "./index.ts";

const KINDS = Object.keys(RENEWAL_KINDS) as readonly RenewalKind[];

const KNOWN: RenewalItem = {
  ...EXAMPLE_RENEWAL_ITEM,
  name: "本社",
  organisation: "東京支店",
  topic: "com.apple.mgmt.External.1234",
  owner: "it@example.jp",
  account: "push@example.jp",
  phone: "金庫",
  expiresAt: "2027-03-01T05:00:00Z",
};

describe.each(KINDS)("the guide for %s", (kind) => {
  const { steps } = buildRenewalGuide(kind, null, null);

  it("has steps with unique ids, and records the result at the end", () => {
    const ids = steps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.at(-1)).toBe("record");
    expect(ids.length).toBeGreaterThan(1);
  });

  it("is complete in both languages, with the console's names in Japanese", () => {
    for (const step of steps) {
      for (const { en, ja } of [step.what, step.where, step.trap, step.check].filter((text) => text !== undefined)) {
        expect(en).not.toBe("");
        expect(ja).not.toBe("");
        expect(`${en}${ja}`).not.toMatch(/null|undefined/);
      }
    }
    const screens = steps.flatMap(({ where }) => (where === undefined ? [] : [where]));
    expect(screens.map(({ en }) => en)).toEqual(screens.map(({ ja }) => ja));
  });
});

it("never uses a recorded organisation as a location in Apple's portal", () => {
  const { steps } = buildRenewalGuide("vpp-token", { ...KNOWN, kind: "vpp-token", organisation: "全社" }, null);
  expect(steps.find(({ id }) => id === "download")?.what.ja).not.toContain("全社");
});

it.each([
  [{ phone: "03-1", phoneHolder: null }, "2-factor code (03-1);"],
  [{ phone: null, phoneHolder: null }, "2-factor code;"],
])("names only a phone that is recorded: %j", (phone, named) => {
  expect(JSON.stringify(buildRenewalGuide("push-certificate", { ...KNOWN, ...phone }, null))).toContain(named);
});

it.each([
  ["push-certificate", KNOWN, /clomoctl renewals renew 本社 \S*MDM_i3\S* --console-shows DATE`$/],
  ["android-owner", { ...KNOWN, name: "第 1" }, /`clomoctl renewals renew '第 1' --signed-in DATE --by NAME`$/],
  ["custom", null, /`clomoctl renewals add NAME --kind custom --expires DATE`$/],
  ["android-owner", null, /`clomoctl renewals add NAME --kind android-owner --last-login DATE`$/],
] as const)("%s is recorded under its name, or added", (kind, known, command) => {
  expect(buildRenewalGuide(kind, known, null).steps.at(-1)?.what.ja).toMatch(command);
});

/** What an administrator must not learn by doing. @see facts 3.3 to 3.6 */
it.each([
  ["push-certificate", "prepare", /same Apple Account/, /同じ Apple Account/],
  [
    "push-certificate",
    "renew",
    /Use only Renew\. "Create a Certificate".+"Revoke"/,
    /「Renew」だけ.+「Create a Certificate」.+「Revoke」/,
  ],
  ["push-certificate", "upload", /「続きから始める」, not 「次へ」/, /「次へ」ではなく「続きから始める」/],
  ["ade-token", "prepare", /invalidates the old one immediately/, /古いトークンは無効/],
  ["ade-token", "upload", /Nothing is saved until you choose 「保存」/, /「保存」を押すまで/],
  [
    "ade-token",
    "full-fetch",
    /fetch all devices; do not choose 「差分のみを取得する」/,
    /「差分のみを取得する」ではなく、全件/,
  ],
  ["vpp-token", "prepare", /password invalidates the token/, /パスワードを変更すると/],
  ["vpp-token", "organisation", /Start with 「全社」/, /最初に「全社」/],
  ["vpp-token", "save", /「登録」 alone does not save anything/, /「登録」だけでは保存されません/],
  ["android-owner", "second-owner", /Record the second owner/, /2 人目も記録/],
  ["agent-build-certificate", "look-before", /no longer be updated or started/, /更新も起動もできなくなります/],
  ["agent-push-certificate", "look-before", /messages no longer arrive/, /メッセージが届かなく/],
  ["agent-profile", "look-before", /no longer starts/, /起動しなくなり/],
] as const)("%s warns at %s", (kind, id, en, ja) => {
  const trap = buildRenewalGuide(kind, null, null).steps.find((step) => step.id === id)?.trap;
  expect(trap?.en).toMatch(en);
  expect(trap?.ja).toMatch(ja);
});

it("shows the recorded account, phone, topic, day and owner", () => {
  const guide = buildRenewalGuide("push-certificate", KNOWN, "2027-03-01");
  for (const language of ["ja", "en"] as const) {
    const written = renderDocument(buildGuideDocument(guide), language);
    for (const part of [
      "本社",
      "push@example.jp",
      "金庫",
      "com.apple.mgmt.External.1234",
      "2027-03-01",
      "it@example.jp",
    ])
      expect(written).toContain(part);
  }
});
