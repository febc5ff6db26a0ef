import { expect, test } from "vitest";
import { describeProblem } from "./problem.ts";

const said = (value: string) => describeProblem({ code: "not-mail-address", params: { value } });

test.each([
  ["jiro.sato＠example.jp", '"jiro.sato＠example.jp"; the @ is full-width', "(@ が全角です)"],
  [" nana@example.jp\u3000", '"␣nana@example.jp□"; blanks at the ends', "(前後に空白があります)"],
  ["a@x.jp;b@x.jp", '"a@x.jp;b@x.jp"; two addresses in one cell', "(1 つのセルに 2 つのアドレスがあります)"],
  [
    "Jiro <a@x.jp>",
    '"Jiro <a@x.jp>"; only the address, without the name',
    "(名前を付けず、アドレスだけにしてください)",
  ],
  ["a b@x.jp", '"a b@x.jp"; a blank inside', "(途中に空白があります)"],
  ["a\u200b", '"a<U+200B>"', "「a<U+200B>」"],
])("%j is shown with what cannot be seen, and its likely cause", (value, en, ja) => {
  expect(said(value).en).toBe(`not a mail address: ${en}`);
  expect(said(value).ja.endsWith(ja)).toBe(true);
});

test("a value that may not be shown is not there", () => {
  expect(describeProblem({ code: "not-alphanumeric", params: {} }).en).toBe(
    "must be half-width letters and digits only",
  );
});
