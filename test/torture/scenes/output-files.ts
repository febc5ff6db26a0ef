import { cp } from "node:fs/promises";
import { join } from "node:path";
import { FIXTURES } from "#support/process/program.ts";
import { prepareMirror, prepareSecuredUser } from "./by-hand.ts";
import { CREATION_TIME, type Scene } from "./scene.ts";

const prepareBundles = async (home: string): Promise<string> => {
  await cp(join(FIXTURES, "bundles"), join(home, "bundles"), { recursive: true });
  return "";
};

/** Creates a scene for a command that only writes a file. The file must not contain instants. */
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

const DOCS_OPTION = ["--app", "docs"];
const HTML_OPTION = ["--format", "html"];

/** Scenes of commands that only read, and that can write their result to a file. */
export const OUTPUT_FILE_SCENES: readonly Scene[] = [
  createFileScene("users list as a workbook", "users.xlsx", ["users", "list", "--format", "xlsx"], prepareMirror),
  createFileScene("users template", "users.csv", ["users", "template"]),
  createFileScene("orgs template", "orgs.csv", ["orgs", "template"]),
  createFileScene("orgs export", "orgs.csv", ["orgs", "export"], prepareMirror),
  createFileScene("devices template", "devices.csv", ["devices", "template"]),
  createFileScene("devices export", "devices.csv", ["devices", "export"], prepareMirror),
  createFileScene("secured users template", "docs-new.csv", ["secured", "users", "template", ...DOCS_OPTION]),
  createFileScene(
    "secured users export",
    "docs-now.csv",
    ["secured", "users", "export", ...DOCS_OPTION],
    prepareSecuredUser,
  ),
  {
    ...createFileScene("status as a page", "status.html", ["status", ...HTML_OPTION], prepareMirror),
    tellsFaults: true,
    // the path of the home also differs from run to run
    varies: new RegExp(`${CREATION_TIME.source}|/[^<>\\s]+(?=/tenants)`, "g"),
  },
  createFileScene("roles matrix as a page", "roles.html", ["roles", "matrix", ...HTML_OPTION]),
  createFileScene("onboarding guide as a page", "onboarding.html", ["onboarding", "guide", ...HTML_OPTION]),
  createFileScene("renewals guide as a page", "token.html", ["renewals", "guide", "ade-token", ...HTML_OPTION]),
  createFileScene("handover report", "report.html", ["handover", "report", join("bundles", "minato")], prepareBundles),
  {
    ...createFileScene(
      "handover diff",
      "diff.md",
      ["handover", "diff", join("bundles", "minato"), join("bundles", "minato-later"), "--format", "markdown"],
      prepareBundles,
    ),
    code: 9,
  },
];
