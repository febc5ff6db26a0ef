import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { resolveRequestedDocument } from "./documents.ts";
import type { Globals } from "../globals.ts";

type Options = Parameters<typeof resolveRequestedDocument<"html" | "markdown">>[1];

const asked = (options: Partial<Options>, globals: Partial<Globals>, usual: "html") =>
  resolveRequestedDocument<"html" | "markdown">(
    { globals: globals as Globals },
    { format: undefined, output: undefined, ...options },
    { usual, where: "clomoctl x" },
  );

test.each([
  ["nothing is a document where that is usual", {}, {}, "html", { format: "html", output: "-" }],
  ["a format of documents is one", { format: "markdown" }, {}, "html", { format: "markdown", output: "-" }],
  ["with its file", { format: "html", output: "a" }, {}, "html", { format: "html", output: "a" }],
  ["a file is for the usual document", { output: "a" }, {}, "html", { format: "html", output: "a" }],
  ["a format of records is none", { format: "json" }, {}, "html", undefined],
  ["a workbook is none", { format: "xlsx", output: "a" }, {}, "html", undefined],
  ["fields are of records", {}, { fields: "a" }, "html", undefined],
] as const)("%s", (_, options, globals, usual, document) => {
  expect(asked(options, globals, usual)).toEqual(document);
});

test.each([
  ["a file with fields", { output: "a" }, { fields: "a" }, "html"],
  ["fields of a document", { format: "html" }, { fields: "a" }, "html"],
] as const)("refuses %s", (_, options, globals, usual) => {
  expect(() => asked(options, globals, usual)).toThrow(Failure);
});
