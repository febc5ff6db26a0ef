import { describe, expect, it } from "vitest";
import type { Step } from "../renewals/guide/step.ts";
import { buildEnrolmentGuide, ENROLMENT_METHOD_NAMES } from "./steps.ts";

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

it.each([
  ["purchased", "profile automatic-profile assign sync ready switch-on in-devices"],
  [
    "manual",
    "profile automatic-profile network-profile connect server organisation prepare hello assign sync ready switch-on in-devices",
  ],
  ["supervised-only", "connect server organisation prepare switch-on in-devices"],
  ["unsupervised", "decide install in-devices"],
] as const)("orders the steps so that no %s device is switched on before it is ready", (way, ids) => {
  expect(
    buildEnrolmentGuide(way)
      .steps.map(({ id }) => id)
      .join(" "),
  ).toBe(ids);
});
