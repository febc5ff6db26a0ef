import { expect, test } from "vitest";
import { describeProblem } from "./problem.ts";
import { getThingNoun } from "../nouns/index.ts";

const said = (value: string) => describeProblem({ code: "not-mail-address", params: { value } }, getThingNoun);

test.each([
  ["jiro.sato＠example.jp", '"jiro.sato＠example.jp"; the @ is full-width', "(@ が全角です)"],
  [" nana@example.jp\u3000", '"␣nana@example.jp□"; leading or trailing spaces', "(前後に空白があります)"],
  ["a@x.jp;b@x.jp", '"a@x.jp;b@x.jp"; two addresses in one cell', "(1 つのセルに 2 つのアドレスがあります)"],
  [
    "Jiro <a@x.jp>",
    '"Jiro <a@x.jp>"; enter only the address, without the name',
    "(名前を付けず、アドレスだけにしてください)",
  ],
  ["a b@x.jp", '"a b@x.jp"; a space inside the value', "(途中に空白があります)"],
  ["a\u200b", '"a<U+200B>"', "「a<U+200B>」"],
])("shows %j with its invisible characters and the likely cause", (value, en, ja) => {
  expect(said(value).en).toBe(`not an email address: ${en}`);
  expect(said(value).ja.endsWith(ja)).toBe(true);
});

test("omits a value that must not be shown", () => {
  expect(describeProblem({ code: "not-alphanumeric", params: {} }, getThingNoun).en).toBe(
    "must contain only half-width letters and digits",
  );
});
