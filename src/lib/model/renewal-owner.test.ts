import { expect, test } from "vitest";
import { parseOwners } from "../tenant/subjects/renewal-rows.ts";

test.each([
  [null, []],
  ["", []],
  [" Sato@Example.jp ", ["Sato@Example.jp"]],
  ["A0001", ["A0001"]],
  ["佐藤 一郎", ["佐藤 一郎"]],
  ["佐藤 一郎 <sato@example.jp>", ["sato@example.jp"]],
  ['"Sato, Ichiro" <sato@example.jp>', ['"Sato', "sato@example.jp"]],
  ["a@example.jp, b@example.jp;A0001、hanako01", ["a@example.jp", "b@example.jp", "A0001", "hanako01"]],
  ["佐藤(sato@example.jp)", ["sato@example.jp"]],
  ["a@example.jp b@example.jp", ["a@example.jp", "b@example.jp"]],
])("finds whom %j names", (owner, named) => {
  const found = parseOwners(owner);
  expect(found.map(({ text }) => text)).toEqual(named);
  for (const { text, isAddress } of found) expect(isAddress).toBe(text.includes("@"));
});
