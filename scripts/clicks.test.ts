import { expect, test } from "vitest";
import { NOUNS } from "../src/lib/nouns/index.ts";
import { hasManual, readPage } from "./manual/pages.ts";

/** Names on pages of the manual that nobody has here. @see facts 1.1, 2.1 */
const ELSEWHERE = ["Import/Export", "Import", "デバイスにタグとメモを設定します。", "カスタム管理権限スキーム設定"];

const listTexts = (value: unknown): readonly string[] => {
  if (typeof value !== "object" || value === null) return [];
  return "ja" in value ? [String(value.ja)] : Object.values(value).flatMap(listTexts);
};

test.runIf(hasManual)("the manual has the names in 「」 of what each noun says to click", () => {
  const bare = (words: string): string => words.normalize("NFKC").replaceAll(/\s/g, "");
  const manual = bare(["000", "001", "002", "003", "004"].flatMap(readPage).join(""));
  const said = NOUNS.flatMap((noun) => listTexts(["clicks" in noun && noun.clicks, "screen" in noun && noun.screen]));
  const names = [...said.join("").matchAll(/「([^」]*?)(?:設定完了)?」/g)].map(([, name = ""]) => name);
  const missing = new Set(names.filter((name) => !manual.includes(bare(name))));
  expect(missing).toEqual(new Set(ELSEWHERE));
});
