import { expect, test } from "vitest";
import type { VerbNode } from "../commands/node.ts";
import { Failure } from "../lib/errors/index.ts";
import { same, text } from "../lib/text/index.ts";
import { monitoringLine } from "./monitoring.ts";

const check: VerbNode = { name: "check", summary: same(""), failureExit: 3, load: () => Promise.reject(new Error()) };
const { failureExit: _, ...list } = check;
const failure = new Failure("usage", { what: text("unknown option --x", "--x は不明です") });

const line = (verb: VerbNode | undefined, words: string, language: "en" | "ja" = "en") =>
  monitoringLine(verb, words.split(" "), failure, language);

test("a monitoring system reads what was wrong, in the person's language", async () => {
  expect(await line(check, "renewals check --nagios --x")).toBe("RENEWALS UNKNOWN - unknown option --x\n");
  expect(await line(check, "renewals check --nagios --x", "ja")).toBe("RENEWALS UNKNOWN - --x は不明です\n");
});

test.each([
  ["nobody asks for its line", check, "renewals check --x"],
  ["the verb has no exit codes of its own", list, "renewals list --nagios"],
  ["no verb was named", undefined, "renewals --nagios"],
])("it is shown nothing where %s", async (_, verb, words) => {
  expect(await line(verb, words)).toBeUndefined();
});
