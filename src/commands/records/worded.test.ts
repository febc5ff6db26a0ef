import { expect, test } from "vitest";
import { same } from "../../lib/text/index.ts";
import { describeValue } from "./worded.ts";

test("a change in the console names its field in both languages, by the console's name in Japanese", () => {
  const describe = (field: string, after: string) =>
    describeValue({ field, before: null, after }, undefined, (instant) => instant);
  expect(describe("role", "operator")).toEqual({ en: "role=operator", ja: "管理者権限=オペレーター" });
  expect(describe("noticeMail", "TRUE")).toEqual({ en: "notice emails=on", ja: "お知らせメール受信=オン" });
  expect(describe("custom:内線", "12")).toEqual(same("内線=12"));
});
