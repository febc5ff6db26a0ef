import { cp } from "node:fs/promises";
import { join } from "node:path";
import { FIXTURES } from "#support/process/program.ts";
import { mirror, withSecured } from "./by-hand.ts";
import { MADE_AT, type Scene } from "./scene.ts";

const withBundles = async (home: string): Promise<string> => {
  await cp(join(FIXTURES, "bundles"), join(home, "bundles"), { recursive: true });
  return "";
};

/** Creates a scene for a command that only writes a file, without instants in it. */
const createFileScene = (
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

/** Commands that only read, and that can write their result to a file. */
export const WRITTEN: readonly Scene[] = [
  createFileScene("users list as a workbook", "users.xlsx", ["users", "list", "--format", "xlsx"], mirror),
  createFileScene("users template", "users.csv", ["users", "template"]),
  createFileScene("orgs template", "orgs.csv", ["orgs", "template"]),
  createFileScene("orgs export", "orgs.csv", ["orgs", "export"], mirror),
  createFileScene("devices template", "devices.csv", ["devices", "template"]),
  createFileScene("devices export", "devices.csv", ["devices", "export"], mirror),
  createFileScene("secured users template", "docs-new.csv", ["secured", "users", "template", ...DOCS]),
  createFileScene("secured users export", "docs-now.csv", ["secured", "users", "export", ...DOCS], withSecured),
  createFileScene("csv template", "calendar.csv", ["csv", "template", "--as", "calendar"]),
  createFileScene("audit export", "audit.ndjson", ["audit", "export"], mirror),
  {
    ...createFileScene("status as a page", "status.html", ["status", ...PAGE], mirror),
    tellsFaults: true,
    // the path of the home
    varies: new RegExp(`${MADE_AT.source}|/[^<>\\s]+(?=/tenants)`, "g"),
  },
  createFileScene("roles matrix as a page", "roles.html", ["roles", "matrix", ...PAGE]),
  createFileScene("ade guide as a page", "ade.html", ["ade", "guide", "manual", ...PAGE]),
  createFileScene("onboarding guide as a page", "onboarding.html", ["onboarding", "guide", ...PAGE]),
  createFileScene("renewals guide as a page", "token.html", ["renewals", "guide", "ade-token", ...PAGE]),
  createFileScene("handover report", "report.html", ["handover", "report", join("bundles", "minato")], withBundles),
  {
    ...createFileScene(
      "handover diff",
      "diff.md",
      ["handover", "diff", join("bundles", "minato"), join("bundles", "minato-later"), "--format", "markdown"],
      withBundles,
    ),
    code: 9,
  },
];
