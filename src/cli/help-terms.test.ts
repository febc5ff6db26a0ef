import { expect, test } from "vitest";
import { defineCommand } from "../commands/kit/command.ts";
import { formatOptionTerm, type Field } from "../commands/kit/field.ts";
import { same, text } from "../lib/text/index.ts";
import { buildOptionEntries, formatUsageLine } from "./help.ts";

const about = text("what for", "用途");
const command = (
  args: Parameters<typeof formatUsageLine>[1]["args"],
  options: Parameters<typeof formatUsageLine>[1]["options"] = {},
) => defineCommand({ summary: same(""), args, options, examples: [], exits: [], async run() {} });

test("a usage line names required options only", () => {
  const options = {
    createUsers: { kind: "number", required: true, about },
    app: { kind: "choice", choices: ["docs", "mailer"], required: true, about },
    limit: { kind: "number", about },
    desc: { kind: "boolean", about },
  } as const;
  expect(formatUsageLine(["list"], command({}, options))).toBe(
    "clomoctl list --create-users N --app docs|mailer [OPTIONS]",
  );
});

test.each<[string, Field, string]>([
  ["dryRun", { kind: "boolean", about }, "--dry-run"],
  ["quiet", { kind: "boolean", short: "q", about }, "-q, --quiet"],
  ["output", { kind: "file", short: "o", value: "FILE", about }, "-o, --output FILE"],
  ["caFile", { kind: "file", about }, "--ca-file CA-FILE"],
  ["limit", { kind: "number", about }, "--limit N"],
  ["sort", { kind: "choice", choices: ["name", "id"], about }, "--sort name|id"],
])("%s is shown as it is typed", (key, field, term) => {
  expect(formatOptionTerm(key, field)).toBe(term);
});

test("an option's description ends with its choices, its default and whether it can be repeated", () => {
  const entries = buildOptionEntries({
    plain: { kind: "string", about },
    encoding: { kind: "choice", choices: ["auto", "utf-8"], value: "NAME", default: "auto", about },
    sort: { kind: "choice", choices: ["name", "id"], about },
    limit: { kind: "number", default: 0, about },
    map: { kind: "string", repeatable: true, about },
    desc: { kind: "boolean", about },
  });
  expect(entries.map((entry) => entry.about)).toEqual([
    about,
    text("what for (auto|utf-8) (default: auto)", "用途(auto|utf-8)(既定: auto)"),
    about,
    text("what for (default: 0)", "用途(既定: 0)"),
    text("what for (may be repeated)", "用途(複数回指定可)"),
    about,
  ]);
});
