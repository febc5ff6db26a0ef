import { describe, expect, it } from "vitest";
import type { Step } from "./step.ts";
import { buildEnrolmentGuide, ENROLMENT_TOOLS, ENROLMENT_METHOD_NAMES } from "./enrolment.ts";

const ALL = ENROLMENT_METHOD_NAMES.flatMap((way) => ENROLMENT_TOOLS.map((through) => [way, through] as const));

const wordsOf = ({ what, where, trap, check }: Step) => [what, where, trap, check].filter((text) => text !== undefined);

describe.each(ALL)("the guide to %s through %s", (way, through) => {
  const { steps, facts } = buildEnrolmentGuide(way, through);

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

const idsOf = (...[way, through]: Parameters<typeof buildEnrolmentGuide>) =>
  buildEnrolmentGuide(way, through).steps.map(({ id }) => id);

it("orders the steps so that no device is switched on before it is ready", () => {
  expect(idsOf("purchased", "console")).toEqual([
    "profile",
    "automatic-profile",
    "assign",
    "sync",
    "ready",
    "switch-on",
    "in-devices",
  ]);
  expect(idsOf("manual", "commands")).toEqual([
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
  expect(idsOf("supervised-only", "console")).toEqual([
    "connect",
    "server",
    "organisation",
    "prepare",
    "switch-on",
    "in-devices",
  ]);
  expect(idsOf("unsupervised", "console")).toEqual(["decide", "install", "in-devices"]);
});

/** What stands in a step, wherever in it. @see facts 4.1 to 4.7; seed 003, 7-2-5, 7-2-6 and 8 */
it.each([
  [
    "purchased",
    "console",
    "profile",
    /監視対象モード 「設定する」.+cannot be edited.+Wi-Fi/s,
    /許可しない.+位置情報サービス/s,
  ],
  [
    "purchased",
    "console",
    "automatic-profile",
    /commands to all devices that are already managed/,
    /管理中のすべてのデバイス/,
  ],
  [
    "purchased",
    "console",
    "assign",
    /before the device is switched on.+所有解除.+never be added/s,
    /二度と追加できなくなります/,
  ],
  [
    "purchased",
    "console",
    "sync",
    /「全件を取得する」.+「差分のみを取得する」 shows only/s,
    /「差分のみを取得する」では/,
  ],
  [
    "purchased",
    "console",
    "ready",
    /assigned to CLOMO's server.+事前登録デバイス.+「assigned」 or 「pushed」/s,
    /3 つを確認/,
  ],
  ["purchased", "console", "ready", /側で無効化されています.+created again/s, /作り直しが必要/],
  [
    "purchased",
    "commands",
    "profile",
    /does not enrol devices.+リモートマネージメント/s,
    /clomoctl 自体は登録を受け付けません/,
  ],
  ["purchased", "commands", "ready", /clomoctl ade devices show SERIAL/, /clomoctl ade devices show SERIAL/],
  ["manual", "console", "network-profile", /「自動接続」/, /「自動接続」/],
  [
    "manual",
    "console",
    "connect",
    /Select 「Apple School Manager または Apple Business Manager に追加」.+Clear 「アクティベートして登録を完了」.+shut down the Mac/s,
    /チェックを入れます.+「アクティベートして登録を完了」のチェックは外します.+シャットダウンしないでください/s,
  ],
  ["manual", "console", "server", /mdm\.clomo\.com\/\(your domain\)\/ios.+「\*\.clomo\.com」/s, /URL情報/],
  ["manual", "commands", "server", /does not enrol devices/, /登録を受け付けません/],
  [
    "manual",
    "console",
    "organisation",
    /do not use the Apple Account of the device/,
    /デバイスの Apple Account でもありません/,
  ],
  ["manual", "console", "prepare", /enter nothing and choose 「準備」.+erased now/s, /何も入力せずに「準備」/],
  ["manual", "console", "hello", /「こんにちは」: do not activate/, /「こんにちは」の画面のまま/],
  [
    "supervised-only",
    "console",
    "connect",
    /「デバイスを監視」.+Clear 「Apple School Manager または Apple Business Manager に追加」.+damaged/s,
    /「デバイスを監視」/,
  ],
  ["supervised-only", "console", "organisation", /choose 「スキップ」/, /「スキップ」を押します/],
  [
    "unsupervised",
    "console",
    "install",
    /MDM 構成プロファイルを直接インストールする場合のセットアップ/,
    /パスワードを用意/,
  ],
] as const)("%s through %s shows at %s: %s", (way, through, id, en, ja) => {
  const step = buildEnrolmentGuide(way, through).steps.find((one) => one.id === id);
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
    const step = buildEnrolmentGuide("manual", "console").steps.find((one) => one.id === id);
    expect(step?.[side]).toMatchObject({
      en: expect.stringContaining("(inferred)"),
      ja: expect.stringContaining("推定"),
    });
  }
});

it("states the drawbacks of a way", () => {
  const factsOf = (...of: Parameters<typeof buildEnrolmentGuide>) =>
    buildEnrolmentGuide(...of).facts.map(([label, value]) => `${label.en}: ${value.en}`);
  expect(factsOf("supervised-only", "console")).toContain(
    "user can end the management: yes, by removing the MDM profile on the device",
  );
  expect(factsOf("manual", "console")).toContain("device is erased: yes (each device is connected to a Mac by cable)");
});
