import { cp } from "node:fs/promises";
import { join } from "node:path";
import { FIXTURES } from "#support/process/program.ts";
import { mirror, withSecured } from "./by-hand.ts";
import { MADE_AT, type Scene } from "./scene.ts";

const withBundles = async (home: string): Promise<string> => {
  await cp(join(FIXTURES, "bundles"), join(home, "bundles"), { recursive: true });
  return "";
};

/** A command that only writes a file, which tells no instant. */
const writing = (
  name: string,
  file: string,
  line: readonly string[],
  prepare: Scene["prepare"] = () => Promise.resolve(""),
): Scene => ({
  name,
  prepare,
  line: [...line, "-o", file, "--overwrite"],
  outputs: [file],
  saysBefore: true,
  readsDate: true,
});

const DOCS = ["--app", "docs"];
const PAGE = ["--format", "html"];

/** Commands that only read, and write a file if told so. */
export const WRITTEN: readonly Scene[] = [
  writing("users list as a workbook", "users.xlsx", ["users", "list", "--format", "xlsx"], mirror),
  writing("users template", "users.csv", ["users", "template"]),
  writing("orgs template", "orgs.csv", ["orgs", "template"]),
  writing("orgs export", "orgs.csv", ["orgs", "export"], mirror),
  writing("devices template", "devices.csv", ["devices", "template"]),
  writing("devices export", "devices.csv", ["devices", "export"], mirror),
  writing("secured users template", "docs-new.csv", ["secured", "users", "template", ...DOCS]),
  writing("secured users export", "docs-now.csv", ["secured", "users", "export", ...DOCS], withSecured),
  writing("csv template", "calendar.csv", ["csv", "template", "--as", "calendar"]),
  writing("audit export", "audit.ndjson", ["audit", "export"], mirror),
  {
    ...writing("status as a page", "status.html", ["status", ...PAGE], mirror),
    tellsFaults: true,
    // the home
    varies: new RegExp(`${MADE_AT.source}|/[^<>\\s]+(?=/tenants)`, "g"),
  },
  writing("roles matrix as a page", "roles.html", ["roles", "matrix", ...PAGE]),
  writing("ade guide as a page", "ade.html", ["ade", "guide", "manual", ...PAGE]),
  writing("onboarding guide as a page", "onboarding.html", ["onboarding", "guide", ...PAGE]),
  writing("renewals guide as a page", "token.html", ["renewals", "guide", "ade-token", ...PAGE]),
  writing("handover report", "report.html", ["handover", "report", join("bundles", "minato")], withBundles),
  {
    ...writing(
      "handover diff",
      "diff.md",
      ["handover", "diff", join("bundles", "minato"), join("bundles", "minato-later"), "--format", "markdown"],
      withBundles,
    ),
    code: 9,
  },
];
