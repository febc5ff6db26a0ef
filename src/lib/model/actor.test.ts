import { expect, test } from "vitest";
import { createOwnerName, formatActor, parseUserName } from "./actor.ts";

test("the owner of a computer is named in both languages, and an account by its own name", () => {
  const owner = createOwnerName("hanako");
  expect(formatActor(owner)).toEqual({ en: "owner (hanako)", ja: "所有者(hanako)" });
  expect(parseUserName(owner)).toBe("hanako");
  for (const name of ["taro", createOwnerName(undefined)]) expect(formatActor(name)).toEqual({ en: name, ja: name });
});
