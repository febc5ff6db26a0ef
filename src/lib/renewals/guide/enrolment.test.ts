import { describe, expect, it } from "vitest";
import type { Step } from "./step.ts";
import { buildEnrolmentGuide, ENROLMENT_METHOD_NAMES } from "./enrolment.ts";

const wordsOf = ({ what, where, trap, check }: Step) => [what, where, trap, check].filter((text) => text !== undefined);

describe.each(ENROLMENT_METHOD_NAMES)("the guide to %s", (way) => {
  const { steps, facts } = buildEnrolmentGuide(way);

  it("begins with what you must never do, and ends in Devices", () => {
    expect(facts[0]?.[1].en).toMatch(/^Never upload a public key .* never download a new token/);
    expect(facts[0]?.[1].ja).toMatch(/公開鍵をアップロードしないでください.*新しいトークンをダウンロード/);
    expect(steps.at(-1)?.id).toBe("in-devices");
    expect(steps.at(-1)?.what.en).toContain("appears in Devices");
  });

  it("has steps with unique ids, in both languages", () => {
    const ids = steps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { en, ja } of steps.flatMap(wordsOf)) {
      expect(en).not.toBe("");
      expect(ja).not.toBe("");
      expect(`${en}${ja}`).not.toMatch(/null|undefined|\[object/);
    }
  });

  it("names the same buttons in both languages", () => {
    const quoted = (words: string) => new Set(words.match(/「[^」]+」/gu));
    for (const step of steps) {
      const [en, ja] = (["en", "ja"] as const).map((language) =>
        quoted(
          wordsOf(step)
            .map((one) => one[language])
            .join("\n"),
        ),
      );
      expect(
        [...(en ?? [])].filter((one) => !ja?.has(one)),
        step.id,
      ).toEqual([]);
    }
  });
});

const idsOf = (...[way]: Parameters<typeof buildEnrolmentGuide>) => buildEnrolmentGuide(way).steps.map(({ id }) => id);

it("orders the steps so that no device is switched on before it is ready", () => {
  expect(idsOf("purchased")).toEqual([
    "profile",
    "automatic-profile",
    "assign",
    "sync",
    "ready",
    "switch-on",
    "in-devices",
  ]);
  expect(idsOf("manual")).toEqual([
    "profile",
    "automatic-profile",
    "network-profile",
    "connect",
    "server",
    "organisation",
    "prepare",
    "hello",
    "assign",
    "sync",
    "ready",
    "switch-on",
    "in-devices",
  ]);
  expect(idsOf("supervised-only")).toEqual(["connect", "server", "organisation", "prepare", "switch-on", "in-devices"]);
  expect(idsOf("unsupervised")).toEqual(["decide", "install", "in-devices"]);
});

/** What stands in a step, wherever in it. @see facts 4.1 to 4.7; seed 003, 7-2-5, 7-2-6 and 8 */
it.each([
  ["purchased", "profile", /監視対象モード 「設定する」.+cannot be edited.+Wi-Fi/s, /許可しない.+位置情報サービス/s],
  ["purchased", "automatic-profile", /commands to all devices that are already managed/, /管理中のすべてのデバイス/],
  ["purchased", "assign", /before the device is switched on.+所有解除.+never be added/s, /二度と追加できなくなります/],
  ["purchased", "sync", /「全件を取得する」.+「差分のみを取得する」 shows only/s, /「差分のみを取得する」では/],
  ["purchased", "ready", /assigned to CLOMO's server.+事前登録デバイス.+「assigned」 or 「pushed」/s, /3 つを確認/],
  ["purchased", "ready", /側で無効化されています.+created again/s, /作り直しが必要/],
  ["manual", "network-profile", /「自動接続」/, /「自動接続」/],
  [
    "manual",
    "connect",
    /Select 「Apple School Manager または Apple Business Manager に追加」.+Clear 「アクティベートして登録を完了」.+shut down the Mac/s,
    /チェックを入れます.+「アクティベートして登録を完了」のチェックは外します.+シャットダウンしないでください/s,
  ],
  ["manual", "server", /mdm\.clomo\.com\/\(your domain\)\/ios.+「\*\.clomo\.com」/s, /URL情報/],
  ["manual", "organisation", /do not use the Apple Account of the device/, /デバイスの Apple Account でもありません/],
  ["manual", "prepare", /enter nothing and choose 「準備」.+erased now/s, /何も入力せずに「準備」/],
  ["manual", "hello", /「こんにちは」: do not activate/, /「こんにちは」の画面のまま/],
  [
    "supervised-only",
    "connect",
    /「デバイスを監視」.+Clear 「Apple School Manager または Apple Business Manager に追加」.+damaged/s,
    /「デバイスを監視」/,
  ],
  ["supervised-only", "organisation", /choose 「スキップ」/, /「スキップ」を押します/],
  ["unsupervised", "install", /MDM 構成プロファイルを直接インストールする場合のセットアップ/, /パスワードを用意/],
] as const)("%s shows at %s: %s", (way, id, en, ja) => {
  const step = buildEnrolmentGuide(way).steps.find((one) => one.id === id);
  const said = (language: "en" | "ja") =>
    [step?.what, step?.where, step?.trap, step?.check].map((one) => one?.[language]).join("\n");
  expect(said("en")).toMatch(en);
  expect(said("ja")).toMatch(ja);
});

it("marks what the manual does not state", () => {
  for (const [id, side] of [
    ["network-profile", "trap"],
    ["connect", "trap"],
    ["switch-on", "trap"],
  ] as const) {
    const step = buildEnrolmentGuide("manual").steps.find((one) => one.id === id);
    expect(step?.[side]).toMatchObject({
      en: expect.stringContaining("(inferred)"),
    });
  }
});

it("states the drawbacks of a way", () => {
  const factsOf = (...of: Parameters<typeof buildEnrolmentGuide>) =>
    buildEnrolmentGuide(...of).facts.map(([label, value]) => `${label.en}: ${value.en}`);
  expect(factsOf("supervised-only")).toContain(
    "user can end the management: yes, by removing the MDM profile on the device",
  );
  expect(factsOf("manual")).toContain("device is erased: yes (each device is connected to a Mac by cable)");
});
