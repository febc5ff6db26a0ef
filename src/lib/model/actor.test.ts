import { expect, test } from "vitest";
import { formatActor, parseUserName } from "./actor.ts";

test("the owner of a computer is named in both languages, and an account by its own name", () => {
  const owner = "owner (hanako)";
  expect(formatActor(owner)).toEqual({ en: "owner (hanako)", ja: "所有者(hanako)" });
  expect(parseUserName(owner)).toBe("hanako");
  for (const name of ["taro", "owner"]) expect(formatActor(name)).toEqual({ en: name, ja: name });
});
