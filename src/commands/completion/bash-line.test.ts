import { expect, test } from "vitest";
import { quoteForBash, readBashLine } from "./bash-line.ts";

/** COMP_WORDBREAKS of bash as it starts. */
const BREAKS = " \t\n\"'@><=;|&(:";

test.each([
  ["clomoctl us", ["clomoctl"], "us"],
  ["clomoctl users  ", ["clomoctl", "users"], ""],
  [String.raw`clomoctl a\ b c\"d`, ["clomoctl", "a b"], 'c"d'],
  [`clomoctl 'a b' "c $d" ''`, ["clomoctl", "a b", "c $d"], ""],
  [String.raw`clomoctl "a\"b\c`, ["clomoctl"], String.raw`a"b\c`],
  ["clomoctl 渋　谷", ["clomoctl"], "渋　谷"],
  [String.raw`clomoctl 'a\' b`, ["clomoctl", "a\\"], "b"],
  ["clomoctl a\\", ["clomoctl"], "a"],
])("%s is read as bash reads it", (line, words, current) => {
  expect(readBashLine(line, BREAKS)).toMatchObject({ words, current });
});

test.each([
  // what bash replaces begins behind a break, or with the @ of an address, or behind an open quote
  ["clomoctl --mode=ap", "--mode=append", "append"],
  ["clomoctl a@ex", "a@example.jp", "@example.jp"],
  ["clomoctl j:k", "j:kl", "kl"],
  [String.raw`clomoctl a\@ex`, "a@ex b", String.raw`a@ex\ b`],
  ["clomoctl '--org=a", "--org=a b", "--org=a b"],
  ["clomoctl --org='a", "--org=a'b", String.raw`a'\''b`],
  ["clomoctl 'a'b", "abc", "bc"],
  ['clomoctl "a', 'a$(x)"`\\!', String.raw`a\$(x)\"` + "\\`" + String.raw`\\"'!'"`],
  ["clomoctl a", "a b;$(x)`~*'\"", String.raw`a\ b\;\$\(x\)` + "\\`" + String.raw`\~\*\'\"`],
  ["clomoctl 新", "新宿　営業①", String.raw`新宿\　営業①`],
])("%s is completed to %s by %s", (line, value, word) => {
  expect(quoteForBash(value, readBashLine(line, BREAKS))).toBe(word);
});
